"""On Spark too, builds load by load equal one build from scratch."""

from __future__ import annotations

import random

import pytest

from engine_parity import built_tables, contents, differences
from event_streams import rows, steps, stream, write
from spark_engine import needs_spark, run_dbt_on_spark
from support import Shop, run_dbt

pytestmark = [needs_spark, pytest.mark.spark, pytest.mark.slow]

STREAMS = 60
SELECTED = (
    *("--resource-type", "model", "seed"),
    *("--select", "+fct_sessions", "+path:models/marts/web", "path:seeds"),
)
# Orders come later too: what baskets pairs are counted in then changes.
LATER_ORDERS = "order_id,customer_id,ordered_at,status,currency\n" + "".join(
    f"l{number},c1,2026-03-{number:02} 10:00:00,completed,EUR\n"
    for number in range(1, 10)
)
LATER_ITEMS = "order_id,line_number,product_id,quantity,unit_price\n" + "".join(
    f"l{number},1,tea,1,3.50\nl{number},2,cup,1,9.00\n" for number in range(1, 10)
)


def build(shop: Shop, *arguments: str) -> None:
    done = run_dbt_on_spark(shop, "build", *arguments)
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("seed", [1, 2])
def test_visitors_rebuilt_equal_a_full_refresh(corner_shop: Shop, seed: int) -> None:
    """Loads come late, doubled and shuffled, and some are undone again."""
    rng = random.Random(seed)
    streams = [stream(rng.getrandbits(64)) for _ in range(STREAMS)]
    corner_shop.home.mkdir()
    build(corner_shop, *SELECTED)
    for state in steps(seed):
        for batch in range(4):
            folder = corner_shop.raw / f"load_id={batch:06}-made"
            if batch in state and not folder.exists():
                write(rows(streams, batch), folder / "events")
            elif batch not in state and folder.exists():
                (folder / "events" / "part-0.parquet").unlink()
                (folder / "events").rmdir()
                folder.rmdir()
        build(corner_shop, *SELECTED)
    hold_to_a_full_refresh(corner_shop, SELECTED)


def test_baskets_counted_again_equal_a_full_refresh(corner_shop: Shop) -> None:
    selected = (
        *("--resource-type", "model", "seed"),
        *("--select", "+product_associations", "path:seeds"),
    )
    corner_shop.home.mkdir()
    build(corner_shop, *selected)
    corner_shop.write("orders", LATER_ORDERS, "later.csv")
    corner_shop.write("order_items", LATER_ITEMS, "later.csv")
    build(corner_shop, *selected)
    hold_to_a_full_refresh(corner_shop, selected)


def hold_to_a_full_refresh(shop: Shop, selected: tuple[str, ...]) -> None:
    tables = built_tables(shop.directory / "target-spark")
    by_load = contents(shop.home, tables)
    build(shop, *selected, "--full-refresh")
    at_once = contents(shop.home, tables)
    assert by_load.keys() == at_once.keys()
    assert any(at_once.values())
    for name, expected in at_once.items():
        assert by_load[name] == expected, name
    done = run_dbt(shop, "build", *selected)
    assert done.returncode == 0, done.stdout[-4000:]
    found = differences(shop.home / "warehouse.duckdb", shop.home, tables)
    assert not found, "\n".join(found)
