"""``martlet loads``: what was loaded, and taking it out again."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from martlet.cli.console import number, print_json, print_line, print_note, print_table
from martlet.cli.load_options import OutDir, destination_of
from martlet.cli.options import Json, ProjectDir
from martlet.loading.ledger import EarlierLoad
from martlet.loading.loads import list_loads, undo_load
from martlet.settings import load_settings

app = typer.Typer(help="List what was loaded, or undo it.", invoke_without_command=True)


@app.callback()
def loads(
    context: typer.Context,
    out_dir: OutDir = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """List what was loaded, in the order it was; with ``undo`` take a load out again."""
    if context.invoked_subcommand:
        return
    destination = destination_of(load_settings(project_dir), out_dir)
    listed = list_loads(destination.raw)
    if json:
        print_json([_as_dict(load) for load in listed])
        return
    if not listed:
        print_note(
            f"Nothing was loaded into {destination.raw} yet: martlet load --help"
        )
        return
    _print(f"Loads in {destination.raw}", listed)


@app.command()
def undo(
    load_id: Annotated[
        str, typer.Argument(help="The load, or the beginning of its id.")
    ],
    out_dir: OutDir = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Take a load out of the raw store, with what it refused."""
    destination = destination_of(load_settings(project_dir), out_dir)
    undone = undo_load(destination.raw, destination.quarantine, load_id)
    if json:
        print_json([_as_dict(load) for load in undone])
        return
    _print("Undone", undone)
    print_line("Build again", "martlet build")


def _print(title: str, loads: list[EarlierLoad]) -> None:
    print_table(
        title,
        [
            ("load", "left"),
            ("loaded (UTC)", "left"),
            ("through", "left"),
            ("source", "left"),
            ("stored", "right"),
            ("refused", "right"),
            ("erased", "right"),
            ("derived", "right"),
        ],
        [
            (
                load.load_id,
                f"{load.loaded_at:%Y-%m-%d %H:%M}",
                load.connector
                + (
                    f", retry of {load.retried_load_id}" if load.retried_load_id else ""
                ),
                load.source_file,
                number(_rows(load, "stored")),
                number(_rows(load, "refused")),
                number(_rows(load, "erased")),
                number(_rows(load, "derived")),
            )
            for load in loads
        ],
    )


def _rows(load: EarlierLoad, outcome: str) -> int:
    return sum(count.rows for count in load.counts if count.outcome == outcome)


def _as_dict(load: EarlierLoad) -> dict:
    told = asdict(load)
    del told["key_check"]
    return told
