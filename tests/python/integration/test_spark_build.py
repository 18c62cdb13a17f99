"""The project on Spark gives the tables that it gives in DuckDB."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine_parity import differences
from event_streams import BATCHES, rows, stream, write
from spark_engine import needs_spark, run_dbt_on_spark
from support import PROJECT_DIR, Shop, run_dbt

pytestmark = [needs_spark, pytest.mark.spark]

# What events and orders come to, and money: a minute's worth.
LIGHT = ("+daily_sales", "+web_funnel_totals", "+customer_rfm", "+period_sales")
"""Selected models, and all they come from."""


def built_tables(manifest: Path) -> list[tuple[str, str]]:
    """List the tables, not the views, that a build made."""
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"].values()
    results = json.loads(manifest.with_name("run_results.json").read_text("utf-8"))
    built = {each["unique_id"] for each in results["results"]}
    return [
        (node["schema"], node["name"])
        for node in nodes
        if node["unique_id"] in built
        and node["resource_type"] == "model"
        and node["config"]["materialized"] in ("table", "incremental")
    ]


@pytest.fixture
def clicked_shop(corner_shop: Shop) -> Shop:
    """The corner shop with events of forty streams, late and doubled, in four loads."""
    streams = [stream(seed) for seed in range(40)]
    for batch in range(BATCHES):
        write(
            rows(streams, batch), corner_shop.raw / f"load_id=00000{batch}-made/events"
        )
    corner_shop.home.mkdir()
    return corner_shop


def test_a_small_shop_is_the_same_on_both_engines(clicked_shop: Shop) -> None:
    selected = ("--resource-type", "model", "seed", "--select", *LIGHT, "path:seeds")
    in_duckdb = run_dbt(clicked_shop, "build", *selected)
    assert in_duckdb.returncode == 0, in_duckdb.stdout[-3000:]
    on_spark = run_dbt_on_spark(clicked_shop, "build", *selected)
    assert on_spark.returncode == 0, on_spark.stdout[-3000:]
    tables = built_tables(clicked_shop.directory / "target-spark" / "manifest.json")
    assert len(tables) > 30
    found = differences(
        clicked_shop.home / "warehouse.duckdb", clicked_shop.home, tables
    )
    assert not found, "\n".join(found)


@pytest.mark.slow
def test_the_sample_is_the_same_on_both_engines(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shop.raw.symlink_to(PROJECT_DIR / "seeds" / "sample")
    selected = ("--resource-type", "model", "seed")
    in_duckdb = run_dbt(shop, "build", *selected)
    assert in_duckdb.returncode == 0, in_duckdb.stdout[-3000:]
    on_spark = run_dbt_on_spark(shop, "build", *selected)
    assert on_spark.returncode == 0, on_spark.stdout[-3000:]
    tables = built_tables(tmp_path / "target-spark" / "manifest.json")
    assert len(tables) > 200
    found = differences(shop.home / "warehouse.duckdb", shop.home, tables)
    assert not found, "\n".join(found)
