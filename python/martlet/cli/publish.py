"""``martlet publish``: what the warehouse holds now, for BI to read."""

from __future__ import annotations

from typing import Annotated

import typer

from martlet.build import publish_built
from martlet.cli.console import (
    number,
    print_json,
    print_line,
    print_table,
    progress_bar,
)
from martlet.cli.options import Json, ProjectDir
from martlet.erasure.journal import refuse_unfinished
from martlet.settings import load_settings
from martlet.warehouse.publish import KEPT_PUBLICATIONS


def publish(
    keep: Annotated[
        int,
        typer.Option(
            "--keep", min=1, help="How many publications stay, this one among them."
        ),
    ] = KEPT_PUBLICATIONS,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Publish the marts as the warehouse holds them now, without building."""
    settings = load_settings(project_dir)
    refuse_unfinished(settings.home)
    with progress_bar("Publishing") as on_step:
        publication = publish_built(settings, keep, on_step)
    if json:
        tables = [vars(table) for table in publication.tables]
        print_json({**vars(publication), "tables": tables})
        return
    print_table(
        f"Publication {publication.number}",
        [("table", "left"), ("rows", "right"), ("Parquet, kB", "right")],
        [
            (table.name, number(table.rows), number(table.parquet_bytes / 1000))
            for table in publication.tables
        ],
    )
    print_line("Published", publication.database)
    print_line("Size", f"{publication.database_bytes / 1e6:.1f} MB")
