"""Equal models are equal bytes, and the bytes are the model."""

from __future__ import annotations

import time

import numpy as np
import skops.io
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from martlet.warehouse.packing import packed

VALUES = np.random.default_rng(3).normal(size=(200, 3))
LABEL = (VALUES[:, 0] > 0).astype(int)


def fitted() -> dict:
    trees = HistGradientBoostingClassifier(max_iter=3, random_state=0)
    linear = make_pipeline(StandardScaler(), LogisticRegression())
    return {
        "trees": trees.fit(VALUES, LABEL),
        "linear": linear.fit(VALUES, LABEL),
        # The same object twice, which is to come back as one.
        "twice": [VALUES, VALUES],
    }


def test_equal_models_are_equal_bytes() -> None:
    first = fitted()
    written = packed(first)
    time.sleep(2)  # a zip file tells of every second one
    second = fitted()
    assert packed(second) == written
    second["linear"][-1].coef_[0, 0] += 1e-12
    assert packed(second) != written


def test_what_is_unpacked_is_the_model() -> None:
    model = fitted()
    content = packed(model)
    again = skops.io.loads(content, skops.io.get_untrusted_types(data=content))
    for name in ("trees", "linear"):
        expected = model[name].predict_proba(VALUES)
        np.testing.assert_array_equal(again[name].predict_proba(VALUES), expected)
    assert again["twice"][0] is again["twice"][1]
    assert packed(again) == content
