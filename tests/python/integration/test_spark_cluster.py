"""The project on a cluster, whole, and with a part of it killed while it builds."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine_parity import built_tables, differences
from spark_cluster import Cluster, cluster, thrift_server
from spark_engine import (
    kill,
    needs_spark,
    run_dbt_on_spark,
    run_dbt_over_thrift,
    spark_environment,
    start_dbt,
    stopping,
)
from support import PROJECT_DIR, Shop, run_dbt

pytestmark = [needs_spark, pytest.mark.spark, pytest.mark.slow]

MODELS = ("--resource-type", "model", "seed")
WEB_AND_SALES = (
    *MODELS,
    "--select",
    "+web_funnel_totals",
    "+daily_sales",
    "path:seeds",
)
LAST_LOAD = "load_id=000003-made"


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Cluster]:
    """A master and two workers."""
    with cluster(tmp_path / "cluster") as started:
        yield started


@pytest.fixture
def sample(tmp_path: Path) -> Shop:
    """The sample store, which DuckDB has built."""
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shop.raw.symlink_to(PROJECT_DIR / "seeds" / "sample")
    succeed(run_dbt(shop, "build", *MODELS))
    return shop


def succeed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stdout[-4000:]


def hold_to_duckdb(shop: Shop, *, tables: int) -> None:
    """Hold what Spark has built to what DuckDB has, of so many tables at least."""
    built = built_tables(shop.directory / "target-spark")
    assert len(built) >= tables
    found = differences(shop.home / "warehouse.duckdb", shop.home, built)
    assert not found, "\n".join(found)


def start_build_up_to(
    model: str, shop: Shop, running: Cluster
) -> subprocess.Popen[str]:
    """Start a build, and return once it has begun to make a model."""
    process = start_dbt(
        "build", *WEB_AND_SALES, env=spark_environment(shop, running.master)
    )
    said = []
    for line in process.stdout:
        said.append(line)
        if "START" in line and f".{model} " in line:
            return process
    process.wait()
    raise AssertionError(f"{model} was never begun:\n{''.join(said[-40:])}")


def test_the_sample_through_a_session_with_all_tests(
    sample: Shop, running: Cluster
) -> None:
    succeed(run_dbt_on_spark(sample, "build", master=running.master))
    hold_to_duckdb(sample, tables=200)


def test_the_sample_through_a_thrift_server(sample: Shop, running: Cluster) -> None:
    with thrift_server(running.master, sample.home) as port:
        succeed(run_dbt_over_thrift(sample, port, "build", *MODELS))
    hold_to_duckdb(sample, tables=200)


def test_a_worker_is_killed(clicked_shop: Shop, running: Cluster) -> None:
    """What it had computed is computed again by the other, or the next build mends it."""
    succeed(run_dbt(clicked_shop, "build", *WEB_AND_SALES))
    with stopping(start_build_up_to("int_sessions", clicked_shop, running)) as process:
        running.kill_a_worker()
        output, _ = process.communicate()
    if process.returncode != 0:
        assert "Completed with" in output, output[-4000:]
        succeed(
            run_dbt_on_spark(
                clicked_shop, "build", *WEB_AND_SALES, master=running.master
            )
        )
    hold_to_duckdb(clicked_shop, tables=30)


@pytest.mark.parametrize(
    ("schema", "model"),
    [("staging", "stg_store__events"), ("intermediate", "int_sessions")],
)
def test_a_driver_is_killed(
    clicked_shop: Shop, running: Cluster, tmp_path: Path, schema: str, model: str
) -> None:
    """Kill the first build, then the next while it puts partitions in place of others.

    It takes one out before it puts the new one there: at the worst one is gone.
    """
    succeed(run_dbt(clicked_shop, "build", *WEB_AND_SALES))
    table = clicked_shop.home / "spark" / "warehouse" / f"{schema}.db" / model
    on_spark = (clicked_shop, "build", *WEB_AND_SALES)
    last = shutil.move(clicked_shop.raw / LAST_LOAD, tmp_path / LAST_LOAD)
    with stopping(start_build_up_to(model, clicked_shop, running)) as process:
        kill(process)
    succeed(run_dbt_on_spark(*on_spark, master=running.master))

    shutil.move(last, clicked_shop.raw / LAST_LOAD)
    with stopping(start_build_up_to(model, clicked_shop, running)) as process:
        while not list(table.glob(".spark-staging-*")):
            assert process.poll() is None, process.stdout.read()[-4000:]
            time.sleep(0.002)
        kill(process)
    shutil.rmtree(next(table.glob("*=*")))
    succeed(run_dbt_on_spark(*on_spark, master=running.master))
    hold_to_duckdb(clicked_shop, tables=30)


def test_nothing_is_left_of_a_cluster_that_was_interrupted(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), cluster(tmp_path) as started:
        leaders = [worker.pid for worker in started.workers]
        raise KeyboardInterrupt
    for leader in leaders:
        with pytest.raises(ProcessLookupError):
            os.killpg(leader, 0)
