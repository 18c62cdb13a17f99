"""Judge a raw directory before a build, so that a build does not fail half way.

Each file is judged by itself; here they are gathered, and what concerns all of them is
added. No value that may be contact data is ever shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from martlet.checking import clear_text
from martlet.checking.doubts import doubts
from martlet.checking.judging import judge
from martlet.checking.problems import (
    NO_LOAD,
    NO_RAW_TABLE,
    UNREADABLE_FILE,
    RawProblem,
    merge,
)
from martlet.checking.raw_file import RawFile, describe, shape_problems
from martlet.checking.store_rows import several_stores
from martlet.contract import RawTable
from martlet.errors import RawDataError
from martlet.faults import csv_fault, is_machine_fault, machine_faults
from martlet.settings import RAW_SUFFIXES, load_id_of, raw_files
from martlet.sql import identifier, scratch_database

_LISTED = 10


@dataclass(frozen=True)
class TableCount:
    """Files and rows of one raw table; files that cannot be read have no rows."""

    table: str
    files: int
    rows: int


@dataclass(frozen=True)
class Judgement:
    """What there is in a raw directory, and what is wrong with it."""

    tables: list[TableCount]
    problems: list[RawProblem]
    warnings: list[RawProblem]


@dataclass(frozen=True)
class _Judged:
    """One file and what is wrong with it; ``file`` is there if all of it was read."""

    table: str
    problems: list[RawProblem]
    file: RawFile | None = None
    rows: int = 0


def check_raw(raw: Path, contract: dict[str, RawTable]) -> list[RawProblem]:
    """List what would make a build of ``raw`` fail, or hold contact data in clear.

    Problems of the same kind in one column are one, with the first file named.
    """
    with _connected(raw) as connection:
        judged = list(_judge_files(connection, raw, contract))
        return _problems(connection, raw, contract, judged)


def judge_raw(raw: Path, contract: dict[str, RawTable]) -> Judgement:
    """Say what ``raw`` holds and what is wrong with it, doubts included.

    Takes longer than :func:`check_raw`, which no doubt keeps from building.
    """
    with _connected(raw) as connection:
        judged = list(_judge_files(connection, raw, contract))
        sound = [each.file for each in judged if each.file]
        return Judgement(
            tables=_counts(judged),
            problems=_problems(connection, raw, contract, judged),
            warnings=merge(doubts(connection, raw, contract, sound)),
        )


def absent_tables(raw: Path, contract: dict[str, RawTable]) -> list[str]:
    """List the raw tables that have no file; what depends on them will be empty."""
    return [
        name
        for name, table in contract.items()
        if not table.is_ledger and not raw_files(raw, name)
    ]


def has_contact_data(raw: Path, contract: dict[str, RawTable]) -> bool:
    """Say whether any raw file that can be read holds a sealed value."""
    with _connected(raw) as connection:
        return any(
            _holds_sealed(connection, path, table)
            for name, table in contract.items()
            if table.sealed
            for path in raw_files(raw, name)
        )


def raise_on_problems(problems: list[RawProblem]) -> None:
    """Raise ``RawDataError`` with the first problems, if there are any."""
    if not problems:
        return
    lines = [f"- {problem}" for problem in problems[:_LISTED]]
    if len(problems) > _LISTED:
        lines.append(f"- and {len(problems) - _LISTED:,} more")
    raise RawDataError(
        "The raw files do not keep to the contract:\n" + "\n".join(lines),
        problems[0].hint,
    )


def _holds_sealed(
    connection: duckdb.DuckDBPyConnection, path: Path, table: RawTable
) -> bool:
    try:
        file = describe(connection, path, table)
        held = [identifier(c.name) for c in table.sealed if c.name in file.types]
        anything = " or ".join(f"{name} is not null" for name in held)
        found = (
            held
            and connection.execute(
                f"select 1 from {file.relation} where {anything} limit 1"
            ).fetchone()
        )
        return bool(found)
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        return False


@contextmanager
def _connected(raw: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with machine_faults(f"Checking {raw}"), scratch_database() as connection:
        clear_text.register_functions(connection)
        yield connection


def _judge_files(
    connection: duckdb.DuckDBPyConnection, raw: Path, contract: dict[str, RawTable]
) -> Iterator[_Judged]:
    for name, table in contract.items():
        for path in raw_files(raw, name):
            yield _judge_file(connection, path, table)


def _judge_file(
    connection: duckdb.DuckDBPyConnection, path: Path, table: RawTable
) -> _Judged:
    if not path.stat().st_size:
        empty = RawProblem(UNREADABLE_FILE, "the file is empty", path, table.name)
        return _Judged(table.name, [empty])
    try:
        file = describe(connection, path, table)
        problems = list(shape_problems(file))
        if any(problem.rule == UNREADABLE_FILE for problem in problems):
            return _Judged(table.name, problems)
        rows, wrong = judge(connection, file)
        return _Judged(table.name, problems + wrong, file, rows)
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        is_parquet = path.suffix == ".parquet"
        why = "it is damaged or cut short" if is_parquet else csv_fault(error)
        what = f"the file cannot be read: {why}"
        return _Judged(
            table.name, [RawProblem(UNREADABLE_FILE, what, path, table.name)]
        )


def _counts(judged: list[_Judged]) -> list[TableCount]:
    """Add up files and rows, table by table."""
    of_table: dict[str, list[int]] = {}
    for each in judged:
        of_table.setdefault(each.table, []).append(each.rows)
    return [TableCount(name, len(rows), sum(rows)) for name, rows in of_table.items()]


def _problems(
    connection: duckdb.DuckDBPyConnection,
    raw: Path,
    contract: dict[str, RawTable],
    judged: list[_Judged],
) -> list[RawProblem]:
    """Gather the problems of files, and those of the directory as a whole."""
    if not judged:
        what = (
            f"the raw directory has no {next(iter(contract))}/*.parquet, "
            "nor files of another raw table"
        )
        absent = "the raw directory does not exist"
        return [RawProblem(NO_RAW_TABLE, what if raw.is_dir() else absent, raw)]
    stores = [each.file for each in judged if each.file and each.table == "store"]
    return merge(
        [
            *(problem for each in judged for problem in each.problems),
            *several_stores(connection, stores),
            *_loads_without_ledger(raw, contract),
            *(problem for name in contract for problem in _unread_files(raw / name)),
        ]
    )


def _loads_without_ledger(
    raw: Path, contract: dict[str, RawTable]
) -> Iterator[RawProblem]:
    """Tell of directories that look like loads, and that no load made."""
    ledgers = {name for name, table in contract.items() if table.is_ledger}
    known = {load_id_of(path) for name in ledgers for path in raw_files(raw, name)}
    folders = {
        path.parent.parent
        for name in contract
        for path in raw_files(raw, name)
        if load_id_of(path) not in {None, *known}
    }
    for folder in sorted(folders):
        yield RawProblem(NO_LOAD, "no load made this directory", folder)


def _unread_files(folder: Path) -> Iterator[RawProblem]:
    """Tell of files in a table's folder that a build would pass over in silence."""
    for path in sorted(folder.rglob("*")):
        is_hidden = path.name.startswith((".", "_"))
        if path.is_file() and not is_hidden and not path.name.endswith(RAW_SUFFIXES):
            what = f"only {', '.join(RAW_SUFFIXES)} files are read"
            yield RawProblem(UNREADABLE_FILE, what, path, folder.name)
