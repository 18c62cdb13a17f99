"""``martlet export``: a segment list for a platform, and ``martlet suppress``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import (
    number,
    print_json,
    print_line,
    print_note,
    print_table,
)
from martlet.cli.options import Json, ProjectDir
from martlet.contract import read_contract
from martlet.erasure.journal import refuse_unfinished
from martlet.errors import UsageError
from martlet.export.definitions import find_destination
from martlet.export.judging import EXCLUSIONS
from martlet.export.result import ExportResult
from martlet.export.segment import ExportOptions, export_segment
from martlet.export.suppressing import suppress as suppress_addresses
from martlet.privacy.keys import find_sealer
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.store import (
    refuse_earlier_date,
    refuse_untaken_loads,
    warehouse_store_id,
)


def export(
    segment: Annotated[str, typer.Argument(help="Segment to export.")],
    to: Annotated[
        str,
        typer.Option(
            "--to",
            help="Platform the file is for: google-ads, meta, tiktok, linkedin, klaviyo, "
            "mailchimp, shopify, braze, csv or parquet.",
        ),
    ] = "csv",
    file: Annotated[
        Path | None,
        typer.Option("--out", help="File to write; data/exports/… if not given."),
    ] = None,
    campaign: Annotated[
        str | None,
        typer.Option(
            "--campaign",
            help="Campaign the list is for: holds the segment's control group back and "
            "notes who is in which arm.",
        ),
    ] = None,
    sync: Annotated[
        bool,
        typer.Option(
            "--sync", help="List only who was not on the last list for this platform."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Judge and count, and write nothing.")
    ] = False,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Export a segment: those who consented and can be reached, and nobody else.

    What a platform was given before and has to remove now comes as a list of its own.
    """
    settings = load_settings(project_dir)
    exported_at = datetime.now(UTC)
    mark = f"-add-{exported_at:%Y%m%dT%H%M%S}" if sync else ""
    suffix = find_destination(to).file_format
    if sync and file and file.exists():
        raise UsageError(
            f"{file} is there, and may hold additions that no platform has been told yet.",
            "Upload it, then name another file, or leave --out away: each list of "
            "additions then has a name of its own.",
        )
    path = file or settings.exports / f"{segment}-{to}{mark}.{suffix}"
    refuse_unfinished(settings.home)
    store_id = warehouse_store_id(settings.warehouse) or ""
    with open_warehouse(settings.warehouse, read_only=dry_run) as connection:
        refuse_untaken_loads(
            connection, settings.raw, read_contract(settings.project_dir)
        )
        refuse_earlier_date(connection)
        result = export_segment(
            connection,
            segment,
            to,
            ExportOptions(path, campaign, only_new=sync, dry_run=dry_run),
            lambda: find_sealer(settings.home, store_id),
            exported_at=exported_at,
        )
    if json:
        print_json(result.told())
    else:
        _print(result, is_dry_run=dry_run)


def suppress(
    addresses: Annotated[
        list[str] | None,
        typer.Argument(help="E-mail addresses, phone numbers or customer ids."),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="File with one of them on each line."),
    ] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="Why: bounced, complained, asked for it, …")
    ] = "asked for it",
    lift: Annotated[
        bool, typer.Option("--lift", help="Set them free again instead.")
    ] = False,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Keep people off every list, whatever they consented to."""
    settings = load_settings(project_dir)
    store_id = warehouse_store_id(settings.warehouse) or ""
    with open_warehouse(settings.warehouse) as connection:
        counts = suppress_addresses(
            connection,
            addresses or [],
            file,
            lambda: find_sealer(settings.home, store_id),
            reason=reason,
            is_suppressed=not lift,
            changed_at=datetime.now(UTC),
        )
    if json:
        print_json(counts)
        return
    what = "Set free" if lift else "Suppressed"
    print_line(what, f"{number(counts['changed'])} addresses and customers")
    print_note(
        f"{number(counts['unchanged'])} were so before; "
        f"{number(counts['suppressed'])} are suppressed in all."
    )


def _print(result: ExportResult, *, is_dry_run: bool) -> None:
    for file in result.files:
        print_line("Exported", file.path)
    for file in result.removal_files:
        print_line("To remove there", file.path)
    rows = [("on the list", result.rows)]
    if result.added_rows != result.rows:
        rows.append(("of them new there", result.added_rows))
    if result.campaign_id:
        rows.append(("held back as control group", result.control_rows))
    rows += [
        (f"left out: {words}", result.excluded[reason])
        for reason, words in EXCLUSIONS.items()
        if result.excluded[reason]
    ]
    if result.removed_rows:
        rows.append(("addresses to remove there", result.removed_rows))
    print_table(
        f"{number(result.members)} members of {result.segment_id}",
        [("people", "left"), ("count", "right")],
        [(what, number(people)) for what, people in rows],
    )
    for warning in result.warnings:
        print_note(warning)
    if is_dry_run:
        print_note("Nothing was written. Leave --dry-run out to write the list.")
