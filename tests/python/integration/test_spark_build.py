"""The project on Spark, on this machine, gives the tables that it gives in DuckDB.

`make test` runs the first two of these, on what a small shop's money and events come to.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from engine_parity import built_tables
from spark_engine import hold_to_duckdb, needs_spark, run_dbt_on_spark, succeed
from spark_sessions import write_views
from support import PROJECT_DIR, Shop, run_dbt

pytestmark = [needs_spark, pytest.mark.spark]

LIGHT = ("+daily_sales", "+web_funnel_totals", "+customer_rfm", "+period_sales")
"""Selected models, and all they come from."""
TESTS = (
    "daily_sales_add_up_to_orders",
    "order_lines_add_up_to_what_was_charged",
    "order_money_is_lines_less_returns",
    "funnel_steps_follow_each_other",
    "every_currency_has_a_rate",
    "funnel_totals_are_of_all_days",
    "orders_of_nobody_known_are_a_customer_each",
    "whoever_made_the_first_order_in_a_period_is_new_with_all_of_it",
    "an_order_discount_is_spread_to_the_last_ten_thousandth",
    "ten_seconds_a_purchase_or_two_pages_engage",
)
"""Data tests and unit tests that run with them."""
CUSTOMERS = (
    "customer_id,email,registered_at\n"
    "c2,ann@shop.example,2026-01-02 08:00:00\n"
    "c3,bob@shop.example,2026-01-03 08:00:00\n"
)
ORDERS = (
    "order_id,customer_id,email,ordered_at,status,currency\n"
    "o3,c2,ann@shop.example,2026-02-06 10:00:00,completed,EUR\n"
    "o4,,ann@shop.example,2026-02-07 23:30:00,completed,EUR\n"
    "o5,c3,bob@shop.example,2026-02-08 09:00:00,completed,EUR\n"
)
ORDER_ITEMS = (
    "order_id,line_number,product_id,quantity,unit_price,discount_amount\n"
    "o3,1,cup,3,9.00,0.01\no4,1,tea,1,3.50,0\no5,1,tea,7,3.33,1.11\n"
)


@pytest.fixture
def loaded_shop(clicked_shop: Shop, tmp_path: Path) -> Shop:
    """A shop some of whose orders are CSV, and some Parquet as it is loaded."""
    for table, text in (
        ("customers", CUSTOMERS),
        ("orders", ORDERS),
        ("order_items", ORDER_ITEMS),
    ):
        file = tmp_path / f"{table}.csv"
        file.write_text(text, "utf-8")
        clicked_shop.load(table, file)
    return clicked_shop


def test_a_small_shop_is_the_same_on_both_engines(loaded_shop: Shop) -> None:
    models = ("--select", *LIGHT, "path:seeds", "--resource-type", "model", "seed")
    succeed(run_dbt(loaded_shop, "build", *models))
    succeed(
        run_dbt_on_spark(
            loaded_shop,
            *("build", "--indirect-selection", "empty"),
            *("--select", *LIGHT, "path:seeds/reference", *TESTS),
        )
    )
    tables = built_tables(loaded_shop.directory / "target-spark")
    assert len(tables) > 30
    hold_to_duckdb(loaded_shop, tables)


def test_an_odd_path_after_a_build_that_was_killed_listing_files(
    loaded_shop: Shop,
) -> None:
    """Spark spells paths its own way, and makes no table where files lie."""
    left = loaded_shop.home / "spark" / "warehouse" / "raw.db" / "files" / "_temporary"
    left.mkdir(parents=True)
    odd = f"{loaded_shop.directory}//home/../raw/./"
    orders = ("run", "--select", "stg_store__orders")
    succeed(run_dbt(loaded_shop, *orders))
    succeed(run_dbt_on_spark(loaded_shop, *orders, MARTLET_RAW=odd))
    hold_to_duckdb(loaded_shop, [("staging", "stg_store__orders")])


@pytest.mark.slow
def test_the_sample_is_the_same_on_both_engines(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shop.raw.symlink_to(PROJECT_DIR / "seeds" / "sample")
    hold_all_tables_to_duckdb(shop)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("connector", "source"),
    [
        ("online-retail", "online_retail/online_retail.parquet"),
        ("complete-journey", "complete_journey"),
    ],
)
def test_a_real_shop_is_the_same_on_both_engines(
    tmp_path: Path, test_data: Path, connector: str, source: str
) -> None:
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shop.load(connector, test_data / source)
    # Pairs of all that their baskets hold want more than a small shop's.
    hold_all_tables_to_duckdb(
        shop, MARTLET_SPARK_MEMORY="6g", MARTLET_SPARK_PARTITIONS="16"
    )


def hold_all_tables_to_duckdb(shop: Shop, **settings: str) -> None:
    """Build all models on either engine, and compare all tables and views."""
    models = ("--resource-type", "model", "seed")
    succeed(run_dbt(shop, "build", *models))
    succeed(run_dbt_on_spark(shop, "build", *models, **settings))
    target = shop.directory / "target-spark"
    tables, views = built_tables(target), built_tables(target, ["view"])
    assert len(tables) > 200
    assert len(views) > 40
    write_views(shop.home, views)
    hold_to_duckdb(shop, [*tables, *views])
