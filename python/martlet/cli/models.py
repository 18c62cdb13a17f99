"""``martlet score`` and ``value``: run one Python model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from martlet.cli.console import number, print_json, print_line, print_note
from martlet.cli.options import Json, ProjectDir
from martlet.settings import load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.models import score_purchases, value_customers
from martlet.warehouse.running import DEFAULT_SEED, ModelOutcome

BRING_IN = "Bring it into the marts: martlet build --select source:ml+"

Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]


def score(
    seed: Seed = DEFAULT_SEED, json: Json = False, project_dir: ProjectDir = None
) -> None:
    """Score who will buy within 30 days (logistic regression) and append the run to ml."""
    _run(lambda connection: score_purchases(connection, seed=seed), json, project_dir)


def value(json: Json = False, project_dir: ProjectDir = None) -> None:
    """Foretell purchases and value of customers (BG/NBD, Gamma-Gamma), append to ml."""
    _run(value_customers, json, project_dir)


def _run(
    model: Callable[..., ModelOutcome], json: bool, project_dir: ProjectDir
) -> None:
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse) as connection:
        outcome = model(connection)
    if outcome.refusal:
        raise outcome.refusal
    if json:
        print_json(
            {
                "run_id": outcome.run_id,
                "rows_out": outcome.rows_out,
                "is_reused": outcome.is_reused,
            }
        )
        return
    if outcome.is_reused:
        print_note(f"Nothing changed since {outcome.run_id}; its outputs stand.")
        return
    print_line(outcome.run_id, f"{number(outcome.rows_out)} rows written")
    print_note(BRING_IN)
