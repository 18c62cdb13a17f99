"""``martlet runs``: what the Python models did."""

from __future__ import annotations

from martlet.cli.console import number, print_json, print_note, print_table
from martlet.cli.options import Json, ProjectDir
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.ledger import list_runs


def runs(json: Json = False, project_dir: ProjectDir = None) -> None:
    """List the runs of the Python models, newest first."""
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
            ("as of", "left"),
            ("status", "left"),
            ("rows in", "right"),
            ("rows out", "right"),
            ("quality", "left"),
        ],
        [
            (
                run["run_id"],
                run["as_of_date"] or "–",
                run["status"],
                number(run["rows_in"]),
                number(run["rows_out"]),
                run["message"] or run["quality"] or "",
            )
            for run in listed
        ],
    )
