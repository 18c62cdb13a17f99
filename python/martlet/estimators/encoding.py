"""From typed features to standardised columns, each known by the feature it tells of.

A scikit-learn pipeline per kind of feature. Numbers: missing ones become the median, long
tails are logged, the whole is standardised; a column of 0 and 1 says what was missing.
Categories: one standardised column each, rare ones together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

from martlet.estimators.inputs import signed_log1p

RARE_SHARE = 0.01  # categories rarer than this are one
SKEWED_FROM = 1.0  # skewness from which a feature is logged
FEW_NEGATIVES = 0.05


def is_skewed(column: pd.Series) -> bool:
    """Say whether a number has a long tail, and hardly a negative.

    Net sales have a few, where returns outweigh orders. A number that is often below
    zero (days overdue) stays as it is: a signed logarithm tears it apart at zero.
    """
    return bool(column.skew() > SKEWED_FROM and (column < 0).mean() <= FEW_NEGATIVES)


def encoder(features: pd.DataFrame) -> ColumnTransformer:
    """Make the unfitted step from typed features to standardised columns."""
    categories = [name for name in features if features[name].dtype == object]
    numbers = [name for name in features if name not in categories]
    logged = [name for name in numbers if is_skewed(features[name])]
    plain = [name for name in numbers if name not in logged]
    return ColumnTransformer(
        [
            ("logged", _numbers(FunctionTransformer(signed_log1p)), logged),
            ("plain", _numbers(), plain),
            ("missing", MissingIndicator(error_on_new=False), numbers),
            ("category", _categories(), categories),
        ],
        sparse_threshold=0,
    )


def _numbers(*steps: FunctionTransformer) -> Pipeline:
    imputer = SimpleImputer(strategy="median", keep_empty_features=True)
    return make_pipeline(imputer, *steps, StandardScaler())


def _categories() -> Pipeline:
    encode = OneHotEncoder(
        handle_unknown="infrequent_if_exist",
        min_frequency=RARE_SHARE,
        sparse_output=False,
        feature_name_combiner=category_term,
    )
    return make_pipeline(encode, StandardScaler())


def category_term(feature: str, value: object) -> str:
    """Name the column of one value of a category."""
    return f"{feature} is {value}"


@dataclass(frozen=True)
class Term:
    """One standardised column: its name, and the feature that it tells of."""

    name: str
    feature: str


def terms_of(encode: ColumnTransformer) -> list[Term]:
    """Name the columns of a fitted :func:`encoder`, in their order."""
    terms: list[Term] = []
    for branch, transformer, columns in encode.transformers_:
        if branch in ("logged", "plain"):
            terms += [Term(name, name) for name in columns]
        elif branch == "missing" and len(columns):
            lacking = [columns[place] for place in transformer.features_]
            terms += [Term(f"{name} is missing", name) for name in lacking]
        elif branch == "category" and len(columns):
            for name in transformer[0].get_feature_names_out():
                terms.append(Term(name, name.partition(" is ")[0]))
    return terms


def logged_features(encode: ColumnTransformer) -> list[str]:
    """Return the features of which a fitted or unfitted encoder takes the logarithm."""
    (columns,) = [each[2] for each in encode.transformers if each[0] == "logged"]
    return list(columns)


def owners_of(encode: ColumnTransformer, features: list[str]) -> np.ndarray:
    """Return for each column the position of its feature in ``features``."""
    position = {name: place for place, name in enumerate(features)}
    return np.array([position[term.feature] for term in terms_of(encode)], dtype=int)
