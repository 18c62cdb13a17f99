"""See from a source's first rows how it writes its values."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import duckdb

from martlet.errors import UsageError
from martlet.loading.columns import SourceColumn
from martlet.loading.parsing import Reading
from martlet.loading.sources.source import Source
from martlet.sql import identifier

_ROWS = 10_000
_COMMA = r"^[+-]?[\d.]*,(\d{1,2}|\d{4,})$"
_POINT = r"^[+-]?(\d*\.(\d{1,2}|\d{4,})|0+\.\d+)$"


def infer_reading(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    columns: Sequence[SourceColumn],
    matched: Mapping[str, str],
    *,
    decimal_comma: bool | None = None,
    timezone: str = "UTC",
    timestamp_formats: Sequence[str] = (),
) -> Reading:
    """Complete what a person said of how a source writes its values.

    The decimal comma is taken for one where a number of the first 10,000 rows cannot be
    read otherwise (``12,50``), and none of them speaks against it (``12.50``). Rows
    further on that contradict it are refused, not misread.

    Raises
    ------
    UsageError
        There is no such timezone, or a timestamp's format is none.
    """
    _check_timezone(connection, timezone)
    for pattern in timestamp_formats:
        _check_format(connection, pattern)
    if decimal_comma is None:
        numbers = [
            matched[column.name]
            for column in columns
            if column.type.startswith("decimal") and column.name in matched
        ]
        decimal_comma = _has_decimal_comma(connection, source, numbers)
    return Reading(decimal_comma, timezone, tuple(timestamp_formats))


def _check_timezone(connection: duckdb.DuckDBPyConnection, timezone: str) -> None:
    known = "select 1 from pg_timezone_names() where name = ?"
    if not connection.execute(known, [timezone]).fetchone():
        raise UsageError(
            f"There is no timezone {timezone}.",
            "Write it as in the tz database, such as --timezone Europe/Berlin",
        )


def _check_format(connection: duckdb.DuckDBPyConnection, pattern: str) -> None:
    try:
        connection.execute("select try_strptime('', ?)", [pattern])
        is_format = re.search("%[^%]", pattern) is not None
    except duckdb.InvalidInputException:
        is_format = False
    if not is_format:
        raise UsageError(
            f"--timestamp-format {pattern} is no way to write a date or time.",
            "Write it as in --timestamp-format '%d.%m.%Y %H:%M'",
        )


def _has_decimal_comma(
    connection: duckdb.DuckDBPyConnection, source: Source, numbers: Sequence[str]
) -> bool:
    if not numbers:
        return False
    texts = ", ".join(f"trim({identifier(name)})" for name in numbers)
    commas, points = connection.execute(
        "select count(*) filter (regexp_matches(text, ?)), "
        "count(*) filter (regexp_matches(text, ?)) "
        f"from (select unnest([{texts}]) as text "
        f"from (select * from {source.relation} limit {_ROWS}))",
        [_COMMA, _POINT],
    ).fetchone()
    return commas > 0 and points == 0
