"""Erase people: from raw files to the last copy of a table, and prove it.

The order is such that a kill at any moment leaves something from which the same command
finishes: first a sealed note of who it is, then tombstones, then files in the order in
which they are made of one another. Every step does nothing where it was done.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from martlet.erasure.exports import Search, Trace, remove_files
from martlet.erasure.journal import Erasure, remove_journal, write_journal
from martlet.erasure.planning import Plan, Store
from martlet.erasure.removals import write_removals
from martlet.erasure.searching import files_below
from martlet.erasure.warehouse import log_erasure, renew_warehouse
from martlet.erasure.writings import writings_of
from martlet.errors import CheckFailed, UsageError
from martlet.faults import machine_faults
from martlet.loading.erased.tombstones import Tombstone, Tombstones
from martlet.lock import raw_lock
from martlet.settings import Settings
from martlet.warehouse.publish import keep_latest_publication

_AFTERMATH = "What was done stays done; run martlet forget again, and it finishes."
_SHOWN = 8

# Told what was just done, how much is done, and how much there is to do.
OnStep = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Forgotten:
    """What an erasure did."""

    erasure: Erasure
    files_searched: int


def forget(
    store: Store,
    plan: Plan,
    rebuild: Callable[[], object],
    removals: Path | None = None,
    on_step: OnStep = lambda label, done, total: None,
) -> Forgotten:
    """Carry out a plan.

    Parameters
    ----------
    rebuild : callable
        Builds and publishes everything anew from the raw files.
    removals : Path, optional
        Where to write, for each platform that holds one of the people, the list by which
        it takes them off.

    Raises
    ------
    UsageError
        A platform has to be told, and ``removals`` is missing or inside the store.
    CheckFailed
        A trace was found at the end; the message names where.
    EnvironmentFault
        The machine stood in the way. The same command goes on where it stopped.
    """
    settings, erasure = store.settings, plan.erasure
    _check_removals(erasure, removals, settings)
    with machine_faults("Forgetting", _AFTERMATH), raw_lock(settings.raw):
        write_journal(settings.home, store.sealer, erasure)
        on_step("who it is", 1, 6)
        told = write_removals(
            erasure.people, erasure.audiences, removals, erasure.erasure_id
        )
        erasure = replace(erasure, removals=tuple(sorted({*erasure.removals, *told})))
        write_journal(settings.home, store.sealer, erasure)
        _bury(store, erasure)
        remove_files(erasure.exports)
        on_step("exports", 2, 6)
        with store.raw_store() as raw:
            raw.take_out(erasure.people, keeps_orders=erasure.keeps_orders)
        on_step("raw files", 3, 6)
        renew_warehouse(settings.warehouse, erasure.people)
        on_step("ledgers", 4, 6)
    # Builds take no lock; what a load brings meanwhile is without the people already.
    rebuild()
    with machine_faults("Searching for traces", _AFTERMATH):
        keep_latest_publication(settings)
        on_step("warehouse", 5, 6)
        searched = _prove(store, erasure)
        log_erasure(settings.warehouse, _log_row(erasure, searched))
        remove_journal(settings.home)
        on_step("search", 6, 6)
    return Forgotten(erasure, searched)


def _check_removals(
    erasure: Erasure, removals: Path | None, settings: Settings
) -> None:
    if erasure.audiences and removals is None and not erasure.removals:
        raise UsageError(
            f"{', '.join(erasure.audiences)} were given this person, and must be told to "
            "take them off.",
            "Say where the lists for that go: martlet forget … --removals DIR",
        )
    if removals and any(
        removals.resolve().is_relative_to(place.resolve())
        for place in (settings.home, settings.raw)
    ):
        raise UsageError(
            f"{removals} is inside the store, where no trace may stay.",
            "Name a directory outside of MARTLET_HOME and MARTLET_RAW.",
        )


def _bury(store: Store, erasure: Erasure) -> None:
    tombstones = Tombstones(store.settings.raw, store.sealer)
    tombstones.add(
        erasure.people.identifiers(),
        Tombstone(erasure.erased_at, erasure.keeps_orders),
    )


def _prove(store: Store, erasure: Erasure) -> int:
    """Search every file; remove what dbt left of earlier runs; give how many they were.

    Raises
    ------
    CheckFailed
        Something names one of the people.
    """
    settings = store.settings
    search = Search(writings_of(erasure.people, keeps_orders=erasure.keeps_orders))
    left_by_dbt = files_below(dbt_directories(settings.project_dir))
    remove_files(path for path in left_by_dbt if search.traces(path))
    segments = settings.project_dir / "models" / "segments"
    folders = (
        *(settings.home, settings.raw, segments),
        *dbt_directories(settings.project_dir),
    )
    files = files_below(folders)
    traces = [trace for path in files for trace in search.traces(path)]
    if traces:
        raise _found(traces, (settings.raw, segments))
    return len(files)


def dbt_directories(project_dir: Path) -> tuple[Path, Path]:
    """Where dbt writes compiled SQL and logs."""
    return (
        project_dir / os.environ.get("DBT_TARGET_PATH", "target"),
        project_dir / os.environ.get("DBT_LOG_PATH", "logs"),
    )


def _found(traces: list[Trace], needed: Sequence[Path]) -> CheckFailed:
    shown = "\n".join(f"  {trace}" for trace in traces[:_SHOWN])
    more = len(traces) - _SHOWN
    return CheckFailed(
        f"Traces are left in {len(traces)} places:\n{shown}"
        + (f"\n  and {more} more" if more > 0 else ""),
        # A raw file holds others' rows too, and a build needs every model.
        "Take the person out of what these files say, then finish: martlet forget"
        if any(
            trace.path.is_relative_to(place.resolve())
            for trace in traces
            for place in needed
        )
        else "Remove these files if they are yours, then finish: martlet forget",
    )


def _log_row(erasure: Erasure, searched: int) -> dict[str, object]:
    return {
        "erasure_id": erasure.erasure_id,
        "erased_at": erasure.erased_at,
        "people": erasure.people.people,
        "keeps_orders": erasure.keeps_orders,
        "rows_removed": json.dumps(erasure.rows, sort_keys=True),
        "files_searched": searched,
        "traces_found": 0,
    }
