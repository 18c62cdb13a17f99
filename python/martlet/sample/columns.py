"""Turn the coded numbers that the sample is drawn in into the columns of a store.

While the sample is drawn everything is an integer: codes into short lists of words,
numbers of people and orders, cents, milliseconds since 1970 (UTC). Wherever one of them
is missing it is negative; here, and only here, negatives become nulls.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

DECIMAL = pa.decimal128(18, 4)


def lookup(values: np.ndarray, codes: np.ndarray, missing: int) -> np.ndarray:
    """Return ``values`` at ``codes``, and ``missing`` where a code is negative."""
    found = np.full(len(codes), missing)
    found[codes >= 0] = np.asarray(values)[codes[codes >= 0]]
    return found


def whole(numbers: np.ndarray) -> pa.Array:
    """Return ``numbers`` as 64-bit integers."""
    numbers = np.asarray(numbers, dtype="int64")
    return pa.array(numbers, mask=numbers < 0)


def words(choices: Sequence[str | None], codes: np.ndarray) -> pa.Array:
    """Return the choice at each code."""
    return pa.array(choices, pa.string()).take(whole(codes))


def numbered(prefix: str, numbers: np.ndarray, width: int = 0) -> pa.Array:
    """Return ids: ``prefix`` and the number, padded with zeros to ``width``."""
    digits = pc.utf8_lpad(whole(numbers).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def money(cents: np.ndarray) -> pa.Array:
    """Return amounts in units of a currency, from ``cents``."""
    cents = np.asarray(cents)
    return pa.array(cents / 100, mask=cents < 0).cast(DECIMAL)


def instants(milliseconds: np.ndarray) -> pa.Array:
    """Return timestamps, from milliseconds since 1970 (UTC)."""
    return whole(milliseconds).cast(pa.timestamp("ms")).cast(pa.timestamp("us"))


def days(numbers: np.ndarray) -> pa.Array:
    """Return dates, from days since 1970; any ``numpy`` date works."""
    return pa.array(np.asarray(numbers).astype("datetime64[D]"))


def flags(values: np.ndarray) -> pa.Array:
    """Return booleans."""
    return pa.array(np.asarray(values, dtype=bool))


def same(value: str, rows: int) -> pa.Array:
    """Return ``value`` for every row."""
    return pa.repeat(pa.scalar(value, pa.string()), rows)
