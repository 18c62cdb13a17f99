"""See what a load would do, without doing it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from martlet.faults import machine_faults
from martlet.loading.bringing import Destination
from martlet.loading.columns import columns_of
from martlet.loading.connector import Connector
from martlet.loading.ledger import name_load
from martlet.loading.load import LoadOptions, connector_plan, table_plan, told
from martlet.loading.matching import match_files
from martlet.loading.report import LoadCount
from martlet.loading.sources.opening import open_source
from martlet.loading.sql import scratch_database
from martlet.loading.store import settle_store

_ROWS = 5


@dataclass(frozen=True)
class Preview:
    """What a load would do.

    ``matched`` maps raw columns to the source's, ``unused`` are those that no raw column
    takes; ``columns`` and ``rows`` are the first rows as they would be stored, contact
    data blotted out; ``reasons`` says why rows would be refused, and how many;
    ``ignored`` are files of a folder that the connector does not read.
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


def preview_table(
    name: str,
    location: str,
    destination: Destination,
    options: LoadOptions,
    loaded_at: datetime,
) -> Preview:
    """See what :func:`martlet.loading.load.load_table` would do."""
    every = replace(options, max_refused=1.0)
    with (
        machine_faults(f"Reading {location}", "Nothing was changed."),
        scratch_database() as connection,
        ExitStack() as stack,
    ):
        columns = columns_of(destination.contract[name])
        source = stack.enter_context(
            open_source(location, options.hints, connection, columns, name)
        )
        plan = table_plan(connection, name, source, destination, every)
        load = name_load(destination.raw, name, "", [], {}, loaded_at)
        refusals = plan.refuse(connection, load)
        stored = refusals.total - refusals.rows
        return Preview(
            source=source.name,
            counts=(
                LoadCount(name, "stored", name, "", stored),
                *plan.refused_counts(refusals),
            ),
            reasons=refusals.by_reason,
            matched=plan.matched,
            unused=plan.unused,
            options=told(options, plan),
            columns=tuple(c.name for c in plan.table.given if c.name in plan.matched),
            rows=tuple(plan.preview(connection, load, _ROWS)),
        )


def preview_connector(
    connector: Connector,
    paths: Sequence[Path],
    destination: Destination,
    options: LoadOptions,
    loaded_at: datetime,
) -> Preview:
    """See what :func:`martlet.loading.load.load_connector` would do."""
    every = replace(options, max_refused=1.0)
    where = ", ".join(map(str, paths))
    with (
        machine_faults(f"Reading {where}", "Nothing was changed."),
        scratch_database() as connection,
        ExitStack() as stack,
    ):
        store = settle_store(
            connection, destination.raw, connector.store, options.store
        )
        plan = connector_plan(
            connection, stack, connector, paths, destination, every, store
        )
        load = name_load(destination.raw, connector.name, "", [], {}, loaded_at)
        made = plan.judge(connection, load)
        reasons = connection.execute(
            "select reason, count(*) from refused group by 1 order by 2 desc, 1"
        ).fetchall()
        _, ignored = match_files(connector, paths)
        return Preview(
            source=where,
            counts=tuple(plan.counts(connection, made)),
            reasons=dict(reasons),
            ignored=tuple(path.name for path in ignored),
        )
