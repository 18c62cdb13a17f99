"""The project on a cluster, whole, and with a part of it killed while it builds.

`make test` runs what does not take long: that there is a cluster, and none afterwards.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from engine_parity import built_tables
from spark_cluster import Cluster, cluster, kill, stopping, thrift_server
from spark_engine import (
    hold_to_duckdb,
    needs_spark,
    run_dbt_on_spark,
    run_dbt_over_thrift,
    said,
    spark_environment,
    start_dbt,
    succeed,
)
from support import PROJECT_DIR, Shop, run_dbt

pytestmark = [needs_spark, pytest.mark.spark]

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


def hold_all_to_duckdb(shop: Shop, *, tables: int) -> None:
    """Hold what Spark has built to what DuckDB has, of so many tables at least."""
    built = built_tables(shop.directory / "target-spark")
    assert len(built) >= tables
    hold_to_duckdb(shop, built)


@contextmanager
def build_up_to(
    model: str, shop: Shop, running: Cluster
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a build, and go on once it has begun to make a model."""
    env = spark_environment(shop, running.master)
    with stopping(start_dbt(shop, "build", *WEB_AND_SALES, env=env)) as process:
        wait_until(lambda: re.search(f"START .*[.]{model} ", said(shop)), process, shop)
        yield process


def wait_until(
    is_so: Callable[[], object], process: subprocess.Popen[bytes], shop: Shop
) -> None:
    while not is_so():
        assert process.poll() is None, said(shop)[-4000:]
        time.sleep(0.002)


def test_orders_through_a_thrift_server(corner_shop: Shop, running: Cluster) -> None:
    orders = (*MODELS, "--select", "+stg_store__orders", "path:seeds")
    corner_shop.home.mkdir()
    succeed(run_dbt(corner_shop, "build", *orders))
    with thrift_server(running.master, corner_shop.home) as port:
        succeed(run_dbt_over_thrift(corner_shop, port, "build", *orders))
    hold_all_to_duckdb(corner_shop, tables=1)


@pytest.mark.slow
def test_the_sample_through_a_session_with_all_tests(
    sample: Shop, running: Cluster
) -> None:
    succeed(run_dbt_on_spark(sample, "build", master=running.master))
    hold_all_to_duckdb(sample, tables=200)


@pytest.mark.slow
def test_the_sample_through_a_thrift_server(sample: Shop, running: Cluster) -> None:
    with thrift_server(running.master, sample.home) as port:
        succeed(run_dbt_over_thrift(sample, port, "build", *MODELS))
    hold_all_to_duckdb(sample, tables=200)


@pytest.mark.slow
def test_a_worker_is_killed(clicked_shop: Shop, running: Cluster) -> None:
    """What it had computed is computed again by the other, or the next build mends it."""
    succeed(run_dbt(clicked_shop, "build", *WEB_AND_SALES))
    with build_up_to("int_sessions", clicked_shop, running) as process:
        running.kill_a_worker()
        process.wait()
    if process.returncode != 0:
        assert "Completed with" in said(clicked_shop), said(clicked_shop)[-4000:]
        succeed(
            run_dbt_on_spark(
                clicked_shop, "build", *WEB_AND_SALES, master=running.master
            )
        )
    hold_all_to_duckdb(clicked_shop, tables=30)


@pytest.mark.slow
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
    with build_up_to(model, clicked_shop, running) as process:
        kill(process)
    succeed(run_dbt_on_spark(*on_spark, master=running.master))

    shutil.move(last, clicked_shop.raw / LAST_LOAD)
    with build_up_to(model, clicked_shop, running) as process:
        wait_until(lambda: list(table.glob(".spark-staging-*")), process, clicked_shop)
        kill(process)
    shutil.rmtree(next(table.glob("*=*")))
    succeed(run_dbt_on_spark(*on_spark, master=running.master))
    hold_all_to_duckdb(clicked_shop, tables=30)


def test_nothing_is_left_of_a_cluster_that_was_interrupted(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), cluster(tmp_path) as started:
        leaders = [worker.pid for worker in started.workers]
        raise KeyboardInterrupt
    assert leaders
    for _ in range(100):
        if not running_in(leaders):
            return
        time.sleep(0.1)
    pytest.fail(f"still running: {running_in(leaders)}")


def running_in(groups: list[int]) -> list[str]:
    """Name what runs in process groups; who ended and was not waited for does not."""
    found = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            name, _, told = file.read_text("utf-8").rpartition(")")
            state, _, group = told.split()[:3]
            if int(group) in groups and state not in "ZX":
                found.append(name)
    return found
