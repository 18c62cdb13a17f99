"""Carts and contacts are told of as a plain reading of events and facts says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import duckdb
import pytest
from test_features import (
    BERLIN,
    CONTACTS,
    RESPONSES,
    Row,
    Told,
    days,
    is_equal,
    ratio,
    rows_of,
)

from support import BuiltSample

HOUR = timedelta(hours=1)
CART_STEPS = {"add_to_cart": "cart", "remove_from_cart": "cart", "view_cart": "cart"}
CHECKOUT_STEPS = {"begin_checkout", "add_shipping_info", "add_payment_info"}


@pytest.fixture
def warehouse(built_sample: BuiltSample) -> Iterator[duckdb.DuckDBPyConnection]:
    path = str(built_sample.home / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        yield connection


def latest_instant(warehouse: duckdb.DuckDBPyConnection) -> datetime:
    ((at,),) = warehouse.sql(
        "select as_of_at from intermediate.int_data_period"
    ).fetchall()
    return at


def by(rows: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[tuple(row[name] for name in names)].append(row)
    return grouped


def next_midnight(at: datetime) -> datetime:
    """Say when the day after that of an instant begins in Berlin, in UTC."""
    day = at.replace(tzinfo=UTC).astimezone(BERLIN).date() + days(1)
    midnight = datetime.combine(day, time.min, BERLIN)
    return midnight.astimezone(UTC).replace(tzinfo=None)


def assert_equal(ours: list[Row], theirs: dict[Any, Told], *key: str) -> None:
    """Compare row by row; every column must be told of somebody."""
    assert len(ours) == len(theirs)
    assert {tuple(row[name] for name in key) for row in ours} == set(theirs)
    unequal: Counter[str] = Counter()
    for row in ours:
        told = theirs[tuple(row[name] for name in key)]
        for name in row.keys() - set(key):
            unequal[name] += not is_equal(row[name], told[name])
    assert {name: rows for name, rows in unequal.items() if rows} == {}
    assert {name for row in ours for name, value in row.items() if value} == set(
        ours[0]
    )


def carts_of(events: list[Row]) -> list[list[Row]]:
    """Part a visitor's events into carts, each up to its purchase or its timeout."""
    carts: list[list[Row]] = []
    is_open, last_at = False, None
    for event in events:
        name = event["event_name"]
        if name not in CART_STEPS.keys() | CHECKOUT_STEPS | {"purchase"}:
            continue
        if last_at is not None and event["event_at"] > last_at + 24 * HOUR:
            is_open = False
        last_at = event["event_at"]
        if not is_open and name == "add_to_cart":
            carts.append([])
            is_open = True
        if is_open:
            carts[-1].append(event)
            is_open = name != "purchase"
        if name == "purchase":
            last_at = None
    return carts


def open_carts(
    events_of: dict[Any, list[Row]], today: datetime
) -> dict[tuple[datetime, str], list[Row]]:
    """Find each cart's events so far, by the midnights at which it was open."""
    found = {}
    for events in events_of.values():
        for cart in carts_of(events):
            for at in {next_midnight(event["event_at"]) for event in cart}:
                so_far = [event for event in cart if event["event_at"] < at]
                last = so_far[-1]
                if (
                    last["event_name"] != "purchase"
                    and next_midnight(last["event_at"]) == at
                    and at <= min(today, last["event_at"] + 24 * HOUR)
                ):
                    found[at, last["cart_id"]] = so_far
    return found


def cart_told(
    cart: list[Row], events: list[Row], sessions: list[Row], known_at: Any, at: datetime
) -> Told:
    earlier = [event for event in events if event["event_at"] < at]
    lately = [event for event in earlier if event["event_at"] >= at - 24 * HOUR]
    bought = [e["event_at"] for e in earlier if e["event_name"] == "purchase"]
    begun = [session for session in sessions if session["session_start_at"] < at]
    names = Counter(event["event_name"] for event in cart)
    put = [event for event in cart if event["event_name"] == "add_to_cart"]
    taken = [event for event in cart if event["event_name"] == "remove_from_cart"]
    last = cart[-1]
    (visit,) = (s for s in begun if s["session_id"] == last["session_id"])
    return {
        "as_of_date": at.replace(tzinfo=UTC).astimezone(BERLIN).date(),
        "visitor_id": last["visitor_id"],
        "hours_since_last_cart_event": (at - last["event_at"]) / HOUR,
        "hours_since_opened": (at - cart[0]["event_at"]) / HOUR,
        "add_to_carts": len(put),
        "remove_from_carts": len(taken),
        "checkouts": names["begin_checkout"],
        "products": len({event["product_id"] for event in put}),
        "cart_value": max(
            sum(e["known_value"] for e in put) - sum(e["known_value"] for e in taken), 0
        ),
        "is_in_checkout": int(last["event_name"] in CHECKOUT_STEPS),
        "visitor_sessions": len(begun),
        "visitor_events_24h": len(lately),
        "visitor_item_views_24h": sum(e["event_name"] == "view_item" for e in lately),
        "visitor_purchases": len(bought),
        "days_since_last_purchase": (at - bought[-1]) / days(1) if bought else None,
        "is_mobile": int(visit["device_category"] == "mobile"),
        "channel_group": visit["channel_group"],
        "is_identified": int(
            (known_at is not None and known_at < at)
            or any(
                session["identified_at"] is not None
                and session["identified_at"] < at
                and session["session_end_at"] + HOUR / 2 < at
                for session in begun
            )
        ),
    }


def test_carts_and_conversions_are_what_the_events_say(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    today = latest_instant(warehouse)
    events_of = by(
        rows_of(
            warehouse,
            """
            select
                events.*, carts.cart_id,
                round(events.value * rates.rate, 4)::decimal(18, 4) as known_value
            from intermediate.int_session_events as events
            left join intermediate.int_cart_events as carts using (event_id)
            left join intermediate.int_exchange_rates as rates
                on rates.currency = coalesce(events.currency, 'EUR')
                and rates.date_day = timezone(
                    'Europe/Berlin', timezone('UTC', events.event_at)
                )::date
            where not coalesce(events.is_repeated_purchase, false)
            order by events.visitor_id, events.event_number
            """,
        ),
        "visitor_id",
    )
    sessions_of = by(rows_of(warehouse, "from core.fct_sessions"), "visitor_id")
    known_at = dict(
        warehouse.sql(
            "select visitor_id, identified_at from identity.identity_visitors"
        ).fetchall()
    )
    carts = open_carts(events_of, today)
    theirs, bought = {}, {}
    for (at, cart_id), cart in carts.items():
        visitor_id = cart[-1]["visitor_id"]
        events = events_of[visitor_id,]
        theirs[at, cart_id] = cart_told(
            cart, events, sessions_of[visitor_id,], known_at.get(visitor_id), at
        ) | {"is_latest": at == today}
        purchases = sum(
            e["event_name"] == "purchase" and at <= e["event_at"] < at + 24 * HOUR
            for e in events
        )
        if purchases and at + 24 * HOUR <= today:
            bought[at, cart_id] = {
                "as_of_date": theirs[at, cart_id]["as_of_date"],
                "purchases": purchases,
            }
    assert len(theirs) > 1000
    assert len(bought) > 50
    ours = rows_of(warehouse, "from features.feat_carts")
    assert_equal(ours, theirs, "as_of_at", "cart_id")
    labels = rows_of(warehouse, "from labels.label_conversion")
    assert_equal(labels, bought, "as_of_at", "cart_id")


# By fact: what to read, with when it was known to be whose.
KNOWN = {
    "orders": "select *, identified_at as known_at from core.fct_orders",
    "returns": """
        select returns.*, greatest(returned_at, orders.identified_at) as known_at
        from core.fct_returns as returns
        inner join core.fct_orders as orders using (order_id)
    """,
    "touches": """
        select *, greatest(touched_at, identified_at) as known_at
        from core.fct_campaign_touches
    """,
    "sessions": """
        select *, greatest(session_end_at, identified_at, last_received_at) as known_at
        from core.fct_sessions
    """,
}


def contact_told(
    facts: dict[str, list[Row]], first_known_at: datetime | None, at: datetime
) -> Told:
    known = {
        name: [row for row in rows if row["known_at"] < at]
        for name, rows in facts.items()
    }
    orders = [o["ordered_at"] for o in known["orders"] if o["is_counted"]]
    contacts, responses = (
        [t["touched_at"] for t in known["touches"] if t["touch_type"] in types]
        for types in (CONTACTS, RESPONSES)
    )
    visits = [session["session_end_at"] for session in known["sessions"]]

    def since(moments: list[datetime]) -> float | None:
        return (at - max(moments)) / days(1) if moments else None

    return {
        "tenure_days": max(at - (first_known_at or at), days(0)) / days(1),
        "orders": len(orders),
        "net_sales": sum(o["gross_sales"] - o["discounts"] for o in known["orders"])
        - sum(r["refunds"] for r in known["returns"]),
        "contacts": len(contacts),
        "responses": len(responses),
        "response_rate": ratio(len(responses), len(contacts)),
        "sessions": len(visits),
        "recency_days": since(orders),
        "days_since_last_contact": since(contacts),
        "days_since_last_response": since(responses),
        "days_since_last_session": since(visits),
    }


def response_told(contact: Row, facts: dict[str, list[Row]]) -> Told:
    start = contact["touched_at"]
    return {
        "contacted_at": start,
        "is_clicked": int(
            any(
                touch["touch_type"] in RESPONSES
                and touch["campaign_id"] == contact["campaign_id"]
                and start <= touch["touched_at"] < start + days(7)
                for touch in facts["touches"]
            )
        ),
        "is_ordered": int(
            any(
                order["is_counted"] and start <= order["ordered_at"] < start + days(7)
                for order in facts["orders"]
            )
        ),
    }


def test_contacts_and_responses_are_what_the_facts_say(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    today = latest_instant(warehouse)
    facts_of: dict[str, dict[str, list[Row]]] = defaultdict(
        lambda: {name: [] for name in KNOWN}
    )
    for name, query in KNOWN.items():
        for row in rows_of(warehouse, query):
            facts_of[row["customer_id"]][name].append(row)
    types = dict(
        warehouse.sql(
            "select campaign_id, campaign_type from core.dim_campaigns"
        ).fetchall()
    )
    known_at = dict(
        warehouse.sql(
            "select customer_id, first_known_at from core.dim_customers"
        ).fetchall()
    )
    theirs, responded = {}, {}
    lately: Counter[str] = Counter()
    for customer_id, facts in facts_of.items():
        for touch in facts["touches"] if customer_id else ():
            at = touch["touched_at"]
            if touch["touch_type"] not in CONTACTS or touch["identified_at"] > at:
                continue
            kind = types[touch["campaign_id"]]
            lately[kind] += at >= today - days(90)
            theirs[touch["touch_id"],] = contact_told(
                facts, known_at[customer_id], at
            ) | {
                "customer_id": customer_id,
                "contacted_at": at,
                "is_latest": False,
                "is_assignment": False,
                "campaign_id": touch["campaign_id"],
                "campaign_type": kind,
            }
            told = response_told(touch, facts)
            if at + days(7) <= today and (told["is_clicked"] or told["is_ordered"]):
                responded[touch["touch_id"],] = told
    for drawn in rows_of(warehouse, "from core.fct_campaign_assignments"):
        customer_id, campaign_id = drawn["customer_id"], drawn["campaign_id"]
        lately[types[campaign_id]] += drawn["assigned_at"] >= today - days(90)
        theirs[f"assignment {campaign_id} {customer_id}",] = contact_told(
            facts_of[customer_id], known_at[customer_id], drawn["assigned_at"]
        ) | {
            "customer_id": customer_id,
            "contacted_at": drawn["assigned_at"],
            "is_latest": False,
            "is_assignment": True,
            "campaign_id": campaign_id,
            "campaign_type": types[campaign_id],
        }
    assert len(theirs) > 1000
    assert len(responded) > 100
    commonest = min(lately, key=lambda kind: (-lately[kind], kind))
    for customer_id, first_known_at in known_at.items():
        if first_known_at is not None and first_known_at < today:
            theirs[customer_id,] = contact_told(
                facts_of[customer_id], first_known_at, today
            ) | {
                "customer_id": customer_id,
                "contacted_at": today,
                "is_latest": True,
                "is_assignment": False,
                "campaign_id": None,
                "campaign_type": commonest,
            }
    ours = rows_of(warehouse, "from features.feat_campaign_contacts")
    assert_equal(ours, theirs, "contact_id")
    assert_equal(
        rows_of(warehouse, "from labels.label_response"), responded, "contact_id"
    )
