"""Rows that cannot be stored: which, why, and whether they are too many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from martlet.errors import CheckFailed, RawDataError
from martlet.loading.sources.source import Malformed, Source, as_rows

MALFORMED = "malformed_line"

# Above this share it is the source that is wrong, not its rows; a handful shows nothing.
MAX_REFUSED = 0.05
_HANDFUL = 10


@dataclass(frozen=True)
class Refusals:
    """The refused rows of one source.

    They lie in the table ``relation`` as ``source_row``, ``place`` (what they were
    refused for, a raw table or a connector), ``rule`` and ``reason``; ``malformed`` are
    lines that are no rows; ``total`` counts all rows of the source, refused or not.
    """

    relation: str
    malformed: tuple[Malformed, ...]
    total: int
    by_rule: dict[str, int]
    by_reason: dict[str, int]

    @classmethod
    def gather(
        cls,
        connection: duckdb.DuckDBPyConnection,
        source: Source,
        refused: str,
        relation: str = "refused_rows",
    ) -> Refusals:
        """Run the query ``refused`` over a source, and count what it gives."""
        connection.execute(f"create or replace temp table {relation} as {refused}")
        # Only a scan of every column leaves out the rows that do not read.
        rows, _ = connection.execute(
            f"select count(*), bit_xor(hash(row)) from {as_rows(source)}"
        ).fetchone()
        malformed = tuple(source.malformed(connection))
        counts = {}
        for column in ("rule", "reason"):
            counts[column] = dict(
                connection.execute(
                    f"select {column}, count(*) from {relation} "
                    f"group by {column} order by count(*) desc, {column}"
                ).fetchall()
            )
        for each in malformed:
            for column, name in (("rule", MALFORMED), ("reason", each.reason)):
                counts[column][name] = counts[column].get(name, 0) + 1
        return cls(
            relation, malformed, rows + len(malformed), counts["rule"], counts["reason"]
        )

    @property
    def rows(self) -> int:
        """Number of refused rows."""
        return sum(self.by_rule.values())

    def check_nothing_lost(self, stored: int) -> None:
        """Raise ``CheckFailed`` where a row is neither stored nor refused, or both."""
        if stored + self.rows != self.total:
            raise CheckFailed(
                f"Of {self.total:,} rows {stored:,} would be stored and {self.rows:,} "
                "refused, which does not add up; nothing was loaded.",
                "The source changed while it was read: run the same command again.",
            )


def share_to_allow(total: int, refused: int, limit: float | None) -> int:
    """Give the percentage that would let a load pass, or 0 where ``limit`` does.

    Without a limit it is 5 %, and ten rows are never too many.
    """
    few = limit is None and refused <= _HANDFUL
    allowed = MAX_REFUSED if limit is None else limit
    if few or refused <= allowed * total:
        return 0
    return min(100, 100 * refused // total + 1)


def check_share(
    name: str, total: int, by_reason: Mapping[str, int], limit: float | None
) -> None:
    """Raise ``RawDataError`` where more rows are refused than ``limit`` allows."""
    refused = sum(by_reason.values())
    enough = share_to_allow(total, refused, limit)
    if not enough:
        return
    allowed = MAX_REFUSED if limit is None else limit
    listed = "; ".join(
        f"{reason} in {count:,}" for reason, count in list(by_reason.items())[:5]
    )
    raise RawDataError(
        f"{refused:,} of the {total:,} rows of {name} would be refused: {listed}. "
        f"That is more than {allowed:.0%}, so nothing of it was loaded.",
        "See what would happen with --dry-run; if the rest is right, allow it with "
        f"--max-refused {enough}%",
    )
