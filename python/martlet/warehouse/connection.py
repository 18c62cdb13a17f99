"""Open the warehouse, and say who holds it where that fails.

DuckDB lets one process write a file, or several read it. A build that meets a reader, or
the other way round, must name the process to close rather than show a traceback.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from martlet.errors import EnvironmentFault, MartletError
from martlet.faults import is_disk_full

_HOLDER = re.compile(r"held in (?P<program>.*?) \(PID (?P<pid>\d+)\)")
NO_SPACE = (
    "No space left on device",
    "Could not write all bytes",
    "Disk quota exceeded",
)


def explain_duckdb_error(error: Exception, path: Path) -> MartletError | None:
    """Turn a DuckDB failure that a person can mend into a ``MartletError``.

    Returns ``None`` for any other failure, which is then a defect and keeps its traceback.
    """
    text = str(error)
    if is_disk_full(error):
        return EnvironmentFault(
            f"The disk is full: {path} could not be written. What was there before "
            "is unchanged.",
            f"Free some space (df -h {path.parent}), then run the same command again.",
        )
    if "Could not set lock" in text or "Conflicting lock" in text:
        holder = _HOLDER.search(text)
        who = (
            f"process {holder['pid']} ({Path(holder['program']).name})"
            if holder
            else "another process"
        )
        stop = f"Close it (or: kill {holder['pid']})" if holder else "Close it"
        return EnvironmentFault(
            f"The warehouse {path} is open in {who}.",
            f"{stop}, then run the same command again. To read while a build runs, "
            "open published/marts.duckdb instead.",
        )
    if "not a valid DuckDB database file" in text or "corrupt" in text.lower():
        return EnvironmentFault(
            f"{path} is not a DuckDB file, or is damaged.",
            f"Move it away (mv {path} {path}.damaged) and run: martlet build",
        )
    if "Permission denied" in text:
        return EnvironmentFault(
            f"{path} may not be opened by this user.",
            "Set MARTLET_HOME to a directory you may write to.",
        )
    is_unknown_column = isinstance(error, duckdb.BinderException) and "column" in text
    is_unknown_table = isinstance(error, duckdb.CatalogException) and "Table" in text
    if is_unknown_column or is_unknown_table:
        return EnvironmentFault(
            f"The tables of {path} are not those of this version of martlet: "
            f"{text.splitlines()[0]}",
            "Bring them up to date: martlet build",
        )
    return None


@contextmanager
def open_warehouse(
    path: Path, *, read_only: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse file for the length of a ``with`` block.

    Raises
    ------
    EnvironmentFault
        The file is missing, locked, damaged, or the disk is full.
    """
    if not path.is_file():
        raise EnvironmentFault(
            f"There is no warehouse at {path} yet.", "Make one: martlet build"
        )
    try:
        with duckdb.connect(str(path), read_only=read_only) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
    except duckdb.Error as error:
        explained = explain_duckdb_error(error, path)
        if explained is None:
            raise
        raise explained from error


def fetch_dicts(
    connection: duckdb.DuckDBPyConnection, query: str, values: Sequence[object] = ()
) -> list[dict]:
    """Run ``query`` and return one dict per row, keyed by column name."""
    result = connection.execute(query, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def refuse_unbuilt(
    connection: duckdb.DuckDBPyConnection, marts: Sequence[str], message: str
) -> None:
    """Refuse a warehouse in which one of ``marts`` is not there yet.

    Raises
    ------
    EnvironmentFault
        With ``message``, and how to build them.
    """
    (built,) = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'marts' and list_contains($marts, table_name)",
        {"marts": list(marts)},
    ).fetchone()
    if built < len(marts):
        raise EnvironmentFault(message, "Build them: martlet build")
