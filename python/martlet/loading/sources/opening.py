"""Open whatever a person names: a file by its content, or a database by its URL."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb

from martlet.errors import RawDataError, UsageError
from martlet.loading.columns import SourceColumn
from martlet.loading.sources.database import is_database
from martlet.loading.sources.delimited import open_delimited
from martlet.loading.sources.json_lines import open_json_lines
from martlet.loading.sources.source import Hints, Source
from martlet.loading.sources.tables import (
    open_database,
    open_duckdb_file,
    open_parquet,
    open_workbook,
)
from martlet.loading.sources.text import GZIP, open_bytes

_MAGIC = {b"PAR1": "parquet", b"PK\x03\x04": "xlsx", b"\xd0\xcf\x11\xe0": "xlsx"}
_DUCKDB_MAGIC = b"DUCK"  # eight bytes into the file
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def check_file(path: Path) -> None:
    """Raise ``UsageError`` where ``path`` is no file with something in it."""
    if not path.exists():
        raise UsageError(
            f"There is no file {path}.", f"Check the path: ls {path.parent}"
        )
    if path.is_dir():
        raise UsageError(
            f"{path} is a folder, and this reads files.",
            f"Name its files: {path}/*",
        )
    if path.stat().st_size == 0:
        raise UsageError(f"{path} is empty.", "Export or download the file again.")


@contextmanager
def open_source(
    location: str,
    hints: Hints,
    connection: duckdb.DuckDBPyConnection,
    columns: Sequence[SourceColumn],
    default_table: str,
) -> Iterator[Source]:
    """Open a file or a database's table.

    Parameters
    ----------
    location : str
        A path, or a URL that SQLAlchemy understands.
    columns : sequence of SourceColumn
        What is expected; tells which sheets of a workbook hold rows.
    default_table : str
        The table to read of a database, where ``hints`` name none.
    """
    if is_database(location):
        yield open_database(location, hints, connection, default_table)
        return
    path = Path(location)
    check_file(path)
    with ExitStack() as stack:
        match kind_of(path, hints.encoding):
            case "parquet":
                yield open_parquet(path, connection)
            case "xlsx":
                yield open_workbook(path, hints, connection, columns)
            case "duckdb":
                yield stack.enter_context(
                    open_duckdb_file(path, hints, connection, default_table)
                )
            case "json":
                yield stack.enter_context(open_json_lines(path, hints, connection))
            case "csv":
                yield stack.enter_context(open_delimited(path, hints))
            case _:
                raise RawDataError(
                    f"{path} is of no known format.",
                    "Known are CSV, JSON lines (both gzipped or not), Parquet, xlsx "
                    "and DuckDB files.",
                )


def kind_of(path: Path, encoding: str | None = None) -> str | None:
    """Tell the format by the first bytes: names lie, and downloads often have none.

    Who names an ``encoding`` says that it is text.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    for magic, found in _MAGIC.items():
        if start.startswith(magic):
            return found
    if start[8:12] == _DUCKDB_MAGIC:
        return "duckdb"
    if start.startswith(GZIP):
        with open_bytes(path) as file:
            try:
                start = file.read(4096)
            except (OSError, EOFError, zlib.error):
                return "csv"  # damaged: the reader of text says how
    is_wide = start.startswith(_UTF_16)
    if b"\0" in start and not (is_wide or encoding):
        return None
    text = start.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return "json" if text.startswith((b"{", b"[")) else "csv"
