"""See what a load would do, without doing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from martlet.faults import machine_faults
from martlet.loading.bringing import Destination
from martlet.loading.columns import columns_of
from martlet.loading.connectors.connector import Connector
from martlet.loading.connectors.matching import match_files
from martlet.loading.ledger import name_load
from martlet.loading.load import (
    LoadOptions,
    connector_plan,
    ignored,
    table_plan,
    told,
)
from martlet.loading.progress import OnStep, watched
from martlet.loading.refusals import MALFORMED, share_to_allow
from martlet.loading.report import LoadCount
from martlet.loading.rules import RULES
from martlet.loading.sources.database import shown
from martlet.loading.sources.opening import open_source
from martlet.loading.store import settle_store
from martlet.sql import scratch_database

_ROWS = 5


@dataclass(frozen=True)
class Preview:
    """What a load would do.

    ``matched`` maps raw columns to the source's, ``unused`` are those that no raw column
    takes; ``columns`` and ``rows`` are the first rows as they would be stored, contact
    data blotted out; ``reasons`` says why rows would be refused, and how many;
    ``ignored`` are files of a folder, and sheets of a workbook, that are not read;
    ``enough`` is the percentage of refused rows to allow, where the load itself would
    be stopped because of them.
    """

    source: str
    counts: tuple[LoadCount, ...]
    reasons: dict[str, int] = field(default_factory=dict)
    matched: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    ignored: tuple[str, ...] = ()
    enough: int = 0


def preview_table(
    name: str,
    location: str,
    destination: Destination,
    options: LoadOptions,
    loaded_at: datetime,
    on_step: OnStep | None = None,
) -> Preview:
    """See what :func:`martlet.loading.load.load_table` would do."""
    every = replace(options, max_refused=1.0)
    with (
        machine_faults(f"Reading {shown(location)}", "Nothing was changed."),
        scratch_database() as connection,
        watched(connection, on_step) as step,
        ExitStack() as stack,
    ):
        step("reading")
        store = settle_store(connection, destination.raw, None, options.store)
        columns = columns_of(destination.contract[name])
        source = stack.enter_context(
            open_source(location, options.hints, connection, columns, name)
        )
        plan = table_plan(connection, name, source, destination, every)
        load = name_load(destination.raw, name, "", [], {}, loaded_at)
        refusals = plan.refuse(connection, load)
        stored = refusals.total - refusals.rows
        counts = (
            LoadCount(name, "stored", name, "", stored),
            *plan.refused_counts(refusals),
        )
        return Preview(
            source=source.name,
            counts=counts,
            reasons=refusals.by_reason,
            matched=plan.matched,
            unused=plan.unused,
            options=told(options, plan, store),
            columns=tuple(c.name for c in plan.table.given if c.name in plan.matched),
            rows=tuple(plan.preview(connection, load, _ROWS)),
            ignored=source.unread,
            enough=_enough(counts, options.max_refused),
        )


def preview_connector(
    connector: Connector,
    paths: Sequence[Path],
    destination: Destination,
    options: LoadOptions,
    loaded_at: datetime,
    on_step: OnStep | None = None,
) -> Preview:
    """See what :func:`martlet.loading.load.load_connector` would do."""
    every = replace(options, max_refused=1.0)
    where = ", ".join(map(str, paths))
    with (
        machine_faults(f"Reading {where}", "Nothing was changed."),
        scratch_database() as connection,
        watched(connection, on_step) as step,
        ExitStack() as stack,
    ):
        step("reading")
        store = settle_store(
            connection, destination.raw, connector.store, options.store
        )
        files, left = match_files(connector, paths)
        plan = connector_plan(
            connection, stack, connector, files, destination, every, store
        )
        load = name_load(destination.raw, connector.name, "", [], {}, loaded_at)
        made = plan.judge(connection, load)
        reasons = connection.execute(
            "select reason, count(*) from refused group by 1 order by 2 desc, 1"
        ).fetchall()
        counts = tuple(plan.counts(connection, made))
        return Preview(
            source=where,
            counts=counts,
            reasons=dict(reasons),
            ignored=ignored(left, plan),
            enough=_enough(counts, options.max_refused),
        )


def _enough(counts: Sequence[LoadCount], limit: float | None) -> int:
    """Give the percentage to allow; what a connector's own rules refuse is free."""
    total, refused = Counter(), Counter()
    for count in counts:
        if count.outcome != "derived":
            total[count.input] += count.rows
        if count.outcome == "refused" and count.rule in (*RULES, MALFORMED):
            refused[count.input] += count.rows
    enough = (share_to_allow(total[name], refused[name], limit) for name in total)
    return max(enough, default=0)
