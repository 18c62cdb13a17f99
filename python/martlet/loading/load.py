"""Load a source: every row stored or refused, or nothing.

The steps, each in its own module: open the source (``sources``), recognise its columns
(``columns``), type its texts (``parsing``), hold its rows to the contract (``rules``),
write them sealed (``table_load`` or ``connector_load``), count (``ledger``), and bring
all of it into the raw store at once (``load_directory``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from martlet.loading.bringing import Destination, FindSealer, bring, scratch
from martlet.loading.columns import columns_of, match_columns, require_columns
from martlet.loading.connectors.connector import Connector, Store
from martlet.loading.connectors.connector_load import ConnectorLoad
from martlet.loading.connectors.matching import match_files
from martlet.loading.ledger import LoadedInput, name_load
from martlet.loading.progress import OnStep, watched
from martlet.loading.reading import infer_reading
from martlet.loading.report import LoadReport
from martlet.loading.sources.database import shown
from martlet.loading.sources.opening import open_source
from martlet.loading.sources.source import Hints, Source
from martlet.loading.store import settle_store
from martlet.loading.table_load import TableLoad


@dataclass(frozen=True)
class LoadOptions:
    """How a person says a source is to be read.

    ``mapping`` maps raw columns to the source's; ``max_refused`` is a share of 1;
    ``store`` holds the store's settings by their names. What is ``None`` is inferred.
    """

    hints: Hints = field(default_factory=Hints)
    mapping: Mapping[str, str] = field(default_factory=dict)
    decimal_comma: bool | None = None
    timezone: str = "UTC"
    timestamp_formats: Sequence[str] = ()
    max_refused: float | None = None
    store: Mapping[str, str | None] = field(default_factory=dict)


def load_table(
    name: str,
    location: str,
    destination: Destination,
    options: LoadOptions,
    find_sealer: FindSealer,
    loaded_at: datetime,
    on_step: OnStep | None = None,
) -> LoadReport:
    """Load a source whose rows are those of one raw table.

    Parameters
    ----------
    name : str
        The raw table.
    location : str
        A path, or the URL of a database.
    find_sealer : callable
        Gives the sealer; told whether nothing was loaded before, so that a key may be
        made.
    loaded_at : datetime
        Now (UTC, without a timezone): rows dated later are refused.
    on_step : callable, optional
        Called with what is being done, the percentage of it that is, and 100; or with
        zeros where nobody knows.

    Raises
    ------
    UsageError
        No such source or column, or the raw directory holds another store.
    RawDataError
        The source is not what the table takes, or too much of it is refused.
    EnvironmentFault
        The machine stood in the way: disk, memory, keys, a lock, an interruption.
    """
    with scratch(shown(location), destination) as connection, ExitStack() as stack:
        step = stack.enter_context(watched(connection, on_step))
        step("reading")
        store = settle_store(connection, destination.raw, None, options.store)
        columns = columns_of(destination.contract[name])
        source = stack.enter_context(
            open_source(location, options.hints, connection, columns, name)
        )
        plan = table_plan(connection, name, source, destination, options)
        load = name_load(
            destination.raw,
            name,
            repr(plan.table),
            [LoadedInput(name, source.name, source.sha256)],
            told(options, plan, store),
            loaded_at,
        )
        step("writing")
        report = bring(connection, destination, load, plan, store, find_sealer)
        return replace(
            report, matched=plan.matched, unused=plan.unused, ignored=source.unread
        )


def load_connector(
    connector: Connector,
    paths: Sequence[Path],
    destination: Destination,
    options: LoadOptions,
    find_sealer: FindSealer,
    loaded_at: datetime,
    on_step: OnStep | None = None,
) -> LoadReport:
    """Load the files of one system through a connector.

    Parameters and errors are those of :func:`load_table`; ``paths`` are files, or
    folders with the files of several inputs.

    Raises
    ------
    CheckFailed
        The connector has a mistake, such as losing a row.
    """
    where = ", ".join(map(str, paths))
    with scratch(where, destination) as connection, ExitStack() as stack:
        step = stack.enter_context(watched(connection, on_step))
        step("reading")
        store = settle_store(
            connection, destination.raw, connector.store, options.store
        )
        files, left = match_files(connector, paths)
        plan = connector_plan(
            connection, stack, connector, files, destination, options, store
        )
        load = name_load(
            destination.raw,
            connector.name,
            connector.text,
            [
                _loaded_input(name, sources)
                for name, sources in plan.sources.items()
                if sources
            ],
            {"country": store.country} if store and store.country else {},
            loaded_at,
        )
        step("writing")
        report = bring(connection, destination, load, plan, store, find_sealer)
        report = replace(report, ignored=ignored(left, plan))
        if report.already_loaded:
            return report
        return replace(report, summary=plan.summary(connection))


def table_plan(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    source: Source,
    destination: Destination,
    options: LoadOptions,
) -> TableLoad:
    """See how the columns and values of a source become those of a raw table."""
    table = destination.contract[name]
    columns = columns_of(table)
    matched = match_columns(source.columns, columns, options.mapping)
    require_columns(
        source.columns,
        matched,
        columns,
        source.name,
        f"a source of {name}",
        f"Say which are which: martlet load {name} … --map raw_column=their_column",
    )
    reading = infer_reading(
        connection,
        source,
        columns,
        matched,
        decimal_comma=options.decimal_comma,
        timezone=options.timezone,
        timestamp_formats=options.timestamp_formats,
    )
    return TableLoad(table, source, columns, matched, reading, options.max_refused)


def connector_plan(
    connection: duckdb.DuckDBPyConnection,
    stack: ExitStack,
    connector: Connector,
    files: Mapping[str, Sequence[Path]],
    destination: Destination,
    options: LoadOptions,
    store: Store | None,
) -> ConnectorLoad:
    """Open every file of every input; they stay open as long as ``stack`` does."""
    sources = {
        kind.name: [
            stack.enter_context(
                open_source(
                    str(file), options.hints, connection, kind.columns, kind.name
                )
            )
            for file in files[kind.name]
        ]
        for kind in connector.inputs
    }
    return ConnectorLoad(
        connector, destination.contract, sources, store, options.max_refused
    )


def ignored(left: Sequence[Path], plan: ConnectorLoad) -> tuple[str, ...]:
    """Name the files, and the sheets of workbooks, that a connector does not read."""
    sheets = (
        sheet
        for sources in plan.sources.values()
        for source in sources
        for sheet in source.unread
    )
    return (*(path.name for path in left), *sheets)


def told(options: LoadOptions, plan: TableLoad, store: Store | None) -> dict[str, Any]:
    """What decides how a source was read, for its name and for the ledger."""
    keys = {column.pseudonym_of for column in plan.table.pseudonyms}
    told = {
        "country": store.country if store and "phone" in keys else None,
        "map": dict(options.mapping),
        "delimiter": options.hints.delimiter,
        "encoding": options.hints.encoding,
        **plan.reading.as_dict(),
    }
    return {name: value for name, value in told.items() if value}


def _loaded_input(name: str, sources: Sequence[Source]) -> LoadedInput:
    """Make one of the files of an input, told by all their contents."""
    files = "\n".join(f"{source.name} {source.sha256}" for source in sources)
    sha256 = hashlib.sha256(files.encode()).hexdigest()
    first, *others = (source.name for source in sources)
    label = f"{first} and {len(others)} more" if others else first
    return LoadedInput(name, label, sha256 if others else sources[0].sha256)
