"""A logistic model that can say exactly why.

Its log-odds are an intercept plus one contribution per feature, and a contribution is a
coefficient times a standardised value. So "why this score" needs no approximation: the
contributions add up to the log-odds, and each is the distance from a customer who is
average in everything and of whom nothing is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from martlet.errors import ModelRefused
from martlet.estimators.inputs import (
    CATEGORY,
    EMPTY,
    NUMBER,
    column_kinds,
    listed,
    signed_log1p,
    typed,
)
from martlet.estimators.metrics import Judged
from martlet.estimators.wording import FeatureWords, category_words, words_of

RARE_SHARE = 0.01  # categories rarer than this are one
SKEWED_FROM = 1.0  # skewness from which a feature is logged
FEW_NEGATIVES = 0.05
UNHELD = 1000.0  # all but no penalty; with none, perfect foresight has no fit
REASONS = 3


def encoder(features: pd.DataFrame) -> ColumnTransformer:
    """Make the unfitted step from typed features to standardised columns.

    Each feature has a branch of its own, so that its columns stay together and known.
    Numbers: missing ones become the median, long tails are logged, the whole is
    standardised; a column of 0 and 1 beside it says what was missing. Categories: one
    standardised column each, rare ones together.
    """
    return ColumnTransformer(
        [
            (name, _category() if column.dtype == object else _number(column), [name])
            for name, column in features.items()
        ]
    )


def _category() -> Pipeline:
    return make_pipeline(
        OneHotEncoder(
            handle_unknown="infrequent_if_exist",
            min_frequency=RARE_SHARE,
            sparse_output=False,
        ),
        StandardScaler(),
    )


def _number(column: pd.Series) -> FeatureUnion:
    value = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        FunctionTransformer(
            signed_log1p if is_skewed(column) else None, feature_names_out="one-to-one"
        ),
        StandardScaler(),
    )
    is_missing = MissingIndicator(error_on_new=False)
    return FeatureUnion(
        [("value", value), ("is_missing", is_missing)], verbose_feature_names_out=False
    )


def is_skewed(column: pd.Series) -> bool:
    """Say whether a number has a long tail, and hardly a negative.

    Net sales have a few, where returns outweigh orders. A number that is often below
    zero (days overdue) stays as it is: a signed logarithm tears it apart at zero.
    """
    return bool(column.skew() > SKEWED_FROM and (column < 0).mean() <= FEW_NEGATIVES)


def fit_coefficients(
    values: np.ndarray, label: np.ndarray, strength: float
) -> LogisticRegression:
    """Fit by maximum likelihood under an L2 penalty of weight 1 / ``strength``."""
    return LogisticRegression(C=strength, max_iter=2000).fit(values, label)


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
        cls, features: pd.DataFrame, label: np.ndarray, strength: float
    ) -> LogisticModel:
        """Fit on features as :func:`~martlet.estimators.inputs.typed` gives them."""
        encode = encoder(features).fit(features)
        fitted = fit_coefficients(encode.transform(features), label, strength)
        kinds = {
            name: CATEGORY if column.dtype == object else NUMBER
            for name, column in features.items()
        }
        return cls(kinds, encode, fitted.coef_[0], float(fitted.intercept_[0]))

    def calibrated(self, features: pd.DataFrame, label: np.ndarray) -> LogisticModel:
        """Return the model with log-odds of ``slope * log-odds + shift`` (Platt 1999).

        Slope and shift are fitted here, on rows that the model has not seen. The result
        is a logistic model again, so its contributions stay exact.
        """
        platt = fit_coefficients(self.log_odds(features)[:, None], label, UNHELD)
        slope, shift = float(platt.coef_[0, 0]), float(platt.intercept_[0])
        return replace(
            self,
            coefficients=slope * self.coefficients,
            intercept=slope * self.intercept + shift,
        )

    def checked(self, frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
        """Return the typed features of ``frame``, which may hold ``keys`` beside them.

        Raises
        ------
        ModelRefused
            Features are missing, unknown, of another kind than at fitting, or infinite.
        """
        found = column_kinds(frame.drop(columns=list(keys), errors="ignore"))
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
                "Score with the feature columns of the training table, or train again.",
            )
        return typed(frame, self.kinds)

    def log_odds(self, features: pd.DataFrame) -> np.ndarray:
        """Return the log-odds of each row: intercept plus contributions."""
        return self._sum(self.contributions(self.encode.transform(features)))

    def _sum(self, contributions: np.ndarray) -> np.ndarray:
        return self.intercept + contributions.sum(axis=1)

    def contributions(self, encoded: np.ndarray) -> np.ndarray:
        """Return what each feature adds to the log-odds of each row.

        Parameters
        ----------
        encoded : ndarray of shape (rows, terms)
            Standardised columns.

        Returns
        -------
        ndarray of shape (rows, features)
            In the order of ``kinds``. Not a matrix product: its rounding may differ
            between rows, and equal customers must get equal scores.
        """
        starts = [columns.start for columns in self._columns.values()]
        return np.add.reduceat(encoded * self.coefficients, starts, axis=1)

    @property
    def _columns(self) -> dict[str, slice]:
        return {name: self.encode.output_indices_[name] for name in self.kinds}

    def explain(
        self, features: pd.DataFrame, feature_words: FeatureWords
    ) -> tuple[np.ndarray, pd.DataFrame]:
        """Return each row's score and the reasons for it.

        A score above the average customer's is explained by what raises it, one below
        by what lowers it, the largest contribution first. Where fewer features pull
        that way than there are reasons, the others are null.

        Returns
        -------
        score : ndarray of shape (rows,)
            Probability, 0 to 1.
        reasons : DataFrame
            reason_1, reason_2, reason_3.
        """
        encoded = self.encode.transform(features)
        contributions = self.contributions(encoded)
        log_odds = self._sum(contributions)
        side = np.where(log_odds >= self.intercept, 1.0, -1.0)
        pull = contributions * side[:, None]
        ranked = np.argsort(-pull, axis=1, kind="stable")[:, :REASONS]
        pulls = np.take_along_axis(pull, ranked, axis=1) > 0

        reasons = np.full((len(features), REASONS), None, dtype=object)
        for position, (name, columns) in enumerate(self._columns.items()):
            rows, ranks = np.nonzero((ranked == position) & pulls)
            if self.kinds[name] == NUMBER:
                above = encoded[rows, columns.start] > 0
                words = _number_words(name, features[name], rows, above, feature_words)
            else:
                values = features[name].to_numpy()[rows]
                words = [category_words(name, value) for value in values]
            reasons[rows, ranks] = words
        names = [f"reason_{rank + 1}" for rank in range(REASONS)]
        return expit(log_odds), pd.DataFrame(reasons, columns=names, dtype="str")

    def judge(self, features: pd.DataFrame, label: np.ndarray) -> Judged:
        """Set the model's scores beside what happened."""
        return Judged(label, expit(self.log_odds(features)))

    def table(self) -> pd.DataFrame:
        """Return term, feature and coefficient, one row per standardised column."""
        terms = self.encode.get_feature_names_out()
        owners = [
            name
            for name, columns in self._columns.items()
            for _ in range(columns.start, columns.stop)
        ]
        return pd.DataFrame(
            {
                "term": [
                    term.removeprefix(f"{owner}__")
                    for term, owner in zip(terms, owners, strict=True)
                ],
                "feature": owners,
                "coefficient": self.coefficients,
            }
        )


def _number_words(
    name: str,
    column: pd.Series,
    rows: np.ndarray,
    above: np.ndarray,
    feature_words: FeatureWords,
) -> np.ndarray:
    words = words_of(name, feature_words)
    missing = column.isna().to_numpy()[rows]
    return np.select([missing, above], [words.missing, words.high], words.low)
