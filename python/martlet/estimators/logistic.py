"""A logistic model that can say exactly why.

Its log-odds are an intercept plus one contribution per feature, and a contribution is a
coefficient times a standardised value. So "why this score" needs no approximation: the
contributions add up to the log-odds, and each is the distance from a customer who is
average in everything and of whom nothing is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from martlet.estimators.encoding import encoder, owners_of, terms_of
from martlet.estimators.inputs import feature_kinds
from martlet.estimators.reasons import CANDIDATE_REASONS, Reasons
from martlet.estimators.wording import FeatureWords, by_theme

UNHELD = 1000.0  # all but no penalty; with none, perfect foresight has no fit


def fit_coefficients(
    values: np.ndarray,
    label: np.ndarray,
    strength: float,
    weight: np.ndarray | None = None,
) -> LogisticRegression:
    """Fit by maximum likelihood under an L2 penalty of weight 1 / ``strength``.

    Rows count ``weight`` times (default once).
    """
    return LogisticRegression(C=strength, max_iter=2000).fit(values, label, weight)


def fit_platt(log_odds: np.ndarray, label: np.ndarray) -> tuple[float, float]:
    """Fit slope and shift such that ``slope * log-odds + shift`` is calibrated.

    Platt (1999), on rows that the model has not seen.
    """
    platt = fit_coefficients(log_odds[:, None], label, UNHELD)
    return float(platt.coef_[0, 0]), float(platt.intercept_[0])


def loss_once_calibrated(log_odds: np.ndarray, label: np.ndarray) -> float:
    """Return the log loss that is left when the log-odds are calibrated on these rows.

    What a candidate is chosen by: it will be calibrated on later rows anyway, so a base
    rate that moved with the season must not speak for or against it.
    """
    slope, shift = fit_platt(log_odds, label)
    return float(log_loss(label, expit(slope * log_odds + shift), labels=[0, 1]))


@dataclass(frozen=True)
class LogisticModel:
    """A fitted logistic model.

    Attributes
    ----------
    kinds : dict of str to str
        Each feature and its kind, in the order of the model.
    encode : ColumnTransformer
        Fitted step from typed features to standardised columns.
    coefficients : ndarray of shape (terms,)
        Log-odds per unit of each standardised column.
    intercept : float
        Log-odds of the average customer.
    """

    kinds: dict[str, str]
    encode: ColumnTransformer
    coefficients: np.ndarray
    intercept: float

    @classmethod
    def fit(
        cls,
        features: pd.DataFrame,
        label: np.ndarray,
        strength: float,
        weight: np.ndarray | None = None,
    ) -> LogisticModel:
        """Fit on features as :func:`~martlet.estimators.inputs.typed` gives them."""
        encode = encoder(features)
        values = encode.fit_transform(features)
        fitted = fit_coefficients(values, label, strength, weight)
        return cls(
            feature_kinds(features),
            encode,
            fitted.coef_[0],
            float(fitted.intercept_[0]),
        )

    def calibrated(self, features: pd.DataFrame, label: np.ndarray) -> LogisticModel:
        """Return the model calibrated on rows it has not seen.

        The result is a logistic model again, so its contributions stay exact.
        """
        slope, shift = fit_platt(self.log_odds(features), label)
        return replace(
            self,
            coefficients=slope * self.coefficients,
            intercept=slope * self.intercept + shift,
        )

    def score(self, features: pd.DataFrame) -> np.ndarray:
        """Return the probability of each row, 0 to 1."""
        return expit(self.log_odds(features))

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds of each row: intercept plus contributions.

        Column after column rather than as a matrix product, whose rounding may differ
        between rows: equal customers must get equal scores.
        """
        encoded = self.encode.transform(features[list(self.kinds)])
        log_odds = np.full(len(features), self.intercept)
        for column, coefficient in zip(encoded.T, self.coefficients, strict=True):
            log_odds += coefficient * column
        return log_odds

    def contributions(self, encoded: np.ndarray) -> np.ndarray:
        """Return what each feature adds to the log-odds of each row.

        Parameters
        ----------
        encoded : ndarray of shape (rows, terms)
            Standardised columns.

        Returns
        -------
        ndarray of shape (rows, features)
            In the order of ``kinds``.
        """
        owners = owners_of(self.encode, list(self.kinds))
        by_owner = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[by_owner], np.arange(len(self.kinds)))
        added = (encoded * self.coefficients)[:, by_owner]
        return np.add.reduceat(added, starts, axis=1)

    def explain(
        self, features: pd.DataFrame, feature_words: FeatureWords
    ) -> pd.DataFrame:
        """Return reason_1 to reason_3 of each row's score.

        A score above the average customer's is explained by what raises it, one below
        by what lowers it, the largest contribution first. Features of one theme speak
        through the one that contributes most. Where fewer themes pull that way than
        there are reasons, the others are null.
        """
        own = features[list(self.kinds)]
        contributions = self.contributions(self.encode.transform(own))
        above = contributions.sum(axis=1) >= 0
        pull = contributions * np.where(above, 1.0, -1.0)[:, None]
        speakers = np.stack(
            [
                np.take(theme, pull[:, theme].argmax(axis=1))
                for theme in by_theme(list(self.kinds))
            ],
            axis=1,
        )
        pulls = np.take_along_axis(pull, speakers, axis=1)
        ranks = np.argsort(-pulls, axis=1, kind="stable")[:, :CANDIDATE_REASONS]
        words = Reasons(features, self._averages(), feature_words)
        return words.of(
            np.take_along_axis(speakers, ranks, axis=1),
            np.take_along_axis(pulls, ranks, axis=1) > 0,
            list(self.kinds),
        )

    def _averages(self) -> dict[str, float]:
        """Return of each number the value that counts as average, in its own units."""
        averages = {}
        for branch, transformer, columns in self.encode.transformers_:
            if branch in ("logged", "plain") and len(columns):
                means = transformer[-1].mean_
                if branch == "logged":
                    means = np.sign(means) * np.expm1(np.abs(means))
                averages |= dict(zip(columns, means, strict=True))
        return averages

    def effects(self) -> pd.DataFrame:
        """Return term, feature and coefficient, one row per standardised column."""
        terms = terms_of(self.encode)
        return pd.DataFrame(
            {
                "term": [term.name for term in terms],
                "feature": [term.feature for term in terms],
                "coefficient": self.coefficients,
            }
        )
