"""Give the texts of a source their types, in SQL, and say which do not read.

A value is either read exactly or not at all: nothing is rounded, cut or shifted in
silence. Numbers may be written with a comma for the decimal point, timestamps with an
offset or in a named timezone; what comes out is UTC. An hour that clocks went through
twice is taken for the second one; one that they left out does not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from martlet.loading.columns import SourceColumn
from martlet.loading.rules import MISSING, UNREADABLE
from martlet.sql import exact_cast, identifier, literal

# What dataframes, databases and spreadsheets write where there is no number or date.
_NO_NUMBER = ("", r"\n", "nan", "nat", "null", "none", "n/a", "#n/a", "-")

_TYPES = {"code": "varchar", "json": "varchar"}

# DuckDB's calendar has no end, and takes 31-12-23 for a day of the year 31.
_CALENDARS = {
    "timestamp": ("1000-01-01", "9999-12-31 23:59:59.999999"),
    "date": ("1000-01-01", "9999-12-31"),
}

_SAYS_UTC = r"(?i)\d\s*(Z|UTC)\s*$"
_COMMA_NUMBER = r"[+-]?(\d+|[1-9]\d{0,2}(\.\d{3})+)(,\d+)?"
_GROUPED_NUMBER = r"[+-]?[1-9]\d{0,2}(,\d{3})+\.\d+"


@dataclass(frozen=True)
class Reading:
    """How a source writes its values.

    ``timezone`` is that of timestamps without an offset; ``timestamp_formats`` are
    strptime patterns for spellings other than ISO 8601.
    """

    decimal_comma: bool = False
    timezone: str = "UTC"
    timestamp_formats: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return what differs from the usual, for ledgers and people."""
        usual = asdict(Reading())
        return {
            name: value for name, value in asdict(self).items() if value != usual[name]
        }


def typed_rows(
    rows: str,
    columns: Sequence[SourceColumn],
    matched: Mapping[str, str],
    reading: Reading,
    *,
    keep: Sequence[str] = (),
) -> str:
    """SQL for rows of text with their types.

    Parameters
    ----------
    rows : str
        A relation with the struct ``row``, the source's own columns as text.
    columns : sequence of SourceColumn
        What to make of them; one that is not in ``matched`` is null.
    keep : sequence of str
        Columns of ``rows`` to pass on beside ``row``.

    Returns
    -------
    str
        A query with one column for each of ``columns``, typed, and ``unread``: a struct
        of ``rule`` and ``reason`` where a value does not read, else null.
    """
    kept = [identifier(name) for name in keep]
    texts = [
        f"row.{identifier(matched[column.name])} as {_raw(column)}"
        for column in columns
        if column.name in matched
    ]
    values = [
        f"{_value(column, reading) if column.name in matched else _null(column)} "
        f"as {identifier(column.name)}"
        for column in columns
    ]
    read = [column for column in columns if column.name in matched]
    raws = [_raw(column) for column in read]
    moments = [column for column in read if column.type in _CALENDARS]
    in_calendar = ", ".join(map(_in_calendar, moments))
    # Each step is a query of its own, so that no text is read twice.
    return f"""
        select
            {", ".join([*kept, *(identifier(column.name) for column in columns)])},
            {_unread(read)} as unread,
        from (
            select *{f" replace ({in_calendar})" if moments else ""}
            from (
                select {", ".join([*kept, *raws, *values])}
                from (select {", ".join([*kept, *texts])} from {rows})
            )
        )
    """


def _raw(column: SourceColumn) -> str:
    return identifier(f"{column.name} as text")


def _null(column: SourceColumn) -> str:
    return f"cast(null as {_TYPES.get(column.type, column.type)})"


def _value(column: SourceColumn, reading: Reading) -> str:
    """SQL for the typed value, null where the text does not read as its type.

    The usual spelling comes first in each, so that others cost only who uses them.
    """
    text = _raw(column)
    if column.type in ("varchar", "json"):
        # Looking at both ends is cheaper than trimming every text.
        trimmed = (
            f"case when starts_with({text}, ' ') or ends_with({text}, ' ') "
            f"then trim({text}) else {text} end"
        )
        return rf"nullif(nullif({trimmed}, ''), '\N')"
    if column.type == "code":
        trimmed = rf"regexp_replace(trim({text}), '^(\d+)\.0+$', '\1')"
        return rf"case when lower({trimmed}) not in ('', 'nan') then {trimmed} end"
    if column.type == "timestamp":
        # Far moments, such as 290000 BC, are cast and have no time in UTC.
        return f"try({_timestamp(text, column, reading)})"
    if column.type == "date":
        return _date(text, column, reading)
    if column.type == "boolean":
        return f"try_cast(trim({text}) as boolean)"
    return _number(text, column.type, reading)


def _timestamp(text: str, column: SourceColumn, reading: Reading) -> str:
    # Some write a space before the offset, which DuckDB does not read.
    joined = f"replace(replace({text}, ' +', '+'), ' -', '-')"
    instant = f"try_cast({joined} as timestamptz) at time zone 'UTC'"
    local = f"try_cast({text} as timestamp)"
    if reading.timezone == "UTC":
        behind_date = f"substr({text}, 11)"
        usual = f"coalesce({local}, {instant})"
    else:
        behind_date = f"substr(trim({text}), 11)"
        # DuckDB reads over "Z" and "UTC", which are no local time.
        usual = (
            f"case when {local} is null "
            f"or regexp_matches({text}, {literal(_SAYS_UTC)}) "
            f"then {instant} else {_in_utc(local, reading)} end"
        )
    # DuckDB reads over an offset when it casts to a timestamp without one.
    by_itself = (
        f"case when contains({text}, '+') or contains({behind_date}, '-') "
        f"then {instant} else {usual} end"
    )
    spellings = [*_spelled(text, column, reading), _if_digits(text, by_itself)]
    return f"coalesce({', '.join(spellings)})"


def _date(text: str, column: SourceColumn, reading: Reading) -> str:
    patterns = (*column.written_as, *reading.timestamp_formats)
    spellings = [exact_cast(_strptime(text, patterns), "date")] if patterns else []
    by_itself = exact_cast(f"trim({text})", "date")
    return f"coalesce({', '.join([*spellings, _if_digits(text, by_itself)])})"


def _if_digits(text: str, value: str) -> str:
    """SQL for a value of text that begins with a digit: to DuckDB "epoch" is 1970."""
    return f"case when ltrim({text}) < ':' then {value} end"


def _spelled(text: str, column: SourceColumn, reading: Reading) -> list[str]:
    """SQL for the spellings that a person named; they go before any other."""
    patterns = (*column.written_as, *reading.timestamp_formats)
    with_offset = [each for each in patterns if "%z" in each or "%Z" in each]
    without = [each for each in patterns if each not in with_offset]
    spelled = []
    if with_offset:
        spelled.append(f"{_strptime(text, with_offset)} at time zone 'UTC'")
    if without:
        spelled.append(_in_utc(_strptime(text, without), reading))
    return spelled


def _strptime(text: str, patterns: Iterable[str]) -> str:
    return f"try_strptime({text}, [{', '.join(map(literal, patterns))}])"


def _in_utc(local: str, reading: Reading) -> str:
    """SQL for a local time in UTC, null where clocks never showed it."""
    if reading.timezone == "UTC":
        return local
    zone = literal(reading.timezone)
    instant = f"timezone({zone}, {local})"
    return (
        f"case when timezone({zone}, {instant}) = {local} "
        f"then timezone('UTC', {instant}) end"
    )


def _in_calendar(column: SourceColumn) -> str:
    """SQL for a moment, null outside the calendar of Python, Spark and SQL's standard."""
    value = identifier(column.name)
    first, last = (f"cast('{end}' as {column.type})" for end in _CALENDARS[column.type])
    return f"case when {value} between {first} and {last} then {value} end as {value}"


def _number(text: str, data_type: str, reading: Reading) -> str:
    if reading.decimal_comma:
        plain = f"replace(replace(trim({text}), '.', ''), ',', '.')"
        return (
            f"case when regexp_full_match(trim({text}), {literal(_COMMA_NUMBER)}) "
            f"then {exact_cast(plain, data_type)} end"
        )
    grouped = exact_cast(f"replace(trim({text}), ',', '')", data_type)
    # DuckDB makes 0.0001 of 5.55e-17 where it casts it to a decimal at once.
    power = exact_cast(f"try_cast({text} as double)", data_type)
    return (
        f"case when contains({text}, 'e') or contains({text}, 'E') then {power} "
        f"else coalesce({exact_cast(text, data_type)}, "
        f"case when regexp_full_match(trim({text}), {literal(_GROUPED_NUMBER)}) "
        f"then {grouped} end) end"
    )


def _unread(columns: Iterable[SourceColumn]) -> str:
    """SQL for the first value that does not read, or is absent and must not be."""
    cases = []
    for column in columns:
        text, value, title = _raw(column), identifier(column.name), column.names[0]
        if column.type not in ("varchar", "code", "json"):
            nothing = ", ".join(map(literal, _NO_NUMBER))
            cases.append(
                f"when {value} is null and {text} is not null "
                f"and lower(trim({text})) not in ({nothing}) "
                f"then {_fault(UNREADABLE, f'{title} does not read as {column.type}')}"
            )
        if column.required:
            cases.append(
                f"when {value} is null then {_fault(MISSING, f'{title} is empty')}"
            )
    nothing = "cast(null as struct(rule varchar, reason varchar))"
    return f"case {' '.join(cases)} end" if cases else nothing


def _fault(rule: str, reason: str) -> str:
    return f"{{'rule': {literal(rule)}, 'reason': {literal(reason)}}}"
