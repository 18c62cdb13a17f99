"""Which rows of a raw table are an erased person's, and files without them.

Both the erasure itself and every later load go by this module, so that what is taken out
and what is kept out is the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from martlet.contract import RawTable
from martlet.disk import move_durably
from martlet.loading.erased.judging import (
    BELONGS,
    KINDS,
    as_text,
    column_text,
    is_somebodys,
    judged,
    kept,
)
from martlet.loading.erased.tombstones import Tombstones
from martlet.privacy.resealing import file_format
from martlet.sql import column_types, identifier, literal, read_raw

_BLANKED = "without_erased_people"


@dataclass(frozen=True)
class Found:
    """Rows of a file: to take out, to keep without names, and others that name somebody.

    ``referred`` name whom they were referred by, ``mentioning`` have a name in a text.
    """

    removed: int = 0
    anonymised: int = 0
    referred: int = 0
    mentioning: int = 0

    def __bool__(self) -> bool:
        """Whether the file has to be written anew."""
        return any(astuple(self))


class ErasedRows:
    """The identifiers of erased people as a table, and the rows that are theirs.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        A scratch database; gets the table ``erased_ids``.
    blank : callable, optional
        Given texts, gives them without what names an erased person. Rows that stay keep
        their texts as they are without it.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        blank: Callable[[pa.ChunkedArray], pa.Array] | None = None,
    ) -> None:
        self._connection = connection
        self._blanks = blank is not None
        if blank:
            with suppress(duckdb.InvalidInputException):
                connection.remove_function(_BLANKED)
            connection.create_function(
                _BLANKED, blank, ["VARCHAR"], "VARCHAR", type="arrow"
            )
        connection.execute("""
            create or replace temp table erased_ids (
                kind varchar,
                value varchar,
                erased_at timestamp,
                keeps_orders boolean,
                primary key (kind, value)
            )
        """)

    def add(
        self,
        identifiers: Iterable[tuple[str, str]],
        erased_at: datetime | None,
        *,
        keeps_orders: bool,
    ) -> None:
        """Add pairs of a kind and a value; without a date, rows of any date are theirs."""
        rows = [(*each, erased_at, keeps_orders) for each in identifiers]
        if rows:
            self._connection.executemany(
                "insert or ignore into erased_ids values (?, ?, ?, ?)", rows
            )

    def drop(self, identifiers: Iterable[tuple[str, str]]) -> None:
        """Leave out identifiers that are other people's too."""
        for each in identifiers:
            self._connection.execute(
                "delete from erased_ids where kind = ? and value = ?", each
            )

    def look_up(self, path: Path, table: RawTable, tombstones: Tombstones) -> None:
        """Add those identifiers of a file that have a tombstone."""
        for name in self._columns(path):
            kind = KINDS.get(name.lower())
            if kind is None or table.name not in BELONGS:
                continue
            values = self._connection.execute(
                f"select distinct cast({identifier(name)} as varchar) "
                f"from {read_raw(path)} where {identifier(name)} is not null"
            ).fetchall()
            for (value,) in values:
                if stone := tombstones.find(kind, value):
                    self.add(
                        [(kind, value)],
                        stone.erased_at,
                        keeps_orders=stone.keeps_orders,
                    )

    def count(self, path: Path, table: RawTable) -> Found:
        """Count the rows of a file that are an erased person's, or name one."""
        if table.name not in BELONGS and not self._blanks:
            return Found()
        changed = " or ".join(
            f"{self._left(name, table)} is distinct from {kept(name, table)}"
            for name in self._texts(path)
        )
        return Found(
            *self._connection.execute(f"""
                select
                    count(*) filter (is_removed),
                    count(*) filter (is_anonymised),
                    count(*) filter (not is_removed and is_referred),
                    count(*) filter (not is_removed and ({changed or "false"}))
                from {self._judged(path, table)}
            """).fetchone()
        )

    def take_out(self, path: Path, table: RawTable) -> Found:
        """Put a file without these rows in its place, in one step, if it has any."""
        found = self.count(path, table)
        if not found:
            return found
        texts = self._texts(path)
        columns = ", ".join(
            f"{self._left(name, table) if name in texts else kept(name, table)} "
            f"as {identifier(name)}"
            for name in self._columns(path)
        )
        # Readers look for suffixes, and a killed erasure may leave this behind.
        written = path.with_name(f".{path.name}.erased")
        self._connection.execute(
            f"copy (select {columns} from {self._judged(path, table)} "
            f"where not is_removed) to {literal(written)} ({file_format(path)})"
        )
        shutil.copymode(path, written)
        move_durably(written, path)
        return found

    def rows_of(
        self, path: Path, table: RawTable, names: Sequence[str] | None = None
    ) -> list[dict[str, object]]:
        """Read the rows of a file that are theirs: all columns, or those named as text."""
        if table.name not in BELONGS:
            return []
        columns = self._columns(path)
        present = {name.lower(): name for name in columns}
        selected = (
            [f"{column_text(name, present)} as {identifier(name)}" for name in names]
            if names
            else [identifier(name) for name in columns]
        )
        result = self._connection.execute(
            f"select {', '.join(selected)} from {self._judged(path, table)} as rows "
            "where is_theirs"
        )
        found = [name for name, *_ in result.description]
        return [dict(zip(found, row, strict=True)) for row in result.fetchall()]

    def removed_orders(self, path: Path, table: RawTable) -> list[str]:
        """List the orders that a file of orders is about to lose."""
        return [
            order_id
            for (order_id,) in self._connection.execute(
                f"select distinct cast(order_id as varchar) "
                f"from {self._judged(path, table)} where is_removed"
            ).fetchall()
        ]

    def shared(self, path: Path, table: RawTable) -> set[tuple[str, str]]:
        """List identifiers that stand in rows of other people too."""
        present = {name.lower(): name for name in self._columns(path)}
        found = set()
        for column in ("visitor_id", "email_key", "phone_key"):
            if column not in present or table.name not in BELONGS:
                continue
            kind = KINDS[column]
            rows = self._connection.execute(
                f"select distinct ids.value from {self._judged(path, table)} as rows "
                f"inner join erased_ids as ids on ids.kind = {literal(kind)} "
                f"and ids.value = {as_text('rows.' + identifier(column))} "
                f"where not {is_somebodys(table, present)}"
            ).fetchall()
            found |= {(kind, value) for (value,) in rows}
        return found

    def _left(self, name: str, table: RawTable) -> str:
        """SQL for the text that a row that stays has in a column, naming nobody."""
        return f"{_BLANKED}({kept(name, table)})"

    def _columns(self, path: Path) -> list[str]:
        return list(self._typed(path))

    def _texts(self, path: Path) -> set[str]:
        """Give the columns whose texts are blanked."""
        if not self._blanks:
            return set()
        return {name for name, type_ in self._typed(path).items() if type_ == "VARCHAR"}

    def _typed(self, path: Path) -> dict[str, str]:
        return column_types(self._connection, read_raw(path))

    def _judged(self, path: Path, table: RawTable) -> str:
        return judged(path, table, self._columns(path))
