"""``martlet report``: one page on the shop, to be read, mailed or printed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import print_json, print_line, progress_bar
from martlet.cli.options import Json, ProjectDir
from martlet.pages.writing import write_page
from martlet.report.making import make_report
from martlet.report.page import render_page
from martlet.settings import load_settings


def report(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            help="File to write; report.html in MARTLET_HOME if not given.",
            dir_okay=False,
        ),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Write a report on the published marts as one page that needs no network."""
    settings = load_settings(project_dir)
    made = make_report(settings.published_database)
    if json:
        print_json(made.as_dict())
        return
    path = out or settings.report
    with progress_bar("Drawing") as on_step:
        page = render_page(made, on_step)
    write_page(path, page)
    print_line("Report", path)
