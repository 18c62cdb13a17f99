"""Open what files pack, so that a search sees what they hold.

Files are told by how they begin, not by their names: a copy may be called anything.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_HEAD = 12
_ZIP = b"PK\x03\x04"
_OPENED = (
    (re.compile(rb"\x1f\x8b\x08"), gzip.open),
    (re.compile(rb"BZh[1-9]1AY&SY"), bz2.open),
    (re.compile(rb"\xfd7zXZ\0"), lzma.open),
)
# Zstandard, 7z and RAR; and tables inside of another file, which nothing here can open.
_CLOSED = re.compile(rb"\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!")

# What opening or reading a damaged or locked file raises.
FAULTS = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError),
    *(RuntimeError, NotImplementedError),
)


def begins(path: Path) -> bytes:
    """Give the first bytes of a file."""
    with path.open("rb") as file:
        return file.read(_HEAD)


def is_duckdb(head: bytes) -> bool:
    """Say whether a file that begins so is a database of DuckDB."""
    return head[8:12] == b"DUCK"


def is_parquet(head: bytes) -> bool:
    """Say whether a file that begins so is Parquet."""
    return head[:4] == b"PAR1"


def unpacked(path: Path) -> Iterator[tuple[str, BinaryIO]]:
    """Yield a file, or what it packs, each with its place in the file.

    Raises
    ------
    NotImplementedError
        It is packed in a way that is not known here; other ``FAULTS`` where it is damaged.
    """
    with path.open("rb") as file:
        yield from _unpacked("", file)


def _unpacked(place: str, file: BinaryIO) -> Iterator[tuple[str, BinaryIO]]:
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(_ZIP):
        yield place, file  # The names of what it packs.
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                with archive.open(name) as member:
                    yield from _unpacked(f"{place}/{name}".lstrip("/"), member)
        return
    for magic, opener in _OPENED:
        if magic.match(head):
            with opener(file) as opened:
                yield from _unpacked(place, opened)
            return
    if _CLOSED.match(head) or (place and (is_duckdb(head) or is_parquet(head))):
        raise NotImplementedError(f"nothing here unpacks {place or 'this file'}")
    yield place, file
