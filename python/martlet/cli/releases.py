"""``martlet releases``: tables for the world outside, and what was told of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from martlet.cli.console import number, print_json, print_line, print_note, print_table
from martlet.cli.options import Json, ProjectDir
from martlet.releases.making import ReleaseRequest, ReleaseResult, make_release
from martlet.releases.tables import release_rules, release_status, spent_epsilon
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse

app = typer.Typer(
    help="List tables fit to leave the house, or release one.",
    invoke_without_command=True,
)


@app.callback()
def releases(
    context: typer.Context,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """List what can be released, and how far it was told; with ``make`` release it."""
    if context.invoked_subcommand:
        return
    year = datetime.now(UTC).year
    warehouse = load_settings(project_dir).warehouse
    with open_warehouse(warehouse, read_only=True) as connection:
        listed = release_status(connection)
        budget = release_rules(connection).epsilon_budget
        spent = spent_epsilon(connection, year)
    if json:
        print_json(
            {
                "tables": [vars(table) for table in listed],
                "epsilon_budget": budget,
                "epsilon_spent": spent,
                "year": year,
            }
        )
        return
    print_table(
        "Tables fit to leave the house",
        [
            ("name", "left"),
            ("what", "left"),
            ("months told", "right"),
            ("until", "left"),
            ("waiting", "right"),
        ],
        [
            (
                table.name,
                table.title,
                number(table.told_months),
                f"{table.told_until:%Y-%m}" if table.told_until else "–",
                number(table.waiting_months),
            )
            for table in listed
        ],
    )
    print_note(f"{spent:g} of {budget:g} of the privacy budget of {year} is spent.")


@app.command()
def make(
    name: Annotated[str, typer.Argument(help="Table to release.")],
    out: Annotated[
        Path, typer.Option("--out", help="File to write: .csv or .parquet.")
    ],
    month: Annotated[
        datetime | None,
        typer.Option(
            "--month",
            formats=["%Y-%m"],
            help="One month, such as 2026-05; all, or with noise the latest, if not given.",
        ),
    ] = None,
    epsilon: Annotated[
        float | None,
        typer.Option(
            "--epsilon", help="Add noise; the smaller, the more. Costs budget."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would tell and cost.")
    ] = False,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Release a table: few customers are withheld, a month told once stays as told."""
    request = ReleaseRequest(
        name, out, month.date() if month else None, epsilon, dry_run
    )
    with open_warehouse(load_settings(project_dir).warehouse) as connection:
        result = make_release(connection, request, released_at=datetime.now(UTC))
    if json:
        told = vars(result) | {"noise": vars(result.noise) if result.noise else None}
        print_json(told | {"is_dry_run": dry_run})
        return
    print_line("Would release" if dry_run else "Released", result.path)
    print_note(_summary(result))


def _summary(result: ReleaseResult) -> str:
    told = [] if result.rows is None else [f"Rows: {number(result.rows)}."]
    if result.suppressed_rows is not None:
        told.append(f"Withheld: {number(result.suppressed_rows)}.")
    if result.noise:
        cost = "costs" if result.is_drawn else "was drawn before, and costs nothing of"
        told.append(
            f"Noise of epsilon {result.noise.epsilon:g} {cost} the year's privacy budget; "
            f"{result.epsilon_left:g} is left. Cells with fewer than "
            f"{number(result.noise.least_told)} customers after noise have no row."
        )
    return " ".join(told)
