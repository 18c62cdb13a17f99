"""Load a source whose rows are those of one raw table, in one pass over it.

Rows stream from the source to Parquet; none is held. Only where some were refused is
the source read again, to tell which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.loading.columns import SourceColumn
from martlet.loading.ledger import Load
from martlet.loading.load_directory import LoadDirectory
from martlet.loading.parsing import Reading, typed_rows
from martlet.loading.quarantine import Quarantine
from martlet.loading.refusals import Refusals, check_share
from martlet.loading.report import LoadCount
from martlet.loading.rules import breach_of_row
from martlet.loading.sources.source import Source, as_rows, numbered
from martlet.loading.writing import copy_to, stored_columns
from martlet.privacy.redaction import redact, redact_emails
from martlet.sql import identifier, literal, one_file


@dataclass(frozen=True)
class TableLoad:
    """A source on its way into one raw table.

    ``matched`` maps the table's columns to the source's; ``max_refused`` is the share of
    rows past which it is the source that is wrong, not its rows; ``stored_before`` the
    raw files that hold other rows of the same source, where this tries some again.
    """

    table: RawTable
    source: Source
    columns: tuple[SourceColumn, ...]
    matched: dict[str, str]
    reading: Reading
    max_refused: float | None = None
    stored_before: tuple[Path, ...] = ()

    @property
    def unused(self) -> tuple[str, ...]:
        """The source's columns that no column of the table takes."""
        taken = set(self.matched.values())
        return tuple(name for name in self.source.columns if name not in taken)

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        load: Load,
        directory: LoadDirectory,
    ) -> list[LoadCount]:
        """Write every row to the raw table or to quarantine, and count them.

        Needs the functions of :mod:`martlet.privacy.in_sql`.
        """
        stored = self._write_stored(connection, load, directory)
        counts = [LoadCount(self.table.name, "stored", self.table.name, "", stored)]
        # A line holds one row at most, so nothing is missing where as many were stored.
        if stored == self.source.rows:
            return counts
        refusals = self.refuse(connection, load)
        refusals.check_nothing_lost(stored)
        if refusals.rows:
            quarantine = Quarantine(connection, load)
            quarantine.take_rows(self.source, f"select * from {refusals.relation}")
            quarantine.take_lines(self.source, refusals.malformed, self.table.name)
            quarantine.write(directory)
        return counts + self.refused_counts(refusals)

    def refuse(self, connection: duckdb.DuckDBPyConnection, load: Load) -> Refusals:
        """Find the rows that break the contract, and hold their share to the limit."""
        judged = self._judged(load, numbered(self.source), "source_row")
        refusals = Refusals.gather(
            connection,
            self.source,
            f"select source_row, {literal(self.table.name)} as place, fault.rule, "
            f"fault.reason from {judged} where fault is not null",
        )
        check_share(
            self.source.name, refusals.total, refusals.by_reason, self.max_refused
        )
        return refusals

    def refused_counts(self, refusals: Refusals) -> list[LoadCount]:
        """Count what was refused, for the ledger."""
        return [
            LoadCount(self.table.name, "refused", "quarantine", rule, rows)
            for rule, rows in refusals.by_rule.items()
        ]

    def preview(
        self, connection: duckdb.DuckDBPyConnection, load: Load, rows: int
    ) -> list[tuple]:
        """Give the first rows as they would be stored, contact data blotted out."""
        given = [column for column in self.table.given if column.name in self.matched]
        shown = ", ".join(
            f"case when {identifier(column.name)} is not null then '•••' end"
            if column.sealed
            else f"cast({identifier(column.name)} as varchar)"
            for column in given
        )
        first = connection.execute(
            f"select {shown} from {self._judged(load, as_rows(self.source))} limit {rows}"
        ).fetchall()
        clear = [redact if column.redacted else redact_emails for column in given]
        return [
            tuple(cell and blot(cell) for blot, cell in zip(clear, row, strict=True))
            for row in first
        ]

    def _judged(self, load: Load, rows: str, *keep: str) -> str:
        """SQL for typed rows with ``fault``, the first thing wrong with each, or null."""
        typed = typed_rows(rows, self.columns, self.matched, self.reading, keep=keep)
        judged = [column for column in self.table.given if not column.made_from_content]
        breach = breach_of_row(self.table, judged, self.matched.keys(), load.loaded_at)
        return f"(select *, coalesce(unread, {breach}) as fault from ({typed}))"

    def _write_stored(
        self,
        connection: duckdb.DuckDBPyConnection,
        load: Load,
        directory: LoadDirectory,
    ) -> int:
        rows = f"""
            select {stored_columns(self.table, self.matched.keys())}
            from {self._judged(load, as_rows(self.source))}
            where fault is null
        """
        made = [c.name for c in self.table.columns if c.made_from_content]
        if not made:
            return copy_to(connection, rows, directory.table(self.table.name))
        (key,) = made
        written = 0
        if key in self.matched:
            named = f"select * from ({rows}) where {identifier(key)} is not null"
            written = copy_to(connection, named, directory.table(self.table.name))
            if written == self.source.rows:
                return written
        return written + copy_to(
            connection,
            _keyed_by_content(rows, key, self.stored_before),
            directory.table(self.table.name),
        )


def _keyed_by_content(rows: str, key: str, stored_before: Sequence[Path]) -> str:
    """SQL that names rows without a key after what they say.

    Equal rows are told apart by counting them, so that a feed which repeats an event
    twice has two, however often it is loaded. The count goes on from ``stored_before``.
    """
    name = identifier(key)
    files = ", ".join(map(one_file, stored_before))
    before = (
        f"(select {name} from read_parquet([{files}], hive_partitioning = false))"
        if stored_before
        else f"(select '' as {name} where false)"
    )
    return f"""
        select
            * exclude (content, occurrence)
            replace (
                content || case when occurrence > 1 then '-' || occurrence else '' end
                as {name}
            )
        from (
            select
                named.*,
                row_number() over (partition by content) + coalesce(times, 0)
                    as occurrence,
            from (
                select *, md5(cast(unnamed as varchar)) as content
                from ({rows}) as unnamed
                where {name} is null
            ) as named
            left join (
                select split_part({name}, '-', 1) as content, count(*) as times
                from {before}
                group by all
            ) using (content)
        )
    """
