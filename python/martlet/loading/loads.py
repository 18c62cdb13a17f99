"""List the loads of a raw store, and take one out again."""

from __future__ import annotations

from pathlib import Path

from martlet.errors import UsageError
from martlet.faults import machine_faults
from martlet.loading.ledger import EarlierLoad, earlier_loads, with_retries
from martlet.loading.load_directory import remove_loads
from martlet.lock import raw_lock
from martlet.sql import scratch_database


def list_loads(raw: Path) -> list[EarlierLoad]:
    """List what was loaded, in the order it was."""
    with machine_faults(f"Reading {raw}"), scratch_database() as connection:
        return earlier_loads(connection, raw)


def undo_load(raw: Path, quarantine: Path, load_id: str) -> list[EarlierLoad]:
    """Take a load out of the raw store, with what it refused.

    Loads that tried its refused rows again go with it. Each goes at once: whatever
    kills the process, a load is there whole or not at all.

    Returns
    -------
    list of EarlierLoad
        What was taken out.

    Raises
    ------
    UsageError
        There is no such load.
    EnvironmentFault
        Another process changes the raw store.
    """
    loads = find_load(list_loads(raw), load_id)
    with (
        machine_faults(
            f"Undoing {load_id}", "What is still listed can be undone again."
        ),
        raw_lock(raw),
    ):
        known = list_loads(raw)
        undone = with_retries({loads.load_id}, known)
        # Last comes first: else a retry could be left without what it retries.
        remove_loads(raw, quarantine, reversed(undone))
        return [load for load in known if load.load_id in undone]


def find_load(loads: list[EarlierLoad], load_id: str) -> EarlierLoad:
    """Find a load by its id, or by the beginning of it that no other has."""
    found = [load for load in loads if load.load_id.startswith(load_id)]
    if load_id and len(found) == 1:
        return found[0]
    what = (
        f"Several loads begin with {load_id}."
        if found
        else f"There is no load {load_id}."
    )
    raise UsageError(what, "List them: martlet loads")
