"""Look into the quarantine, and try its rows again after a fix.

What is tried again becomes a load of its own: rows that are fine now are stored, the
others are refused anew. The rows it came from stay where they are, and no longer count:
undoing the new load brings them back.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.faults import machine_faults
from martlet.loading.bringing import Destination, bring, scratch
from martlet.loading.columns import columns_of, match_columns
from martlet.loading.ledger import (
    EarlierLoad,
    LoadedInput,
    earlier_loads,
    name_load,
)
from martlet.loading.load import LoadOptions, table_plan, told
from martlet.loading.load_directory import quarantine_file, quarantine_files
from martlet.loading.loads import find_load
from martlet.loading.report import LoadReport
from martlet.loading.sources.refused import RefusedRows
from martlet.loading.store import settle_store
from martlet.privacy.redaction import redact
from martlet.privacy.sealing import Sealer
from martlet.settings import load_id_of, raw_files
from martlet.sql import one_file, scratch_database

_MASK = "•••"


@dataclass(frozen=True)
class RefusedCount:
    """Rows that one load refused for one table by one rule, for one reason."""

    load_id: str
    place: str
    source_file: str
    rule: str
    reason: str
    rows: int


@dataclass(frozen=True)
class RefusedRow:
    """One refused row; its ``values`` those that a raw table takes, redacted."""

    source_file: str
    source_line: int | None
    source_row: int | None
    rule: str
    reason: str
    values: dict[str, str | None]


def list_refused(raw: Path, quarantine: Path) -> list[RefusedCount]:
    """Count what is in quarantine, by load, table, rule and reason.

    Rows that were tried again count with the load that did so, if it refused them.
    """
    with machine_faults(f"Reading {quarantine}"), scratch_database() as connection:
        counted = []
        for load, place in _current(earlier_loads(connection, raw), quarantine):
            file = one_file(quarantine_file(quarantine, place, load.load_id))
            rows = connection.execute(
                f"select source_file, rule, reason, count(*) from read_parquet({file}) "
                "group by all order by count(*) desc, rule, reason, source_file"
            ).fetchall()
            counted += [RefusedCount(load.load_id, place, *row) for row in rows]
        return counted


def show_refused(
    destination: Destination, load_id: str, sealer: Sealer, limit: int
) -> list[RefusedRow]:
    """Give the first refused rows of a load.

    Their values are shown where a raw table takes them, contact data blotted out. What
    a connector refused is told by file and line alone: its columns may hold anything.
    """
    quarantine = destination.quarantine
    shown: list[RefusedRow] = []
    with machine_faults(f"Reading {quarantine}"), scratch_database() as connection:
        loads = earlier_loads(connection, destination.raw)
        load = find_load(loads, load_id)
        for path in quarantine_files(quarantine, load.load_id):
            table = destination.contract.get(path.parent.name)
            rows = connection.execute(
                "select source_file, source_line, source_row, rule, reason, sealed_row "
                f"from read_parquet({one_file(path)}) "
                "order by source_file, source_line nulls last, source_row limit ?",
                [limit - len(shown)],
            ).fetchall()
            is_direct = table is not None and load.connector == table.name
            for *told_of, sealed in rows:
                came = json.loads(sealer.unseal(sealed)) if is_direct else None
                values = _shown(came, table, load) if isinstance(came, dict) else {}
                shown.append(RefusedRow(*told_of, values))
    return shown


def retry_refused(
    destination: Destination,
    load_id: str,
    options: LoadOptions,
    sealer: Sealer,
    loaded_at: datetime,
) -> LoadReport:
    """Try again the rows that one load into a raw table refused.

    They are read as that load read them, but for what ``options`` say.

    Raises
    ------
    UsageError
        There is no such load, it refused nothing, or a connector brought it.
    """
    raw = destination.raw
    with scratch(f"the quarantine of {load_id}", destination) as connection:
        loads = earlier_loads(connection, raw)
        load = find_load(loads, load_id)
        if load.connector not in destination.contract:
            raise UsageError(
                f"{load.load_id} came through the connector {load.connector}, which "
                "sees all rows of a file at once.",
                f"Correct the connector and load the file again: martlet load "
                f"{load.connector} <file>; that replaces the load.",
            )
        if (load, load.connector) not in _current(loads, destination.quarantine):
            raise UsageError(
                f"Nothing of {load.load_id} is in quarantine.",
                "See what is: martlet quarantine",
            )
        source = RefusedRows(
            connection,
            quarantine_file(destination.quarantine, load.connector, load.load_id),
            sealer.unseal,
        )
        if not source.columns:
            raise UsageError(
                f"All that {load.load_id} refused are lines that are no rows.",
                f"Correct them in {load.source_file} and load it again: "
                f"martlet load {load.connector} <file>",
            )
        wanted = _as_before(load, options)
        plan = replace(
            table_plan(connection, load.connector, source, destination, wanted),
            stored_before=_stored_before(load, loads, raw),
        )
        store = settle_store(connection, raw, None, {})
        retry = name_load(
            raw,
            load.connector,
            repr(plan.table),
            [
                LoadedInput(load.connector, load.source_file, sha256)
                for sha256 in load.source_sha256
            ],
            told(wanted, plan, store),
            loaded_at,
            retried_load_id=load.load_id,
        )
        report = bring(connection, destination, retry, plan, store, lambda new: sealer)
        return replace(report, matched=plan.matched)


def _current(
    loads: Sequence[EarlierLoad], quarantine: Path
) -> list[tuple[EarlierLoad, str]]:
    """List loads and places with refused rows that were not tried again since."""
    retried = {(load.retried_load_id, load.connector) for load in loads}
    return [
        (load, path.parent.name)
        for load in loads
        for path in quarantine_files(quarantine, load.load_id)
        if (load.load_id, path.parent.name) not in retried
    ]


def _stored_before(
    load: EarlierLoad, loads: Sequence[EarlierLoad], raw: Path
) -> tuple[Path, ...]:
    """List what a load stored, and the loads whose refused rows it tried again."""
    chain = [load]
    for earlier in reversed(loads):  # what was retried comes before its retry
        if earlier.load_id == chain[-1].retried_load_id:
            chain.append(earlier)
    told = {each.load_id for each in chain}
    return tuple(
        path for path in raw_files(raw, load.connector) if load_id_of(path) in told
    )


def _as_before(load: EarlierLoad, options: LoadOptions) -> LoadOptions:
    before: dict[str, Any] = json.loads(load.options)
    return replace(
        options,
        mapping={**before.get("map", {}), **options.mapping},
        decimal_comma=(
            before.get("decimal_comma", False)
            if options.decimal_comma is None
            else options.decimal_comma
        ),
        timezone=(
            before.get("timezone", "UTC")
            if options.timezone == "UTC"
            else options.timezone
        ),
        timestamp_formats=(
            *before.get("timestamp_formats", ()),
            *options.timestamp_formats,
        ),
    )


def _shown(
    came: dict[str, str | None], table: RawTable, load: EarlierLoad
) -> dict[str, str | None]:
    mapping = json.loads(load.options).get("map", {})
    matched = match_columns(list(came), columns_of(table), mapping)
    sealed = {column.name for column in table.sealed}
    return {
        name: _MASK if name in sealed and came[theirs] else _redacted(came[theirs])
        for name, theirs in matched.items()
    }


def _redacted(value: str | None) -> str | None:
    return None if value is None else redact(value)
