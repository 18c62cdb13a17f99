"""``martlet export``: a segment list for a platform."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import number, out, print_json, print_note
from martlet.cli.options import Json, ProjectDir
from martlet.export.segment import export_segment
from martlet.loading.keys import find_sealer
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.store import warehouse_store_id


def export(
    segment: Annotated[str, typer.Argument(help="Segment to export.")],
    to: Annotated[
        str, typer.Option("--to", help="Platform the file is for: csv or google-ads.")
    ] = "csv",
    file: Annotated[
        Path | None,
        typer.Option("--out", help="File to write; data/exports/… if not given."),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Export a segment: those who consented and can be reached, and nobody else."""
    settings = load_settings(project_dir)
    path = file or settings.exports / f"{segment}-{to}.csv"
    sealer = find_sealer(
        settings.home, warehouse_store_id(settings.warehouse) or ""
    )
    with open_warehouse(settings.warehouse) as connection:
        result = export_segment(
            connection, segment, to, path, sealer, exported_at=datetime.now(UTC)
        )
    if json:
        print_json(vars(result))
        return
    out.print(f"Exported: [bold]{result.path}[/] ({number(result.rows)} people)")
    print_note(
        f"Left out: {number(result.excluded_no_consent)} without consent, "
        f"{number(result.excluded_no_contact)} without a valid e-mail address."
    )
