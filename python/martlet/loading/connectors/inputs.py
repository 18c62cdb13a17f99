"""Bring a connector's inputs into the scratch database, typed, every row numbered.

For each input there are then the view ``source_<input>`` of the rows that read, the
table ``<input>`` that the connector makes of them, and the view ``accepted_<input>``
without the rows that were refused. Those are in ``refused``, by input and row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from martlet.errors import RawDataError
from martlet.loading.columns import match_columns, require_columns
from martlet.loading.connectors.connector import Connector, Input
from martlet.loading.connectors.statements import describe, mistake, run
from martlet.loading.parsing import Reading, typed_rows
from martlet.loading.sources.source import Malformed, Source, numbered
from martlet.sql import identifier, literal

_AS_THEY_CAME = Reading()


@dataclass(frozen=True)
class ReadSource:
    """A source of an input: its rows are ``first_row`` and the ``rows - 1`` after it."""

    source: Source
    first_row: int
    rows: int
    malformed: Sequence[Malformed]


def read_input(
    connection: duckdb.DuckDBPyConnection,
    connector: Connector,
    kind: Input,
    sources: Sequence[Source],
) -> list[ReadSource]:
    """Create ``source_<input>`` from its sources; empty where there are none.

    Raises
    ------
    RawDataError
        A source lacks a column, or none of them has a row.
    """
    typed = identifier(f"typed_{kind.name}")
    empty = typed_rows(
        "(select 0 as source_row, null as row where false)",
        kind.columns,
        {},
        _AS_THEY_CAME,
        keep=("source_row",),
    )
    run(connection, connector, "connector.yml", f"create table {typed} as {empty}")
    read: list[ReadSource] = []
    first_row = 1
    for source in sources:
        matched = match_columns(source.columns, kind.columns)
        require_columns(
            source.columns,
            matched,
            kind.columns,
            source.name,
            f"{connector.title} ({kind.name})",
            f"Pass the right files: martlet load {connector.name} <file or folder>",
        )
        rows = typed_rows(
            numbered(source),
            kind.columns,
            matched,
            _AS_THEY_CAME,
            keep=("source_row",),
        )
        (count,) = run(
            connection,
            connector,
            "connector.yml",
            f"insert into {typed} "
            f"select * replace (source_row + {first_row - 1} as source_row) from ({rows})",
        ).fetchone()
        malformed = source.malformed(connection)
        read.append(ReadSource(source, first_row, count, malformed))
        first_row += count
    if sources and first_row == 1 and not any(each.malformed for each in read):
        raise RawDataError(
            f"{sources[0].name} has the expected columns and not one row.",
            f"Pass {connector.title}: martlet load {connector.name} <file>",
        )
    connection.execute(f"""
        insert into refused
        select
            {literal(kind.name)}, source_row, {literal(connector.name)},
            unread.rule, unread.reason
        from {typed}
        where unread is not null;
        create view {identifier(f"source_{kind.name}")} as
        select * exclude (unread) from {typed} where unread is null
    """)
    return read


def make_input(
    connection: duckdb.DuckDBPyConnection, connector: Connector, kind: Input
) -> None:
    """Create ``<input>`` and ``accepted_<input>`` by the connector's SQL for it.

    Raises
    ------
    CheckFailed
        The SQL fails, or gives no ``source_row``.
    """
    name, file = identifier(kind.name), f"inputs/{kind.name}.sql"
    sql = kind.sql or f"select * from {identifier(f'source_{kind.name}')}"
    columns = describe(connection, connector, file, sql)
    if "source_row" not in columns:
        raise mistake(connector, f"{file} gives no column source_row")
    absent = {
        "amount": "cast(null as decimal(18, 4))",
        "refused_rule": "cast(null as varchar)",
        "refused_reason": "cast(null as varchar)",
    }
    added = "".join(
        f", {value} as {column}"
        for column, value in absent.items()
        if column not in columns
    )
    run(
        connection,
        connector,
        file,
        f"create table {name} as select *{added} from (\n{sql}\n)",
    )
    connection.execute(f"""
        insert into refused
        select
            {literal(kind.name)}, source_row, {literal(connector.name)},
            refused_rule, coalesce(refused_reason, refused_rule)
        from {name}
        where refused_rule is not null;
        create view {identifier(f"accepted_{kind.name}")} as
        select * from {name}
        where source_row not in (
            select source_row from refused where input = {literal(kind.name)}
        )
    """)
