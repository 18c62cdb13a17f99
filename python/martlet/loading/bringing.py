"""Bring what a plan makes of its sources into the raw store: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import duckdb

from martlet.contract import RawTable
from martlet.faults import machine_faults
from martlet.loading.connectors.connector import Store
from martlet.loading.erased.leaving_out import leave_out
from martlet.loading.erased.tombstones import Tombstones
from martlet.loading.ledger import Load, earlier_loads, superseded, write_ledger
from martlet.loading.load_directory import LoadDirectory, remove_loads
from martlet.loading.report import LoadCount, LoadReport
from martlet.loading.store import write_store
from martlet.lock import raw_lock
from martlet.privacy.in_sql import register_functions
from martlet.privacy.sealing import Sealer
from martlet.sql import scratch_database

# Called with whether the store is new, and may then make a key.
FindSealer = Callable[[bool], Sealer]


@dataclass(frozen=True)
class Destination:
    """Where loads go: the raw directory, the quarantine, and the contract they keep."""

    raw: Path
    quarantine: Path
    contract: dict[str, RawTable]


class Plan(Protocol):
    """What is to be done with sources."""

    def write(
        self,
        connection: duckdb.DuckDBPyConnection,
        load: Load,
        directory: LoadDirectory,
    ) -> list[LoadCount]:
        """Write every row to a raw table or to quarantine, and count them."""
        ...


def bring(
    connection: duckdb.DuckDBPyConnection,
    destination: Destination,
    load: Load,
    plan: Plan,
    store: Store | None,
    find_sealer: FindSealer,
) -> LoadReport:
    """Write what a plan makes of its sources, unless this very load was done before."""
    raw, contract = destination.raw, destination.contract
    report = LoadReport(load.load_id, load.connector, load.source, ())
    earlier = {each.load_id: each for each in earlier_loads(connection, raw)}
    if load.load_id in earlier:
        counts = earlier[load.load_id].counts
        return replace(report, counts=counts, already_loaded=True)
    sealer = find_sealer(not earlier)
    for each in earlier.values():
        sealer.unseal(each.key_check)
    register_functions(connection, sealer, store.country if store else None)
    with LoadDirectory(raw, destination.quarantine, load.load_id) as directory:
        counts = plan.write(connection, load, directory)
        if tombstones := Tombstones(raw, sealer):
            country = store.country if store else None
            counts = leave_out(
                connection, directory, contract, tombstones, sealer, country, counts
            )
        if store:
            write_store(connection, store, contract["store"], directory.table("store"))
        write_ledger(
            connection,
            load,
            counts,
            contract["loads"],
            sealer,
            directory.table("loads"),
        )
        directory.commit()
    return replace(
        report,
        counts=tuple(counts),
        options=dict(load.options),
        replaced=_settle(connection, destination),
        made_key_file=sealer.made_key_file,
    )


def _settle(
    connection: duckdb.DuckDBPyConnection, destination: Destination
) -> tuple[str, ...]:
    """Remove what killed loads left behind, and loads that a later one replaces."""
    raw, quarantine = destination.raw, destination.quarantine
    replaced = superseded(earlier_loads(connection, raw))
    remove_loads(raw, quarantine, replaced)
    return tuple(replaced)


@contextmanager
def scratch(what: str, destination: Destination) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hold the raw directory, settle what was left in it, and open a scratch database."""
    with (
        machine_faults(f"Loading {what}", "Nothing of it was kept."),
        raw_lock(destination.raw),
        scratch_database() as connection,
    ):
        _settle(connection, destination)
        yield connection
