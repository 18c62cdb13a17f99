"""What can be released, by what rules, and what was released already.

``releases.release_definitions`` lists the tables, ``ops.releases`` is the ledger of what
left the house, and ``ops.release_cells`` holds every figure that did: a month that was
told is told the same way ever after, whatever the warehouse says of it by now. Neither
holds anything of a person, so that erasing one changes no figure that is out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

import duckdb

from martlet.errors import EnvironmentFault, UsageError


@dataclass(frozen=True)
class ReleaseTable:
    """A table that can leave the house.

    Attributes
    ----------
    dimensions, measures : tuple of str
        Its columns beside ``month``, ``is_suppressed``, ``customers`` and ``currency``.
    """

    name: str
    title: str
    dimensions: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def relation(self) -> str:
        """Where it is in the warehouse."""
        return f"releases.{self.name}"


@dataclass(frozen=True)
class Rules:
    """What releases go by; the variables of ``dbt_project.yml``."""

    min_customers: int
    epsilon_budget: float
    delta: float
    max_cells: int
    max_contribution: dict[str, int]

    def bound(self, measure: str) -> int:
        """Give by how much at most one customer changes a measure of a cell, with noise.

        Raises
        ------
        UsageError
            ``release_max_contribution`` says nothing of the measure.
        """
        if measure not in self.max_contribution:
            raise UsageError(
                f"How much one customer may add to '{measure}' is not said, so that no "
                "noise can hide it.",
                "Add it to release_max_contribution in dbt_project.yml, then: "
                "martlet build",
            )
        return self.max_contribution[measure]


@dataclass(frozen=True)
class Status:
    """How far a table has been told, and how many of its months wait for a release."""

    name: str
    title: str
    told_months: int
    told_until: date | None
    waiting_months: int


def release_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, ReleaseTable]:
    """Read which tables can be released, by name.

    Raises
    ------
    EnvironmentFault
        They are not built yet.
    """
    try:
        rows = connection.execute(
            "select release_name, title, dimensions, measures "
            "from releases.release_definitions order by release_name"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            "The warehouse has no tables to release yet.", "Build them: martlet build"
        ) from error
    return {
        name: ReleaseTable(
            name, title, tuple(dimensions.split()), tuple(measures.split())
        )
        for name, title, dimensions, measures in rows
    }


def release_table(connection: duckdb.DuckDBPyConnection, name: str) -> ReleaseTable:
    """Read one table.

    Raises
    ------
    UsageError
        There is no such table; the known ones are listed.
    """
    tables = release_tables(connection)
    if name not in tables:
        raise UsageError(
            f"There is no table '{name}' to release.",
            "Choose one of: " + ", ".join(tables),
        )
    return tables[name]


def release_rules(connection: duckdb.DuckDBPyConnection) -> Rules:
    """Read the rules that the warehouse was built with."""
    *numbers, max_contribution = connection.execute(
        "select min_customers, epsilon_budget, delta, max_cells, max_contribution "
        "from releases.release_settings"
    ).fetchone()
    return Rules(*numbers, json.loads(max_contribution))


def told_until(connection: duckdb.DuckDBPyConnection) -> date | None:
    """Give the last month of which any table was told; earlier ones are closed."""
    (month,) = connection.execute(
        "select max(month) from ops.release_cells where epsilon is null"
    ).fetchone()
    return month


def spent_epsilon(connection: duckdb.DuckDBPyConnection, year: int) -> float:
    """Add up what the noisy releases of a year spent."""
    (spent,) = connection.execute(
        "select coalesce(sum(epsilon), 0) from ops.releases "
        "where year(released_at) = ? and is_drawn",
        [year],
    ).fetchone()
    return spent


def release_status(connection: duckdb.DuckDBPyConnection) -> list[Status]:
    """Tell of each table how far it was told, and what waits."""
    closed = told_until(connection)
    return [
        Status(
            table.name,
            table.title,
            *told_months(connection, table),
            waiting_months(connection, table, closed),
        )
        for table in release_tables(connection).values()
    ]


def told_months(
    connection: duckdb.DuckDBPyConnection, table: ReleaseTable
) -> tuple[int, date | None]:
    """Count the months that were told of a table, and give the last."""
    return connection.execute(
        "select count(distinct month), max(month) from ops.release_cells "
        "where release_name = ? and epsilon is null",
        [table.name],
    ).fetchone()


def waiting_months(
    connection: duckdb.DuckDBPyConnection, table: ReleaseTable, closed: date | None
) -> int:
    """Count the months of a table that the next release will close."""
    (waiting,) = connection.execute(
        f"select count(distinct month) from releases.{table.name} "
        "where $closed::date is null or month > $closed",
        {"closed": closed},
    ).fetchone()
    return waiting
