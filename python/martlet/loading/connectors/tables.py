"""Run a connector's SQL for raw tables, and hold what it makes to the contract.

Rows of an input that break the contract are refused like any other; derived rows that
break it are a mistake in the connector. At the end every row of every input must be in
exactly one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from martlet.contract import RawTable
from martlet.loading.connectors.connector import Connector, Input
from martlet.loading.connectors.statements import describe, mistake, run
from martlet.loading.rules import breach_of_row
from martlet.sql import identifier, literal


@dataclass(frozen=True)
class MadeTable:
    """A raw table as made by a connector; its rows lie in the table ``relation``."""

    contract: RawTable
    columns: frozenset[str]

    @property
    def relation(self) -> str:
        """Name of the DuckDB table with the connector's own columns."""
        return identifier(f"made_{self.contract.name}")

    @property
    def is_stored(self) -> bool:
        """Whether these are rows of an input themselves, not derived from them."""
        return "source_row" in self.columns


def make_tables(
    connection: duckdb.DuckDBPyConnection,
    connector: Connector,
    contract: dict[str, RawTable],
    loaded_at: datetime,
) -> list[MadeTable]:
    """Create ``made_<table>`` for each raw table that the connector makes.

    Raises
    ------
    CheckFailed
        A statement fails, makes columns the contract does not know or derived rows it
        does not allow.
    """
    # Which tables hold rows of inputs shows when their SQL is described. They come
    # first: rows they lose to the contract must not be derived from either.
    described = {
        name: describe(connection, connector, _file(name), sql)
        for name, sql in connector.tables.items()
    }
    made = [
        MadeTable(contract[name], frozenset(columns))
        for name, columns in described.items()
    ]
    made.sort(key=lambda table: not table.is_stored)
    for table in made:
        _check_columns(table, connector)
        sql = connector.tables[table.contract.name]
        if table.is_stored and "source_input" not in table.columns:
            sql = f"select *, {_only_input(connector, table)} as source_input from ({sql})"
        run(
            connection,
            connector,
            _file(table.contract.name),
            f"create table {table.relation} as {sql}",
        )
        _hold_to_contract(connection, connector, table, loaded_at)
    return made


def check_nothing_lost(
    connection: duckdb.DuckDBPyConnection,
    connector: Connector,
    made: Sequence[MadeTable],
) -> None:
    """Raise ``CheckFailed`` where a row of an input is not in exactly one place."""
    for kind in connector.inputs:
        if not kind.consulted:
            _check_input(connection, connector, kind, made)


def _check_input(
    connection: duckdb.DuckDBPyConnection,
    connector: Connector,
    kind: Input,
    made: Sequence[MadeTable],
) -> None:
    this = f"input = {literal(kind.name)}"
    places = [f"select source_row from refused where {this}"]
    places += [
        f"select source_row from {table.relation} where source_{this}"
        for table in made
        if table.is_stored
    ]
    first, rows = connection.execute(f"""
        select min(coalesce(typed.source_row, counted.source_row)), count(*)
        from {identifier(f"typed_{kind.name}")} as typed
        full join (
            select source_row, count(*) as places
            from ({" union all ".join(places)})
            group by source_row
        ) as counted on typed.source_row = counted.source_row
        where typed.source_row is null or places is distinct from 1
    """).fetchone()
    if rows:
        raise mistake(
            connector,
            f"{rows:,} rows of {kind.name} are not in exactly one raw table or "
            f"quarantine (the first is row {first}); every row must be stored or "
            "refused once",
        )


def _only_input(connector: Connector, table: MadeTable) -> str:
    storing = [kind.name for kind in connector.inputs if not kind.consulted]
    if len(storing) > 1:
        raise mistake(
            connector,
            f"{_file(table.contract.name)} gives source_row and no source_input, which "
            f"says of which input: {', '.join(storing)}",
        )
    return literal(storing[0])


def _check_columns(table: MadeTable, connector: Connector) -> None:
    makeable = {column.name for column in table.contract.given}
    strange = sorted(table.columns - makeable - {"source_row", "source_input"})
    if strange:
        raise mistake(
            connector,
            f"{_file(table.contract.name)} gives the column {strange[0]}, and "
            f"{table.contract.name} has {', '.join(sorted(makeable))}",
        )


def _hold_to_contract(
    connection: duckdb.DuckDBPyConnection,
    connector: Connector,
    table: MadeTable,
    loaded_at: datetime,
) -> None:
    name, relation = table.contract.name, table.relation
    breach = breach_of_row(
        table.contract, table.contract.given, table.columns, loaded_at
    )
    broken = f"(select *, {breach} as broken from {relation})"
    if table.is_stored:
        connection.execute(f"""
            insert into refused
            select
                source_input, source_row, {literal(name)}, broken.rule, broken.reason
            from {broken}
            where broken is not null;
            delete from {relation}
            where (source_input, source_row) in (select (input, source_row) from refused)
        """)
        return
    worst = connection.execute(
        f"select broken.reason, count(*) from {broken} where broken is not null "
        "group by 1 order by 2 desc, 1"
    ).fetchone()
    if worst:
        raise mistake(
            connector,
            f"{_file(name)} makes rows that break the contract: {worst[0]} "
            f"({worst[1]:,})",
        )


def _file(table: str) -> str:
    return f"tables/{table}.sql"
