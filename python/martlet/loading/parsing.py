"""Give the file's columns their declared types, and set aside rows that do not read.

Creates the tables ``refused`` (``source_row``, ``place``, ``rule``, ``reason``) and
``source_file``, which holds the remaining rows typed and is what a connector's
``input.sql`` reads.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from martlet.errors import RawDataError
from martlet.loading.connector import Connector, SourceColumn
from martlet.loading.header import match_columns
from martlet.loading.sql import exact_cast, identifier, literal
from martlet.loading.statements import run

# Above this share of rows that do not read, it is the file that is wrong, not the rows.
MAX_UNREADABLE_SHARE = 0.05


def parse_rows(
    connection: duckdb.DuckDBPyConnection, source: Path, connector: Connector
) -> None:
    """Create ``refused`` and ``source_file`` from ``file_rows``.

    Raises
    ------
    RawDataError
        More than 5 % of the rows have a value that is not of its column's type, or lack
        one that is required.
    """
    header = connection.execute("select row.* from file_rows limit 0").description
    found = match_columns([column[0] for column in header], connector)
    texts = ", ".join(
        f"{_text(column, found[column.name])} as {identifier(column.name)}"
        for column in connector.columns
    )
    values = ", ".join(
        f"{_value(column)} as {identifier(column.name)}" for column in connector.columns
    )
    faults = ", ".join(_faults(column) for column in connector.columns)
    parsed = f"""
        create table parsed as
        with texts as (select source_row, {texts} from file_rows),
        typed as (select source_row, {values}, texts from texts)
        select
            * exclude (texts),
            list_filter([{faults}], lambda fault: fault is not null) as faults,
        from typed
    """
    run(connection, connector, "connector.yml", parsed)
    _refuse_hopeless(connection, source)
    connection.execute(f"""
        create table refused as
        select
            source_row,
            {literal(connector.name)} as place,
            faults[1].rule as rule,
            array_to_string([fault.reason for fault in faults], '; ') as reason,
        from parsed
        where len(faults) > 0;
        create view source_file as
        select * exclude (faults) from parsed where len(faults) = 0
    """)


def _text(column: SourceColumn, found: str) -> str:
    """SQL for the value as text, null where the cell says nothing."""
    text = f"cast(row.{identifier(found)} as varchar)"
    # NaN is how dataframes write an empty number.
    nothing = "('')" if column.type == "varchar" else "('', 'nan')"
    return f"case when lower(trim({text})) not in {nothing} then {text} end"


def _value(column: SourceColumn) -> str:
    """SQL for the typed value, null where the text does not read as its type."""
    text = identifier(column.name)
    if column.type == "code":
        return rf"regexp_replace(trim({text}), '^(\d+)\.0+$', '\1')"
    typed = exact_cast(text, column.type)
    if column.written_as:
        patterns = ", ".join(map(literal, column.written_as))
        return f"coalesce({typed}, try_strptime({text}, [{patterns}]))"
    return typed


def _faults(column: SourceColumn) -> str:
    """SQL for what is wrong with a value: a struct of rule and reason, or null."""
    title, text = column.names[0], f"texts.{identifier(column.name)}"
    unreadable = _fault("unreadable_value", f"{title} does not read as {column.type}")
    missing = (
        _fault("missing_value", f"{title} is empty") if column.required else "null"
    )
    return (
        f"case when {text} is null then {missing} "
        f"when typed.{identifier(column.name)} is null then {unreadable} end"
    )


def _fault(rule: str, reason: str) -> str:
    return f"{{'rule': {literal(rule)}, 'reason': {literal(reason)}}}"


def _refuse_hopeless(connection: duckdb.DuckDBPyConnection, source: Path) -> None:
    rows, faulty = connection.execute(
        "select count(*), count(*) filter (len(faults) > 0) from parsed"
    ).fetchone()
    if faulty <= MAX_UNREADABLE_SHARE * rows:
        return
    reasons = connection.execute("""
        select fault.reason, count(*) as rows
        from (select unnest(faults) as fault from parsed)
        group by all
        order by rows desc, fault.reason
    """).fetchall()
    listed = "; ".join(f"{reason} in {count:,}" for reason, count in reasons)
    raise RawDataError(
        f"{faulty:,} of the {rows:,} rows of {source} cannot be read: {listed}. "
        f"That is more than {MAX_UNREADABLE_SHARE:.0%}, so nothing of it was loaded.",
        "Compare how dates and numbers are written with what the connector expects.",
    )
