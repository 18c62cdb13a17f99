"""GA4's event export: nested columns in two formats, and ids that stay the same."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from support import FIXTURES, STORE_OPTIONS, Shop

GA4_EXPORT = FIXTURES / "ga4_export"
DAILY = GA4_EXPORT / "events_20260302.json"
INTRADAY = GA4_EXPORT / "events_intraday_20260302.json"
NEXT_DAY = GA4_EXPORT / "events_20260303.json"
BEFORE_BATCHES = GA4_EXPORT / "events_20210302.json"
# Types that BigQuery gives the columns that the fixtures have.
VALUE = (
    "STRUCT(string_value VARCHAR, int_value BIGINT, float_value DOUBLE, "
    "double_value DOUBLE)"
)
ITEM = (
    "STRUCT(item_id VARCHAR, item_name VARCHAR, item_brand VARCHAR, "
    "item_category VARCHAR, price_in_usd DOUBLE, price DOUBLE, quantity BIGINT, "
    "item_list_id VARCHAR, item_list_index VARCHAR)"
)
TYPES = {
    "event_timestamp": "BIGINT",
    "event_name": "VARCHAR",
    "user_pseudo_id": "VARCHAR",
    "event_bundle_sequence_id": "BIGINT",
    "event_params": f'STRUCT("key" VARCHAR, "value" {VALUE})[]',
    "device": "STRUCT(category VARCHAR, language VARCHAR)",
    "geo": "STRUCT(country VARCHAR)",
    "items": f"{ITEM}[]",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("ga4"))


@pytest.fixture(scope="module")
def report(shop: Shop) -> dict[str, Any]:
    return shop.load("ga4-export", DAILY, NEXT_DAY, *STORE_OPTIONS)


def test_every_event_is_stored_or_has_no_visitor(report: dict[str, Any]) -> None:
    went = {
        (count["outcome"], count["destination"], count["rule"]): count["rows"]
        for count in report["counts"]
    }
    assert went == {
        ("stored", "events", ""): 16,
        ("refused", "quarantine", "no_visitor"): 1,
        ("derived", "orders", ""): 2,
        ("derived", "order_items", ""): 3,
        ("derived", "products", ""): 2,
        ("derived", "returns", ""): 2,
    }


def test_parameters_become_columns(shop: Shop, report: dict[str, Any]) -> None:
    names = shop.rows("select event_name from events")
    assert Counter(name for (name,) in names) == {
        "page_view": 2,
        "purchase": 4,
        "add_to_cart": 2,
        "refund": 2,
        "session_start": 1,
        "view_item_list": 1,
        "select_item": 1,
        "search": 1,
        "user_engagement": 1,
        "loyalty_quiz_started": 1,
    }
    (view,) = shop.rows(
        "select event_at::varchar, received_at::varchar, visitor_id, referrer_url, "
        "utm_source, utm_medium, utm_campaign, utm_content, device_category, country "
        "from events where event_name = 'page_view' and country = 'Germany'",
    )
    assert view == (
        *("2026-03-02 09:00:00", "2026-03-02 09:00:00.25", "1234567890.1772000000"),
        *("https://mail.example.com/", "newsletter", "email", "spring_letter", "hero"),
        *("mobile", "Germany"),
    )
    (direct,) = shop.rows(
        "select received_at - event_at = interval 0 second, utm_source, utm_medium "
        "from events where event_name = 'page_view' and country = 'United States'",
    )
    assert direct == (True, None, None)
    assert shop.rows(
        "select event_name, product_id, quantity, value, item_list_id, item_list_index, "
        "engagement_time_ms from events "
        "where event_name in ('view_item_list', 'select_item', 'user_engagement') "
        "order by event_at",
    ) == [
        ("view_item_list", None, None, None, "tableware", None, None),
        ("select_item", "mug", 1, None, "tableware", 1, None),
        ("user_engagement", None, None, None, None, None, 41_000),
    ]


def test_searches_have_one_name_and_none_is_lost(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    events = [json.loads(line) for line in DAILY.read_text("utf-8").splitlines()]
    (seen,) = [
        event for event in events if event["event_name"] == "view_search_results"
    ]
    # A shop that sends the recommended event too, at the very same instant.
    file = tmp_path / "events.json"
    file.write_text(
        "".join(
            json.dumps(seen | {"event_name": name}) + "\n"
            for name in ("search", "view_search_results", "search_again")
        ),
        "utf-8",
    )
    shop.load("ga4-export", file, *STORE_OPTIONS)
    assert shop.rows(
        "select event_name, count(*), count(distinct event_id), count(search_term) "
        "from events group by all order by event_name",
    ) == [("search", 2, 2, 2), ("search_again", 1, 1, 1)]


def test_purchases_become_orders_once(shop: Shop, report: dict[str, Any]) -> None:
    assert shop.rows(
        "select order_id, customer_id, ordered_at::varchar, currency, shipping_amount, "
        "tax_amount, coupon_code, sum(unit_price * quantity) "
        "from orders join order_items using (order_id) group by all order by order_id",
    ) == [
        (
            *("T-1", "501", "2026-03-02 09:10:00", "EUR"),
            *(Decimal("4.9000"), Decimal("8.7800"), "SPRING10", Decimal("55.0000")),
        ),
        # No currency was sent: the property's own.
        (
            *("T-2", None, "2026-03-03 09:00:10", "EUR"),
            *(None, None, None, Decimal("30.0000")),
        ),
    ]
    assert shop.rows("select product_id, product_name from products order by 1") == [
        ("bowl", "Bowl, large"),
        ("mug", "Mug"),
    ]


def test_each_refund_is_a_return(shop: Shop, report: dict[str, Any]) -> None:
    assert shop.rows(
        "select order_id, product_id, quantity, refund_amount from returns "
        "order by returned_at",
    ) == [
        ("T-1", "mug", 1, Decimal("12.5000")),
        ("T-1", None, None, Decimal("30.0000")),
    ]


def test_no_contact_data_is_written_in_clear(
    shop: Shop, report: dict[str, Any]
) -> None:
    (search,) = shop.rows(
        "select search_term from events where search_term is not null"
    )
    assert search[0].startswith("blue mug, write to ")
    for path in shop.directory.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            assert b"sample@example" not in content, path
            assert b"sample%40example" not in content, path


def test_a_day_loaded_again_keeps_its_ids(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("ga4-export", INTRADAY, *STORE_OPTIONS)
    shop.load("ga4-export", DAILY, NEXT_DAY, *STORE_OPTIONS)
    distinct = "select count(*), count(distinct event_id) from events"
    # Seven events of the day were in its intraday table already.
    assert shop.rows(distinct) == [(7 + 16, 16)]
    assert shop.load("ga4-export", INTRADAY, *STORE_OPTIONS)["already_loaded"]


@pytest.mark.parametrize("day", [DAILY, BEFORE_BATCHES])
def test_parquet_gives_what_json_lines_give(tmp_path: Path, day: Path) -> None:
    has_batches = day == DAILY
    batches = ("batch_page_id", "batch_ordering_id", "batch_event_index")
    types = TYPES | (dict.fromkeys(batches, "BIGINT") if has_batches else {})
    columns = ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items())
    parquet = tmp_path / "events_000000000000.parquet"
    duckdb.execute(
        f"copy (from read_json('{day}', format = 'newline_delimited', "
        f"columns = {{{columns}}})) to '{parquet}' (format parquet)"
    )
    shops = [Shop(tmp_path / "json"), Shop(tmp_path / "parquet")]
    shops[0].load("ga4-export", day, *STORE_OPTIONS)
    shops[1].load("ga4-export", parquet, *STORE_OPTIONS)
    told = (
        "select event_id, event_at, event_name, page_url, product_id, quantity, value, "
        "item_list_id, engagement_time_ms from events order by event_id"
    )
    first, second = (shop.rows(told) for shop in shops)
    assert first == second
    assert len({row[0] for row in first}) == (10 if has_batches else 6)


def test_campaigns_are_read_where_old_exports_have_them(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("ga4-export", BEFORE_BATCHES, *STORE_OPTIONS)
    assert shop.rows(
        "select utm_source, utm_medium, utm_campaign, received_at from events "
        "where event_name = 'session_start'",
    ) == [("newsletter", "email", "spring_letter", None)]


def test_columns_that_are_not_nested_are_refused(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    event = json.loads(NEXT_DAY.read_text("utf-8").splitlines()[0])
    strange = event | {"event_params": {"list": event["event_params"]}}
    file = tmp_path / "events.json"
    file.write_text(json.dumps(event) + "\n" + json.dumps(strange) + "\n", "utf-8")
    counts = shop.load("ga4-export", file, *STORE_OPTIONS)["counts"]
    refused = [c for c in counts if c["outcome"] == "refused"]
    assert [(c["rule"], c["rows"]) for c in refused] == [("unreadable_value", 1)]


def test_without_a_store_no_currency_is_assumed(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("ga4-export", DAILY, NEXT_DAY)
    assert shop.rows("select order_id, currency from orders") == [("T-1", "EUR")]
