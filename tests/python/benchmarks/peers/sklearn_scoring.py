"""Bare scikit-learn on martlet's matrix: one fit with its penalty, one prediction.

The same steps: medians for what is missing, a column to say so, logarithms, a scale.

No choice of penalty, no calibration, no intervals, no reasons.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler


def run(inputs: Path, outputs: Path) -> None:
    """Write a score for each customer to ``scores.parquet``."""
    training = pd.read_parquet(inputs / "training.parquet")
    scoring = pd.read_parquet(inputs / "scoring.parquet")
    (strength,) = pd.read_parquet(inputs / "chosen.parquet")["strength"]
    # martlet's last two dates calibrate and judge.
    fitting = training[
        training["period_date"].isin(training["period_date"].unique()[:-2])
    ]
    features = scoring.columns.drop(["period_date", "entity_id"])
    values = make_pipeline(
        SimpleImputer(strategy="median"), FunctionTransformer(np.log1p)
    )
    model = make_pipeline(
        make_union(values, MissingIndicator()),
        StandardScaler(),
        LogisticRegression(C=strength, max_iter=2000),
    ).fit(fitting[features], fitting["label"])
    pd.DataFrame(
        {
            "entity_id": scoring["entity_id"],
            "score": model.predict_proba(scoring[features])[:, 1],
        }
    ).to_parquet(outputs / "scores.parquet")
