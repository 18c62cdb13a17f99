"""All of Complete Journey: its published totals, and each line held to the source."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from support import Shop

LINES = 1_469_307
SALES = Decimal("4596039.58")


@pytest.fixture(scope="module")
def source(test_data: Path) -> Path:
    folder = test_data / "complete_journey"
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing; MARTLET_TEST_DATA names the real data")
    return folder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("complete-journey"))


@pytest.fixture(scope="module")
def report(shop: Shop, source: Path) -> dict[str, Any]:
    return shop.load("complete-journey", source)


@pytest.fixture(scope="module")
def raw(shop: Shop, report: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """The loaded raw tables, as views."""
    return shop.raw_tables()


@pytest.fixture(scope="module")
def transactions(source: Path) -> pd.DataFrame:
    """The source's lines, their money in whole cents and their day at the tills."""
    lines = pd.read_parquet(source / "transactions.parquet")
    for amount in ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc"):
        lines[amount] = (lines[amount] * 100).round().astype("int64")
    instants = lines["transaction_timestamp"].dt.tz_localize("UTC")
    lines["day"] = instants.dt.tz_convert("America/New_York").dt.date
    return lines


def test_every_row_is_stored_or_was_consulted(report: dict[str, Any]) -> None:
    went = {
        (count["outcome"], count["input"], count["destination"]): count["rows"]
        for count in report["counts"]
    }
    assert went == {
        ("stored", "transactions", "order_items"): LINES,
        ("stored", "products", "products"): 92_331,
        ("stored", "campaign_descriptions", "campaigns"): 27,
        ("stored", "targetings", "campaign_touches"): 6_589,
        ("stored", "redemptions", "campaign_touches"): 2_102,
        ("consulted", "coupons", ""): 116_204,
        ("consulted", "demographics", ""): 801,
        ("derived", "", "orders"): 155_848,
        ("derived", "", "customers"): 2_469,
    }


def test_summary_tells_the_files_totals(report: dict[str, Any]) -> None:
    told = {
        line["label"]: (line["rows"], line["amount"] and Decimal(str(line["amount"])))
        for line in report["summary"]
    }
    assert told == {
        "Lines of baskets": (LINES, SALES),
        "Baskets": (155_848, None),
        "Households": (2_469, None),
        "Discounts by the shop": (740_266, Decimal("796193.29")),
        "Manufacturers' coupons": (21_889, Decimal("26359.90")),
        "Lines without a quantity": (8_869, Decimal("12.52")),
        "Lines of unlisted products": (4_836, Decimal("172.57")),
        "Products": (92_331, None),
        "Campaigns": (27, None),
        "Households targeted": (6_589, None),
        "Coupons redeemed": (2_102, None),
        "Of these with a known basket": (1_830, None),
        "Households with demographics": (801, None),
    }


def test_money_is_the_files_to_the_cent(raw: duckdb.DuckDBPyConnection) -> None:
    totals = raw.sql(
        "select sum(line_amount), sum(discount_amount), sum(quantity) from order_items"
    ).fetchone()
    assert totals == (SALES, Decimal("796193.29"), 152_923_108)


def test_each_line_is_the_files_line(
    raw: duckdb.DuckDBPyConnection, transactions: pd.DataFrame
) -> None:
    loaded = raw.sql("""
        select
            cast(order_id as bigint) as basket_id,
            cast(product_id as bigint) as product_id,
            quantity as units,
            cast(line_amount * 100 as bigint) as charged,
            cast(discount_amount * 100 as bigint) as discounted,
        from order_items
    """).df()
    both = transactions.merge(loaded, on=["basket_id", "product_id"], validate="1:1")
    assert len(both) == len(loaded) == LINES
    assert both["units"].equals(both["quantity"])
    assert both["charged"].equals(both["sales_value"])
    shop_discount = both["retail_disc"] + both["coupon_match_disc"]
    assert both["discounted"].equals(shop_discount.rename("discounted"))


def test_unit_prices_agree_within_their_rounding(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    """A unit price has four decimals, so a line may be off by half the last for each."""
    priced, unpriced, wrong = raw.sql("""
        select
            count(unit_price),
            count(*) filter (quantity = 0 and unit_price is null),
            count(*) filter (
                abs(unit_price * quantity - discount_amount - line_amount)
                > 0.00005 * quantity
            ),
        from order_items
    """).fetchone()
    assert (priced + unpriced, unpriced, wrong) == (LINES, 8_869, 0)


def test_keys_identify_rows(raw: duckdb.DuckDBPyConnection) -> None:
    for table, key in {
        "orders": "order_id",
        "order_items": "order_id, line_number",
        "products": "product_id",
        "customers": "customer_id",
        "campaigns": "campaign_id",
        "campaign_touches": "touch_id",
    }.items():
        rows, keys = raw.sql(
            f"select count(*), count(distinct ({key})) from {table}"
        ).fetchone()
        assert rows == keys > 0, table


def test_baskets_keep_their_household_and_instant(
    raw: duckdb.DuckDBPyConnection, transactions: pd.DataFrame
) -> None:
    loaded = raw.sql(
        "select cast(order_id as bigint) as basket_id, "
        "cast(customer_id as bigint) as customer_id, ordered_at from orders"
    ).df()
    baskets = transactions.groupby("basket_id", as_index=False).first()
    both = baskets.merge(loaded, on="basket_id", validate="1:1")
    assert len(both) == len(loaded) == 155_848
    assert (both["household_id"] == both["customer_id"]).all()
    assert (both["transaction_timestamp"] == both["ordered_at"]).all()


def test_zone_puts_sales_into_the_year_and_redemptions_on_shopping_days(
    transactions: pd.DataFrame, source: Path
) -> None:
    """What the connector's timezone rests on; read as wall time, neither would hold."""
    days = transactions["day"].map(str)
    assert (days.min(), days.max()) == ("2017-01-01", "2017-12-31")
    shopped = set(zip(transactions["household_id"], transactions["day"], strict=True))
    redemptions = pd.read_parquet(source / "coupon_redemptions.parquet")
    redeemed = zip(
        redemptions["household_id"], redemptions["redemption_date"].dt.date, strict=True
    )
    assert set(redeemed) <= shopped


def test_redeemed_coupons_lie_in_the_one_basket_that_held_their_product(
    raw: duckdb.DuckDBPyConnection, transactions: pd.DataFrame, source: Path
) -> None:
    redemptions = pd.read_parquet(source / "coupon_redemptions.parquet")
    redemptions["day"] = redemptions["redemption_date"].dt.date
    keys = ["household_id", "coupon_upc", "campaign_id", "day"]
    found = (
        redemptions.merge(
            pd.read_parquet(source / "coupons.parquet"),
            on=["coupon_upc", "campaign_id"],
        )
        .merge(transactions, on=["household_id", "day", "product_id"])
        .drop_duplicates([*keys, "basket_id"])
        .drop_duplicates(keys, keep=False)
    )
    codes = (
        found.astype({"coupon_upc": str, "basket_id": str})
        .groupby("basket_id")["coupon_upc"]
        .agg(lambda upcs: ", ".join(sorted(set(upcs))))
    )
    loaded = raw.sql(
        "select order_id, coupon_code from orders where coupon_code is not null"
    ).fetchall()
    assert len(found) == 1_830
    assert dict(loaded) == codes.to_dict()


def test_touches_are_sent_as_campaigns_begin_and_redeemed_on_their_day(
    raw: duckdb.DuckDBPyConnection, source: Path
) -> None:
    wrong = raw.sql(f"""
        with

        touches as (
            select
                *,
                cast(timezone('America/New_York', timezone('UTC', touched_at)) as date)
                    as touched_on,
            from campaign_touches
        ),

        expected as (
            select 'sent' as touch_type, campaign_id, household_id, start_date as day
            from '{source}/campaigns.parquet'
            inner join '{source}/campaign_descriptions.parquet' using (campaign_id)
            union all
            select 'coupon_redeemed', campaign_id, household_id, redemption_date
            from '{source}/coupon_redemptions.parquet'
        )

        select touch_type, campaign_id, customer_id, touched_on from touches
        except all
        select
            touch_type,
            cast(campaign_id as varchar),
            cast(household_id as varchar),
            cast(day as date),
        from expected
    """).fetchall()
    assert wrong == []


def test_loaded_files_keep_to_the_contract(shop: Shop, report: dict[str, Any]) -> None:
    judged = shop.martlet("contract", "--check", str(shop.raw))
    assert judged.returncode == 0, judged.stdout + judged.stderr
