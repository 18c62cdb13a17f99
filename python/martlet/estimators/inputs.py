"""What an estimator takes: numbers and categories, finite, one row per key.

The warehouse hands over columns in many storage types (integers, decimals, nullable
booleans, text). Estimators know two kinds, numbers and categories; here is where one
becomes the other, and where a frame that fits neither is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from pandas.api.types import infer_dtype

from martlet.errors import ModelRefused

NUMBER = "number"
CATEGORY = "category"
EMPTY = "empty"  # untyped and without a single value, so it can pass for either kind

_KIND_OF = {
    "integer": NUMBER,
    "floating": NUMBER,
    "mixed-integer-float": NUMBER,
    "decimal": NUMBER,
    "boolean": NUMBER,
    "string": CATEGORY,
    "categorical": CATEGORY,
    "empty": EMPTY,
}


def column_kinds(features: pd.DataFrame) -> dict[str, str]:
    """Say which columns are numbers (booleans are), categories, or empty.

    Raises
    ------
    ModelRefused
        A column is of no usable type, or stands twice.
    """
    twice = features.columns[features.columns.duplicated()].unique()
    if len(twice):
        raise ModelRefused(
            f"These columns stand twice: {listed(twice)}.", "Give each column one name."
        )
    found = {name: infer_dtype(features[name], skipna=True) for name in features}
    unusable = [
        f"{name} ({dtype})" for name, dtype in found.items() if dtype not in _KIND_OF
    ]
    if unusable:
        raise ModelRefused(
            f"These features are neither numbers nor text: {listed(unusable)}.",
            "Turn them into numbers (a timestamp into days, say), or leave them out.",
        )
    return {name: _KIND_OF[dtype] for name, dtype in found.items()}


def as_numbers(features: pd.DataFrame) -> pd.DataFrame:
    """Return ``features`` as float64, missing values as NaN.

    Raises
    ------
    ModelRefused
        A column holds infinite values; the message says which and how many.
    """
    values = {name: _floats(features[name]) for name in features}
    infinite = {name: int(np.isinf(column).sum()) for name, column in values.items()}
    found = [f"{name} ({rows} rows)" for name, rows in infinite.items() if rows]
    if found:
        raise ModelRefused(
            f"Infinite values in {listed(found)} of {len(features)} rows.",
            "Make them null where the denominator is zero: null can be imputed.",
        )
    return pd.DataFrame(values, index=features.index)


def _floats(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def _texts(column: pd.Series) -> pd.Series:
    known = column.notna()
    texts = [
        str(value) if here else None for value, here in zip(column, known, strict=True)
    ]
    return pd.Series(texts, index=column.index, dtype=object)


def typed(features: pd.DataFrame, kinds: Mapping[str, str]) -> pd.DataFrame:
    """Return the columns of ``kinds``, in that order, each as its kind.

    Numbers become float64, categories text with None where nothing is known.
    """
    numbers = as_numbers(
        features[[name for name, kind in kinds.items() if kind == NUMBER]]
    )
    texts = {
        name: _texts(features[name]) for name, kind in kinds.items() if kind != NUMBER
    }
    return numbers.assign(**texts)[list(kinds)]


def typed_like(
    frame: pd.DataFrame, kinds: Mapping[str, str], table: str
) -> pd.DataFrame:
    """Return what :func:`typed` does, of a table that need not hold these columns.

    Raises
    ------
    ModelRefused
        A column is missing, of another kind, or infinite; ``table`` names the table.
    """
    refuse_lacking(frame, kinds, table)
    found = column_kinds(frame[list(kinds)])
    others = [
        f"{name} ({kind}, not {kinds[name]})"
        for name, kind in found.items()
        if kind != kinds[name] and EMPTY not in (kind, kinds[name])
    ]
    if others:
        raise ModelRefused(
            f"The {table} table has features of another type: {listed(others)}.",
            "Give both tables their features in the same types.",
        )
    return typed(frame, kinds)


def refuse_lacking(frame: pd.DataFrame, needed: Iterable[str], table: str) -> None:
    """Refuse a table without the columns that are needed of it."""
    missing = [name for name in needed if name not in frame]
    if missing:
        raise ModelRefused(
            f"The {table} table lacks {listed(missing)}; it has "
            f"{listed(frame.columns)}.",
            "Give it these columns.",
        )


def feature_kinds(features: pd.DataFrame) -> dict[str, str]:
    """Return the kind of each column of a frame that :func:`typed` gave."""
    return {
        name: CATEGORY if column.dtype == object else NUMBER
        for name, column in features.items()
    }


def refuse_repeated(keys: pd.DataFrame | pd.Series, each: str) -> None:
    """Refuse keys that are null or stand twice; ``each`` says what a row should be."""
    frame = pd.DataFrame(keys)
    nulls, repeats = int(frame.isna().any(axis=1).sum()), int(frame.duplicated().sum())
    if nulls or repeats:
        raise ModelRefused(
            f"Each row should be {each}, but of {len(frame)} rows {repeats} repeat "
            f"another and {nulls} have no key.",
            "Make the input unique on its key.",
        )


def signed_log1p(values: np.ndarray) -> np.ndarray:
    """Squeeze long tails on both sides of zero: ``sign(x) * log(1 + |x|)``.

    By ``log``, which is several times as fast as ``log1p`` and differs from it by no
    more than 1e-16.
    """
    squeezed = np.abs(values)
    squeezed += 1
    np.log(squeezed, out=squeezed)
    return np.copysign(squeezed, values, out=squeezed)


def listed(names) -> str:
    """Join names for a sentence."""
    return ", ".join(str(name) for name in names)
