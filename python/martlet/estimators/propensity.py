"""A fitted propensity model: what it needs to score rows, to say why, and to be told of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.boosting import BoostedModel
from martlet.estimators.drift import Bins
from martlet.estimators.inputs import (
    EMPTY,
    column_kinds,
    listed,
    refuse_repeated,
    typed,
)
from martlet.estimators.logistic import LogisticModel
from martlet.estimators.training import KEYS
from martlet.estimators.wording import FEATURE_WORDS, FeatureWords

Model = LogisticModel | BoostedModel


@dataclass(frozen=True)
class Propensity:
    """A model that is ready to score.

    Attributes
    ----------
    algorithm : str
        recency_rule, logistic_regression or gradient_boosting.
    model : LogisticModel or BoostedModel
        Fitted and calibrated.
    kinds : dict of str to str
        Every feature of the training table and its kind.
    bins : Bins
        Ranges of the features while fitting, and of the score while judging.
    """

    algorithm: str
    model: Model
    kinds: dict[str, str]
    bins: Bins

    def checked(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the typed features of ``frame``, which may hold keys beside them.

        Raises
        ------
        ModelRefused
            Features are missing, unknown, of another kind than at fitting, or infinite.
        """
        found = column_kinds(frame.drop(columns=list(KEYS), errors="ignore"))
        faults = {
            "missing": [name for name in self.kinds if name not in found],
            "unknown to the model": [name for name in found if name not in self.kinds],
            "of another type": [
                f"{name} ({kind}, was {self.kinds[name]})"
                for name, kind in found.items()
                if kind != EMPTY and self.kinds.get(name, kind) != kind
            ],
        }
        if any(faults.values()):
            said = "; ".join(
                f"{fault}: {listed(names)}" for fault, names in faults.items() if names
            )
            raise ModelRefused(
                f"These are not the features the model was fitted on. {said}.",
                "Train again, then score: martlet build",
            )
        return typed(frame, self.kinds)

    def predict(
        self, scoring: pd.DataFrame, *, feature_words: FeatureWords = FEATURE_WORDS
    ) -> pd.DataFrame:
        """Score rows and say why.

        Parameters
        ----------
        scoring : DataFrame
            entity_id and the features of the training table; period_date may be there.
        feature_words : mapping of str to tuple
            See :func:`martlet.estimators.wording.words_of`.

        Returns
        -------
        DataFrame
            In the order of ``scoring``: entity_id, score (probability, 0 to 1),
            reason_1 to reason_3. Equal rows get equal scores.

        Raises
        ------
        ModelRefused
            One stands twice, or the features are not those of the model.
        """
        if "entity_id" not in scoring:
            raise ModelRefused(
                f"Nothing to score: the table has the columns {listed(scoring)}.",
                "Give it one row per entity_id, with the features.",
            )
        refuse_repeated(scoring["entity_id"], "one entity_id")
        features = self.checked(scoring).reset_index(drop=True)
        keys = {"entity_id": scoring["entity_id"].to_numpy()}
        scored = pd.DataFrame(keys).assign(score=self.model.score(features))
        return scored.join(self.model.explain(features, feature_words))

    def count(self, scoring: pd.DataFrame, score: np.ndarray) -> pd.DataFrame:
        """Count rows by bin: see :meth:`martlet.estimators.drift.Bins.count`."""
        return self.bins.count(self.checked(scoring).assign(score=score))
