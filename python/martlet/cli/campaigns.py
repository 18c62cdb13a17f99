"""``martlet campaigns``: what worked, what will, and where the next money should go."""

from __future__ import annotations

from typing import Annotated

import typer

from martlet.cli.console import (
    estimate,
    number,
    percent,
    print_json,
    print_note,
    print_table,
    words,
)
from martlet.cli.models import BRING_IN
from martlet.cli.options import Json, ProjectDir
from martlet.cli.outcomes import outcome_as_dict, print_outcome
from martlet.settings import load_settings
from martlet.warehouse.budgeting import BudgetRequest, plan_channels
from martlet.warehouse.campaign_tables import (
    list_campaigns,
    read_forecast_candidates,
    read_forecasts,
    read_lift,
    read_plan,
)
from martlet.warehouse.campaigns import forecast_campaigns
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.on_duckdb import DuckDBWarehouse

app = typer.Typer(
    help="What campaigns returned and changed, and where the next money should go.",
    no_args_is_help=True,
)

_METRICS = {
    "conversion_rate": "conversion",
    "revenue_per_customer": "revenue a head",
    "margin_per_customer": "margin a head",
}
FullRefresh = Annotated[
    bool,
    typer.Option(
        "--full-refresh", "-f", help="Fit anew even where nothing has changed."
    ),
]


@app.command("list")
def list_(
    attribution_model: Annotated[
        str,
        typer.Option("--attribution-model", help="By which credit is told."),
    ] = "last_non_direct_touch",
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Print every campaign: what it cost, returned and changed."""
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        rows = list_campaigns(connection, attribution_model)
    if json:
        print_json(rows)
        return
    print_table(
        f"Campaigns by {words(attribution_model)}",
        [
            ("id", "left"),
            ("channel", "left"),
            ("from", "left"),
            ("to", "left"),
            ("spend", "right"),
            ("revenue", "right"),
            ("ROI", "right"),
            ("responded", "right"),
            ("lift", "left"),
        ],
        [
            (
                row["campaign_id"],
                row["channel_group"] or "–",
                str(row["starts_on"] or ""),
                str(row["ends_on"] or ""),
                number(row["spend"]),
                number(row["attributed_revenue"]),
                percent(row["roi"], 0),
                percent(row["response_rate"], 1),
                row["verdict"] or "–",
            )
            for row in rows
        ],
    )
    if not rows:
        print_note("This store has no campaigns yet. Load them: martlet load campaigns")


@app.command()
def lift(
    campaign: Annotated[
        str | None,
        typer.Argument(help="One campaign, with its segments and deciles too."),
    ] = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Print what randomised campaigns changed, with a plain verdict."""
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        rows = read_lift(connection, campaign)
    if json:
        print_json(rows)
        return
    print_table(
        "Lift against randomised controls (95 % interval)",
        [
            (("group" if campaign else "campaign"), "left"),
            ("arm", "left"),
            ("metric", "left"),
            ("customers", "right"),
            ("lift", "left"),
            ("p", "right"),
            ("verdict", "left"),
        ],
        [
            (
                _group(row) if campaign else row["campaign_id"],
                row["arm"],
                _METRICS[row["metric"]],
                number(row["customers"]),
                estimate(row["absolute_lift"], row["ci_low"], row["ci_high"]),
                number(row["adjusted_p_value"], 3),
                row["verdict"],
            )
            for row in rows
        ],
    )
    if any(row["verdict"] == "arms not comparable" for row in rows):
        print_note(
            "Arms of these sizes are rare by chance. If they were meant so, write the "
            "planned shares into seeds/reference/campaign_arms.csv, then: martlet build"
        )
    if not rows:
        print_note(
            "No campaign drew a control group, so what any of them changed cannot be "
            "told. Load who was drawn: martlet load campaign_assignments"
        )


@app.command()
def forecast(
    full_refresh: FullRefresh = False,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Foretell what planned campaigns will return, by those that are over."""
    settings = load_settings(project_dir)
    with open_warehouse(settings.warehouse) as connection:
        outcome = forecast_campaigns(
            DuckDBWarehouse(connection), full_refresh=full_refresh
        )
        planned = read_forecasts(connection, outcome.run_id)
        candidates = read_forecast_candidates(connection, outcome.run_id)
    if outcome.refusal:
        raise outcome.refusal
    if json:
        print_json(
            {
                "run": outcome_as_dict(outcome),
                "forecasts": planned,
                "candidates": candidates,
            }
        )
        return
    print_table(
        "Planned campaigns (80 % interval)",
        [
            ("campaign", "left"),
            ("from", "left"),
            ("budget", "right"),
            ("ROI", "left"),
            ("by", "left"),
        ],
        [
            (
                row["campaign_name"] or row["campaign_id"],
                str(row["starts_on"]),
                f"{number(row['budget'])} {row['budget_currency'] or ''}".strip(),
                f"{percent(row['predicted_roi'], 0)} "
                f"({percent(row['ci_low'], 0)} to {percent(row['ci_high'], 0)})",
                words(row["candidate"]),
            )
            for row in planned
        ],
    )
    print_table(
        "How past campaigns were foretold",
        [
            ("model", "left"),
            ("validation", "left"),
            ("MAE", "right"),
            ("RMSE", "right"),
            ("R²", "right"),
            ("better than the mean by", "left"),
        ],
        [
            (
                words(row["candidate"]) + (" *" if row["is_serving"] else ""),
                words(row["validation"]),
                number(row["mean_absolute_error"], 2),
                number(row["root_mean_squared_error"], 2),
                number(row["r_squared"], 2),
                estimate(row["gain"], row["gain_ci_low"], row["gain_ci_high"]),
            )
            for row in candidates
        ],
    )
    if not planned:
        print_note("No campaign is planned: none starts on as_of_date or later.")
    print_note("* is the model that foretells; errors are of the ROI, where 1 is 100 %")
    print_outcome(outcome)
    print_note(BRING_IN)


@app.command()
def budget(
    total: Annotated[
        float | None,
        typer.Option("--total", help="Money to split; what was spent, if not given."),
    ] = None,
    weeks: Annotated[
        int | None, typer.Option("--weeks", min=1, max=520, help="Weeks it is for.")
    ] = None,
    max_change: Annotated[
        float | None,
        typer.Option(
            "--max-change", help="Share by which a channel may change, such as 0.3."
        ),
    ] = None,
    full_refresh: FullRefresh = False,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Split a budget over channels, by what their spend brought so far."""
    settings = load_settings(project_dir)
    request = BudgetRequest(total, weeks, max_change)
    with open_warehouse(settings.warehouse) as connection:
        outcomes = plan_channels(
            DuckDBWarehouse(connection), request, full_refresh=full_refresh
        )
        plan = read_plan(connection, outcomes[-1].run_id)
    for outcome in outcomes:
        if outcome.refusal:
            raise outcome.refusal
    if json:
        print_json({"runs": [outcome_as_dict(one) for one in outcomes], "plan": plan})
        return
    print_table(
        f"Budget for {number(plan[0]['weeks'])} weeks (90 % interval)",
        [
            ("channel", "left"),
            ("now", "right"),
            ("recommended", "right"),
            ("brings", "left"),
            ("marginal ROI", "right"),
            ("status", "left"),
        ],
        [
            (
                row["channel_group"],
                number(row["current_spend"]),
                number(row["recommended_spend"]),
                estimate(
                    row["expected_return"],
                    row["expected_return_ci_low"],
                    row["expected_return_ci_high"],
                    0,
                ),
                percent(row["marginal_roi"], 0),
                words(row["status"]) + (f": {row['reason']}" if row["reason"] else ""),
            )
            for row in plan
        ],
    )
    if all(row["status"] == "insufficient_evidence" for row in plan):
        print_note(
            "The weeks so far cannot tell what any channel brings. Spend that changes "
            "from week to week, or in some places only, can."
        )
    print_note(BRING_IN)


def _group(row: dict) -> str:
    is_all = row["dimension"] == "everyone"
    return "everyone" if is_all else f"{words(row['dimension'])} {row['group_name']}"
