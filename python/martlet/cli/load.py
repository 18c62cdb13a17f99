"""``martlet load``: a shop's file into raw tables."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import (
    number,
    print_json,
    print_line,
    print_note,
    print_table,
    progress_bar,
)
from martlet.cli.options import Json, ProjectDir
from martlet.contract import read_contract
from martlet.loading.keys import sealer_for_loading
from martlet.loading.load import load_connector
from martlet.loading.report import LoadReport
from martlet.settings import load_settings


def load(
    connector: Annotated[
        str,
        typer.Argument(
            help="A built-in connector such as online-retail, or a connector's folder."
        ),
    ],
    file: Annotated[Path, typer.Argument(help="The shop's file.")],
    out_dir: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Raw directory to load into; data/raw if not given."
        ),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Load a shop's file into raw tables, and put aside what cannot be used."""
    settings = load_settings(project_dir)
    raw = out_dir or settings.home / "raw"
    quarantine = (out_dir or settings.home) / "quarantine"
    with progress_bar("Loading") as on_step:
        report = load_connector(
            connector,
            file,
            raw,
            read_contract(settings.project_dir),
            quarantine=quarantine,
            sealer_factory=lambda: sealer_for_loading(settings.home),
            progress=on_step,
        )
    if json:
        print_json(_as_dict(report, raw, quarantine))
        return
    _print(report, raw, quarantine)


def _print(report: LoadReport, raw: Path, quarantine: Path) -> None:
    if report.already_loaded:
        print_note(f"{report.source} was loaded before; nothing changed.")
    print_table(
        f"{number(report.rows)} rows of {report.source.name}, worth "
        f"{number(report.amount, 2)}",
        [
            ("outcome", "left"),
            ("where to", "left"),
            ("rule", "left"),
            ("rows", "right"),
            ("amount", "right"),
        ],
        [
            (
                count.outcome,
                count.destination,
                count.rule,
                number(count.rows),
                number(count.amount, 2),
            )
            for count in report.counts
        ],
    )
    if report.summary:
        print_table(
            "In the file as it came",
            [("what", "left"), ("rows", "right"), ("amount", "right")],
            [
                (line.label, number(line.rows), number(line.amount, 2))
                for line in report.summary
            ],
        )
    if any(count.outcome == "refused" for count in report.counts):
        print_note(f"Refused rows are sealed in {quarantine}")
    if report.made_key_file:
        print_note(
            f"A key was made in {report.made_key_file}. Keep a copy: without it sealed "
            "data cannot be opened."
        )
    print_line("Raw tables", raw)
    print_line(
        "Build them", f"MARTLET_RAW={shlex.quote(str(raw.resolve()))} martlet build"
    )


def _as_dict(report: LoadReport, raw: Path, quarantine: Path) -> dict:
    return {
        "load_id": report.load_id,
        "already_loaded": report.already_loaded,
        "rows": report.rows,
        "amount": report.amount,
        "counts": [vars(count) for count in report.counts],
        "summary": [vars(line) for line in report.summary],
        "raw": str(raw),
        "quarantine": str(quarantine),
    }
