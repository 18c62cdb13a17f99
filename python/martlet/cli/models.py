"""``martlet train``, ``score``, ``evaluate``, ``promote`` and ``value``."""

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
from martlet.cli.options import Json, ProjectDir, Target
from martlet.cli.outcomes import outcome_as_dict, print_outcome
from martlet.settings import load_settings
from martlet.warehouse.evaluating import evaluate as evaluate_target
from martlet.warehouse.opening import open_for_models
from martlet.warehouse.predicting import score as score_target
from martlet.warehouse.predicting import train as train_target
from martlet.warehouse.registry import promote as promote_run
from martlet.warehouse.registry import read_candidates, served_run
from martlet.warehouse.running import DEFAULT_SEED
from martlet.warehouse.targets import find_target, read_targets
from martlet.warehouse.value import value_customers

BRING_IN = (
    "Bring it into the marts: martlet build --select selector:reads_model_outputs"
)

Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
TargetName = Annotated[
    str, typer.Argument(metavar="TARGET", help="purchase, churn, conversion, response.")
]


def train(
    name: TargetName,
    full_refresh: Annotated[
        bool,
        typer.Option(
            "--full-refresh", "-f", help="Fit even where the data have not changed."
        ),
    ] = False,
    seed: Seed = DEFAULT_SEED,
    target: Target = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Fit the candidates of a target, judge them on the latest time, and choose one."""
    settings = load_settings(project_dir)
    with open_for_models(settings, target) as warehouse:
        found = find_target(warehouse, name)
        outcome = train_target(warehouse, found, seed=seed, full_refresh=full_refresh)
        if outcome.refusal:
            raise outcome.refusal
        served = served_run(warehouse, name)
        if served is None:
            promote_run(warehouse, outcome.run_id)
        is_serving = served is None or served.run_id == outcome.run_id
        candidates = read_candidates(warehouse, outcome.run_id)
    if json:
        print_json(
            outcome_as_dict(outcome)
            | {"is_serving": is_serving, "candidates": candidates}
        )
        return
    print_candidates(found.title, candidates)
    print_outcome(outcome)
    if is_serving:
        print_note(f"It serves. Score by it: martlet score {name}")
    else:
        print_note(
            f"{served.run_id} goes on serving. To replace it: "
            f"martlet promote {outcome.run_id}"
        )


def print_candidates(title: str, candidates: list[dict]) -> None:
    """Print the candidates of one training run, simplest first."""
    print_table(
        title,
        [
            ("algorithm", "left"),
            ("AUC", "right"),
            ("below the best (95 % interval)", "left"),
            ("serves", "left"),
            ("why", "left"),
        ],
        [
            (
                row["algorithm"].replace("_", " "),
                number(row["auc"], 3),
                estimate(row["auc_gap"], row["auc_gap_ci_low"], row["auc_gap_ci_high"]),
                "yes" if row["is_served"] else "",
                row["reason"].replace("_", " "),
            )
            for row in candidates
        ],
    )


def score(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[TARGET]", help="One target; all of them without it."),
    ] = None,
    target: Target = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Score by the model that serves, and append the run to ml."""
    settings = load_settings(project_dir)
    with open_for_models(settings, target) as warehouse:
        targets = (
            [find_target(warehouse, name)]
            if name
            else list(read_targets(warehouse).values())
        )
        outcomes = [score_target(warehouse, each) for each in targets]
    if name and outcomes[0].refusal:
        raise outcomes[0].refusal
    if json:
        told = [outcome_as_dict(outcome) for outcome in outcomes]
        print_json(told[0] if name else told)
        return
    for outcome in outcomes:
        print_outcome(outcome)
    print_note(BRING_IN)


def evaluate(
    name: TargetName,
    target: Target = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Judge the model that serves on the latest time whose outcomes are known."""
    settings = load_settings(project_dir)
    with open_for_models(settings, target) as warehouse:
        outcome, metrics = evaluate_target(warehouse, find_target(warehouse, name))
    rows = metrics.to_dict("records")
    if json:
        print_json(outcome_as_dict(outcome) | {"metrics": rows})
        return
    first = rows[0]
    print_table(
        f"{name} on {first['evaluated_on']} (95 % interval)",
        [
            ("metric", "left"),
            ("value", "left"),
            (f"when trained, on {first['trained_evaluated_on']}", "right"),
        ],
        [
            (
                row["metric_name"].replace("_", " "),
                estimate(row["metric_value"], row["ci_low"], row["ci_high"]),
                number(row["trained_value"], 3),
            )
            for row in rows
        ],
    )
    if first["evaluated_on"] == first["trained_evaluated_on"]:
        print_note("No outcome has become known since it was trained.")
    print_outcome(outcome)


def promote(
    run_id: Annotated[str, typer.Argument(metavar="RUN_ID", help="A training run.")],
    target: Target = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Let a trained model serve, unless it is worse than the one that does."""
    settings = load_settings(project_dir)
    with open_for_models(settings, target) as warehouse:
        promotion = promote_run(warehouse, run_id)
    if promotion.refusal:
        raise promotion.refusal
    if json:
        print_json(promotion.__dict__)
        return
    print_line(run_id, f"serves {promotion.model_name}: {promotion.reason}")
    print_note(f"Score by it: martlet score {promotion.model_name}")


def value(
    target: Target = None, json: Json = False, project_dir: ProjectDir = None
) -> None:
    """Foretell purchases and value of customers (BG/NBD, Gamma-Gamma), append to ml."""
    settings = load_settings(project_dir)
    with open_for_models(settings, target) as warehouse:
        outcome = value_customers(warehouse)
    if outcome.refusal:
        raise outcome.refusal
    if json:
        print_json(outcome_as_dict(outcome))
        return
    print_outcome(outcome)
    print_note(BRING_IN)
