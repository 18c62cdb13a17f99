"""``martlet access``: all that is held of a person, in one file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import number, print_json, print_line, print_note
from martlet.cli.forget import store_of
from martlet.cli.options import Json, ProjectDir
from martlet.erasure.access import tell
from martlet.erasure.journal import refuse_unfinished
from martlet.settings import load_settings


def access(
    customer: Annotated[
        str,
        typer.Argument(
            help="customer_id, the store's own id, e-mail address or phone number."
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="JSON file, or directory; data/exports if not given."
        ),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Write all that is held of a person: raw rows, tables, lists, platforms."""
    settings = load_settings(project_dir)
    refuse_unfinished(settings.home)
    told_at = datetime.now(UTC).replace(tzinfo=None)
    told = tell(store_of(settings), customer, told_at, out)
    if json:
        print_json(asdict(told))
        return
    print_line("Written", told.path)
    print_note(
        f"{number(told.raw_rows)} raw rows and {number(told.tables)} tables. It holds "
        "contact data in clear: hand it over, then delete it."
    )
