"""``martlet key``: the key that seals contact data."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import number, print_line, print_note, progress_bar
from martlet.cli.options import ProjectDir
from martlet.contract import read_contract
from martlet.erasure.journal import refuse_unfinished
from martlet.privacy.keys import make_key
from martlet.privacy.rotation import rotate_key
from martlet.settings import load_settings
from martlet.warehouse.store import raw_store_id

app = typer.Typer(
    help="Make the key that seals contact data, or change it.", no_args_is_help=True
)

_KEEP = "Keep a copy: without it sealed data cannot be opened."


@app.command()
def new(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="File to write the key to; $MARTLET_HOME/martlet.key."
        ),
    ] = None,
    project_dir: ProjectDir = None,
) -> None:
    """Make a key for a store that has none. The key itself is not printed."""
    path = make_key(load_settings(project_dir).home, out)
    print_line("Key", path)
    print_note(_KEEP)
    if out:
        _print_export(out)


@app.command()
def rotate(
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="File to write the new key to, where MARTLET_KEY is set."
        ),
    ] = None,
    project_dir: ProjectDir = None,
) -> None:
    """Seal a store's contact data under a new key. Pseudonyms stay as they are.

    After an interruption, run the same command again: it finishes.
    """
    settings = load_settings(project_dir)
    refuse_unfinished(settings.home)
    with progress_bar("Sealing anew") as on_step:
        rotation = rotate_key(
            settings.home,
            settings.raw,
            (settings.home / "quarantine", settings.raw / "quarantine"),
            read_contract(settings.project_dir),
            store_id=raw_store_id(settings) or "",
            out=out,
            progress=on_step,
        )
    print_line("Raw tables", settings.raw)
    print_line("Key", rotation.key_file)
    print_note(
        f"{number(rotation.values)} values in {number(rotation.files)} files are sealed "
        f"anew. {_KEEP} A copy of the former key opens what was not here: backups, and "
        "other raw directories."
    )
    if out:
        _print_export(out)


def _print_export(path: Path) -> None:
    print_line("Set it", f'export MARTLET_KEY="$(cat {shlex.quote(str(path))})"')
