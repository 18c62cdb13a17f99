"""Segment's and RudderStack's tables: events with properties, and who is behind them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from support import FIXTURES, STORE_OPTIONS, Shop

SEGMENT = FIXTURES / "segment"
PLANTED = ("sample@example.com", "pat.old@", "555 0101", "555-0101", "203.0.113.7")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("segment"))


@pytest.fixture(scope="module")
def report(shop: Shop) -> dict[str, Any]:
    return shop.load("segment", SEGMENT / "first", *STORE_OPTIONS)


def test_every_row_is_stored_refused_or_consulted(report: dict[str, Any]) -> None:
    went = {
        (count["input"], count["outcome"], count["destination"], count["rule"]): count[
            "rows"
        ]
        for count in report["counts"]
        if count["outcome"] != "derived"
    }
    assert went == {
        ("tracks", "stored", "events", ""): 12,
        ("tracks", "refused", "quarantine", "missing_value"): 1,
        ("tracks", "refused", "quarantine", "unreadable_value"): 1,
        ("events", "consulted", "", ""): 13,
        ("pages", "stored", "events", ""): 2,
        ("identifies", "stored", "events", ""): 1,
        ("users", "stored", "customers", ""): 1,
        ("users", "refused", "quarantine", "superseded_copy"): 1,
    }


def test_events_have_ga4_names_and_their_properties(
    shop: Shop, report: dict[str, Any]
) -> None:
    assert shop.rows(
        "select event_id, visitor_id, event_name, product_id, quantity, value, currency, "
        "order_id, item_list_id, item_list_index from events where event_id like 't%' "
        "order by event_id",
    ) == [
        ("t-01", "a-1", "search", *[None] * 7),
        ("t-02", "a-1", "view_item_list", *[None] * 5, "tableware", None),
        ("t-03", "a-1", "select_item", "mug", *[None] * 5, 1),
        ("t-04", "a-1", "view_item", "mug", None, None, "EUR", None, None, None),
        ("t-05", "a-1", "add_to_cart", "mug", 3, *[None] * 5),
        ("t-06", "a-1", "remove_from_cart", "mug", 1, *[None] * 5),
        ("t-07", "a-1", "begin_checkout", *money("55.0000"), None, None),
        ("t-08", "a-1", "purchase", *money("50.0000"), None, None),
        # Sent by the server, which has no device.
        ("t-09", "user:501", "purchase", *money("50.0000"), None, None),
        ("t-10", "a-1", "loyalty_quiz_started", *[None] * 7),
        ("t-11", "user:501", "refund", *money("12.5000"), None, None),
        ("t-12", "user:501", "refund", *money("30.0000"), None, None),
    ]


def money(amount: str) -> tuple:
    """What an event on all of an order says."""
    return (None, None, Decimal(amount), "EUR", "O-1")


def test_pages_and_identifies_are_events(shop: Shop, report: dict[str, Any]) -> None:
    assert shop.rows(
        "select event_id, event_name, visitor_id, customer_id, event_at::varchar, "
        "referrer_url, utm_campaign from events where event_id not like 't%' "
        "order by event_at",
    ) == [
        (
            *("p-1", "page_view", "a-1", None, "2026-03-02 09:00:00"),
            *("https://mail.example.com/", "spring_letter"),
        ),
        (
            *("p-2", "page_view", "a-1", None, "2026-03-02 09:00:29"),
            *("https://shop.example.com/", None),
        ),
        ("i-1", "identify", "a-1", "501", "2026-03-02 09:03:30", None, None),
    ]


def test_orders_are_told_once_and_add_up(shop: Shop, report: dict[str, Any]) -> None:
    assert shop.rows(
        "select order_id, customer_id, visitor_id, coupon_code, shipping_amount, "
        "sum(unit_price * quantity) - any_value(orders.discount_amount) "
        "from orders join order_items using (order_id) group by all",
    ) == [("O-1", "501", "a-1", "SPRING10", Decimal("4.9000"), Decimal("50.0000"))]
    assert shop.rows(
        "select order_id, refund_amount from returns order by return_id"
    ) == [("O-1", Decimal("12.5000")), ("O-1", Decimal("30.0000"))]
    assert shop.rows(
        "select product_id, product_name, category, brand, price from products order by 1",
    ) == [
        ("BOWL", "Bowl", "Tableware", None, Decimal("30.0000")),
        ("mug", "Mug", "Tableware", "Corner Pottery", Decimal("12.5000")),
    ]


def test_users_are_customers_as_they_were_last(
    shop: Shop, report: dict[str, Any]
) -> None:
    assert shop.rows(
        "select customer_id, birth_date::varchar, country, registered_at::varchar, "
        "customers.email_key = orders.email_key from customers join orders "
        "using (customer_id)",
    ) == [("501", "1990-05-02", "US", "2025-11-01 08:00:00", True)]


def test_no_contact_data_is_written_in_clear(
    shop: Shop, report: dict[str, Any]
) -> None:
    for path in shop.directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert not [word for word in PLANTED if word.encode() in content], path


def test_rudderstacks_capitals_and_nested_properties(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("segment", SEGMENT / "first", *STORE_OPTIONS)
    shop.load("segment", SEGMENT / "rudderstack", *STORE_OPTIONS)
    # The purchase that both loads hold is one event, and says the same in both.
    assert shop.rows(
        "select count(*), count(distinct (visitor_id, event_at, event_name, value)) "
        "from events where event_id = 't-08'",
    ) == [(2, 1)]
    assert shop.rows(
        "select event_id, event_name, product_id, value from events "
        "where visitor_id = 'a-3' order by event_at",
    ) == [
        ("s-1", "screen_view", None, None),
        ("t-20", "view_item", "VASE", None),
        ("t-21", "purchase", None, Decimal("45.0000")),
        ("t-22", "checkout_step_viewed", None, None),
    ]
    assert shop.rows(
        "select order_id, count(*) from order_items group by 1 order by 1"
    ) == [
        ("O-1", 4),
        ("O-3", 1),
    ]
