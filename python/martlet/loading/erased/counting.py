"""Keep the loads' ledger true when rows of erased people are gone.

A load's counts add up to its source. Rows that were taken out, or never let in, change
from ``stored`` or ``refused`` to ``erased``: how many, and nothing of what they were. What
they were worth is not told, since the amount of a few rows may be one person's; so the
amount of a line that lost rows is unknown from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.disk import move_durably
from martlet.loading.report import LoadCount
from martlet.loading.writing import write_rows
from martlet.sql import read_raw

ERASED = "erased"


def lowered(
    counts: Sequence[LoadCount], of: Callable[[LoadCount], bool], rows: int
) -> list[LoadCount]:
    """Count rows that are gone as erased.

    Parameters
    ----------
    of : callable
        Says which lines counted them. Where several did, such as two inputs that fill
        one raw table, the largest gives first: which input a row came from is not kept.
    rows : int
        How many are gone.
    """
    taken: dict[LoadCount, int] = {}
    for count in sorted(filter(of, counts), key=lambda each: -each.rows):
        taken[count] = min(count.rows, rows - sum(taken.values()))
    changed = [_less(count, taken.get(count, 0)) for count in counts]
    erased: dict[str, int] = {}
    for count, fewer in taken.items():
        if fewer and count.outcome != "derived":
            erased[count.input] = erased.get(count.input, 0) + fewer
    for name, fewer in erased.items():
        before = sum(
            count.rows
            for count in changed
            if (count.input, count.outcome) == (name, ERASED)
        )
        changed = [
            count for count in changed if (count.input, count.outcome) != (name, ERASED)
        ]
        changed.append(LoadCount(name, ERASED, "", "", before + fewer))
    return [count for count in changed if count.rows or count.outcome != "refused"]


def stored_in(table: str) -> Callable[[LoadCount], bool]:
    """Tell the lines that count rows of a raw table."""
    return lambda count: (
        count.outcome in ("stored", "derived") and count.destination == table
    )


def refused_by(rule: str) -> Callable[[LoadCount], bool]:
    """Tell the lines that count rows refused by a rule."""
    return lambda count: count.outcome == "refused" and count.rule == rule


def recount(
    connection: duckdb.DuckDBPyConnection,
    ledger: Path,
    contract: RawTable,
    stored: dict[str, int],
    refused: dict[str, int],
) -> None:
    """Hold a load's ledger to what is left of it, and write it anew where it differs.

    Parameters
    ----------
    ledger : Path
        The load's file of the raw table ``loads``, whose contract follows.
    stored, refused : dict of str to int
        Rows that are there now, by raw table, and by the rule that refused them.
    """
    result = connection.execute(f"select * from {read_raw(ledger)}")
    names = [name for name, *_ in result.description]
    lines = [dict(zip(names, row, strict=True)) for row in result.fetchall()]
    told = [each.name for each in fields(LoadCount)]
    before = [LoadCount(**{name: line[name] for name in told}) for line in lines]
    counts = before
    for of, left in (
        *((stored_in(table), rows) for table, rows in stored.items()),
        *((refused_by(rule), rows) for rule, rows in refused.items()),
    ):
        counted = sum(count.rows for count in filter(of, counts))
        counts = lowered(counts, of, max(counted - left, 0))
    if counts == before:
        return
    of_input = {line["input"]: line for line in reversed(lines)}
    rows = [of_input[count.input] | vars(count) for count in counts]
    written = ledger.with_name(f".{ledger.name}.erased")
    write_rows(connection, contract, rows, written)
    move_durably(written, ledger)


def _less(count: LoadCount, fewer: int) -> LoadCount:
    if not fewer:
        return count
    return replace(count, rows=count.rows - fewer, amount=None)
