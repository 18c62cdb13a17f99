"""Run a connector's SQL and hold what it makes to the contract.

Rows of the file that break the contract are refused like any other; derived rows that
break it are a mistake in the connector. At the end every row of the file must be in
exactly one place.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from martlet.contract import Column, RawTable
from martlet.loading.connector import Connector
from martlet.loading.report import SummaryLine
from martlet.loading.sql import exact_cast, identifier, literal
from martlet.loading.statements import mistake, run


@dataclass(frozen=True)
class MadeTable:
    """A raw table as made by a connector; its rows lie in the table ``relation``."""

    contract: RawTable
    columns: set[str]

    @property
    def relation(self) -> str:
        """Name of the DuckDB table with the connector's own columns."""
        return f"made_{self.contract.name}"

    @property
    def is_stored(self) -> bool:
        """Whether these are the file's rows themselves, not derived from them."""
        return "source_row" in self.columns


def make_tables(
    connection: duckdb.DuckDBPyConnection,
    connector: Connector,
    contract: dict[str, RawTable],
) -> list[MadeTable]:
    """Run ``input.sql`` and the raw tables' SQL over ``source_file``.

    Needs ``refused`` of :mod:`martlet.loading.parsing`, and adds to it. Creates
    ``input`` and, for each raw table, ``made_<table>``.

    Raises
    ------
    CheckFailed
        A statement fails, makes columns the contract does not know or derived rows it
        does not allow, or loses or doubles a row of the file.
    """
    for name, value in vars(connector.store).items():
        connection.execute(f"set variable {name} = {literal(value)}")
    _make_input(connection, connector)
    # Which tables hold the file's rows shows when their SQL is described. They come
    # first: rows they lose to the contract must not be derived from either.
    made = [
        MadeTable(contract[name], _describe(connection, connector, f"{name}.sql", sql))
        for name, sql in connector.tables.items()
    ]
    made.sort(key=lambda table: not table.is_stored)
    for table in made:
        _check_columns(table, connector)
        run(
            connection,
            connector,
            f"{table.contract.name}.sql",
            f"create table {table.relation} as {connector.tables[table.contract.name]}",
        )
        _hold_to_contract(connection, connector, table)
    _check_nothing_lost(connection, connector, made)
    return made


def summarise(
    connection: duckdb.DuckDBPyConnection, connector: Connector
) -> tuple[SummaryLine, ...]:
    """Run the connector's ``summary.sql``, if it has one."""
    if connector.summary_sql is None:
        return ()
    sql = f"select label, rows, amount from (\n{connector.summary_sql}\n)"
    lines = run(connection, connector, "summary.sql", sql).fetchall()
    return tuple(SummaryLine(*line) for line in lines)


def _make_input(connection: duckdb.DuckDBPyConnection, connector: Connector) -> None:
    columns = _describe(connection, connector, "input.sql", connector.input_sql)
    if "source_row" not in columns:
        raise mistake(connector, "input.sql gives no column source_row")
    absent = {
        "amount": "cast(null as decimal(18, 4))",
        "refused_rule": "cast(null as varchar)",
        "refused_reason": "cast(null as varchar)",
    }
    added = "".join(
        f", {value} as {name}" for name, value in absent.items() if name not in columns
    )
    run(
        connection,
        connector,
        "input.sql",
        f"create table input as select *{added} from (\n{connector.input_sql}\n)",
    )
    connection.execute(f"""
        insert into refused
        select
            source_row,
            {literal(connector.name)} as place,
            refused_rule,
            coalesce(refused_reason, refused_rule),
        from input
        where refused_rule is not null;
        create view accepted as
        select * from input
        where source_row not in (select source_row from refused)
    """)


def _describe(
    connection: duckdb.DuckDBPyConnection, connector: Connector, name: str, sql: str
) -> set[str]:
    """Give the columns of a statement."""
    described = run(connection, connector, name, f"describe {sql}").fetchall()
    return {row[0] for row in described}


def _check_columns(table: MadeTable, connector: Connector) -> None:
    sealed_later = {column.name for column in table.contract.pseudonyms}
    makeable = {column.name for column in table.contract.columns} - sealed_later
    strange = sorted(table.columns - makeable - {"source_row"})
    if strange:
        raise mistake(
            connector,
            f"{table.contract.name}.sql gives the column {strange[0]}, and "
            f"{table.contract.name} has {', '.join(sorted(makeable))}",
        )


def _hold_to_contract(
    connection: duckdb.DuckDBPyConnection, connector: Connector, table: MadeTable
) -> None:
    name, relation = table.contract.name, table.relation
    row = "source_row" if table.is_stored else "null"
    broken = f"""
        select {row} as source_row, broken.*
        from (select *, {_first_breach(table)} as broken from {relation})
        where broken is not null
    """
    if table.is_stored:
        connection.execute(f"""
            insert into refused
            select source_row, {literal(name)} as place, rule, reason from ({broken});
            delete from {relation}
            where source_row in (select source_row from refused)
        """)
        return
    worst = connection.execute(
        f"select reason, count(*) from ({broken}) group by 1 order by 2 desc, 1"
    ).fetchone()
    if worst:
        raise mistake(
            connector,
            f"{name}.sql makes rows that break the contract: {worst[0]} ({worst[1]:,})",
        )


def _first_breach(table: MadeTable) -> str:
    """SQL for the first breach of the contract in a row, as rule and reason."""
    breaches = []
    for column in table.contract.columns:
        if column.name in table.columns:
            breaches += _breaches(column)
        elif column.required:
            breaches.append(("true", "missing_value", f"{column.name} is empty"))
    cases = " ".join(
        f"when {condition} then "
        f"{{'rule': {literal(rule)}, 'reason': {literal(reason)}}}"
        for condition, rule, reason in breaches
    )
    return f"case {cases} end"


def _breaches(column: Column) -> list[tuple[str, str, str]]:
    """List what may be wrong with a value: SQL condition, rule, reason."""
    name = identifier(column.name)
    typed = exact_cast(name, column.data_type)
    breaches = [
        (
            f"{name} is not null and {typed} is null",
            "unreadable_value",
            f"{column.name} does not read as {column.data_type}",
        )
    ]
    if column.required:
        breaches.append((f"{name} is null", "missing_value", f"{column.name} is empty"))
    if column.accepted_values:
        accepted = ", ".join(map(literal, column.accepted_values))
        breaches.append(
            (
                f"{name} not in ({accepted})",
                "unknown_value",
                f"{column.name} is none of {', '.join(column.accepted_values)}",
            )
        )
    for bound, sign, word in ((column.min, "<", "below"), (column.max, ">", "above")):
        if bound is not None:
            reason = f"{column.name} is {word} {bound}"
            breaches.append((f"{typed} {sign} {bound}", "out_of_range", reason))
    return breaches


def _check_nothing_lost(
    connection: duckdb.DuckDBPyConnection, connector: Connector, made: list[MadeTable]
) -> None:
    places = ["refused", *(table.relation for table in made if table.is_stored)]
    placed = " union all ".join(f"select source_row from {place}" for place in places)
    counted = f"select source_row, count(*) as places from ({placed}) group by 1"
    first, rows = connection.execute(f"""
        select min(coalesce(file_rows.source_row, counted.source_row)), count(*)
        from file_rows
        full join ({counted}) as counted on file_rows.source_row = counted.source_row
        where file_rows.source_row is null or places is distinct from 1
    """).fetchone()
    if rows:
        raise mistake(
            connector,
            f"{rows:,} rows of the file are not in exactly one raw table or quarantine "
            f"(the first is row {first}); every row must be stored or refused once",
        )
