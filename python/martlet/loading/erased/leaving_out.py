"""Leave erased people out of what a load brings, before it becomes part of the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.loading.erased.counting import lowered, refused_by, stored_in
from martlet.loading.erased.refused import RefusedRows
from martlet.loading.erased.rows import ErasedRows
from martlet.loading.erased.tombstones import Tombstone, Tombstones
from martlet.loading.load_directory import LoadDirectory
from martlet.loading.report import LoadCount
from martlet.privacy.normalising import region_of
from martlet.privacy.sealing import Sealer


def leave_out(
    connection: duckdb.DuckDBPyConnection,
    directory: LoadDirectory,
    contract: dict[str, RawTable],
    tombstones: Tombstones,
    sealer: Sealer,
    country: str | None,
    counts: Sequence[LoadCount],
) -> list[LoadCount]:
    """Take rows of erased people out of a load's files; give its counts without them.

    Rows dated after the erasure stay: whoever buys again is a new customer. An order
    that is kept without its person loses the names it comes with once more.
    """
    files = directory.tables()
    erased = ErasedRows(connection)
    for name, path in files:
        erased.look_up(path, contract[name], tombstones)
    for name, path in files:
        if name == "orders":
            _remember_orders(erased, path, contract[name], tombstones)
    counts = list(counts)
    for name, path in files:
        removed = erased.take_out(path, contract[name]).removed
        counts = lowered(counts, stored_in(name), removed)
    refused = RefusedRows(connection, sealer, region_of(country), tombstones.covers)
    for path in directory.refused_files():
        for rule, rows in refused.take_out(path).items():
            counts = lowered(counts, refused_by(rule), rows)
        refused.drop_empty(path)
    return counts


def _remember_orders(
    erased: ErasedRows, path: Path, table: RawTable, tombstones: Tombstones
) -> None:
    """Keep out the lines and returns of an order that is known by its person alone.

    They name nobody, and may come with this load or with another.
    """
    orders = [("order", each) for each in erased.removed_orders(path, table)]
    latest = max((each.erased_at for each in tombstones.all()), default=None)
    if latest:
        tombstones.add(orders, Tombstone(latest, keeps_orders=False))
        erased.add(orders, latest, keeps_orders=False)
