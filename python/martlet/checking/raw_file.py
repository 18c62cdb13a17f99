"""One raw file as a build sees it: its columns, and what is wrong with its shape."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from martlet.checking.problems import (
    MISSING_COLUMN,
    REPEATED_COLUMN,
    UNREADABLE_FILE,
    RawProblem,
    Rule,
)
from martlet.contract import Column, RawTable
from martlet.privacy.redaction import redact
from martlet.settings import load_id_of
from martlet.sql import read_raw

_EXAMPLE_LENGTH = 40
_OTHER_DELIMITERS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}


@dataclass(frozen=True)
class RawFile:
    """A file of a raw table; ``types`` are the physical types of its columns.

    Column names are in lower case, as the contract writes them.
    """

    path: Path
    table: RawTable
    types: dict[str, str]

    @property
    def is_parquet(self) -> bool:
        """Whether the columns have types of their own; those of CSV are text."""
        return self.path.suffix == ".parquet"

    @property
    def is_put_by_hand(self) -> bool:
        """Whether it came around the loader, which seals and redacts."""
        return load_id_of(self.path) is None

    @property
    def relation(self) -> str:
        """What to write after ``from`` to read it."""
        return read_raw(self.path)

    @property
    def columns(self) -> list[Column]:
        """Columns of the contract that it has."""
        return [column for column in self.table.written if column.name in self.types]

    @property
    def lacks(self) -> list[Column]:
        """Required columns that it does not have."""
        return [
            column
            for column in self.table.written
            if column.required and column.name not in self.types
        ]

    @property
    def unknown(self) -> list[str]:
        """Names of its columns that the contract does not have."""
        known = {column.name for column in self.columns}
        return [name for name in self.types if name not in known]

    def problem(
        self,
        rule: Rule,
        what: str,
        column: str | None = None,
        *,
        rows: int = 0,
        example: str | None = None,
    ) -> RawProblem:
        """Tell of something wrong with this file, made fit to be shown."""
        return RawProblem(
            rule,
            what,
            self.path,
            self.table.name,
            column and redact(column),
            rows,
            redact(example or "")[:_EXAMPLE_LENGTH],
        )


def describe(
    connection: duckdb.DuckDBPyConnection, path: Path, table: RawTable
) -> RawFile:
    """Read the columns of a file; ``duckdb.Error`` where it cannot be read."""
    described = connection.execute(f"describe select * from {read_raw(path)}")
    types = {name.lower(): physical for name, physical, *_ in described.fetchall()}
    return RawFile(path, table, types)


def shape_problems(file: RawFile) -> Iterator[RawProblem]:
    """Tell what is wrong with the columns as such."""
    if not file.is_parquet:
        delimiter = _other_delimiter(file)
        if delimiter:
            what = f"the columns are not separated by commas but by {delimiter}"
            yield file.problem(UNREADABLE_FILE, what)
            return
        for name in _repeated_columns(file.path):
            yield file.problem(REPEATED_COLUMN, "the header has this name twice", name)
    if not file.columns:
        what = "none of its columns is there; does the file begin with a header?"
        yield file.problem(MISSING_COLUMN, what)
        return
    for column in file.lacks:
        what = "the required column is missing"
        yield file.problem(MISSING_COLUMN, what, column.name)


def _other_delimiter(file: RawFile) -> str | None:
    first = next(iter(file.types))
    found = [word for sign, word in _OTHER_DELIMITERS.items() if sign in first]
    return found[0] if found and not file.columns else None


def _repeated_columns(path: Path) -> list[str]:
    """Read the header itself: DuckDB gives the second of a name another one."""
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as text:
        header = next(csv.reader(text), [])
    seen = Counter(name.lower() for name in header)
    return [name for name, times in seen.items() if times > 1]
