"""Sources that are tables already: Parquet, spreadsheets, DuckDB files, databases.

A database may answer the same question otherwise a moment later, so its rows are
brought once into the scratch database, whose overflow is encrypted, and read there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from martlet.errors import EnvironmentFault, RawDataError, UsageError
from martlet.faults import is_machine_fault
from martlet.loading.columns import SourceColumn
from martlet.loading.sources.database import read_database
from martlet.loading.sources.sheets import read_sheets
from martlet.loading.sources.source import Hints, Source, as_text, unique
from martlet.sql import identifier, literal, one_file


def open_parquet(path: Path, connection: duckdb.DuckDBPyConnection) -> Source:
    """Open a Parquet file."""
    relation = f"read_parquet({one_file(path)}, hive_partitioning = false)"
    try:
        types = _types(connection, relation)
        (rows,) = connection.execute(f"select count(*) from {relation}").fetchone()
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        raise RawDataError(
            f"{path} cannot be read as Parquet: it is damaged or cut short.",
            "Export or download the file again, and check that it is complete.",
        ) from None
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return Source(path.name, sha256, list(types), as_text(relation, types), rows=rows)


def open_workbook(
    path: Path,
    hints: Hints,
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[SourceColumn],
) -> Source:
    """Open an Excel workbook: the sheet named, else those that have the columns."""
    sheets, unread = read_sheets(path, hints.table, columns)
    relation = unique("sheets")
    connection.register(relation, sheets)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    name = path.name
    if hints.table:  # two sheets of one file are two sources
        name = f"{path.name} {hints.table}"
        digest.update(hints.table.encode())
    return Source(
        name,
        digest.hexdigest(),
        sheets.column_names,
        relation,
        rows=sheets.num_rows,
        unread=[f"sheet {sheet} of {path.name}" for sheet in unread],
    )


@contextmanager
def open_duckdb_file(
    path: Path, hints: Hints, connection: duckdb.DuckDBPyConnection, default: str
) -> Iterator[Source]:
    """Open one table of a DuckDB file, the one named or the one called ``default``.

    Raises
    ------
    UsageError
        The file has no such table.
    EnvironmentFault
        Another process writes the file, or a newer DuckDB wrote it.
    """
    theirs = unique("theirs")
    try:
        connection.execute(f"attach {literal(path)} as {theirs} (read_only)")
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        raise EnvironmentFault(
            f"{path} cannot be opened: another program writes it, or a newer DuckDB "
            "wrote it.",
            "Close the other program, or pass a copy of the file.",
        ) from None
    try:
        table = hints.table or default
        full_name = table if "." in table else f"main.{table}"
        tables = {
            f"{schema}.{name}": f"{theirs}.{identifier(schema)}.{identifier(name)}"
            for schema, name in connection.execute(
                "select schema_name, table_name from duckdb_tables() "
                f"where database_name = '{theirs}' union all "
                "select schema_name, view_name from duckdb_views() "
                f"where database_name = '{theirs}' and not internal order by all"
            ).fetchall()
        }
        if full_name not in tables:
            listed = ", ".join(tables) or "none"
            raise UsageError(
                f"{path} has no table {full_name}. It has: {listed}.",
                "Name one of these with --table.",
            )
        place = tables[full_name]
        yield _brought(
            connection,
            as_text(place, _types(connection, place)),
            f"{path.name} {full_name}",
        )
    finally:
        connection.execute(f"detach {theirs}")


def open_database(
    url: str, hints: Hints, connection: duckdb.DuckDBPyConnection, default: str
) -> Source:
    """Open one table of a database, the one named or the one called ``default``."""
    name, batches = read_database(url, hints.table or default)
    connection.register("batches", batches)
    try:
        return _brought(connection, "batches", name)
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        raise EnvironmentFault(
            f"{name} stopped answering while it was read.",
            "Run the same command again.",
        ) from None
    finally:
        connection.unregister("batches")


def open_rows(
    connection: duckdb.DuckDBPyConnection, name: str, sha256: str, relation: str
) -> Source:
    """Open rows of text that lie in the scratch database already."""
    columns = list(_types(connection, relation))
    (rows,) = connection.execute(f"select count(*) from {relation}").fetchone()
    return Source(name, sha256, columns, relation, rows=rows)


def _brought(connection: duckdb.DuckDBPyConnection, relation: str, name: str) -> Source:
    brought = unique("brought")
    connection.execute(f"create table {brought} as select * from {relation}")
    (digest,) = connection.execute(
        "select concat_ws(' ', count(*), sum(md5_number_lower(row)), "
        "sum(md5_number_upper(row))) "
        f"from (select cast({brought} as varchar) as row from {brought})"
    ).fetchone()
    columns = list(_types(connection, brought))
    sha256 = hashlib.sha256("\n".join([digest, *columns]).encode()).hexdigest()
    return open_rows(connection, name, sha256, brought)


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {row[0]: row[1] for row in described}
