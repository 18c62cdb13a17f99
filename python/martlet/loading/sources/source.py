"""What every kind of source gives to those who load it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from martlet.loading.columns import check_header
from martlet.sql import identifier

_numbers = itertools.count(1)


def unique(name: str) -> str:
    """Make a name that no other open source of this process goes by."""
    return f"{name}_{next(_numbers)}"


@dataclass(frozen=True)
class Hints:
    """What a person says of a source, where its own looks mislead."""

    delimiter: str | None = None
    encoding: str | None = None
    table: str | None = None


@dataclass(frozen=True)
class Malformed:
    """A piece of text that is no row; it may hold contact data.

    ``source_line`` is the line it begins on, where the source has lines.
    """

    source_line: int | None
    reason: str
    text: str = field(repr=False)


class Source:
    """A source that is open for reading.

    Parameters
    ----------
    name : str
        What ledgers call it: the file's name, or the database's table.
    sha256 : str
        Of its content.
    columns : sequence of str
        Its own names of its columns.
    relation : str
        What to write after ``from`` to read its rows, all of them text.
    rows : int, optional
        How many rows it has at most, where that is known without reading it as rows.
    unread : sequence of str, optional
        What lies in the same file and is not read, such as sheets of notes.

    Raises
    ------
    RawDataError
        The names of the columns hold contact data.
    """

    def __init__(
        self,
        name: str,
        sha256: str,
        columns: Sequence[str],
        relation: str,
        *,
        rows: int | None = None,
        unread: Sequence[str] = (),
    ) -> None:
        check_header(name, columns)
        self.name = name
        self.sha256 = sha256
        self.columns = tuple(columns)
        self.relation = relation
        self.rows = rows
        self.unread = tuple(unread)

    def malformed(self, connection: duckdb.DuckDBPyConnection) -> list[Malformed]:
        """List the lines that are no rows; known once the relation was read."""
        return []

    def lines_of(
        self, rows: Sequence[int], connection: duckdb.DuckDBPyConnection
    ) -> dict[int, int]:
        """Map rows, counted from 1, to the lines they begin on, where it has lines."""
        return {}


def as_rows(source: Source) -> str:
    """SQL for the rows of a source, each as the one struct ``row``."""
    return f"(select {_struct(source)})"


def numbered(source: Source) -> str:
    """SQL for the rows of a source with their position, ``source_row``, from 1."""
    return f"(select row_number() over () as source_row, {_struct(source)})"


def _struct(source: Source) -> str:
    # A row goes by the name of its relation, unless a column has that name.
    taken = {name.casefold() for name in source.columns}
    name = next(
        name for name in map("row_{}".format, itertools.count()) if name not in taken
    )
    return f"{name} as row from {source.relation} as {name}"


def as_text(relation: str, types: dict[str, str]) -> str:
    """SQL for a typed relation with every column as text, nested ones as JSON."""
    columns = ", ".join(
        f"{_text(identifier(name), data_type)} as {identifier(name)}"
        for name, data_type in types.items()
    )
    return f"(select {columns} from {relation})"


def _text(column: str, data_type: str) -> str:
    if data_type.endswith("]") or data_type.startswith(("STRUCT", "MAP", "UNION")):
        return f"cast(to_json({column}) as varchar)"
    if data_type.startswith("TIMESTAMP"):  # some are too far away to be written
        far = f"case when {column} is not null then 'out of range' end"
        return f"coalesce(try(cast({column} as varchar)), {far})"
    if data_type == "BLOB":  # as some write what is text
        return f"coalesce(try(decode({column})), cast({column} as varchar))"
    return f"cast({column} as varchar)"
