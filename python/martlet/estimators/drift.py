"""In which ranges features lay when a model was fitted, so that drift can be told.

Counts by range are all that is kept: a population stability index needs no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

RANGES = 10
MOST_VALUES = 20  # of a category; rarer ones count together
MISSING = 0  # the bin of what is not known
COLUMNS = ["feature", "bin_number", "bin_name", "rows"]


@dataclass(frozen=True)
class Bins:
    """Tenths of each number, and the commonest values of each category.

    Attributes
    ----------
    edges : dict of str to list of float
        Values between the ranges of a number, rising; a value equal to one lies above.
    values : dict of str to list of str
        Values of a category, commonest first.
    """

    edges: dict[str, list[float]]
    values: dict[str, list[str]]

    @classmethod
    def fit(cls, features: pd.DataFrame) -> Bins:
        """Find the bins of typed features; equal tenths are one."""
        edges, values = {}, {}
        for name, column in features.items():
            if column.dtype == object:
                commonest = column.value_counts().head(MOST_VALUES)
                values[name] = sorted(commonest.index)
            else:
                known = column.to_numpy()[column.notna().to_numpy()]
                cuts = np.arange(1, RANGES) / RANGES
                found = np.unique(np.quantile(known, cuts)) if len(known) else []
                edges[name] = [float(edge) for edge in found]
        return cls(edges, values)

    def __add__(self, other: Bins) -> Bins:
        """Return the bins of both."""
        return Bins(self.edges | other.edges, self.values | other.values)

    def count(self, features: pd.DataFrame) -> pd.DataFrame:
        """Count rows by bin.

        Returns
        -------
        DataFrame
            feature, bin_number (0 is missing), bin_name, rows, bins without rows
            included.
        """
        counted = []
        for name in [*self.edges, *self.values]:
            column = features[name]
            if name in self.edges:
                number = np.searchsorted(
                    self.edges[name], column.to_numpy(), side="right"
                )
                number = np.where(column.isna(), MISSING, number + 1)
                names = _range_names(self.edges[name])
            else:
                known = {value: at + 1 for at, value in enumerate(self.values[name])}
                others = len(known) + 1
                number = np.array(
                    [
                        MISSING if value is None else known.get(value, others)
                        for value in column
                    ],
                    dtype=int,
                )
                names = ["missing", *self.values[name], "other"]
            rows = np.bincount(number, minlength=len(names))
            counted += [
                (name, place, bin_name, int(count))
                for place, (bin_name, count) in enumerate(zip(names, rows, strict=True))
            ]
        return pd.DataFrame(counted, columns=COLUMNS)


def _range_names(edges: list[float]) -> list[str]:
    written = [f"{edge:.4g}" for edge in edges]
    if not written:
        return ["missing", "any"]
    between = [f"{low} to {high}" for low, high in pairwise(written)]
    return ["missing", f"below {written[0]}", *between, f"{written[-1]} and more"]
