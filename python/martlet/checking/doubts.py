"""What may be wrong with sound files, and only a person can tell: warnings.

These look at tables as a whole and are asked for by ``martlet contract --check`` alone;
no build waits for them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import duckdb

from martlet.checking.problems import (
    DANGLING_REFERENCE,
    REPEATED_KEY,
    UNKNOWN_COLUMN,
    UNKNOWN_TABLE,
    RawProblem,
)
from martlet.checking.raw_file import RawFile
from martlet.contract import Column, RawTable
from martlet.settings import LOAD_PREFIX
from martlet.sql import identifier


def doubts(
    connection: duckdb.DuckDBPyConnection,
    raw: Path,
    contract: dict[str, RawTable],
    files: Sequence[RawFile],
) -> Iterator[RawProblem]:
    """Yield warnings about ``raw``, of whose readable ``files`` all values were judged."""
    yield from _unknown_tables(raw, contract)
    for file in files:
        yield from _unknown_columns(file)
        yield from _repeated_keys(connection, file)
    yield from _dangling_references(connection, files)


def _unknown_tables(raw: Path, contract: dict[str, RawTable]) -> Iterator[RawProblem]:
    for path in sorted(raw.iterdir()):
        # Who loads with --out has the quarantine of those loads beside them.
        is_known = path.name in contract or path.name == "quarantine"
        if not is_known and not path.name.startswith((LOAD_PREFIX, ".")):
            what = f"no raw table has this name{_meant(path.name, contract)}"
            yield RawProblem(UNKNOWN_TABLE, what, path)


def _unknown_columns(file: RawFile) -> Iterator[RawProblem]:
    # Where expected columns are missing, the first line may be no header at all.
    absent = [c.name for c in file.table.written if c.name not in file.types]
    for name in [] if file.lacks else file.unknown:
        what = f"no column of {file.table.name}{_meant(name, absent)}"
        yield file.problem(UNKNOWN_COLUMN, what, name)


def _repeated_keys(
    connection: duckdb.DuckDBPyConnection, file: RawFile
) -> Iterator[RawProblem]:
    """Count the rows beyond the first of each key; a null key is none."""
    key = [name for name in file.table.key if not file.table.column(name).partition]
    if not set(key) <= file.types.keys():
        return
    listed = ", ".join(map(identifier, key))
    present = " and ".join(f"{identifier(name)} is not null" for name in key)
    (rows,) = connection.execute(f"""
        select cast(coalesce(sum(times - 1), 0) as bigint)
        from (
            select count(*) as times
            from {file.relation}
            where {present}
            group by {listed}
            having count(*) > 1
        )
    """).fetchone()
    if rows:
        yield file.problem(REPEATED_KEY, f"repeated {' and '.join(key)}", rows=rows)


def _dangling_references(
    connection: duckdb.DuckDBPyConnection, files: Sequence[RawFile]
) -> Iterator[RawProblem]:
    """Count the values that point at no row, where the table pointed at has rows."""
    pointing: dict[str, list[tuple[RawFile, Column]]] = {}
    for file in files:
        for column in file.columns:
            if column.references:
                pointing.setdefault(column.references, []).append((file, column))
    for target, pointers in pointing.items():
        table, _, key = target.partition(".")
        holders = [f for f in files if f.table.name == table and key in f.types]
        if not holders:
            continue
        connection.execute("create or replace temp table pointed_at (value varchar)")
        for holder in holders:
            connection.execute(
                f"insert into pointed_at select distinct {_value(key)} "
                f"from {holder.relation}"
            )
        for file, column in pointers:
            rows, example = connection.execute(f"""
                select count(*), min(value)
                from (
                    select {_value(column.name)} as value from {file.relation}
                )
                anti join pointed_at using (value)
                where value is not null
            """).fetchone()
            if rows:
                yield file.problem(
                    DANGLING_REFERENCE,
                    f"unknown to {table}",
                    column.name,
                    rows=rows,
                    example=example,
                )


def _value(name: str) -> str:
    """SQL for an id as the build reads it: every reference is text."""
    return f"cast({identifier(name)} as varchar)"


def _meant(name: str, known: Iterable[str]) -> str:
    """Ask whether another name was meant."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; is it {close[0]}?" if close else ""
