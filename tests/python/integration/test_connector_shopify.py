"""Shopify's CSV exports: orders put together from their lines, and what dates allow."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support import FIXTURES, STORE_OPTIONS, Shop

SHOPIFY = FIXTURES / "shopify"
PLANTED = ("sample@example.com", "555-01", "55501", "555 01", "Pat Sample", "Robin")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("shopify"))


@pytest.fixture(scope="module")
def report(shop: Shop) -> dict[str, Any]:
    return shop.load("shopify", SHOPIFY / "first", *STORE_OPTIONS)


def test_every_row_is_stored_or_refused_with_its_rule(report: dict[str, Any]) -> None:
    went = {
        (count["input"], count["destination"], count["rule"]): count["rows"]
        for count in report["counts"]
        if count["outcome"] in ("stored", "refused")
    }
    assert went == {
        ("orders", "order_items", ""): 9,
        ("orders", "quarantine", "incomplete_order"): 1,
        ("orders", "quarantine", "line_without_order"): 1,
        ("orders", "quarantine", "no_line"): 1,
        ("orders", "quarantine", "superseded_copy"): 2,
        ("customers", "customers", ""): 4,
        ("customers", "quarantine", "missing_value"): 1,
        ("products", "products", ""): 4,
        ("products", "quarantine", "picture_row"): 1,
    }


def test_orders_have_what_their_first_row_says(
    shop: Shop, report: dict[str, Any]
) -> None:
    orders = shop.rows(
        "select order_id, status, sales_channel, currency, coupon_code, taxes_included, "
        "strftime(ordered_at, '%m-%d %H:%M'), email is not null, phone is not null "
        "from orders order by order_id",
    )
    assert orders == [
        ("7001", "paid", "web", "EUR", None, True, "03-02 09:00", True, True),
        ("7002", "cancelled", "store", "EUR", None, True, "03-02 17:30", False, False),
        (
            *("7003", "partially_refunded", "web", "EUR", "SPRING10", True),
            *("03-05 11:00", True, True),
        ),
        # An hour after Berlin put its clocks forward.
        ("7004", "paid", "web", "USD", None, False, "03-29 01:30", True, False),
        ("7006", "pending", "web", "EUR", None, False, "03-31 08:00", True, False),
        (
            *("7008", "payment_failed", "web", "EUR", None, False),
            *("04-02 07:00", True, False),
        ),
    ]


def test_money_adds_up_to_each_subtotal(shop: Shop, report: dict[str, Any]) -> None:
    charged = shop.rows(
        "select order_id, sum(line_amount) - any_value(orders.discount_amount), "
        "any_value(shipping_amount), any_value(tax_amount) "
        "from order_items join orders using (order_id) group by all order by order_id",
    )
    assert charged == [
        ("7001", Decimal("55.0000"), Decimal("4.9000"), Decimal("9.5600")),
        ("7002", Decimal("12.5000"), Decimal("0.0000"), Decimal("2.0000")),
        ("7003", Decimal("83.7000"), Decimal("0.0000"), Decimal("13.3600")),
        ("7004", Decimal("22.5000"), Decimal("5.0000"), Decimal("2.2000")),
        ("7006", Decimal("33.0000"), Decimal("0.0000"), Decimal("0.0000")),
        ("7008", Decimal("12.5000"), Decimal("0.0000"), Decimal("0.0000")),
    ]
    summary = {line["label"]: line["rows"] for line in report["summary"]}
    assert summary["Lines do not add up to the subtotal"] == 0


def test_refunds_are_the_latest_copys_sum(shop: Shop, report: dict[str, Any]) -> None:
    returns = shop.rows(
        "select order_id, refund_amount, line_number, returned_at::varchar "
        "from returns order by order_id",
    )
    assert returns == [
        ("7002", Decimal("12.5000"), None, "2026-03-04 07:00:00"),
        ("7003", Decimal("20.0000"), None, "2026-03-05 11:05:00"),
    ]


def test_lines_find_their_variant(shop: Shop, report: dict[str, Any]) -> None:
    assert shop.rows(
        "select product_id, product_name, category, price, unit_cost, currency "
        "from products order by product_id",
    ) == [
        (
            *("BOWL", "Bowl", "Home & Garden > Kitchen & Dining"),
            *(Decimal("30.0000"), None, "EUR"),
        ),
        (
            *("Gift wrapping", "Gift wrapping", "Services"),
            *(Decimal("3.0000"), None, "EUR"),
        ),
        (
            *("MUG-BL-L", "Mug - Blue / Large", "Mugs"),
            *(Decimal("15.0000"), Decimal("5.0000"), "EUR"),
        ),
        (
            *("MUG-BL-S", "Mug - Blue / Small", "Mugs"),
            *(Decimal("12.5000"), Decimal("4.1000"), "EUR"),
        ),
    ]
    lost = "select product_id from order_items anti join products using (product_id)"
    assert shop.rows(lost) == []


def test_consents_are_granted_only_where_an_order_dates_them(
    shop: Shop, report: dict[str, Any]
) -> None:
    consents = shop.rows(
        "select customer_id, channel, state, changed_at::varchar from consents "
        "order by all",
    )
    # 502 and 504 accept e-mail, at no moment that the files know.
    assert consents == [
        ("501", "email", "granted", "2026-03-02 09:00:00"),
        ("501", "sms", "denied", "2026-04-02 07:00:00"),
        # Ticked the box at the checkout, and took it back since.
        ("503", "email", "denied", "2026-04-02 07:00:00"),
        ("503", "sms", "denied", "2026-04-02 07:00:00"),
        ("504", "sms", "denied", "2026-04-02 07:00:00"),
    ]


def test_customers_and_their_orders_match_by_pseudonym(
    shop: Shop, report: dict[str, Any]
) -> None:
    assert shop.rows(
        "select customers.customer_id, order_id "
        "from customers join orders using (email_key) order by all",
    ) == [
        ("501", "7001"),
        ("501", "7004"),
        ("502", "7003"),
        ("502", "7008"),
        ("503", "7006"),
    ]
    assert shop.rows("select postcode from customers where customer_id = '501'") == [
        ("01099",)
    ]


def test_no_contact_data_is_written_in_clear(
    shop: Shop, report: dict[str, Any]
) -> None:
    # dbt's parse is of the project alone, and short numbers stand in any binary file.
    written = [
        path
        for path in shop.directory.rglob("*")
        if path.is_file() and path.name != "partial_parse.msgpack"
    ]
    assert any("quarantine" in path.parts for path in written)
    for path in written:
        content = path.read_bytes().lower()
        assert not [word for word in PLANTED if word.lower().encode() in content], path


def test_a_later_export_with_fewer_columns_keeps_the_ids(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("shopify", SHOPIFY / "first", *STORE_OPTIONS)
    shop.load("shopify", SHOPIFY / "later", *STORE_OPTIONS)
    assert shop.load("shopify", SHOPIFY / "later", *STORE_OPTIONS)["already_loaded"]
    versions = shop.rows(
        "select status from orders where order_id = '7001' order by load_id",
    )
    assert versions == [("paid",), ("refunded",)]
    lines = (
        "select count(*), count(distinct (line_number, product_id)) from order_items "
        "where order_id = '7001'"
    )
    assert shop.rows(lines) == [(4, 2)]
    # Without a subtotal the order's own discount is what the lines' leave of it.
    discounts = "select discount_amount from orders where order_id = '7009'"
    assert shop.rows(discounts) == [(Decimal("3.0000"),)]
