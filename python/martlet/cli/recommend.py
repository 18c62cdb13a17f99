"""``martlet recommend`` and ``martlet similar``."""

from __future__ import annotations

from typing import Annotated

import typer

from martlet.build import recommend as run_recommend
from martlet.cli.console import (
    estimate,
    number,
    percent,
    print_json,
    print_line,
    print_note,
    print_table,
    progress_bar,
    words,
)
from martlet.cli.options import Json, ProjectDir, Target, Threads, Vars
from martlet.cli.outcomes import outcome_as_dict, print_outcome
from martlet.settings import Settings, load_settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.dbt import DbtOptions
from martlet.warehouse.opening import open_for_models, refuse_other_engines
from martlet.warehouse.recommended import neighbours_of, read_trial, recommended_to


def recommend(
    customer: Annotated[
        str | None,
        typer.Option(
            "--for", metavar="CUSTOMER", help="Print the list of one customer instead."
        ),
    ] = None,
    full_refresh: Annotated[
        bool,
        typer.Option(
            "--full-refresh", "-f", help="Try anew even where nothing has changed."
        ),
    ] = False,
    target: Target = None,
    threads: Threads = None,
    vars: Vars = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Try the recommenders on time unseen, and make everyone's list by the winner."""
    settings = load_settings(project_dir)
    if customer is not None:
        refuse_other_engines(settings, target, "martlet recommend --for")
        _print_list(settings, customer, json)
        return
    # The models' own --full-refresh, not dbt's: baskets stay counted.
    options = DbtOptions(target, threads, vars)
    with progress_bar("Recommending") as on_step:
        outcomes = run_recommend(
            settings, options, full_refresh=full_refresh, on_step=on_step
        )
    with open_for_models(settings, target) as warehouse:
        trial = read_trial(warehouse)
    if json:
        print_json(
            {"runs": [outcome_as_dict(outcome) for outcome in outcomes], "trial": trial}
        )
        return
    print_trial(trial)
    for outcome in outcomes:
        print_outcome(outcome)
    print_note(
        "See a list: martlet recommend --for CUSTOMER. Publish the marts: martlet build"
    )


def print_trial(trial: list[dict]) -> None:
    """Print how the recommenders did, and by how much the one that serves is ahead."""
    if not trial:
        print_note("No recommender could be tried yet: the history is too short.")
        return
    first = trial[0]
    (served,) = [row for row in trial if row["is_served"]] or [None]
    if served and served["relative_gain"] is not None:
        print_line(
            "Recommendations by",
            f"{words(served['algorithm'])}, "
            f"{percent(served['relative_gain'], 0)} above popularity",
        )
    print_table(
        f"Recommenders as of {first['as_of_date']}, judged by {first['customers']:,} "
        "customers (95 % interval)",
        [
            ("algorithm", "left"),
            ("NDCG@10", "right"),
            ("over popularity", "left"),
            ("coverage", "right"),
        ],
        [
            (
                words(row["algorithm"]),
                number(row["ndcg"], 3),
                estimate(row["gain"], row["gain_ci_low"], row["gain_ci_high"]),
                percent(row["coverage"], 1),
            )
            for row in trial
        ],
    )


def similar(
    product: Annotated[str, typer.Argument(help="Product id, or its name.")],
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Print what is bought together with a product, and what is like it."""
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        found = neighbours_of(connection, product)
    if json:
        print_json(vars(found))
        return
    label = found.product["product_name"] or found.product["product_id"]
    print_table(
        f"Bought together with {label}",
        [
            ("product", "left"),
            ("name", "left"),
            ("lift", "right"),
            ("why", "left"),
            ("fallback", "left"),
        ],
        [
            (
                row["product_id"],
                row["product_name"] or "–",
                number(row["lift"], 1),
                row["reason"],
                words(row["fallback_reason"]),
            )
            for row in found.bought_together
        ],
    )
    print_table(
        f"Similar to {label}",
        [
            ("product", "left"),
            ("name", "left"),
            ("similarity", "right"),
            ("by", "left"),
        ],
        [
            (
                row["product_id"],
                row["product_name"] or "–",
                number(row["similarity"], 2),
                row["based_on"],
            )
            for row in found.similar
        ],
    )
    if not found.bought_together and not found.similar:
        print_note(f"Nothing can be offered beside {label} yet.")


def _print_list(settings: Settings, customer: str, json: bool) -> None:
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        rows = recommended_to(connection, customer)
    if json:
        print_json(rows)
        return
    first = rows[0]
    print_table(
        f"Recommended to {customer} as of {first['as_of_date']} "
        f"by {words(first['algorithm'])}",
        [
            ("rank", "right"),
            ("product", "left"),
            ("name", "left"),
            ("why", "left"),
            ("fallback", "left"),
        ],
        [
            (
                str(row["rank"]),
                row["product_id"],
                row["product_name"] or "–",
                row["reason"],
                words(row["fallback_reason"]),
            )
            for row in rows
        ],
    )
