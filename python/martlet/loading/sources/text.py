"""Find out how a text file is written, and read it once for its fingerprint."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from martlet.errors import RawDataError, UsageError

GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


# Bytes that mean nothing stay so: DuckDB refuses the line that holds them.
_DAMAGED = "martlet-damaged"
codecs.register_error(_DAMAGED, lambda error: ("\udcff", error.end))


@dataclass(frozen=True)
class TextFile:
    """A text file that DuckDB can read: UTF-8, each line but the last ended by ``\\n``.

    ``lines`` counts them, blank ones and the header among them.
    """

    path: Path
    readable: str
    compression: str
    encoding: str
    sha256: str
    lines: int

    def open(self) -> IO[str]:
        """Open it as text, as it was written."""
        return _open_text(self.path, self.encoding)

    def lines_at(self, positions: Iterable[int]) -> list[int]:
        """Give the lines that bytes of ``readable`` stand on; counted from 0, ascending."""
        lines, line, read = [], 1, 0
        with open_bytes(Path(self.readable)) as file:
            for position in positions:
                while read < position:
                    block = file.read(min(position - read, _BLOCK))
                    line += block.count(b"\n")
                    read += len(block)
                lines.append(line)
        return lines


@contextmanager
def open_text(path: Path, encoding: str | None) -> Iterator[TextFile]:
    """Read a text file once, and give it in a form that DuckDB reads.

    What is not UTF-8, or ends lines otherwise, is rewritten to a file without a name,
    which is gone when the process is, however it ends: it holds contact data in clear.
    """
    content = hashlib.sha256()
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
        file.seek(0)
        while block := file.read(_BLOCK):
            content.update(block)
    try:
        looks = _look_at(path, encoding)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RawDataError(
            f"{path} cannot be unpacked: it is damaged or cut short.",
            "Download the file again.",
        ) from None
    found = {
        "path": path,
        "encoding": looks.encoding,
        "sha256": content.hexdigest(),
    }
    if not looks.needs_rewriting:
        yield TextFile(
            readable=str(path),
            compression="gzip" if packed else "uncompressed",
            lines=looks.lines,
            **found,
        )
        return
    with tempfile.TemporaryFile() as nameless:
        written = io.TextIOWrapper(nameless, "utf-8", "surrogatepass", newline="")
        lines = _rewrite(path, looks.encoding, written)
        yield TextFile(
            readable=f"/dev/fd/{nameless.fileno()}",
            compression="uncompressed",
            lines=lines,
            **found,
        )
        written.detach()


def _rewrite(path: Path, encoding: str, written: IO[str]) -> int:
    """Copy a text file, every line ended in the same way; give their number."""
    lines, last = 0, "\n"
    with _open_text(path, encoding, newline=None) as read:
        while text := read.read(_BLOCK):
            written.write(text)
            lines += text.count("\n")
            last = text[-1]
    written.flush()
    return lines + (last != "\n")


@dataclass(frozen=True)
class _Looks:
    encoding: str
    lines: int
    needs_rewriting: bool


def _look_at(path: Path, encoding: str | None) -> _Looks:
    """Find the encoding and count the lines, in one pass over the bytes."""
    with open_bytes(path) as file:
        start = file.read(4)
    marked = next(
        (name for mark, name in _BYTE_ORDER_MARKS.items() if start.startswith(mark)),
        None,
    )
    if encoding:
        encoding = _known(encoding)
        if encoding == "utf-16" and not marked:  # a header begins with a Latin letter
            encoding = "utf-16-be" if start.startswith(b"\0") else "utf-16-le"
    returns = pairs = feeds = wrong = right = 0
    meant = {"cp1252": True}
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    last = b""
    with open_bytes(path) as file:
        while block := file.read(_BLOCK):
            feeds += block.count(b"\n")
            returns += block.count(b"\r")
            pairs += block.count(b"\r\n") + (last == b"\r" and block[:1] == b"\n")
            last = block[-1:]
            if not block.isascii():
                text = decoder.decode(block)
                damaged = text.count("\ufffd")
                wrong += damaged
                right += len(text) - len(text.encode("ascii", "ignore")) - damaged
                meant["cp1252"] &= not _is_undefined(block)
            elif decoder.getstate()[0]:
                wrong += 1
                decoder.reset()
    found = encoding or marked or _guess(wrong, right, meant["cp1252"])
    is_utf8 = found in ("utf-8", "utf-8-sig")
    mixed = returns > 0 and not returns == pairs == feeds
    lines = feeds + (last not in (b"\n", b""))
    return _Looks(found, lines, not is_utf8 or mixed)


def _known(encoding: str) -> str:
    try:
        io.TextIOWrapper(io.BytesIO(), encoding, _DAMAGED).read()
    except (LookupError, UnicodeError):
        raise UsageError(
            f"There is no encoding {encoding}.",
            "Common ones are utf-8, cp1252, latin-1 and utf-16.",
        ) from None
    return codecs.lookup(encoding).name


def _guess(wrong: int, right: int, may_be_cp1252: bool) -> str:
    """Take UTF-8 for what it is although single lines of it are damaged."""
    if wrong == 0 or right > 10 * wrong:
        return "utf-8"
    return "cp1252" if may_be_cp1252 else "latin-1"


def _is_undefined(block: bytes) -> bool:
    return any(byte in block for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d"))


def open_bytes(path: Path) -> BinaryIO:
    """Open a file for its bytes, unpacked if it is gzipped."""
    with path.open("rb") as file:
        packed = file.read(2) == GZIP
    return gzip.open(path, "rb") if packed else path.open("rb")


def _open_text(path: Path, encoding: str, newline: str | None = "") -> IO[str]:
    return io.TextIOWrapper(open_bytes(path), encoding, _DAMAGED, newline)
