"""The challenger: gradient boosting, for what no sum of terms can say."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OrdinalEncoder

from martlet.estimators.inputs import feature_kinds
from martlet.estimators.logistic import (
    LogisticModel,
    fit_platt,
    loss_once_calibrated,
)
from martlet.estimators.wording import FeatureWords

MOST_TREES = 200
TREES_STEP = 10  # between the numbers of trees that are tried
LEARNING_RATE = 0.05
LEAVES = 7


@dataclass(frozen=True)
class BoostedModel:
    """Gradient boosted trees, calibrated.

    Attributes
    ----------
    kinds : dict of str to str
        Each feature and its kind, in the order of the model.
    encode : ColumnTransformer
        Numbers as they are, missing ones included; categories numbered.
    trees : HistGradientBoostingClassifier
        Fitted.
    slope, shift : float
        Of the calibration.
    explainer : LogisticModel
        Fitted and calibrated on the same rows; gives the reasons, which are exact for
        it and not for the trees.
    """

    kinds: dict[str, str]
    encode: ColumnTransformer
    trees: HistGradientBoostingClassifier
    slope: float
    shift: float
    explainer: LogisticModel

    @classmethod
    def fit(
        cls,
        features: pd.DataFrame,
        label: np.ndarray,
        trees: int,
        explainer: LogisticModel,
        *,
        seed: int,
    ) -> BoostedModel:
        """Fit so many trees."""
        encode = _encoder(features).fit(features)
        fitted = _unfitted(trees, seed).fit(encode.transform(features), label)
        return cls(feature_kinds(features), encode, fitted, 1.0, 0.0, explainer)

    def calibrated(self, features: pd.DataFrame, label: np.ndarray) -> BoostedModel:
        """Return the model calibrated on rows it has not seen (Platt 1999)."""
        slope, shift = fit_platt(self.log_odds(features), label)
        return replace(self, slope=slope, shift=shift)

    def score(self, features: pd.DataFrame) -> np.ndarray:
        """Return the probability of each row, 0 to 1."""
        return expit(self.log_odds(features))

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds of each row."""
        encoded = self.encode.transform(features[list(self.kinds)])
        return self.slope * self.trees.decision_function(encoded) + self.shift

    def explain(
        self, features: pd.DataFrame, feature_words: FeatureWords
    ) -> pd.DataFrame:
        """Return the explainer's reasons: see :meth:`LogisticModel.explain`."""
        return self.explainer.explain(features, feature_words)

    def effects(self) -> pd.DataFrame:
        """Return the explainer's effects: see :meth:`LogisticModel.effects`."""
        return self.explainer.effects()


def choose_trees(
    before: tuple[pd.DataFrame, np.ndarray],
    after: tuple[pd.DataFrame, np.ndarray],
    *,
    seed: int,
) -> int:
    """Choose how many trees foretell the later rows best, fitted on the earlier ones.

    By the log loss once calibrated: see :func:`loss_once_calibrated`.
    """
    encode = _encoder(before[0]).fit(before[0])
    fitted = _unfitted(MOST_TREES, seed).fit(encode.transform(before[0]), before[1])
    stages = fitted.staged_decision_function(encode.transform(after[0]))
    losses = {
        trees: loss_once_calibrated(stage.ravel(), after[1])
        for trees, stage in enumerate(stages, start=1)
        if trees % TREES_STEP == 0
    }
    return min(losses, key=losses.get)


def _encoder(features: pd.DataFrame) -> ColumnTransformer:
    categories = [name for name in features if features[name].dtype == object]
    numbers = [name for name in features if name not in categories]
    empty = [name for name in numbers if features[name].isna().all()]
    # Nothing but missing values cannot be binned; a constant can.
    constant = SimpleImputer(
        strategy="constant", fill_value=0.0, keep_empty_features=True
    )
    numbering = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
    )
    return ColumnTransformer(
        [
            ("category", numbering, categories),
            ("empty", constant, empty),
        ],
        remainder="passthrough",
    )


def _unfitted(trees: int, seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        learning_rate=LEARNING_RATE,
        max_iter=trees,
        max_leaf_nodes=LEAVES,
        early_stopping=False,
        random_state=seed,
    )
