"""Write the rows of raw tables as Parquet, contact data sealed on the way.

The contract says which columns are sealed, keyed or redacted; whoever makes rows gives
them in clear and never handles a key. An id that is an e-mail address becomes its
pseudonym, so that it still joins; other texts lose the addresses they hold.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import duckdb

from martlet.contract import Column, RawTable
from martlet.privacy.in_sql import id_without_email, redacted, text_without_email
from martlet.sql import exact_cast, identifier, literal


def stored_columns(table: RawTable, present: Collection[str]) -> str:
    """SQL for the columns of a raw table, in order, from rows that have ``present``."""
    return ", ".join(
        f"{_stored(column, table, present)} as {identifier(column.name)}"
        for column in table.written
    )


def copy_to(connection: duckdb.DuckDBPyConnection, rows: str, path: Path) -> int:
    """Write the rows of a query to a Parquet file; give their number."""
    (written,) = connection.execute(
        f"copy ({rows}) to {literal(path)} (format parquet)"
    ).fetchone()
    return written


def write_rows(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    rows: Iterable[Mapping[str, object]],
    path: Path,
) -> None:
    """Write rows that are made already to a Parquet file, as their contract has them."""
    columns = ", ".join(
        f"{identifier(column.name)} {column.data_type}" for column in table.written
    )
    marks = ", ".join("?" for _ in table.written)
    connection.execute(f"create or replace temp table made_rows ({columns})")
    connection.executemany(
        f"insert into made_rows values ({marks})",
        [[row[column.name] for column in table.written] for row in rows],
    )
    copy_to(connection, "from made_rows", path)


def _stored(column: Column, table: RawTable, present: Collection[str]) -> str:
    """SQL for one column as it is written."""
    given = column.pseudonym_of or column.name
    if given not in present:
        return f"cast(null as {column.data_type})"
    value = identifier(given)
    if column.pseudonym_of == "phone":
        country = "country" if "country" in present else "cast(null as varchar)"
        return f"pseudonym_of_phone(cast({value} as varchar), {country})"
    if column.pseudonym_of:
        return f"pseudonym_of_{given}(cast({value} as varchar))"
    if column.sealed:
        # A number or date is text here: what is sealed is always written so.
        return f"seal(nullif(trim(cast({value} as varchar)), ''))"
    if column.data_type != "varchar":
        return exact_cast(value, column.data_type)
    text = f"cast({value} as varchar)"
    if column.redacted:
        return redacted(text)
    if column.name in table.key or column.name.endswith("_id"):
        return id_without_email(text)
    return text_without_email(text)
