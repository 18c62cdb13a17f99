"""``martlet export``: a segment list for a platform."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import number, print_json, print_line, print_note
from martlet.cli.options import Json, ProjectDir
from martlet.export.segment import export_segment
from martlet.privacy.keys import find_sealer
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.store import warehouse_store_id


def export(
    segment: Annotated[str, typer.Argument(help="Segment to export.")],
    to: Annotated[str, typer.Option("--to", help="Platform the file is for.")] = "csv",
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
    store_id = warehouse_store_id(settings.warehouse) or ""
    with open_warehouse(settings.warehouse) as connection:
        result = export_segment(
            connection,
            segment,
            to,
            path,
            lambda: find_sealer(settings.home, store_id),
            exported_at=datetime.now(UTC),
        )
    if json:
        print_json(vars(result))
        return
    print_line("Exported", result.path)
    print_note(
        f"{number(result.rows)} people. Left out: "
        f"{number(result.excluded_no_consent)} without consent, "
        f"{number(result.excluded_no_contact)} without a valid e-mail address."
    )
