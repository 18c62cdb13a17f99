"""Find the sealed values of a store in its files, and seal them anew.

Needs the SQL function ``reseal`` of :func:`register_reseal`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.disk import move_durably
from martlet.errors import RawDataError
from martlet.faults import is_machine_fault
from martlet.privacy.sealing import Sealer
from martlet.settings import raw_files
from martlet.sql import column_types, identifier, literal, read_raw


@dataclass(frozen=True)
class SealedFile:
    """A file with sealed columns.

    Of its ``values``, ``stale`` ones open with the previous secret alone, and
    ``foreign`` ones with no secret of the key.
    """

    path: Path
    columns: tuple[str, ...]
    values: int
    stale: int
    foreign: int


def register_reseal(connection: duckdb.DuckDBPyConnection, sealer: Sealer) -> None:
    """Let SQL call ``reseal(text)``, null where the value does not open."""

    def reseal(sealed: str | None) -> str | None:
        return None if sealed is None else sealer.reseal(sealed)

    connection.create_function(
        "reseal", reseal, ["VARCHAR"], "VARCHAR", null_handling="special"
    )


def sealed_places(
    raw: Path, quarantines: Iterable[Path], contract: dict[str, RawTable]
) -> Iterator[tuple[Path, set[str]]]:
    """Yield every file that may hold sealed values, and the columns that would."""
    for table in contract.values():
        sealed = {column.name for column in table.sealed}
        for path in raw_files(raw, table.name) if sealed else ():
            yield path, sealed
    for quarantine in quarantines:
        for path in sorted(quarantine.rglob("*.parquet")):
            yield path, {"sealed_row"}


def examine(
    connection: duckdb.DuckDBPyConnection, path: Path, sealed: set[str]
) -> SealedFile:
    """Find the sealed columns of a file, and try every value in them.

    Raises
    ------
    RawDataError
        The file cannot be read.
    """
    try:
        names = column_types(connection, read_raw(path))
        columns = tuple(name for name in names if name.lower() in sealed)
        return SealedFile(path, columns, *_count(connection, path, columns))
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        raise RawDataError(
            f"{path} cannot be read, so nothing was changed.",
            "See what is wrong with it: martlet doctor",
        ) from None


def seal_anew(connection: duckdb.DuckDBPyConnection, file: SealedFile) -> None:
    """Put a file with newly sealed values in the place of the old one, in one step."""
    columns = ", ".join(
        f"coalesce(reseal({_text(name)}), {identifier(name)}) as {identifier(name)}"
        for name in file.columns
    )
    # Readers look for suffixes, and a killed rotation may leave this behind.
    written = file.path.with_name(f".{file.path.name}.resealed")
    connection.execute(
        f"copy (select * replace ({columns}) from {read_raw(file.path)}) "
        f"to {literal(written)} ({file_format(file.path)})"
    )
    shutil.copymode(file.path, written)
    move_durably(written, file.path)


def _count(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: tuple[str, ...]
) -> tuple[int, int, int]:
    """Count the values of a file, the stale and the foreign ones."""
    if not columns:
        return 0, 0, 0
    values = " union all ".join(
        f"select {_text(name)} as sealed from {read_raw(path)}" for name in columns
    )
    return connection.execute(f"""
        select
            count(*),
            count(*) filter (resealed <> sealed),
            count(*) filter (resealed is null),
        from (select sealed, reseal(sealed) as resealed from ({values}))
        where sealed is not null
    """).fetchone()


def file_format(path: Path) -> str:
    """Give the options of COPY that write a raw file as its suffix says."""
    if path.suffix == ".parquet":
        return "format parquet"
    compression = "gzip" if path.suffix == ".gz" else "none"
    return f"format csv, header, compression {compression}"


def _text(column: str) -> str:
    """SQL for a sealed value; null where there is none."""
    return f"nullif(cast({identifier(column)} as varchar), '')"
