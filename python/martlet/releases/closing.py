"""A month is told once: its figures are kept, and told again as they were.

Whoever has two releases could else take one from the other, and would read what the one
customer bought who came, left or was erased in between. So the first release that finds
a month settled closes it, and all months before it, for every table at once, since two
tables of one month taken at two moments differ in the same way.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa

from martlet.releases.tables import ReleaseTable, release_tables, told_until
from martlet.sql import column_types, identifier, literal


def close_months(connection: duckdb.DuckDBPyConnection, release_id: str) -> None:
    """Keep the figures of every month that is settled and later than those told."""
    closed = told_until(connection)
    for table in release_tables(connection).values():
        names = list(column_types(connection, table.relation))
        keys = ", ".join(map(identifier, ("month", *table.dimensions)))
        connection.execute(
            "insert into ops.release_cells by name "
            "select $release_id as release_id, $name as release_name, month, "
            f"row_number() over (order by {keys}) as cell_number, "
            f"{as_json(names)} as cell from releases.{table.name} "
            "where $closed::date is null or month > $closed",
            {"release_id": release_id, "name": table.name, "closed": closed},
        )


def told_cells(
    connection: duckdb.DuckDBPyConnection, table: ReleaseTable, month: date | None
) -> pa.Table:
    """Read what was told of one month, or of all."""
    return connection.execute(
        f"select {from_json(column_types(connection, table.relation))} "
        "from ops.release_cells where release_name = $name and epsilon is null "
        "and month = coalesce($month, month) order by month, cell_number",
        {"name": table.name, "month": month},
    ).to_arrow_table()


def as_json(columns: list[str]) -> str:
    """Write SQL that packs columns of a row into one JSON text, each as text.

    Numbers as text keep every digit, whatever reads them back.
    """
    pairs = (
        f"{literal(name)}, cast({identifier(name)} as varchar)" for name in columns
    )
    return f"cast(json_object({', '.join(pairs)}) as varchar)"


def from_json(types: dict[str, str]) -> str:
    """Write SQL that unpacks the columns again."""
    return ", ".join(
        f"cast(json_extract_string(cell, {literal(f'$.{name}')}) as {data_type}) "
        f"as {identifier(name)}"
        for name, data_type in types.items()
    )
