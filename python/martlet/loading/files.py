"""Read a shop's file, whatever its format, into one table that keeps rows as they came.

The table ``file_rows`` has ``source_row``, counted from 1 in the order of the file, and
``row``, a struct of the file's own columns. Nothing is interpreted here.
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import duckdb

from martlet.errors import RawDataError, UsageError
from martlet.faults import csv_fault, is_machine_fault
from martlet.loading.connector import Connector
from martlet.loading.header import require_columns
from martlet.loading.sheets import read_sheets
from martlet.loading.sql import literal

# Only the delimiter is guessed: a guessed comment sign or a lenient parser would drop
# or merge rows in silence. Short lines are padded, and then refused one by one.
_CSV_OPTIONS = (
    "all_varchar = true, header = true, quote = '\"', escape = '\"', comment = '', "
    "strict_mode = true, null_padding = true, parallel = false"
)

_GZIP = b"\x1f\x8b"
_MAGIC = {b"PAR1": "parquet", b"PK\x03\x04": "xlsx"}


def check_source(source: Path) -> None:
    """Raise ``UsageError`` where ``source`` is no file with something in it."""
    if not source.exists():
        raise UsageError(
            f"There is no file {source}.", "Check the path: ls " + str(source.parent)
        )
    if source.is_dir():
        raise UsageError(
            f"{source} is a folder; a connector reads one file.",
            "Pass the path of the file, and load several files one after the other.",
        )
    if source.stat().st_size == 0:
        raise UsageError(f"{source} is empty.", "Export or download the file again.")


def read_rows(
    connection: duckdb.DuckDBPyConnection, source: Path, connector: Connector
) -> None:
    """Create ``file_rows`` from ``source``.

    Raises
    ------
    RawDataError
        The file is not what the connector reads: another format, damaged, without the
        expected columns, or without rows.
    """
    hint = f"Pass {connector.title}: martlet load {connector.name} <file>"
    known = _format(source)
    if known not in connector.formats:
        raise RawDataError(
            f"{source} is {known or 'of no known format'}, and {connector.name} reads "
            f"{', '.join(connector.formats)}.",
            hint,
        )
    with _relation(connection, source, known, connector) as relation:
        try:
            described = connection.execute(f"describe select * from {relation}")
            require_columns([row[0] for row in described.fetchall()], source, connector)
            connection.execute(
                "create table file_rows as select row_number() over () as source_row, "
                f"file as row from {relation} as file"
            )
        except duckdb.Error as error:
            if is_machine_fault(error):
                raise
            why = csv_fault(error) if known == "csv" else "it is damaged or cut short"
            raise RawDataError(
                f"{source} cannot be read as {known}: {why}.",
                "Export or download the file again, and check that it is complete.",
            ) from None
    (rows,) = connection.execute("select count(*) from file_rows").fetchone()
    if not rows:
        raise RawDataError(f"{source} has the expected columns and not one row.", hint)


def _format(source: Path) -> str | None:
    """Tell the format by the first bytes: names lie, and downloads often have none."""
    with source.open("rb") as file:
        start = file.read(4096)
    for magic, found in _MAGIC.items():
        if start.startswith(magic):
            return found
    is_text = start.startswith(_GZIP) or b"\0" not in start
    return "csv" if is_text else None


@contextmanager
def _relation(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    found: str,
    connector: Connector,
) -> Iterator[str]:
    """Give what to write after ``from`` to read the file."""
    if found == "parquet":
        yield f"read_parquet({literal(source)})"
    elif found == "csv":
        with _utf8(source) as (text, compression):
            yield (
                f"read_csv({literal(text)}, {_CSV_OPTIONS}, "
                f"compression = {literal(compression)})"
            )
    else:
        connection.register("sheets", read_sheets(source, connector))
        yield "sheets"
        connection.unregister("sheets")


@contextmanager
def _utf8(source: Path) -> Iterator[tuple[Path, str]]:
    """Give a UTF-8 file with the text of ``source``, and how it is compressed."""
    with source.open("rb") as file:
        packed = file.read(2) == _GZIP
    opened = gzip.open if packed else open
    try:
        encoding = _encoding(source, opened)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RawDataError(
            f"{source} cannot be unpacked: it is damaged or cut short.",
            "Download the file again.",
        ) from None
    if encoding == "utf-8":
        yield source, "gzip" if packed else "none"
        return
    with tempfile.TemporaryDirectory(prefix="martlet-") as folder:
        text = Path(folder) / "source.csv"
        with (
            opened(source, "rt", encoding=encoding, newline="") as read,
            text.open("w", encoding="utf-8", newline="") as written,
        ):
            shutil.copyfileobj(read, written)
        yield text, "none"


def _encoding(source: Path, opened: Callable[..., IO[str]]) -> str:
    """Find the first encoding in which every byte of the file means something."""
    for encoding in ("utf-8", "cp1252"):
        with opened(source, "rt", encoding=encoding) as file:
            try:
                while file.read(1 << 20):
                    pass
            except UnicodeDecodeError:
                continue
            return encoding
    return "latin-1"
