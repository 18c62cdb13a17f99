"""Models on Spark write what they write in DuckDB, and a killed one writes nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from martlet.warehouse import running
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from model_steps import run_models
from spark_engine import need_spark
from support import BIN, PROJECT_DIR, BuiltSample

STEPS = PROJECT_DIR / "tests" / "python" / "model_steps.py"
WINNER = """
create schema recommendations;
create table recommendations.recommender_ranking as
select 'als' as algorithm, false as is_sql, 1 as place
"""
pytestmark = [pytest.mark.spark, pytest.mark.slow]


@dataclass
class Engines:
    """One home of DuckDB and one of Spark, in which the same models ran."""

    duckdb: Path
    spark: Path

    def process(self, *arguments: object) -> subprocess.CompletedProcess:
        return subprocess.run(
            [str(each) for each in arguments],
            env=os.environ
            | {
                "MARTLET_HOME": str(self.spark),
                "MARTLET_SPARK_MASTER": "local[2]",
                "PYTHONPATH": os.pathsep.join(
                    [str(PROJECT_DIR / "python"), str(STEPS.parent)]
                ),
            },
            cwd=PROJECT_DIR,
            capture_output=True,
            text=True,
        )

    def on_duckdb(self, table: str) -> pd.DataFrame:
        with duckdb.connect(str(self.duckdb), read_only=True) as connection:
            return connection.sql(f"from ml.{table}").df()

    def on_spark(self, table: str) -> pd.DataFrame:
        folder = self.spark / "spark" / "warehouse" / "ml.db" / table
        if not list(folder.rglob("*.parquet")):
            return pd.DataFrame()
        with duckdb.connect() as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.sql(
                f"from read_parquet('{folder}/**/*.parquet', hive_partitioning = true, "
                "hive_types_autocast = false)"
            ).df()


@pytest.fixture(scope="module")
def engines(
    built_sample: BuiltSample, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engines]:
    need_spark()
    home = tmp_path_factory.mktemp("engines")
    engines = Engines(home / "warehouse.duckdb", home / "spark_home")
    tables = home / "tables"
    tables.mkdir()
    engines.spark.mkdir()
    shutil.copy(built_sample.home / "warehouse.duckdb", engines.duckdb)
    with duckdb.connect(str(engines.duckdb)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for schema, name in connection.sql(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema in ('ml', 'model_inputs')"
        ).fetchall():
            if schema == "ml":
                connection.execute(f"delete from ml.{name}")
            else:
                _copy(connection, f"{schema}.{name}", tables)
        # Whoever won there, one is to be fitted here.
        connection.execute(f"drop schema recommendations cascade; {WINNER}")
        _copy(connection, "recommendations.recommender_ranking", tables)
        most = running.MOST_FITTED_ROWS
        outcomes = list(run_models(DuckDBWarehouse(connection)))
        running.MOST_FITTED_ROWS = most
    assert not [outcome for outcome in outcomes[:-2] if outcome.refusal]
    loaded = engines.process(sys.executable, STEPS, "loading", engines.spark, tables)
    assert loaded.returncode == 0, loaded.stderr[-5000:]
    yield engines


def _copy(connection: duckdb.DuckDBPyConnection, name: str, tables: Path) -> None:
    connection.execute(f"copy (from {name}) to '{tables}/{name}.parquet'")


def test_every_ledger_holds_the_same(engines: Engines) -> None:
    with duckdb.connect(str(engines.duckdb), read_only=True) as connection:
        tables = connection.sql(
            "select table_name from information_schema.tables where table_schema = 'ml'"
        ).fetchall()
    written = set()
    for (table,) in tables:
        expected, found = engines.on_duckdb(table), engines.on_spark(table)
        assert len(found) == len(expected), table
        if len(expected):
            written.add(table)
            _assert_same(table, expected, found)
    assert written >= {
        "model_runs", "model_promotions", "model_objects", "model_metrics",
        "model_candidates", "customer_clusters", "cluster_centroids", "customer_scores",
        "feature_distributions", "recommendation_trials", "product_similarities",
    }  # fmt: skip


def _assert_same(table: str, expected: pd.DataFrame, found: pd.DataFrame) -> None:
    # The hash of what was read is the engine's own, that of a model's content is not.
    own = ["data_fingerprint", "content"]
    expected = expected.drop(columns=own, errors="ignore")
    # Floats differ in their last digits, and come last in the order of rows.
    names = list(expected)
    floats = [name for name in names if str(expected[name].dtype) == "float64"]
    order = [name for name in names if name not in floats] + floats
    both = [
        frame[names].sort_values(order, ignore_index=True, na_position="last")
        for frame in (expected, found)
    ]
    pd.testing.assert_frame_equal(
        *both, check_dtype=False, rtol=1e-9, atol=1e-9, obj=f"ml.{table}"
    )


def test_runs_say_which_share_they_were_fitted_on(engines: Engines) -> None:
    runs = engines.on_spark("model_runs").sort_values("run_number")
    shares = {
        (run["model_name"], json.loads(run["parameters"]).get("sampled_share", 1))
        for run in runs.to_dict("records")
    }
    models = ("customer_clusters", "recommender_trial", "purchase")
    for model in models:
        assert any(share < 1 for name, share in shares if name == model), model
    clusters = engines.on_spark("customer_clusters")
    # A fit on a share of the customers still tells of all of them.
    assert clusters.groupby("run_id")["customer_id"].nunique().nunique() == 1


def test_commands_know_the_target(engines: Engines) -> None:
    command = (BIN / "martlet", "--target", "spark", "score", "churn", "--json")
    done = engines.process(*command)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["is_reused"] and told["model_name"] == "churn"


def test_a_killed_run_is_never_read(engines: Engines) -> None:
    died = engines.process(sys.executable, STEPS, "dying", engines.spark)
    assert died.returncode == -9
    scores = engines.on_spark("customer_scores")
    left = scores[scores["customer_id"] == "half"]
    assert len(left) == 3  # what was written is there, and no run tells of it
    assert left["run_id"].iloc[0] not in set(engines.on_spark("model_runs")["run_id"])
    done = engines.process(sys.executable, STEPS, "running", engines.spark)
    assert done.returncode == 0, done.stderr[-5000:]
    scores = engines.on_spark("customer_scores")
    assert scores[scores["run_id"] == left["run_id"].iloc[0]][
        "customer_id"
    ].to_list() == ["whole"]
    assert "half" not in set(scores["customer_id"])
