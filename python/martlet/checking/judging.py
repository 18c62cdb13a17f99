"""Judge the values of one raw file, all in one pass.

Files are judged as the build reads them: Parquet by its own types, CSV as text, and
every value by the cast that staging will do. Columns that cannot be wrong are not read:
their physical type fits, statistics say that nothing is null, no rule asks for more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import duckdb

from martlet.checking import clear_text, problems
from martlet.checking.problems import RawProblem, Rule
from martlet.checking.raw_file import RawFile
from martlet.contract import Column
from martlet.loading import rules
from martlet.loading.rules import Breach
from martlet.loading.store import breaches_of_store
from martlet.sql import identifier, one_file

# Sealed columns whose values redaction recognises wherever they stand.
_REDACTABLE = {"email", "phone"}

_SMALL_INTEGERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
}
_TIMESTAMPS = {
    *("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    "TIMESTAMP WITH TIME ZONE",
}
_FLOATS = {"FLOAT", "DOUBLE"}

# Physical types whose every value casts; of anything, a varchar can be made.
_FITTING = {
    "bigint": {*_SMALL_INTEGERS, "BIGINT"},
    "decimal(18,4)": {*_SMALL_INTEGERS, "DECIMAL(18,4)"},
    "timestamp": {*_TIMESTAMPS, "DATE"},
    "date": {"DATE"},
    "boolean": {"BOOLEAN"},
}
_NUMBERS_AND_TIMES = _FLOATS.union(*_FITTING.values())

_IN_WORDS = {
    "bigint": "not a whole number",
    "decimal(18,4)": "not an amount like 12.50",
    "timestamp": "not a UTC timestamp like 2024-05-31 18:00:00",
    "date": "not a date like 2024-05-31",
    "boolean": "not true or false",
}


@dataclass(frozen=True)
class _Question:
    """What is asked of the rows, as SQL: how many are wrong, and how one reads."""

    rule: Rule
    what: str
    column: str
    rows: str
    example: str = "null"


def judge(
    connection: duckdb.DuckDBPyConnection, file: RawFile
) -> tuple[int, list[RawProblem]]:
    """Count the rows of a file, and what is wrong with their values.

    Needs the functions of :mod:`martlet.checking.clear_text`; ``duckdb.Error`` where the
    rows cannot be read.
    """
    questions = list(_questions(connection, file))
    asked = "".join(f", {question.rows}, {question.example}" for question in questions)
    rows, *answers = connection.execute(
        f"select count(*){asked} from {file.relation}"
    ).fetchone()
    found = [
        file.problem(
            question.rule,
            question.what,
            question.column,
            rows=wrong,
            example=example,
        )
        for question, wrong, example in zip(
            questions, answers[::2], answers[1::2], strict=True
        )
        if wrong
    ]
    return rows, found


def _questions(
    connection: duckdb.DuckDBPyConnection, file: RawFile
) -> Iterator[_Question]:
    never_null = _never_null(connection, file)
    # What a name column holds may slip into the next one, and no name may be shown.
    may_show = {column.name for column in file.table.sealed} <= _REDACTABLE
    for column in file.columns:
        for breach in _open_breaches(file, column, never_null):
            is_shown = may_show and breach.rule != rules.MISSING
            yield _Question(
                problems.BY_NAME[breach.rule],
                _in_words(column, breach),
                column.name,
                _count_where(breach.condition),
                _example(column, breach.condition) if is_shown else "null",
            )
        yield from _float_id(file, column)
    yield from _clear_text(file)


def _never_null(connection: duckdb.DuckDBPyConnection, file: RawFile) -> set[str]:
    """Give the columns whose statistics say that no value is null."""
    if not file.is_parquet:
        return set()
    counted = connection.execute(f"""
        select lower(path_in_schema)
        from parquet_metadata({one_file(file.path)})
        group by 1
        having bool_and(coalesce(stats_null_count, 1) = 0)
    """)
    return {name for (name,) in counted.fetchall()}


def _open_breaches(
    file: RawFile, column: Column, never_null: set[str]
) -> Iterator[Breach]:
    """Yield the breaches that only the values themselves can rule out."""
    fitting = _FITTING.get(column.data_type)
    fits = fitting is None or file.types[column.name] in fitting
    ruled_out = {rules.UNREADABLE: fits, rules.MISSING: column.name in never_null}
    for breach in rules.breaches(column):
        if not ruled_out.get(breach.rule):
            yield breach
    if file.table.name == "store" and column.name in (more := breaches_of_store()):
        yield more[column.name]


def _in_words(column: Column, breach: Breach) -> str:
    if breach.rule == rules.UNREADABLE:
        return _IN_WORDS[column.data_type]
    if breach.rule == rules.MISSING:
        return "required, and empty"
    return breach.reason.removeprefix(f"{column.name} is ")


def _float_id(file: RawFile, column: Column) -> Iterator[_Question]:
    """Ask whether an id went through a program that took it for a number."""
    if not (column.name.endswith("_id") and column.data_type == "varchar"):
        return
    name = identifier(column.name)
    looks_so = rf"regexp_full_match(cast({name} as varchar), '-?\d+\.0+')"
    if file.types[column.name] in _FLOATS:
        count = f"count({name})"
    elif not file.is_parquet:
        # A single id may well read so; a column of nothing else was numbers.
        count = f"case when bool_and({looks_so}) then count({name}) else 0 end"
    else:
        return
    yield _Question(
        problems.FLOAT_ID,
        "ids that became numbers",
        column.name,
        count,
        _example(column, "true"),
    )


def _clear_text(file: RawFile) -> Iterator[_Question]:
    """Ask for contact data in clear; what was found is never shown."""
    searched = {
        column.name: found
        for column in file.columns
        if (found := _contact_data(file, column))
    }
    if file.is_put_by_hand:
        # Without the expected columns the first line may be a customer's row, whose
        # values are no names of columns to be shown.
        unknown = [] if file.lacks else file.unknown
        for name in [*(column.name for column in file.columns), *unknown]:
            if file.types[name] not in _NUMBERS_AND_TIMES:
                condition = clear_text.with_email(_text(name))
                what = "e-mail addresses in clear text"
                searched.setdefault(name, (what, condition))
    for name, (what, condition) in searched.items():
        yield _Question(
            problems.CLEAR_CONTACT_DATA, what, name, _count_where(condition)
        )


def _contact_data(file: RawFile, column: Column) -> tuple[str, str] | None:
    """Give what to look for in a column that the loader would have changed."""
    text = _text(column.name)
    if column.sealed:
        return "contact data in clear text", clear_text.not_sealed(text)
    if column.pseudonym_of:
        return "contact data in clear text", clear_text.not_pseudonym(text)
    if column.redacted and file.is_put_by_hand:
        what = "e-mail addresses or phone numbers in clear text"
        return what, clear_text.with_email_or_phone(text)
    return None


def _text(name: str) -> str:
    return f"cast({identifier(name)} as varchar)"


def _count_where(condition: str) -> str:
    return f"count(*) filter ({condition})"


def _example(column: Column, condition: str) -> str:
    return f"min({_text(column.name)}) filter ({condition})"
