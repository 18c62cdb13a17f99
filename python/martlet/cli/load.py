"""``martlet load``: what a shop has into raw tables."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli import load_options as given
from martlet.cli.console import progress_bar
from martlet.cli.load_output import print_previews, print_reports
from martlet.cli.options import Json, ProjectDir
from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.loading.connectors.connector import (
    LOADER_TABLES,
    Connector,
    connector_names,
    find_connector,
)
from martlet.loading.load import LoadOptions, load_connector, load_table
from martlet.loading.preview import preview_connector, preview_table
from martlet.loading.progress import OnStep
from martlet.loading.sources.database import is_database, shown
from martlet.loading.sources.opening import check_file
from martlet.loading.sources.source import Hints
from martlet.settings import load_settings


def load(
    what: Annotated[
        str,
        typer.Argument(
            metavar="TABLE|CONNECTOR",
            help="A raw table such as orders, a connector such as shopify, or the "
            "folder of a connector of your own.",
        ),
    ],
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="PATH...",
            help="Files: CSV, JSON lines, Parquet, xlsx, DuckDB. For a table also a "
            "database's URL, for a connector also a folder.",
        ),
    ],
    out_dir: given.OutDir = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what would be loaded, and load nothing."),
    ] = False,
    max_refused: given.MaxRefused = None,
    map_columns: given.Map = None,
    table: given.Table = None,
    delimiter: given.Delimiter = None,
    encoding: given.Encoding = None,
    decimal_comma: given.DecimalComma = None,
    timezone: given.Timezone = "UTC",
    timestamp_formats: given.TimestampFormats = None,
    store_id: given.StoreId = None,
    reporting_currency: given.ReportingCurrency = None,
    reporting_timezone: given.ReportingTimezone = None,
    country: given.Country = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Load what a shop has into raw tables, and put aside what cannot be used.

    Every row is stored, or lies in quarantine with its reason. A load is there whole or
    not at all, and loading the same again changes nothing.
    """
    settings = load_settings(project_dir)
    destination = given.destination_of(settings, out_dir)
    target = _target(what, destination.contract)
    options = LoadOptions(
        hints=Hints(delimiter=delimiter, encoding=encoding, table=table),
        mapping=given.mapping_of(map_columns),
        decimal_comma=decimal_comma,
        timezone=timezone,
        timestamp_formats=timestamp_formats or (),
        max_refused=given.share_of(max_refused),
        store={
            "store_id": store_id,
            "reporting_currency": reporting_currency,
            "reporting_timezone": reporting_timezone,
            "country": country,
        },
    )
    if isinstance(target, Connector):
        _check_fits_connector(target, options, sources)
    else:
        for source in sources:
            if not is_database(source):
                check_file(Path(source))
    now = datetime.now(UTC).replace(tzinfo=None)
    find_sealer = given.sealer_finder(settings)
    done = []
    try:
        with progress_bar("Reading" if dry_run else "Loading") as on_step:
            if isinstance(target, Connector):
                paths = [Path(source) for source in sources]
                common = (target, paths, destination, options)
                done.append(
                    preview_connector(*common, now, on_step)
                    if dry_run
                    else load_connector(*common, find_sealer, now, on_step)
                )
            else:
                for source in sources:
                    common = (target, source, destination, options)
                    within = _within(source, on_step)
                    done.append(
                        preview_table(*common, now, within)
                        if dry_run
                        else load_table(*common, find_sealer, now, within)
                    )
    finally:  # where a later source fails, those before it are loaded all the same
        if done and dry_run:
            print_previews(done, as_json=json)
        elif done:
            print_reports(done, destination, settings.home, as_json=json)


def _within(source: str, on_step: OnStep) -> OnStep:
    """Tell of which source it is that steps are done."""
    return lambda step, done, total: on_step(f"{step} {shown(source)}", done, total)


def _target(what: str, contract: Mapping[str, RawTable]) -> str | Connector:
    """Tell whether a raw table or a connector is meant."""
    tables = [table for table in contract if table not in LOADER_TABLES]
    if what in tables:
        return what
    known = [*tables, *connector_names()]
    if what not in known and not (Path(what) / "connector.yml").is_file():
        close = difflib.get_close_matches(what, known, n=1, cutoff=0.5)
        meant = f" Did you mean {close[0]}?" if close else ""
        raise UsageError(
            f"{shown(what)} is neither a raw table nor a connector.{meant}",
            f"Tables: {', '.join(tables)}. Connectors: {', '.join(connector_names())}. "
            "Or pass the folder of a connector of your own.",
        )
    return find_connector(what, dict(contract))


def _check_fits_connector(
    connector: Connector, options: LoadOptions, sources: list[str]
) -> None:
    """Refuse what only a table needs to be told: a connector knows its files."""
    for source in filter(is_database, sources):
        raise UsageError(
            f"{connector.name} reads files, and {shown(source)} is a database.",
            "Load its tables one by one: martlet load orders <URL> --table <table>",
        )
    told = {
        "--map": options.mapping,
        "--table": options.hints.table,
        "--decimal-comma": options.decimal_comma is not None,
        "--timezone": options.timezone != "UTC",
        "--timestamp-format": options.timestamp_formats,
    }
    for option, is_said in told.items():
        if is_said:
            raise UsageError(
                f"{option} is for raw tables; {connector.name} knows how its files are "
                "written.",
                f"Leave it out, or copy {connector.folder} and change the copy.",
            )
