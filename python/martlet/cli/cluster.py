"""``martlet cluster``: customers who behave alike."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from martlet.cli.console import (
    number,
    percent,
    print_json,
    print_note,
    print_table,
)
from martlet.cli.models import BRING_IN, Seed
from martlet.cli.options import Json, ProjectDir, Target
from martlet.cli.outcomes import print_outcome
from martlet.errors import UsageError
from martlet.settings import load_settings
from martlet.warehouse.clustering import (
    FIT_LASTS_DAYS,
    Clustered,
    cluster_customers,
    read_clusters,
)
from martlet.warehouse.opening import open_for_models
from martlet.warehouse.running import DEFAULT_SEED, ModelOutcome


class Method(StrEnum):
    """Ways of clustering, by scikit-learn's names."""

    KMEANS = "kmeans"
    DBSCAN = "dbscan"
    HDBSCAN = "hdbscan"


def cluster(
    method: Annotated[
        Method, typer.Option("--method", help="How; the last two know noise.")
    ] = Method.KMEANS,
    min_clusters: Annotated[
        int, typer.Option("--min-clusters", min=1, help="Fewest that kmeans tries.")
    ] = 3,
    max_clusters: Annotated[
        int, typer.Option("--max-clusters", min=1, help="Most that kmeans tries.")
    ] = 8,
    full_refresh: Annotated[
        bool,
        typer.Option(
            "--full-refresh",
            "-f",
            help=f"Fit anew, even where the last fit is under {FIT_LASTS_DAYS} days old.",
        ),
    ] = False,
    seed: Seed = DEFAULT_SEED,
    target: Target = None,
    json: Json = False,
    project_dir: ProjectDir = None,
) -> None:
    """Cluster customers by how they buy, or assign them by a recent fit; append to ml."""
    if min_clusters > max_clusters:
        raise UsageError(
            f"--min-clusters {min_clusters} is above --max-clusters {max_clusters}.",
            "Give a range such as: martlet cluster --min-clusters 3 --max-clusters 8",
        )
    settings = load_settings(project_dir)
    with open_for_models(settings, target) as warehouse:
        outcome = cluster_customers(
            warehouse,
            method=method.value,
            k_range=range(min_clusters, max_clusters + 1),
            seed=seed,
            full_refresh=full_refresh,
        )
        clustered = read_clusters(warehouse, outcome.run_id)
    if outcome.refusal:
        raise outcome.refusal
    if json:
        print_json(
            {
                "run_id": outcome.run_id,
                "rows_out": outcome.rows_out,
                "is_reused": outcome.is_reused,
                "fitted_by": clustered.fitted_by,
                "clusters": clustered.clusters,
            }
        )
        return
    _print(outcome, clustered)


def _print(outcome: ModelOutcome, clustered: Clustered) -> None:
    print_table(
        "Clusters",
        [("id", "right"), ("name", "left"), ("customers", "right"), ("share", "right")],
        [
            (
                number(row["cluster_id"]),
                row["cluster_name"],
                number(row["customers"]),
                percent(row["customer_share"], 0),
            )
            for row in clustered.clusters
        ],
    )
    print_outcome(outcome)
    if outcome.is_reused:
        return
    if clustered.fitted_by:
        print_note(
            f"Assigned by {clustered.fitted_by}, which is under {FIT_LASTS_DAYS} days "
            "old. To fit anew: martlet cluster --full-refresh"
        )
    print_note(BRING_IN)
