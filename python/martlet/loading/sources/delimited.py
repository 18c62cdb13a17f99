"""CSV in any delimiter: one record a row, the first one the header.

Nothing is guessed but the delimiter, and that from the header alone: a guessed comment
sign or a lenient parser would drop or merge rows in silence. Records that do not fit
the header are set aside with the line they stand on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from pathlib import Path

import duckdb

from martlet.errors import RawDataError, UsageError
from martlet.loading.columns import distinct_names
from martlet.loading.sources.source import Hints, Malformed, Source, unique
from martlet.loading.sources.text import TextFile, open_text
from martlet.sql import literal, one_file

_DELIMITERS = (",", ";", "\t", "|")
_NAMED = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
_LONGEST_LINE = 32 << 20
csv.field_size_limit(_LONGEST_LINE)

_UNQUOTED = "UNQUOTED VALUE"
_REASONS = {
    "MISSING COLUMNS": "it has fewer fields than the header",
    "TOO MANY COLUMNS": "it has more fields than the header",
    _UNQUOTED: "its quotes are not closed, or stand inside a field",
    "INVALID ENCODING": "it has bytes that mean nothing in UTF-8",
    "LINE SIZE OVER MAXIMUM": "it is longer than 32 MB",
}


@contextmanager
def open_delimited(path: Path, hints: Hints) -> Iterator[Source]:
    """Open a CSV file.

    Raises
    ------
    UsageError
        The delimiter named in ``hints`` is none.
    RawDataError
        The file cannot be unpacked, or has no header.
    """
    with open_text(path, hints.encoding) as text:
        yield _Delimited(path, text, hints.delimiter)


class _Delimited(Source):
    def __init__(self, path: Path, text: TextFile, delimiter: str | None) -> None:
        self._path = path
        self._text = text
        self._delimiter, header = _header(path, text, delimiter)
        names = distinct_names(header)
        columns = ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names)
        self._rejects = unique("rejects")
        super().__init__(
            path.name,
            text.sha256,
            names,
            f"read_csv({one_file(text.readable)}, columns = {{{columns}}}, "
            f"delim = {literal(self._delimiter)}, header = true, "
            f"compression = {literal(text.compression)}, "
            f"rejects_table = '{self._rejects}', "
            f"rejects_scan = '{self._rejects}_scans', {_OPTIONS})",
            rows=text.lines - 1,
        )

    def malformed(self, connection: duckdb.DuckDBPyConnection) -> list[Malformed]:
        """List records that do not fit the header, each of them once.

        Raises
        ------
        RawDataError
            A quote that is never closed swallowed the rest of the file.
        """
        # Every scan reports its own rejects, and a record one for each of its faults.
        rejects = connection.execute(f"""
            select
                line_byte_position - 1
                    + strlen(csv_line) - strlen(ltrim(csv_line, '\r\n')) as begins,
                min_by(error_type, byte_position),
                trim(any_value(csv_line), '\r\n')
            from {self._rejects}
            group by all
            order by begins
        """).fetchall()
        lines = self._text.lines_at(begins for begins, _, _ in rejects)
        found = []
        for line, (_, error_type, text) in zip(lines, rejects, strict=True):
            if error_type == _UNQUOTED and ("\n" in text or not text):
                raise RawDataError(
                    f"{self._path} opens a quote in line {line} that is not closed, so "
                    "that the lines after it cannot be told apart.",
                    "Correct that line, or export the file again.",
                )
            reason = _REASONS.get(error_type, "it cannot be read as a record")
            found.append(Malformed(line, reason, text))
        return found

    def lines_of(
        self, rows: Sequence[int], connection: duckdb.DuckDBPyConnection
    ) -> dict[int, int]:
        """Walk the file as far as the last of ``rows``; needed for refused rows only."""
        wanted, lines = set(rows), {}
        passed_over = {
            line
            for malformed in self.malformed(connection)
            for line in range(
                malformed.source_line,
                malformed.source_line + malformed.text.count("\n") + 1,
            )
        }
        with self._text.open() as file:
            record: list[int] = []  # the lines it spans
            reader = csv.reader(
                _without(file, passed_over, record), delimiter=self._delimiter
            )
            next(reader)
            row = 0
            while row < max(wanted, default=0):
                record.clear()
                # DuckDB takes a blank line for a row only where rows have one field.
                if next(reader) or len(self.columns) == 1:
                    row += 1
                    if row in wanted:
                        lines[row] = record[0]
        return lines


_OPTIONS = (
    "auto_detect = false, quote = '\"', escape = '\"', comment = '', "
    "strict_mode = true, store_rejects = true, rejects_limit = 0, "
    f"max_line_size = {_LONGEST_LINE}"
)


def _header(path: Path, text: TextFile, named: str | None) -> tuple[str, list[str]]:
    """Read the header by the delimiter that parts it into the most names."""
    with text.open() as file:
        start = file.readline().lstrip("\ufeff")
        # Names may span lines, if quoted.
        while start.count('"') % 2 and (more := file.readline()):
            start += more
    if not start.strip():
        raise RawDataError(
            f"{path} has no header: its first line is empty.",
            "Write the names of the columns into the first line.",
        )
    delimiter = _NAMED.get(named, named) if named else None
    if delimiter and len(delimiter) != 1:
        raise UsageError(
            f"{named} is no delimiter.", "Pass one character, such as --delimiter ';'"
        )
    candidates = (delimiter,) if delimiter else _DELIMITERS
    parted = {
        mark: next(csv.reader(io.StringIO(start, newline=""), delimiter=mark))
        for mark in candidates
    }
    best = max(candidates, key=lambda mark: len(parted[mark]))
    return best, parted[best]


def _without(
    file: Iterable[str], passed_over: Set[int], numbers: list[int]
) -> Iterator[str]:
    """Give the lines of a file but some, and note the number of each that is given."""
    for number, line in enumerate(file, start=1):
        if number not in passed_over:
            numbers.append(number)
            yield line
