"""Cluster customers anew, or let the last fit say where they belong.

A fit is kept for a while, so that clusters mean the same from week to week: customers
who came since, and those whose ways changed, are assigned without refitting.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import chain

import pandas as pd

from martlet.estimators.cluster_model import ClusterModel
from martlet.estimators.cluster_quality import fixed_sample, silhouette
from martlet.estimators.clusters import ClusterFit, checked_numbers, fit_clusters
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.ledger import Outputs, code_fingerprint
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelInput,
    ModelOutcome,
    as_of_date,
    run_model,
    run_of,
)

CLUSTER_MODEL = "customer_clusters"
FIT_LASTS_DAYS = 30


@dataclass(frozen=True)
class EarlierFit:
    """The last fit of clusters, and the highest number a cluster ever had."""

    run_id: str
    as_of_date: date
    seed: int
    code_fingerprint: str
    options: dict
    model: ClusterModel

    def still_serves(
        self, today: date, seed: int, options: dict, features: list[str]
    ) -> bool:
        """Whether it was made in the same way, and lately enough."""
        age = (today - self.as_of_date).days
        return (
            0 <= age <= FIT_LASTS_DAYS
            and self.seed == seed
            and self.options == options
            and self.code_fingerprint == code_fingerprint()
            and self.model.features == features
        )


def cluster_customers(
    warehouse: Warehouse,
    *,
    method: str = "kmeans",
    k_range: range = range(3, 9),
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Cluster the customers of ``model_inputs.input_customer_clusters``.

    A fit by the same options, seed, code and features that is at most
    ``FIT_LASTS_DAYS`` old assigns them; without one, or with ``full_refresh``, clusters
    are fitted, and those found again keep their number and name. Of customers too many
    to be fitted in memory a share is, by a hash of their ids, and assigns the others.
    """
    source = ModelInput("input_customer_clusters")
    shares = source.shares(warehouse, "customer_id")
    customers = source.where(shares[0]).read(warehouse)
    features = _features(customers)
    options = {"method": method}
    if method == "kmeans":
        options["k_range"] = [k_range.start, k_range.stop - 1]
    today = as_of_date(customers)
    earlier = _last_fit(warehouse)

    def fit() -> Fitted:
        is_serving = earlier and earlier.still_serves(
            today, seed, options, list(features.columns)
        )
        if is_serving and not full_refresh:
            metrics = _assigned_metrics(earlier, features, seed)
            return {"fitted_by": earlier.run_id}, chain(
                _everyone(warehouse, source, earlier.model, earlier.run_id),
                [("model_metrics", metrics.assign(model_name=CLUSTER_MODEL))],
            )
        fitted = fit_clusters(
            features,
            method=method,
            k_range=k_range,
            seed=seed,
            previous=earlier.model if earlier else None,
            highest_id=_highest_id(warehouse),
        )
        if len(shares) == 1:
            assigned = fitted.assignments.assign(as_of_date=today, fitted_by=None)
            assignments = [(CLUSTER_MODEL, assigned)]
        else:
            assignments = _everyone(warehouse, source, fitted.model, None)
        return fitted.parameters | {"sampled_share": 1 / len(shares)}, chain(
            assignments,
            [
                ("cluster_centroids", fitted.centroids),
                ("cluster_quality", fitted.quality),
                ("model_metrics", _metrics(fitted)),
            ],
        )

    run = run_of(
        warehouse, CLUSTER_MODEL, [source], today=today, seed=seed, options=options
    )
    return run_model(warehouse, run, fit, full_refresh=full_refresh)


@dataclass(frozen=True)
class Clustered:
    """Who is in which cluster by one run.

    Attributes
    ----------
    fitted_by : str or None
        The earlier run whose clusters these are; None where the run fitted them.
    clusters : list of dict
        cluster_id, cluster_name, customers and customer_share, largest first.
    """

    fitted_by: str | None
    clusters: list[dict]


def read_clusters(warehouse: Warehouse, run_id: str) -> Clustered:
    """Read what a run of :func:`cluster_customers` wrote."""
    rows = warehouse.rows(
        """
        select
            cluster_id,
            cluster_name,
            any_value(fitted_by) as fitted_by,
            count(*) as customers,
            count(*) / sum(count(*)) over () as customer_share
        from ml.customer_clusters
        where run_id = ?
        group by cluster_id, cluster_name
        order by customers desc, cluster_id
        """,
        [run_id],
    )
    fitted_by = {row.pop("fitted_by") for row in rows}
    return Clustered(fitted_by.pop() if fitted_by else None, rows)


def _features(customers: pd.DataFrame) -> pd.DataFrame:
    return customers.drop(columns="as_of_date").set_index("customer_id")


def _everyone(
    warehouse: Warehouse, source: ModelInput, model: ClusterModel, fitted_by: str | None
) -> Outputs:
    def assigned(batch: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        told = model.assign(checked_numbers(_features(batch)))
        as_of = batch["as_of_date"].iloc[0]
        return told.assign(as_of_date=as_of, fitted_by=fitted_by), pd.DataFrame()

    for rows, _ in source.in_batches(warehouse, assigned, CLUSTER_MODEL):
        yield CLUSTER_MODEL, rows


def _assigned_metrics(
    earlier: EarlierFit, features: pd.DataFrame, seed: int
) -> pd.DataFrame:
    numbers = checked_numbers(features)
    sample = fixed_sample(len(numbers), seed)
    points = earlier.model.scaler.transform(numbers.iloc[sample])
    assigned = earlier.model.assign(numbers.iloc[sample])
    return pd.DataFrame(
        {
            "metric_name": ["silhouette"],
            "metric_value": [silhouette(points, assigned["cluster_id"].to_numpy())],
            "evaluated_on": [f"{len(earlier.model.ids)} clusters of {earlier.run_id}"],
        }
    )


def _last_fit(warehouse: Warehouse) -> EarlierFit | None:
    runs = warehouse.rows(
        """
        select run_id, as_of_date, seed, code_fingerprint, parameters
        from ml.model_runs
        where model_name = ? and status = 'success'
        order by run_number desc
        """,
        [CLUSTER_MODEL],
    )
    for run in runs:
        parameters = json.loads(run.pop("parameters"))
        if "scaling" in parameters and "options" in parameters:
            break
    else:
        return None
    centroids = warehouse.frame(
        "select cluster_id, cluster_name, feature, centroid, radius "
        "from ml.cluster_centroids where run_id = ?",
        [run["run_id"]],
    )
    model = ClusterModel.from_tables(centroids, parameters["scaling"])
    return EarlierFit(**run, options=parameters["options"], model=model)


def _highest_id(warehouse: Warehouse) -> int:
    (row,) = warehouse.rows(
        "select coalesce(max(cluster_id), 0) as highest from ml.cluster_centroids "
        "where run_id in (select run_id from ml.model_runs)"
    )
    return row["highest"]


def _metrics(fitted: ClusterFit) -> pd.DataFrame:
    """Return the quality of what was chosen, one row per metric."""
    (chosen,) = fitted.quality[fitted.quality["is_chosen"]].to_dict("records")
    names = [
        "silhouette", "inertia", "davies_bouldin", "calinski_harabasz", "dunn",
        "stability",
    ]  # fmt: skip
    return pd.DataFrame(
        {
            "model_name": CLUSTER_MODEL,
            "metric_name": names,
            "metric_value": [chosen[name] for name in names],
            "ci_low": [chosen.get(f"{name}_ci_low") for name in names],
            "ci_high": [chosen.get(f"{name}_ci_high") for name in names],
            "evaluated_on": f"{chosen['clusters']} clusters",
        }
    )
