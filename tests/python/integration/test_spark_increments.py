"""On Spark too, builds load by load equal one build from scratch."""

from __future__ import annotations

import random
import shutil

import duckdb
import pytest

from engine_parity import built_tables, contents
from event_streams import BATCHES, rows, steps, stream, write
from order_books import OrderBook
from spark_engine import hold_to_duckdb, needs_spark, run_dbt_on_spark, succeed
from support import STORE, Shop, run_dbt

pytestmark = [needs_spark, pytest.mark.spark, pytest.mark.slow]

STREAMS = 60
VISITS = (
    *("--resource-type", "model", "seed"),
    *("--select", "+fct_sessions", "+path:models/marts/web", "path:seeds"),
)
ASSOCIATIONS = (
    *("--resource-type", "model", "seed"),
    *("--select", "+feat_associations", "path:seeds"),
)
BUILDS = 3


def build(shop: Shop, *arguments: str) -> None:
    succeed(run_dbt_on_spark(shop, "build", *arguments))


@pytest.mark.parametrize("seed", [1, 2])
def test_visitors_rebuilt_equal_a_full_refresh(corner_shop: Shop, seed: int) -> None:
    """Loads come late, doubled and shuffled, and some are undone again."""
    rng = random.Random(seed)
    streams = [stream(rng.getrandbits(64)) for _ in range(STREAMS)]
    corner_shop.home.mkdir()
    build(corner_shop, *VISITS)
    before = refreshes(corner_shop)
    for state in steps(seed):
        for batch in range(BATCHES):
            folder = corner_shop.raw / f"load_id={batch:06}-made"
            if batch in state and not folder.exists():
                write(rows(streams, batch), folder / "events")
            elif batch not in state and folder.exists():
                shutil.rmtree(folder)
        build(corner_shop, *VISITS)
    assert refreshes(corner_shop) == before, "something was built from scratch"
    hold_to_a_full_refresh(corner_shop, VISITS)


def test_baskets_counted_again_equal_a_full_refresh(empty_shop: Shop) -> None:
    """Numbers of items depend on when they came; what they stand for does not."""
    empty_shop.write("store", STORE)
    empty_shop.home.mkdir()
    book = OrderBook(random.Random(1))
    for _ in range(BUILDS):
        book.go_on()
        book.write(empty_shop.raw)
        build(empty_shop, *ASSOCIATIONS)
    hold_to_a_full_refresh(empty_shop, ASSOCIATIONS, {"feat_associations"})


def refreshes(shop: Shop) -> list[tuple]:
    """Read how often each model was built from scratch."""
    ledger = shop.home / "spark" / "warehouse" / "ops.db" / "built_models"
    return duckdb.sql(
        "select model_name, refresh_number "
        f"from read_parquet('{ledger}/**/*.parquet', hive_partitioning = true) "
        "order by all"
    ).fetchall()


def hold_to_a_full_refresh(
    shop: Shop, selected: tuple[str, ...], told: set[str] | None = None
) -> None:
    """Build from scratch on either engine, and compare; ``told`` are all by default."""
    tables = [
        (schema, name)
        for schema, name in built_tables(shop.directory / "target-spark")
        if told is None or name in told
    ]
    by_load = contents(shop.home, tables)
    build(shop, *selected, "--full-refresh")
    at_once = contents(shop.home, tables)
    assert by_load.keys() == at_once.keys()
    assert any(at_once.values())
    for name, expected in at_once.items():
        assert by_load[name] == expected, name
    succeed(run_dbt(shop, "build", *selected))
    hold_to_duckdb(shop, tables)
