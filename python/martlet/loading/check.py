"""Judge a raw directory before a build, so that a build does not fail half way.

Files are judged as the build reads them: Parquet by its own types, CSV as text with a
header and commas, and every value by the cast that staging will do. Columns whose
physical type already fits are not read at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from martlet.contract import Column, RawTable
from martlet.errors import RawDataError
from martlet.faults import csv_fault, is_machine_fault, machine_faults
from martlet.loading.sql import (
    exact_cast,
    identifier,
    literal,
    read_raw,
    scratch_database,
)
from martlet.sealing import PREFIX, PSEUDONYM, redact
from martlet.settings import RAW_SUFFIXES, raw_files

_LISTED = 10
_EXAMPLE_LENGTH = 40

_LOAD = "Load the shop's files: martlet load <connector> <file> --out <raw directory>"
_REPLACE = "Write the file again, or remove it from the raw directory."
_SEAL = (
    "Take the file out of the raw directory and load it, which seals contact data: "
    "martlet load <connector> <file>"
)

_SMALL_INTEGERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER")
}
_TIMESTAMPS = {
    *("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
    "TIMESTAMP WITH TIME ZONE",
}

# Physical types whose every value casts; of anything, a varchar can be made.
_FITTING = {
    "bigint": {*_SMALL_INTEGERS, "BIGINT"},
    "decimal(18,4)": {*_SMALL_INTEGERS, "DECIMAL(18,4)"},
    "timestamp": {*_TIMESTAMPS, "DATE"},
    "date": {*_TIMESTAMPS, "DATE"},
    "boolean": {"BOOLEAN"},
}

_IN_WORDS = {
    "bigint": "a whole number",
    "decimal(18,4)": "an amount such as 12.50",
    "timestamp": "a UTC timestamp such as 2024-05-31 18:00:00",
    "date": "a date such as 2024-05-31",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class RawProblem:
    """One thing that is wrong with a raw directory.

    ``file`` is the first file it was found in, ``files`` how many there are, ``rows``
    counts the values over all of them, and ``example`` is one of these, unless the
    column is sealed.
    """

    what: str
    hint: str
    file: Path
    table: str | None = None
    column: str | None = None
    files: int = 1
    rows: int = 0
    example: str = ""

    def __str__(self) -> str:
        where = ".".join(part for part in (self.table, self.column) if part)
        count = f" in {self.rows:,} rows" if self.rows else ""
        example = f", such as {self.example!r}" if self.example else ""
        others = f" and {self.files - 1:,} more files" if self.files > 1 else ""
        found = f"{self.what}{count}{example} ({self.file}{others})"
        return f"{where}: {found}" if where else found


def check_raw(raw: Path, contract: dict[str, RawTable]) -> list[RawProblem]:
    """List what would make a build of ``raw`` fail, or hold contact data in clear.

    Problems of the same kind in one column are one, with the first file named. No value
    of a sealed column is ever shown.
    """
    if not raw.is_dir():
        return [RawProblem("the raw directory does not exist", _LOAD, raw)]
    files = {name: raw_files(raw, name) for name in contract}
    if not any(files.values()):
        expected = (
            f"no {next(iter(contract))}/*.parquet, nor files of another raw table"
        )
        return [RawProblem(f"the raw directory has {expected}", _LOAD, raw)]
    with machine_faults(f"Checking {raw}"), scratch_database() as connection:
        found = [
            problem
            for name, table in contract.items()
            for file in files[name]
            for problem in _check_file(connection, file, table)
        ]
    found += [problem for name in contract for problem in _unread_files(raw / name)]
    return _merge(found)


def absent_tables(raw: Path, contract: dict[str, RawTable]) -> list[str]:
    """List the raw tables that have no file; what depends on them will be empty."""
    return [
        name
        for name, table in contract.items()
        if not table.is_ledger and not raw_files(raw, name)
    ]


def has_contact_data(raw: Path, contract: dict[str, RawTable]) -> bool:
    """Say whether any raw file holds a sealed value."""
    with machine_faults(f"Reading {raw}"), scratch_database() as connection:
        for name, table in contract.items():
            for file in raw_files(raw, name):
                relation = connection.sql(f"select * from {read_raw(file)}")
                held = {column.name for column in table.sealed} & set(relation.columns)
                anything = " or ".join(f"{identifier(c)} is not null" for c in held)
                if held and relation.filter(anything).limit(1).fetchone():
                    return True
    return False


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


def _check_file(
    connection: duckdb.DuckDBPyConnection, file: Path, table: RawTable
) -> Iterator[RawProblem]:
    is_parquet = file.suffix == ".parquet"
    try:
        types = {
            row[0].lower(): row[1]
            for row in connection.execute(
                f"describe select * from {read_raw(file)}"
            ).fetchall()
        }
        yield from _missing_columns(file, table, types)
        suspects = [
            column
            for column in table.columns
            if column.name in types and _may_be_wrong(column, types[column.name])
        ]
        # Reading CSV is also the only way to know that its lines can be read.
        if suspects or not is_parquet:
            yield from _wrong_values(connection, file, table, suspects)
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        why = "it is damaged or cut short" if is_parquet else csv_fault(error)
        yield RawProblem(f"the file cannot be read: {why}", _REPLACE, file, table.name)


def _unread_files(folder: Path) -> Iterator[RawProblem]:
    """Tell of files in a table's folder that a build would pass over in silence."""
    for path in sorted(folder.rglob("*")):
        is_hidden = path.name.startswith((".", "_"))
        if path.is_file() and not is_hidden and not path.name.endswith(RAW_SUFFIXES):
            suffixes = ", ".join(RAW_SUFFIXES)
            yield RawProblem(
                f"only {suffixes} files are read", _REPLACE, path, folder.name
            )


def _missing_columns(
    file: Path, table: RawTable, types: dict[str, str]
) -> Iterator[RawProblem]:
    if len(types) == 1 and any(mark in next(iter(types)) for mark in ";\t|"):
        yield RawProblem(
            "the columns are not separated by commas", _REPLACE, file, table.name
        )
        return
    for column in table.columns:
        if column.required and column.name not in types:
            yield RawProblem(
                "the required column is missing",
                _REPLACE,
                file,
                table.name,
                column.name,
            )


def _may_be_wrong(column: Column, physical: str) -> bool:
    if column.data_type == "varchar":
        return column.sealed or column.pseudonym_of is not None
    return physical not in _FITTING[column.data_type]


def _wrong_values(
    connection: duckdb.DuckDBPyConnection,
    file: Path,
    table: RawTable,
    suspects: list[Column],
) -> Iterator[RawProblem]:
    """Count the wrong values of all columns in one pass over the file."""
    counts = "".join(
        f", count(*) filter ({wrong}), min(cast({name} as varchar)) filter ({wrong})"
        for name, wrong in ((identifier(c.name), _is_wrong(c)) for c in suspects)
    )
    _, *counted = connection.execute(
        f"select count(*){counts} from {read_raw(file)}"
    ).fetchone()
    for column, rows, example in zip(
        suspects, counted[::2], counted[1::2], strict=True
    ):
        if not rows:
            continue
        place = (file, table.name, column.name)
        if column.sealed or column.pseudonym_of:
            yield RawProblem("contact data in clear text", _SEAL, *place, rows=rows)
        else:
            what = f"not {_IN_WORDS[column.data_type]}"
            shown = redact(example)[:_EXAMPLE_LENGTH]
            yield RawProblem(what, _REPLACE, *place, rows=rows, example=shown)


def _is_wrong(column: Column) -> str:
    """SQL that is true where a value breaks the contract."""
    name = identifier(column.name)
    if column.sealed:
        text = f"cast({name} as varchar)"
        return f"{text} <> '' and not starts_with({text}, {literal(PREFIX)})"
    if column.pseudonym_of:
        text = f"cast({name} as varchar)"
        return f"{text} <> '' and not regexp_full_match({text}, '{PSEUDONYM}')"
    return f"{name} is not null and {exact_cast(name, column.data_type)} is null"


def _merge(found: list[RawProblem]) -> list[RawProblem]:
    """Make one problem of those of one kind in one column; files stay told apart."""
    merged: dict[tuple[object, ...], RawProblem] = {}
    for problem in found:
        kind = (problem.table, problem.column or problem.file, problem.what)
        first = merged.setdefault(kind, problem)
        if first is not problem:
            merged[kind] = replace(
                first, files=first.files + 1, rows=first.rows + problem.rows
            )
    return list(merged.values())
