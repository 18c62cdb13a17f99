"""One month of a table with noise, paid for out of the year's budget.

A draw is kept and told again to whoever asks for the same table, month and epsilon:
averaging many draws would take the noise away, and each further draw costs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
import pyarrow as pa

from martlet.errors import CheckFailed
from martlet.releases.closing import from_json
from martlet.releases.noise import add_noise, least_told, noise_scale
from martlet.releases.tables import ReleaseTable, Rules, spent_epsilon
from martlet.sql import column_types, identifier

# Amounts get their noise in hundredths, as whole numbers.
_HUNDREDTHS = 100


@dataclass(frozen=True)
class NoisePlan:
    """How noisy a release is, and what it costs.

    Attributes
    ----------
    epsilon_each : float
        Share of epsilon that each measure gets.
    least_told : int
        Least noisy count of customers that a cell is told with.
    sensitivities : dict
        By how much one customer changes all cells of a measure together.
    """

    epsilon: float
    delta: float
    epsilon_each: float
    least_told: int
    sensitivities: dict[str, int]

    @property
    def scales(self) -> dict[str, float]:
        """Scale of each measure's noise, in its own unit."""
        return {
            name: noise_scale(sensitivity, self.epsilon_each)
            for name, sensitivity in self.sensitivities.items()
        }


def plan_noise(table: ReleaseTable, rules: Rules, epsilon: float) -> NoisePlan:
    """Split epsilon evenly over the count of customers and the measures."""
    each = epsilon / (1 + len(table.measures))
    bounds = {"customers": 1} | {m: rules.bound(m) for m in table.measures}
    return NoisePlan(
        epsilon=epsilon,
        delta=rules.delta,
        epsilon_each=each,
        least_told=least_told(rules.min_customers, rules.max_cells, each, rules.delta),
        sensitivities={name: rules.max_cells * bound for name, bound in bounds.items()},
    )


def refuse_overdraft(
    connection: duckdb.DuckDBPyConnection, rules: Rules, epsilon: float, year: int
) -> None:
    """Refuse a release that would spend more than is left of the year's budget.

    Epsilons add up, since a customer may be in every release.

    Raises
    ------
    CheckFailed
        With what is left.
    """
    left = rules.epsilon_budget - spent_epsilon(connection, year)
    if epsilon > left + 1e-9:
        raise CheckFailed(
            f"The release would spend {epsilon:g} of the privacy budget, of which "
            f"{max(left, 0):g} is left in {year}: release_epsilon_budget is "
            f"{rules.epsilon_budget:g}.",
            "Spend less with --epsilon, or tell again what was told: martlet releases",
        )


def earlier_draw(
    connection: duckdb.DuckDBPyConnection,
    table: ReleaseTable,
    month: date,
    epsilon: float,
) -> tuple[str, NoisePlan] | None:
    """Find the release that drew this already, and by which bounds it did."""
    found = connection.execute(
        "select release_id, noise from ops.releases "
        "where release_name = ? and month = ? and epsilon = ? and is_drawn",
        [table.name, month, epsilon],
    ).fetchone()
    return (found[0], NoisePlan(**json.loads(found[1]))) if found else None


def draw(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    table: ReleaseTable,
    month: date,
    rules: Rules,
    plan: NoisePlan,
) -> None:
    """Draw the noisy cells of a month and keep them."""
    units = {"customers": 1} | {
        measure: _HUNDREDTHS if data_type.startswith("DECIMAL") else 1
        for measure, data_type in column_types(connection, table.relation).items()
        if measure in table.measures
    }
    cells, sums = _bounded_sums(connection, table, month, rules, units)
    noisy = {
        name: add_noise(sums[name], plan.sensitivities[name] * unit, plan.epsilon_each)
        for name, unit in units.items()
    }
    currency = _currency(connection, table)
    rows = [
        {"month": month.isoformat(), **dict(zip(table.dimensions, cell, strict=True))}
        | {name: _as_text(noisy[name][place], units[name]) for name in units}
        | currency
        for place, cell in enumerate(cells)
        if noisy["customers"][place] >= plan.least_told
    ]
    for number, row in enumerate(rows, start=1):
        connection.execute(
            "insert into ops.release_cells by name select $release_id as release_id, "
            "$name as release_name, $month as month, $epsilon as epsilon, "
            "$number as cell_number, $cell as cell",
            {
                "release_id": release_id,
                "name": table.name,
                "month": month,
                "epsilon": plan.epsilon,
                "number": number,
                "cell": json.dumps(row, ensure_ascii=False),
            },
        )


def drawn_cells(
    connection: duckdb.DuckDBPyConnection, table: ReleaseTable, release_id: str
) -> pa.Table:
    """Read what a release drew."""
    types = column_types(connection, table.relation)
    del types["is_suppressed"]
    return connection.execute(
        f"select {from_json(types)} from ops.release_cells "
        "where release_id = ? and epsilon is not null order by cell_number",
        [release_id],
    ).to_arrow_table()


def _bounded_sums(
    connection: duckdb.DuckDBPyConnection,
    table: ReleaseTable,
    month: date,
    rules: Rules,
    units: dict[str, int],
) -> tuple[list[tuple[str, ...]], dict[str, list[int]]]:
    """Add up the cells, where no customer adds to more cells or more to one than may.

    Which cells of a customer count depends on no other customer: a hash says.
    """
    keys = ", ".join(map(identifier, table.dimensions))
    sums = [
        f"sum(cast(round({units[m]} * least(greatest({identifier(m)}, -$bounds['{m}']), "
        f"$bounds['{m}'])) as bigint))"
        for m in table.measures
    ]
    rows = connection.execute(
        f"""
        with kept as (
            select * from releases.{table.name}_customers
            where month = $month
            qualify row_number() over (
                partition by customer_id
                order by md5(concat_ws('\n', customer_id, {keys})), {keys}
            ) <= $max_cells
        )

        select {keys}, {", ".join(["count(*)", *sums])}
        from kept
        group by {keys}
        order by {keys}
        """,
        {
            "month": month,
            "max_cells": rules.max_cells,
            "bounds": {m: rules.bound(m) for m in table.measures},
        },
    ).fetchall()
    width = len(table.dimensions)
    return [row[:width] for row in rows], {
        name: [int(row[place]) for row in rows]
        for place, name in enumerate(units, start=width)
    }


def _as_text(value: int, unit: int) -> str:
    return str(value) if unit == 1 else f"{value / unit:.2f}"


def _currency(
    connection: duckdb.DuckDBPyConnection, table: ReleaseTable
) -> dict[str, Any]:
    if "currency" not in column_types(connection, table.relation):
        return {}
    (currency,) = connection.execute(
        f"select min(currency) from releases.{table.name}"
    ).fetchone()
    return {"currency": currency}
