"""JSON lines: one object a line, its members the columns; or one array of objects."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from martlet.errors import RawDataError
from martlet.faults import is_machine_fault
from martlet.loading.columns import distinct_names
from martlet.loading.sources.source import Hints, Malformed, Source, unique
from martlet.loading.sources.text import TextFile, open_text
from martlet.sql import identifier, literal, one_file

_LONGEST = 32 << 20
_NO_OBJECT = "it is no JSON object"

# The delimiter is a character that JSON never holds unescaped: no line is parted.
_AS_LINES = (
    "columns = {'line': 'VARCHAR'}, delim = '\x1f', auto_detect = false, "
    "header = false, quote = '', escape = '', comment = '', strict_mode = true, "
    f"store_rejects = true, rejects_limit = 0, max_line_size = {_LONGEST}"
)


@contextmanager
def open_json_lines(
    path: Path, hints: Hints, connection: duckdb.DuckDBPyConnection
) -> Iterator[Source]:
    """Open a file of JSON objects.

    Raises
    ------
    RawDataError
        The file cannot be unpacked, or is one damaged array.
    """
    with open_text(path, hints.encoding) as text:
        with text.open() as file:
            is_array = file.read(1 << 16).lstrip("\ufeff \t\r\n").startswith("[")
        try:
            yield _JsonLines(path.name, text, connection, is_array=is_array)
        except duckdb.Error as error:
            if is_machine_fault(error):
                raise
            raise RawDataError(
                f"{path} cannot be read as JSON: it is damaged or cut short.",
                "Export or download the file again, one object a line if it can be.",
            ) from None


class _JsonLines(Source):
    def __init__(
        self,
        name: str,
        text: TextFile,
        connection: duckdb.DuckDBPyConnection,
        *,
        is_array: bool,
    ) -> None:
        self._is_array = is_array
        self._rejects = unique("rejects")
        self._lines = _lines(text, self._rejects, is_array=is_array)
        is_object = "coalesce(try(json_type(line)) = 'OBJECT', false)"
        objects = f"(select * from {self._lines} where {is_object})"
        self._objects = objects
        self._others = (
            f"select line_number, line from {self._lines} "
            f"where trim(line) <> '' and not {is_object} order by line_number"
        )
        found = connection.execute(f"""
            select key
            from (
                select
                    line_number,
                    unnest(keys) as key,
                    generate_subscripts(keys, 1) as position,
                from (select line_number, json_keys(line) as keys from {objects})
            )
            group by key
            order by min(line_number), min(position)
        """).fetchall()
        keys = [key for (key,) in found]
        columns = distinct_names(keys)
        # Most members come out of one parsing of the line. A struct tells names apart
        # without their case, so what goes by another's name is fetched by itself.
        alike = [
            key for key, column in zip(keys, columns, strict=True) if key != column
        ]
        shape = json.dumps({key: "VARCHAR" for key in keys if key not in alike})
        members = ", ".join(
            f"json_extract_string(line, {literal(_pointer(key))}) as {identifier(column)}"
            if key in alike
            else f"parsed.{identifier(key)} as {identifier(column)}"
            for key, column in zip(keys, columns, strict=True)
        )
        parse = f"json_transform(line, {literal(shape)}) as parsed"
        parsed = f"(select line, {parse} from {objects})"
        super().__init__(
            name,
            text.sha256,
            columns,
            f"(select {members or 'null as nothing'} from {parsed})",
            rows=None if is_array else text.lines,
        )

    def malformed(self, connection: duckdb.DuckDBPyConnection) -> list[Malformed]:
        """List lines, or elements of the array, that are no JSON object."""
        others = connection.execute(self._others).fetchall()
        if self._is_array:
            return [Malformed(None, _NO_OBJECT, text) for _, text in others]
        rejected = self._rejected(connection)
        found = [
            Malformed(line, "it has bytes that mean nothing in UTF-8", text)
            for line, text in rejected.items()
        ]
        for number, text in others:
            line = _original(number, list(rejected))
            found.append(Malformed(line, _NO_OBJECT, text))
        return sorted(found, key=lambda malformed: malformed.source_line)

    def lines_of(
        self, rows: Sequence[int], connection: duckdb.DuckDBPyConnection
    ) -> dict[int, int]:
        """Find the line of each row, which blank and malformed lines put apart."""
        if self._is_array or not rows:
            return {}
        rejected = sorted(self._rejected(connection))
        found = connection.execute(
            "select source_row, line_number from ("
            "select row_number() over () as source_row, line_number "
            f"from {self._objects}) where source_row in (select unnest(?))",
            [list(rows)],
        ).fetchall()
        return {row: _original(number, rejected) for row, number in found}

    def _rejected(self, connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
        rejects = connection.execute(
            f"select line, any_value(csv_line) from {self._rejects} group by line"
        )
        return dict(sorted(rejects.fetchall()))


def _lines(text: TextFile, rejects: str, *, is_array: bool) -> str:
    file = f"{one_file(text.readable)}, compression = {literal(text.compression)}"
    if is_array:
        lines = (
            f"select cast(json as varchar) as line from read_json_objects({file}, "
            f"format = 'array', maximum_object_size = {_LONGEST})"
        )
    else:
        lines = (
            f"select line from read_csv({file}, rejects_table = '{rejects}', "
            f"rejects_scan = '{rejects}_scans', {_AS_LINES})"
        )
    return f"(select row_number() over () as line_number, line from ({lines}))"


def _pointer(member: str) -> str:
    """JSON pointer (RFC 6901) to a member of an object."""
    return "/" + member.replace("~", "~0").replace("/", "~1")


def _original(number: int, rejected: list[int]) -> int:
    """Count back in the rejected lines that were left out before the numbering."""
    line = number
    while (skipped := bisect.bisect_right(rejected, line)) + number != line:
        line = number + skipped
    return line
