"""``martlet quarantine``: what was refused, why, and trying it again."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from martlet.cli import load_options as given
from martlet.cli.console import number, print_json, print_note, print_table
from martlet.cli.load_output import print_reports
from martlet.cli.options import Json, ProjectDir
from martlet.loading.load import LoadOptions
from martlet.loading.retrying import list_refused, retry_refused, show_refused
from martlet.settings import load_settings

app = typer.Typer(
    help="List, show and try again what was refused.", invoke_without_command=True
)

LoadId = Annotated[str, typer.Argument(help="The load, or the beginning of its id.")]


@app.callback()
def quarantine(
    context: typer.Context,
    out_dir: given.OutDir = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Count what is in quarantine, by load and reason."""
    if context.invoked_subcommand:
        return
    destination = given.destination_of(load_settings(project_dir), out_dir)
    listed = list_refused(destination.raw, destination.quarantine)
    if json:
        print_json([asdict(each) for each in listed])
        return
    if not listed:
        print_note("Nothing is in quarantine.")
        return
    print_table(
        f"Refused rows in {destination.quarantine}",
        [
            ("load", "left"),
            ("table", "left"),
            ("source", "left"),
            ("reason", "left"),
            ("rows", "right"),
        ],
        [
            (each.load_id, each.place, each.source_file, each.reason, number(each.rows))
            for each in listed
        ],
    )
    print_note("See rows: martlet quarantine show <load>")


@app.command()
def show(
    load_id: LoadId,
    limit: Annotated[int, typer.Option(help="Rows to show at most.", min=1)] = 20,
    out_dir: given.OutDir = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Show refused rows of a load, contact data blotted out."""
    settings = load_settings(project_dir)
    destination = given.destination_of(settings, out_dir)
    sealer = given.sealer_finder(settings)(False)
    rows = show_refused(destination, load_id, sealer, limit)
    if json:
        print_json([asdict(row) for row in rows])
        return
    if not rows:
        print_note(f"Load {load_id} refused nothing.")
        return
    print_table(
        f"Refused rows of load {load_id}",
        [
            ("source", "left"),
            ("line", "right"),
            ("row", "right"),
            ("reason", "left"),
            ("values", "left"),
        ],
        [
            (
                row.source_file,
                number(row.source_line),
                number(row.source_row),
                row.reason,
                ", ".join(
                    f"{name}={value}" for name, value in row.values.items() if value
                ),
            )
            for row in rows
        ],
    )


@app.command()
def retry(
    load_id: LoadId,
    out_dir: given.OutDir = None,
    map_columns: given.Map = None,
    decimal_comma: given.DecimalComma = None,
    timezone: given.Timezone = "UTC",
    timestamp_formats: given.TimestampFormats = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Try the refused rows of a load again, as it read them but for these options."""
    settings = load_settings(project_dir)
    destination = given.destination_of(settings, out_dir)
    options = LoadOptions(
        mapping=given.mapping_of(map_columns),
        decimal_comma=decimal_comma,
        timezone=timezone,
        timestamp_formats=timestamp_formats or (),
        max_refused=1.0,
    )
    report = retry_refused(
        destination,
        load_id,
        options,
        given.sealer_finder(settings)(False),
        datetime.now(UTC).replace(tzinfo=None),
    )
    print_reports([report], destination, settings.home, as_json=json)
