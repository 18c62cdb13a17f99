"""What the contract asks of a value, as SQL: the one place for loading and checking.

Every rule has a name, under which refused rows lie in quarantine and problems of raw
files are told. Conditions are never true of null, except that of ``missing_value``, and
need the session of :func:`martlet.sql.scratch_database`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from martlet.contract import Column, RawTable
from martlet.sql import exact_cast, identifier, literal

MISSING = "missing_value"
UNREADABLE = "unreadable_value"
UNKNOWN = "unknown_value"
OUT_OF_RANGE = "out_of_range"
FUTURE = "future_value"
RULES = (MISSING, UNREADABLE, UNKNOWN, OUT_OF_RANGE, FUTURE)

# Where a day begins first, it begins 14 hours before it does in UTC.
_EARLIEST_MIDNIGHT = timedelta(hours=14)


@dataclass(frozen=True)
class Breach:
    """One way to break the contract: SQL that is true of such a row, rule and reason."""

    condition: str
    rule: str
    reason: str


def breaches(column: Column) -> list[Breach]:
    """List what may be wrong with a value of ``column``.

    A value that does not read as the column's type breaks that rule alone: it has no
    size to be out of range.
    """
    name = identifier(column.name)
    typed = exact_cast(name, column.data_type)
    found = [
        Breach(
            f"{name} is not null and {typed} is null",
            UNREADABLE,
            f"{column.name} does not read as {column.data_type}",
        )
    ]
    if column.required:
        found.append(Breach(f"{name} is null", MISSING, f"{column.name} is empty"))
    if column.accepted_values:
        accepted = ", ".join(map(literal, column.accepted_values))
        # Staging takes them in any case, and so a consent "Withdrawn" counts.
        said = f"lower(trim({typed}))"
        reason = f"{column.name} is none of {', '.join(column.accepted_values)}"
        found.append(Breach(f"{said} not in ({accepted})", UNKNOWN, reason))
    for bound, sign, word in ((column.min, "<", "below"), (column.max, ">", "above")):
        if bound is not None:
            reason = f"{column.name} is {word} {bound}"
            found.append(Breach(f"{typed} {sign} {bound}", OUT_OF_RANGE, reason))
    return found


def dated_after(column: Column, instant: datetime) -> Breach:
    """Give the breach of a row that happened later than ``instant`` (UTC).

    A date is too late only where that day has not begun anywhere on Earth.
    """
    latest = instant + _EARLIEST_MIDNIGHT if column.data_type == "date" else instant
    typed = exact_cast(identifier(column.name), column.data_type)
    return Breach(
        f"{typed} > cast({literal(latest)} as {column.data_type})",
        FUTURE,
        f"{column.name} is dated after loading",
    )


def breach_of_row(
    table: RawTable,
    judged: Iterable[Column],
    present: Collection[str],
    instant: datetime,
) -> str:
    """SQL for the first breach in a row of ``table`` that is loaded at ``instant``.

    ``judged`` are the columns that the source has to give, ``present`` the names of
    those it gives.
    """
    happened_at = table.happened_at
    too_late = (
        [dated_after(table.column(happened_at), instant)]
        if happened_at in present
        else []
    )
    return first_breach(judged, present, too_late)


def first_breach(
    columns: Iterable[Column], present: Collection[str], further: Iterable[Breach] = ()
) -> str:
    """SQL for the first breach in a row: a struct of ``rule`` and ``reason``, or null.

    Parameters
    ----------
    columns : iterable of Column
        Columns of the contract; they are judged in this order.
    present : collection of str
        Names of those that the rows have. A required one that they lack is missing in
        every row.
    further : iterable of Breach
        What else is wrong with a row, told where the columns are well.
    """
    found: list[Breach] = []
    for column in columns:
        if column.name in present:
            found += breaches(column)
        elif column.required:
            found.append(Breach("true", MISSING, f"{column.name} is empty"))
    cases = " ".join(
        f"when {breach.condition} then "
        f"{{'rule': {literal(breach.rule)}, 'reason': {literal(breach.reason)}}}"
        for breach in (*found, *further)
    )
    return f"case {cases} end" if cases else "null"
