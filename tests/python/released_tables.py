"""Small tables fit to leave a house, and what who receives one can work out of it."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from scipy.optimize import linprog

from support import BIN, PROJECT_DIR, environment

MIN_CUSTOMERS = 10
MAX_SHARE = 0.8
ALL = "(all)"
_NEXT = "-- next"
_MODEL = (
    "with cells as ({{{{ cells_with_totals('customers', {dimensions}, ['orders'], "
    "'sales') }}}}), told as ({{{{ suppressed('cells', {dimensions}, "
    f"{MIN_CUSTOMERS}, {MAX_SHARE}) }}}}}}}}) select * from told"
)

Cell = tuple[str, ...]
# Of each inner cell its customers, and the sales of each.
Contents = Mapping[Cell, Sequence[tuple[str, int]]]


@dataclass(frozen=True)
class Judged:
    """One row of a table, before anything is left out of it."""

    cell: Cell
    customers: float
    orders: float
    sales: float
    greatest_part: float
    is_sensitive: bool
    is_suppressed: bool

    @property
    def is_few(self) -> bool:
        """Whether it is of too few customers."""
        return self.customers < MIN_CUSTOMERS


@dataclass(frozen=True)
class Suppression:
    """The SQL that judges tables of these dimensions."""

    dimensions: Sequence[str]
    sql: str = field(repr=False)

    def judge(self, tables: Sequence[Contents]) -> list[list[Judged]]:
        """Judge every cell and total of some tables, each as a month of its own."""
        rows = [
            {"month": _month(n), "customer_id": customer, "orders": 1, "sales": sales}
            | dict(zip(self.dimensions, cell, strict=True))
            for n, contents in enumerate(tables)
            for cell, customers in contents.items()
            for customer, sales in customers
        ]
        if not rows:
            return [[] for _ in tables]
        keys = ", ".join(self.dimensions)
        with duckdb.connect() as connection:
            connection.register("customers", pa.Table.from_pylist(rows))
            found = connection.execute(
                f"select month, {keys}, cast(customers as double), "
                "cast(orders as double), cast(money as double), "
                f"cast(greatest_part as double), is_sensitive, is_suppressed "
                f"from ({self.sql}) order by {keys}"
            ).fetchall()
        width = len(self.dimensions)
        judged = defaultdict(list)
        for month, *row in found:
            judged[month].append(Judged(tuple(row[:width]), *row[width:]))
        return [judged[_month(n)] for n in range(len(tables))]


def _month(number: int) -> date:
    return date(2000 + number // 12, number % 12 + 1, 1)


def compile_suppression(
    directory: Path, dimensions: Sequence[Sequence[str]]
) -> list[Suppression]:
    """Compile the macros for each of some sets of dimensions."""
    (directory / "home").mkdir(parents=True, exist_ok=True)
    models = [_MODEL.format(dimensions=list(each)) for each in dimensions]
    done = subprocess.run(
        [str(BIN / "dbt"), "--quiet", "compile", "--inline", _NEXT.join(models)],
        cwd=PROJECT_DIR,
        env=environment(directory) | {"MARTLET_RAW": str(directory / "raw")},
        capture_output=True,
        text=True,
        check=True,
    )
    return list(map(Suppression, dimensions, done.stdout.split(_NEXT)))


class Reader:
    """Somebody who has the table and reckons: the published rows, as equations.

    What has no row is nobody's. Every withheld inner cell is an unknown that is not
    negative; every published total is the sum of the inner cells in it.
    """

    def __init__(self, judged: Sequence[Judged], measure: str) -> None:
        inner = [row for row in judged if ALL not in row.cell]
        self._unknown = [row.cell for row in inner if row.is_suppressed]
        told = {row.cell: getattr(row, measure) for row in inner}
        self._known = {
            row.cell: told[row.cell] for row in inner if not row.is_suppressed
        }
        totals = [row for row in judged if ALL in row.cell and not row.is_suppressed]
        self._equations = np.array([self._membership(row.cell) for row in totals])
        self._sums = [getattr(row, measure) - self._told(row.cell) for row in totals]

    def bounds(self, *cells: Cell) -> tuple[float, float]:
        """Least and greatest that the sum of some cells can be."""
        weights = sum(self._membership(cell) for cell in cells)
        told = sum(self._told(cell) for cell in cells)
        return told + self._least(weights), told - self._least(-weights)

    def _least(self, weights: np.ndarray) -> float:
        if not weights.any():
            return 0.0
        equations = {"A_eq": self._equations, "b_eq": self._sums} if self._sums else {}
        found = linprog(weights, **equations, bounds=(0, None), method="highs")
        if found.status == 3:
            return -np.inf
        assert found.status == 0, found.message
        return found.fun

    def _membership(self, total: Cell) -> np.ndarray:
        return np.array([float(_is_in(cell, total)) for cell in self._unknown])

    def _told(self, total: Cell) -> float:
        return sum(value for cell, value in self._known.items() if _is_in(cell, total))


def _is_in(cell: Cell, total: Cell) -> bool:
    return all(whole in (ALL, part) for part, whole in zip(cell, total, strict=True))


def cells_of(sizes: Sequence[int]) -> list[Cell]:
    """Give every inner cell of a table of so many values in each dimension."""
    return list(product(*([f"v{n}" for n in range(size)] for size in sizes)))
