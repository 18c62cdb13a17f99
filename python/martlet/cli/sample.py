"""``martlet sample``: a generated store with planted truth."""

from __future__ import annotations

import shlex
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import (
    number,
    print_json,
    print_line,
    print_table,
    progress_bar,
)
from martlet.cli.options import Json, ProjectDir
from martlet.contract import read_contract
from martlet.sample import generate_sample
from martlet.settings import find_project


class FileFormat(StrEnum):
    """File formats of the raw tables."""

    parquet = "parquet"
    csv = "csv"


def sample(
    out_dir: Annotated[
        Path, typer.Option("--out", help="Directory to write the raw tables to.")
    ],
    customers: Annotated[
        int, typer.Option("--customers", help="Registered customers.")
    ] = 1500,
    days: Annotated[int, typer.Option("--days", help="Days of history.")] = 426,
    seed: Annotated[int, typer.Option("--seed", help="Seed of everything random.")] = 7,
    truth: Annotated[
        Path | None,
        typer.Option("--truth", help="Directory for the planted truth; OUT-truth."),
    ] = None,
    file_format: Annotated[
        FileFormat, typer.Option("--format", help="Format of the files.")
    ] = FileFormat.parquet,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Generate a store. The same arguments give the same bytes."""
    contract = read_contract(find_project(project_dir))
    truth = truth or out_dir.with_name(f"{out_dir.name}-truth")
    with progress_bar("Generating") as on_step:
        summary = generate_sample(
            out_dir,
            truth,
            contract,
            customers=customers,
            days=days,
            seed=seed,
            file_format=file_format.value,
            progress=lambda done, total: on_step("", done, total),
        )
    if json:
        print_json({"rows": summary.rows, "out": str(out_dir), "truth": str(truth)})
        return
    print_table(
        f"Sample store in {out_dir}",
        [("raw table", "left"), ("rows", "right")],
        [(table, number(rows)) for table, rows in summary.rows.items()],
    )
    print_line("Planted truth", truth)
    print_line(
        "Build it", f"MARTLET_RAW={shlex.quote(str(out_dir.resolve()))} martlet build"
    )
