"""The baseline a model must beat: whoever bought last is likeliest to buy next."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from martlet.estimators.metrics import Judged

GROUPS = 10


@dataclass(frozen=True)
class RecencyRule:
    """Ranks by days since the last order; customers without one come last.

    Its probability is the rate of positives in the customer's tenth of recency, one row
    at the overall rate added so that no rate is 0 or 1.
    """

    edges: np.ndarray
    rates: np.ndarray

    @classmethod
    def fit(cls, recency: np.ndarray, label: np.ndarray) -> RecencyRule:
        """Fit the rates; ``recency`` is in days, NaN for customers without orders."""
        known = recency[~np.isnan(recency)]
        cuts = np.arange(1, GROUPS) / GROUPS
        edges = np.unique(np.quantile(known, cuts)) if len(known) else np.empty(0)
        group = cls._group(edges, recency)
        groups = len(edges) + 2
        positives = np.bincount(group, weights=label, minlength=groups)
        rows = np.bincount(group, minlength=groups)
        return cls(edges, (positives + label.mean()) / (rows + 1))

    @staticmethod
    def _group(edges: np.ndarray, recency: np.ndarray) -> np.ndarray:
        return np.where(
            np.isnan(recency), len(edges) + 1, np.searchsorted(edges, recency)
        )

    def judge(self, recency: np.ndarray, label: np.ndarray) -> Judged:
        """Set the rule's ranking and rates beside what happened."""
        score = np.where(np.isnan(recency), -np.inf, -recency)
        return Judged(label, score, self.rates[self._group(self.edges, recency)])
