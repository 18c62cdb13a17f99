"""``martlet build``: the whole job."""

from __future__ import annotations

from typing import Annotated

import typer

from martlet.build import BuildResult
from martlet.build import build as run_build
from martlet.cli.console import (
    estimate,
    number,
    percent,
    print_json,
    print_line,
    print_note,
    print_table,
    progress_bar,
)
from martlet.cli.options import Json, ProjectDir, Target, Threads, Vars
from martlet.cli.outcomes import outcome_as_dict, print_outcome
from martlet.cli.recommend import print_trial
from martlet.settings import load_settings
from martlet.summary import Summary, summarise
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.dbt import DbtOptions

_METRIC_WORDS = {
    "auc": "AUC",
    "auc_gain": "AUC gain",
    "average_precision": "average precision",
    "expected_calibration_error": "calibration error",
    "silhouette": "silhouette",
}


def build(
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            "-s",
            help="Build only what these dbt selectors name, and run no Python model.",
        ),
    ] = None,
    full_refresh: Annotated[
        bool, typer.Option("--full-refresh", "-f", help="Rebuild incremental models.")
    ] = False,
    target: Target = None,
    threads: Threads = None,
    vars: Vars = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Build every table, run the models, and publish the marts."""
    settings = load_settings(project_dir)
    options = DbtOptions(target, threads, vars, full_refresh)
    with progress_bar("Building") as on_step:
        result = run_build(settings, options, select=select or (), on_step=on_step)
    if result.published is None:
        _print_unpublished(result, json)
        return
    with open_warehouse(settings.warehouse, read_only=True) as connection:
        summary = summarise(connection, result.marts, result.absent_tables)
    if json:
        print_json({**summary.as_dict(), "published": str(result.published)})
        return
    if result.replaced_sample:
        print_note("The warehouse held the sample; it was made anew for this store.")
    _print_summary(summary)
    _print_remarks(result)
    print_line("Published", result.published)


def _print_unpublished(result: BuildResult, json: bool) -> None:
    outcomes = [outcome_as_dict(outcome) for outcome in result.models]
    if json:
        print_json({"models": outcomes, "published": None})
        return
    for outcome in result.models:
        print_outcome(outcome)
    print_note(
        "Nothing was published: that, the report and lists are made of the warehouse of "
        "DuckDB. Here the marts are read where they were built."
    )


def _print_summary(summary: Summary) -> None:
    print_table(
        f"Marts as of {summary.as_of_date}",
        [("mart", "left"), ("rows", "right")],
        [(mart["name"], number(mart["rows"])) for mart in summary.marts],
    )
    print_table(
        "Segments",
        [("segment", "left"), ("customers", "right")],
        [(row["segment_id"], number(row["customers"])) for row in summary.segments],
    )
    print_table(
        "Model quality (95 % interval)",
        [
            ("model", "left"),
            ("metric", "left"),
            ("value", "left"),
            ("baseline", "right"),
        ],
        [
            (
                row["model_name"],
                _METRIC_WORDS[row["metric_name"]],
                estimate(row["metric_value"], row["ci_low"], row["ci_high"]),
                number(row["baseline_value"], 3),
            )
            for row in summary.model_quality
        ],
    )
    print_trial(summary.recommenders)
    print_table(
        "Campaign ROI by last non-direct touch",
        [
            ("campaign", "left"),
            ("spend", "right"),
            ("revenue", "right"),
            ("currency", "left"),
            ("ROAS", "right"),
            ("ROI", "right"),
        ],
        [
            (
                row["campaign_name"] or row["campaign_id"],
                number(row["spend"]),
                number(row["attributed_revenue"]),
                row["currency"],
                number(row["roas"], 2),
                percent(row["roi"], 0) + (" *" if row["is_margin_assumed"] else ""),
            )
            for row in summary.campaigns
        ],
    )
    print_table(
        "Lift in conversion against randomised controls (95 % interval)",
        [
            ("campaign", "left"),
            ("customers", "right"),
            ("lift", "left"),
            ("verdict", "left"),
        ],
        [
            (
                _experiment(row["campaign_id"], row["arm"]),
                number(row["customers"]),
                estimate(row["absolute_lift"], row["ci_low"], row["ci_high"]),
                row["verdict"],
            )
            for row in summary.lift
        ],
    )
    if any(row["is_margin_assumed"] for row in summary.campaigns):
        print_note("* rests in part on an assumed margin rate (seed category_rules)")


def _experiment(campaign: str, arm: str) -> str:
    """Name the arm too, where there is more to tell apart than treated and not."""
    return campaign if arm == "treatment" else f"{campaign}: {arm}"


def _print_remarks(result: BuildResult) -> None:
    for outcome in result.models:
        if outcome.refusal:
            print_note(f"{outcome.model_name}: {outcome.refusal.message}")
    if result.absent_tables:
        print_note(
            "This store has no " + ", ".join(result.absent_tables) + "; what rests on "
            "them is empty."
        )
