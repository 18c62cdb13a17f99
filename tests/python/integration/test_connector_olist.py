"""A small Olist set with all the quirks of the published one, loaded and recomputed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pandas as pd
import pytest

from support import FIXTURES, PROJECT_DIR, Shop

OLIST = FIXTURES / "olist"
CENT = Decimal("0.01")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("olist"))


@pytest.fixture(scope="module")
def report(shop: Shop) -> dict[str, Any]:
    return shop.load("olist", OLIST)


@pytest.fixture(scope="module")
def raw(shop: Shop, report: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    """The loaded raw tables, as views."""
    return shop.raw_tables()


def source(name: str) -> pd.DataFrame:
    """One of the published files as it came; fields stay text."""
    return pd.read_csv(OLIST / f"{name}.csv", dtype=str, encoding="utf-8-sig")


def money(texts: pd.Series) -> Decimal:
    return sum(texts.map(Decimal), Decimal()).quantize(CENT)


def test_every_row_is_stored_refused_or_was_consulted(report: dict[str, Any]) -> None:
    went = {
        (count["outcome"], count["input"], count["destination"], count["rule"]): count[
            "rows"
        ]
        for count in report["counts"]
    }
    assert went == {
        ("stored", "orders", "orders", ""): 10,
        ("stored", "order_items", "order_items", ""): 10,
        ("stored", "products", "products", ""): 5,
        ("stored", "reviews", "reviews", ""): 5,
        # Nine stars of five.
        ("refused", "reviews", "quarantine", "out_of_range"): 1,
        ("consulted", "customers", "", ""): 10,
        ("consulted", "translations", "", ""): 2,
        ("consulted", "payments", "", ""): 10,
        ("consulted", "sellers", "", ""): 2,
        ("consulted", "geolocation", "", ""): 3,
        ("derived", "", "customers", ""): 9,
    }
    assert report["rows"] == sum(len(source(path.stem)) for path in OLIST.iterdir())


def test_money_is_the_files_to_the_cent(raw: duckdb.DuckDBPyConnection) -> None:
    items = source("olist_order_items_dataset")
    charged, units = raw.sql(
        "select sum(line_amount), sum(quantity) from order_items"
    ).fetchone()
    (shipping,) = raw.sql("select sum(shipping_amount) from orders").fetchone()
    assert (charged, units) == (money(items["price"]), len(items))
    assert shipping == money(items["freight_value"])


def test_summary_holds_payments_against_prices(report: dict[str, Any]) -> None:
    told = {
        line["label"]: (line["rows"], line["amount"] and Decimal(str(line["amount"])))
        for line in report["summary"]
    }
    items = source("olist_order_items_dataset")
    payments = source("olist_order_payments_dataset")
    assert told["Payments"] == (10, money(payments["payment_value"]))
    # Interest of 7.50 on ten instalments, and 99.00 for what could not be supplied.
    more, less = Decimal("106.50"), Decimal("-38.71")
    assert told["Orders paid more than charged"] == (2, more)
    assert told["Orders paid less than charged"] == (1, less)
    charged = money(items["price"]) + money(items["freight_value"])
    assert money(payments["payment_value"]) == charged + more + less
    counted = {label: rows for label, (rows, _) in told.items()}
    assert counted["Orders without an item"] == 2
    assert counted["People"] == 9
    assert counted["Of these for a further order"] == 1
    assert counted["Of these without a category"] == 1
    assert (counted["Sellers"], counted["Coordinates of postcodes"]) == (2, 3)


def test_orders_are_the_persons_in_utc(raw: duckdb.DuckDBPyConnection) -> None:
    expected = source("olist_orders_dataset").merge(
        source("olist_customers_dataset"), on="customer_id", validate="1:1"
    )
    local = pd.to_datetime(expected["order_purchase_timestamp"]).dt.tz_localize(
        "America/Sao_Paulo", nonexistent=pd.Timedelta("1h")
    )
    expected["ordered_at"] = local.dt.tz_convert("UTC").dt.tz_localize(None)
    loaded = raw.sql("select order_id, customer_id, ordered_at from orders").df()
    both = expected.merge(loaded, on="order_id", suffixes=("_of_order", ""))
    assert len(both) == 10
    assert (both["customer_id"] == both["customer_unique_id"]).all()
    assert (both["ordered_at_of_order"] == both["ordered_at"]).all()


def test_statuses_are_those_of_the_seed(raw: duckdb.DuckDBPyConnection) -> None:
    words = {"created": "pending", "approved": "paid", "canceled": "cancelled"}
    orders = source("olist_orders_dataset").set_index("order_id")["order_status"]
    expected = orders.map(lambda status: words.get(status, status)).to_dict()
    assert dict(raw.sql("select order_id, status from orders").fetchall()) == expected
    seed = pd.read_csv(PROJECT_DIR / "seeds" / "reference" / "order_statuses.csv")
    assert set(expected.values()) <= set(seed["status"])


def test_people_are_told_where_their_latest_order_went(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    orders = source("olist_orders_dataset").merge(
        source("olist_customers_dataset"), on="customer_id"
    )
    latest = (
        orders.sort_values("order_purchase_timestamp")
        .groupby("customer_unique_id")[["customer_city", "customer_zip_code_prefix"]]
        .last()
    )
    loaded = raw.sql("select customer_id, city, postcode, country from customers").df()
    loaded = loaded.set_index("customer_id").loc[latest.index]
    assert loaded["city"].tolist() == latest["customer_city"].tolist()
    # A spreadsheet has dropped the zero that one of them begins with.
    assert (loaded["postcode"] == latest["customer_zip_code_prefix"].str.zfill(5)).all()
    assert "01151" in set(loaded["postcode"])
    assert set(loaded["country"]) == {"BR"}


def test_categories_are_translated_where_there_is_a_translation(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    english = source("product_category_name_translation").set_index(
        "product_category_name"
    )["product_category_name_english"]
    products = source("olist_products_dataset").set_index("product_id")
    category = products["product_category_name"]
    expected = category.map(english).fillna(category)
    loaded = dict(raw.sql("select product_id, category from products").fetchall())
    assert {id_: name or "" for id_, name in loaded.items()} == expected.fillna(
        ""
    ).to_dict()
    assert {"health_beauty", "pc_gamer", None} <= set(loaded.values())


def test_one_answer_about_two_orders_is_two_reviews(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    reviews = source("olist_order_reviews_dataset").query("review_score != '9'")
    pairs = reviews["review_id"] + "-" + reviews["order_id"]
    loaded = raw.sql("select review_id, rating, reviewed_at from reviews").fetchall()
    assert {id_ for id_, _, _ in loaded} == set(pairs)
    assert pairs.nunique() == len(loaded) > reviews["review_id"].nunique()


def test_review_is_of_a_product_where_its_order_has_only_one(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    products = (
        source("olist_order_items_dataset").groupby("order_id")["product_id"].unique()
    )
    only = {order: each[0] for order, each in products.items() if len(each) == 1}
    loaded = raw.sql("select order_id, product_id from reviews").fetchall()
    assert all(product == only.get(order) for order, product in loaded)
    assert {product is None for _, product in loaded} == {True, False}


def test_review_text_is_title_and_message_without_contact_data(
    raw: duckdb.DuckDBPyConnection,
) -> None:
    texts = [text for (text,) in raw.sql("select review_text from reviews").fetchall()]
    assert 'Recomendo\nChegou antes do prazo,\nmuito bom, "nota dez"' in texts
    assert texts.count(None) == 2
    (complaint,) = [text for text in texts if text and "nao recebi" in text]
    assert "@" not in complaint and "91234" not in complaint


def test_loaded_files_keep_to_the_contract(shop: Shop, report: dict[str, Any]) -> None:
    judged = shop.martlet("contract", "--check", str(shop.raw))
    assert judged.returncode == 0, judged.stdout + judged.stderr
