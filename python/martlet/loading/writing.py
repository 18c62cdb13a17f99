"""Write what a load made as Parquet, contact data sealed on the way.

The contract says which columns are sealed, keyed or redacted; a connector gives them in
clear and never handles a key. Equal loads give equal files: rows are written in the
order of the file, or of their key.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb

from martlet.contract import Column
from martlet.loading.ledger import Load
from martlet.loading.outputs import Outputs
from martlet.loading.sql import exact_cast, identifier, literal
from martlet.loading.tables import MadeTable
from martlet.sealing import NORMALISE, Sealer, redact


def needs_key(connection: duckdb.DuckDBPyConnection, made: list[MadeTable]) -> bool:
    """Say whether there is anything to seal: refused rows, or contact data."""
    clear = [
        f"select 1 from {table.relation} where {identifier(column.name)} is not null"
        for table in made
        for column in table.contract.sealed
        if column.name in table.columns
    ]
    anything = " union all ".join(["select 1 from refused", *clear])
    return (
        connection.execute(f"select 1 from ({anything}) limit 1").fetchone() is not None
    )


def register_functions(
    connection: duckdb.DuckDBPyConnection, sealer: Sealer | None
) -> None:
    """Let SQL call ``redact``, ``seal`` and ``pseudonym_of_<column>``.

    Without a sealer the latter two are there as well, and take nothing but null.
    """
    _register(connection, "redact", redact)
    _register(connection, "seal", sealer.seal if sealer else _without_key)
    for column, normalise in NORMALISE.items():
        keyed = partial(_pseudonym, sealer, normalise) if sealer else _without_key
        _register(connection, f"pseudonym_of_{column}", keyed)


def write_table(
    connection: duckdb.DuckDBPyConnection, table: MadeTable, outputs: Outputs, out: Path
) -> None:
    """Write a raw table with all columns of its contract, in their order."""
    columns = ", ".join(
        f"{_value(column, table)} as {identifier(column.name)}"
        for column in table.contract.columns
    )
    order = "source_row" if table.is_stored else ", ".join(table.contract.key)
    _copy(
        connection,
        f"select {columns} from {table.relation} order by {order}",
        outputs.path(out, table.contract.name),
    )


def write_quarantine(
    connection: duckdb.DuckDBPyConnection,
    load: Load,
    outputs: Outputs,
    quarantine: Path,
) -> None:
    """Write the refused rows: where they stood, why, and the row as it came, sealed."""
    places = connection.execute("select distinct place from refused order by 1")
    for (place,) in places.fetchall():
        _copy(
            connection,
            f"""
            select
                {literal(load.load_id)} as load_id,
                {literal(load.source.name)} as source_file,
                source_row,
                rule,
                reason,
                seal(cast(to_json(row) as varchar)) as sealed_row,
            from refused
            inner join file_rows using (source_row)
            where place = {literal(place)}
            order by source_row
            """,
            outputs.path(quarantine, place),
        )


def _value(column: Column, table: MadeTable) -> str:
    """SQL for one column as it is written."""
    given = column.pseudonym_of or column.name
    if given not in table.columns:
        return f"cast(null as {column.data_type})"
    # A number or date is text here: what is sealed or redacted is always written so.
    text = f"nullif(trim(cast({identifier(given)} as varchar)), '')"
    if column.pseudonym_of:
        return f"pseudonym_of_{given}({text})"
    if column.sealed:
        return f"seal({text})"
    if column.redacted:
        return f"redact({text})"
    return exact_cast(identifier(given), column.data_type)


def _pseudonym(
    sealer: Sealer, normalise: Callable[[str], str], value: str
) -> str | None:
    """Hash a value for matching; null where nothing is left of it.

    Else two people whose phone reads "none" would be matched as one.
    """
    normalised = normalise(value)
    return sealer.pseudonym(normalised) if normalised else None


def _without_key(value: str) -> str:
    raise AssertionError("contact data was not expected here")


def _register(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[[str], str | None],
) -> None:
    def of_value_or_null(value: str | None) -> str | None:
        return None if value is None else function(value)

    connection.create_function(
        name, of_value_or_null, ["VARCHAR"], "VARCHAR", null_handling="special"
    )


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, path: Path) -> None:
    connection.execute(f"copy ({rows}) to {literal(path)} (format parquet)")
