"""``martlet dictionary``: what every published table says of itself."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import print_json, print_line, print_note
from martlet.cli.options import Json, ProjectDir
from martlet.dictionary.contents import read_dictionary
from martlet.dictionary.page import render_dictionary
from martlet.pages.writing import write_page
from martlet.settings import DICTIONARY, load_settings
from martlet.warehouse.dbt import DbtProject, as_data


def dictionary(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="File to write; dictionary.html in MARTLET_HOME if not given."
        ),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Write a page of every published table, metric and seed, for whoever reads them.

    It is made from the project alone; no warehouse is needed or opened.
    """
    settings = load_settings(project_dir)
    print_note("Reading the project; after a change this takes half a minute.")
    manifest = as_data(DbtProject(settings).parse())
    if json:
        print_json(asdict(read_dictionary(manifest)))
        return
    page = out or settings.home / DICTIONARY
    write_page(page, render_dictionary(manifest))
    print_line("Dictionary", page)
