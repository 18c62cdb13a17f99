"""Features as points: on one scale, without long tails, without gaps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import RobustScaler
from sklearn.utils.validation import check_is_fitted

from martlet.estimators.inputs import signed_log1p

REACH = 3.0  # scaled units from the median, beyond which a customer is just far away


class LogRobustScaler(TransformerMixin, BaseEstimator):
    """Fill gaps with the median, log long tails, centre and scale, and clip.

    Each feature is scaled by the interquartile range of its logarithm (by 1 where that
    is zero) and clipped. Unclipped, a feature that is nearly always the same (the share
    of returns) would outweigh all others, and the best silhouette would part a handful
    of oddities from all the rest.

    Attributes
    ----------
    parameters_ : dict
        By feature its ``median`` (0 where nothing is known), and the ``center`` and
        ``scale`` of its logarithm.
    """

    @classmethod
    def from_parameters(
        cls, parameters: Mapping[str, Mapping[str, float]]
    ) -> LogRobustScaler:
        """Make the scaler that once had these ``parameters_``."""
        scaler = cls()
        scaler.parameters_ = {name: dict(of) for name, of in parameters.items()}
        return scaler

    def fit(self, features: pd.DataFrame, y: object = None) -> LogRobustScaler:
        """Learn from numbers of shape (customers, features), NaN where unknown."""
        del y
        medians = features.median().fillna(0.0)
        scaler = RobustScaler().fit(signed_log1p(features.fillna(medians).to_numpy()))
        learned = zip(
            features.columns, medians, scaler.center_, scaler.scale_, strict=True
        )
        self.parameters_ = {
            name: {"median": float(median), "center": float(c), "scale": float(s)}
            for name, median, c, s in learned
        }
        return self

    def transform(self, features: pd.DataFrame) -> np.ndarray:
        """Return points of shape (customers, features), in scaled units."""
        check_is_fitted(self)
        of = pd.DataFrame(self.parameters_)
        logs = signed_log1p(features[of.columns].fillna(of.loc["median"]).to_numpy())
        scaled = (logs - of.loc["center"].to_numpy()) / of.loc["scale"].to_numpy()
        return scaled.clip(-REACH, REACH)

    def moved_from(self, other: LogRobustScaler, points: np.ndarray) -> np.ndarray:
        """Bring points of another scaler into this one's space.

        Both are of the same features, and the points have them in this one's order.
        """
        theirs, ours = (
            pd.DataFrame(scaler.parameters_)[list(self.parameters_)]
            for scaler in (other, self)
        )
        logs = points * theirs.loc["scale"].to_numpy() + theirs.loc["center"].to_numpy()
        moved = (logs - ours.loc["center"].to_numpy()) / ours.loc["scale"].to_numpy()
        return moved.clip(-REACH, REACH)
