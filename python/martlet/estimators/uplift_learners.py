"""From randomised contacts to a predicted uplift, in four ways.

Two models: one of the treated, one of the control customers, and the difference of what
they say (Hansotia and Rukstales 2002; the T-learner of Künzel et al. 2019).

Class transformation: one model of ``z = 1`` where a treated customer converted or a
control customer did not. Where both arms weigh the same, uplift is ``2 P(z = 1) - 1``
(Jaskowski and Jaroszewicz 2012). They are made to weigh the same by the inverse of the
chance ``e`` to be treated: 1 / (2e) for the treated, 1 / (2 (1 - e)) for the others, as
in Athey and Imbens (2015).

The same weights serve the two models, so that both see the campaigns in the same mix:
otherwise a campaign that converts well and treats nearly everybody would look like an
effect of treatment.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from martlet.estimators.encoding import encoder
from martlet.estimators.logistic import LogisticModel
from martlet.estimators.uplift_rows import ContactRows

CANDIDATES = (
    "two_models_logistic",
    "class_transformation_logistic",
    "two_models_boosting",
    "class_transformation_boosting",
)
STRENGTH = 0.1
BOOSTING = {
    "learning_rate": 0.05,
    "max_iter": 60,
    "max_leaf_nodes": 4,
    "min_samples_leaf": 50,
    "l2_regularization": 10.0,
    "early_stopping": False,
}


class Classifier(Protocol):
    """What gives each row a probability."""

    def score(self, features: pd.DataFrame) -> np.ndarray:
        """Return the probability of each row, 0 to 1."""


@dataclass(frozen=True)
class Trees:
    """Shallow gradient boosted trees.

    On one thread: trees this small gain nothing from a second, and where another
    program has its core, they wait for it many times per tree.
    """

    encode: ColumnTransformer
    trees: HistGradientBoostingClassifier

    @classmethod
    def fit(
        cls, features: pd.DataFrame, label: np.ndarray, weight: np.ndarray, seed: int
    ) -> Trees:
        """Fit on typed features."""
        encode = encoder(features)
        values = encode.fit_transform(features)
        trees = HistGradientBoostingClassifier(**BOOSTING, random_state=seed)
        with threadpool_limits(1, "openmp"):
            return cls(encode, trees.fit(values, label, weight))

    def score(self, features: pd.DataFrame) -> np.ndarray:
        """Return the probability of each row, 0 to 1."""
        values = self.encode.transform(features)
        with threadpool_limits(1, "openmp"):
            return self.trees.predict_proba(values)[:, 1]


@dataclass(frozen=True)
class TwoModels:
    """A model of each arm."""

    treated: Classifier
    control: Classifier

    def uplift(self, features: pd.DataFrame) -> np.ndarray:
        """Return by how much treatment raises the probability to convert."""
        return self.treated.score(features) - self.control.score(features)


@dataclass(frozen=True)
class ClassTransformation:
    """A model of whether an outcome speaks for treatment."""

    model: Classifier

    def uplift(self, features: pd.DataFrame) -> np.ndarray:
        """Return by how much treatment raises the probability to convert."""
        return 2 * self.model.score(features) - 1


def fit_learner(
    candidate: str, rows: ContactRows, *, seed: int
) -> TwoModels | ClassTransformation:
    """Fit one of :data:`CANDIDATES` on contacts of both arms and both outcomes."""
    way, _, learner = candidate.rpartition("_")
    if way == "two_models":
        treated = rows.is_treated == 1
        return TwoModels(
            *(
                _fit(learner, arm, arm.converted, seed)
                for arm in (rows.where(treated), rows.where(~treated))
            )
        )
    speaks_for = (rows.is_treated == rows.converted).astype(np.float64)
    return ClassTransformation(_fit(learner, rows, speaks_for, seed))


def _fit(learner: str, rows: ContactRows, label: np.ndarray, seed: int) -> Classifier:
    weight = rows.weight / rows.weight.mean()  # so that a penalty means the same
    if learner == "logistic":
        return LogisticModel.fit(rows.features, label, STRENGTH, weight)
    return Trees.fit(rows.features, label, weight, seed)
