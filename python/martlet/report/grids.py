"""Lay rows out by two keys, each value with the step of colour it falls into."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from martlet.report.content import Grid, Row


@dataclass(frozen=True)
class Cell:
    """A value of the grid: its row of data, if there is one, and its colour's number."""

    row: Row | None
    step: int | None


@dataclass(frozen=True)
class Line:
    """A row of the grid: the row of data that names it, and a cell per column."""

    first: Row
    cells: list[Cell]


@dataclass(frozen=True)
class Layout:
    """A grid with its columns' keys and its lines."""

    columns: list[Row]
    lines: list[Line]


def laid_out(grid: Grid) -> Layout:
    """Lay a grid out in the order in which their keys are first met.

    Columns are in the order of their values, where those are numbers.
    """
    columns = {row[grid.column.name]: row for row in grid.rows}
    keys = sorted(columns) if grid.column.kind == "count" else list(columns)
    lines: dict[object, dict[object, Row]] = {}
    for row in grid.rows:
        lines.setdefault(row[grid.row.name], {})[row[grid.column.name]] = row
    return Layout(
        columns=[columns[key] for key in keys],
        lines=[
            Line(
                first=next(iter(found.values())),
                cells=[_cell(grid, found.get(key)) for key in keys],
            )
            for found in lines.values()
        ],
    )


def _cell(grid: Grid, row: Row | None) -> Cell:
    value = None if row is None else row[grid.value.name]
    if value is None:
        return Cell(row, None)
    return Cell(row, bisect_right(grid.steps, float(value)) + 1)
