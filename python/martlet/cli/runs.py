"""``martlet runs``: what the Python models did."""

from __future__ import annotations

from typing import Annotated

import typer

from martlet.cli.console import (
    estimate,
    number,
    print_json,
    print_line,
    print_note,
    print_table,
)
from martlet.cli.models import print_candidates
from martlet.cli.options import Json, ProjectDir
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.ledger import describe_run, list_runs

app = typer.Typer(
    help="List what the Python models did, or show one run.",
    invoke_without_command=True,
)


@app.callback()
def runs(
    context: typer.Context, json: Json = False, project_dir: ProjectDir = None
) -> None:
    """List the runs of the Python models, newest first; with ``show`` tell of one."""
    if context.invoked_subcommand:
        return
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        listed = list_runs(connection)
    if json:
        print_json(listed)
        return
    if not listed:
        print_note("No model has run yet. Run them all: martlet build")
        return
    print_table(
        "Model runs",
        [
            ("run", "left"),
            ("step", "left"),
            ("as of", "left"),
            ("status", "left"),
            ("rows in", "right"),
            ("rows out", "right"),
            ("quality", "left"),
        ],
        [
            (
                run["run_id"],
                run["step"],
                run["as_of_date"] or "–",
                run["status"],
                number(run["rows_in"]),
                number(run["rows_out"]),
                run["message"] or run["quality"] or "",
            )
            for run in listed
        ],
    )


@app.command()
def show(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="The run.")],
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Tell what one run read, chose and reached."""
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        run = describe_run(connection, run_id)
    if json:
        print_json(run)
        return
    for name in ("run_id", "model_name", "step", "status", "message", "as_of_date",
                 "seed", "rows_in", "rows_out", "trained_by", "model_version",
                 "data_fingerprint", "code_fingerprint"):  # fmt: skip
        if run[name] is not None:
            print_line(name.replace("_", " "), run[name])
    print_line("serves", "yes" if run["is_serving"] else "no")
    if run["candidates"]:
        print_candidates("Candidates", run["candidates"])
    if run["metrics"]:
        print_table(
            "Quality (95 % interval)",
            [
                ("metric", "left"),
                ("on", "left"),
                ("value", "left"),
                ("baseline", "right"),
            ],
            [
                (
                    row["metric_name"].replace("_", " "),
                    row["evaluated_on"],
                    estimate(row["metric_value"], row["ci_low"], row["ci_high"]),
                    number(row["baseline_value"], 3),
                )
                for row in run["metrics"]
            ],
        )
    for name, chosen in run["parameters"].items():
        print_line(name.replace("_", " "), chosen)
