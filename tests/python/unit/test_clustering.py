"""A fit of clusters is kept while it serves, and is found again when it does not."""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import pandas as pd
import pytest

import ledger_tables
from martlet.errors import ModelRefused
from martlet.warehouse import clustering
from martlet.warehouse.clustering import (
    FIT_LASTS_DAYS,
    cluster_customers,
    read_clusters,
)
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from martlet.warehouse.running import ModelOutcome

TODAY = date(2026, 3, 1)


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    """A warehouse with the tables that models write, as the project declares them."""
    connection = duckdb.connect()
    connection.execute("create schema model_inputs")
    for statement in ledger_tables.on_duckdb():
        connection.execute(statement)
    return connection


def customers(count: int, as_of: date = TODAY, **changes: float) -> pd.DataFrame:
    """Customers of two kinds, a third of them of the second."""
    number = np.arange(count)
    is_rare = number % 3 == 0
    noise = np.random.default_rng(2).normal(0, 0.1, (count, 2))
    features = pd.DataFrame(
        {
            "as_of_date": pd.Timestamp(as_of),
            "customer_id": [f"c{one:04d}" for one in number],
            "orders": np.exp(np.where(is_rare, 3, 1) + noise[:, 0]),
            "recency_days": np.exp(np.where(is_rare, 1, 4) + noise[:, 1]),
        }
    )
    return features.assign(**changes)


def cluster(
    warehouse: duckdb.DuckDBPyConnection, rows: pd.DataFrame, **options: object
) -> ModelOutcome:
    warehouse.execute(
        "create or replace table model_inputs.input_customer_clusters as from rows"
    )
    return cluster_customers(
        DuckDBWarehouse(warehouse), **{"k_range": range(2, 4), **options}
    )


def fitted_by(
    warehouse: duckdb.DuckDBPyConnection, outcome: ModelOutcome
) -> str | None:
    return read_clusters(DuckDBWarehouse(warehouse), outcome.run_id).fitted_by


def test_newcomers_are_assigned_by_the_last_fit(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first = cluster(warehouse, customers(90))
    later = TODAY + timedelta(days=FIT_LASTS_DAYS)
    second = cluster(warehouse, customers(120, later))
    assert fitted_by(warehouse, first) is None
    assert fitted_by(warehouse, second) == first.run_id
    told = read_clusters(DuckDBWarehouse(warehouse), second.run_id).clusters
    assert [row["customers"] for row in told] == [80, 40]
    assert sum(row["customer_share"] for row in told) == pytest.approx(1)
    ((moved,),) = warehouse.execute(
        """
        select count(*) from ml.customer_clusters as one
        inner join ml.customer_clusters as other using (customer_id)
        where one.run_id = ? and other.run_id = ? and one.cluster_id <> other.cluster_id
        """,
        [first.run_id, second.run_id],
    ).fetchall()
    assert moved == 0


def test_a_third_run_is_assigned_by_the_fit_and_not_by_the_assignment(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first = cluster(warehouse, customers(90))
    cluster(warehouse, customers(120))
    third = cluster(warehouse, customers(150))
    assert fitted_by(warehouse, third) == first.run_id


@pytest.mark.parametrize(
    "change",
    [
        {"rows": customers(120, TODAY + timedelta(days=FIT_LASTS_DAYS + 1))},
        {"rows": customers(120, TODAY - timedelta(days=1))},
        {"rows": customers(120).assign(items=1.0)},
        {"rows": customers(120), "k_range": range(2, 5)},
        {"rows": customers(120), "method": "dbscan"},
        {"rows": customers(120), "seed": 5},
        {"rows": customers(120), "full_refresh": True},
    ],
    ids=["old", "of the future", "features", "range", "method", "seed", "asked"],
)
def test_a_fit_that_no_longer_serves_is_made_anew(
    warehouse: duckdb.DuckDBPyConnection, change: dict
) -> None:
    cluster(warehouse, customers(90))
    assert fitted_by(warehouse, cluster(warehouse, **change)) is None


def test_other_code_fits_anew(
    warehouse: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster(warehouse, customers(90))
    monkeypatch.setattr(clustering, "code_fingerprint", lambda: "other")
    assert fitted_by(warehouse, cluster(warehouse, customers(120))) is None


def test_a_refit_keeps_numbers_and_names(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first = cluster(warehouse, customers(90))
    again = cluster(warehouse, customers(150), full_refresh=True)
    before, after = (
        {
            row["cluster_id"]: row["cluster_name"]
            for row in read_clusters(DuckDBWarehouse(warehouse), run.run_id).clusters
        }
        for run in (first, again)
    )
    assert before == after


def test_the_same_again_is_not_done_again(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first = cluster(warehouse, customers(90))
    again = cluster(warehouse, customers(90))
    assert again.is_reused
    assert again.run_id == first.run_id


def test_a_refused_run_leaves_the_fit_to_serve(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    first = cluster(warehouse, customers(90))
    refused = cluster(warehouse, customers(90, orders=np.inf))
    assert isinstance(refused.refusal, ModelRefused)
    assert fitted_by(warehouse, cluster(warehouse, customers(99))) == first.run_id


def test_what_is_written_reads_back_as_quality(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run = cluster(warehouse, customers(90))
    quality = warehouse.execute("from ml.cluster_quality").df()
    assert quality["run_id"].unique().tolist() == [run.run_id]
    assert quality["clusters"].tolist() == [2, 3]
    assert quality.loc[quality["is_chosen"], "stability"].item() > 0.9
    metrics = warehouse.execute(
        "select metric_name, evaluated_on from ml.model_metrics order by all"
    ).fetchall()
    assert ("silhouette", "2 clusters") in metrics
    assert ("stability", "2 clusters") in metrics
