"""Features are what a plain reading of the facts says, one customer after the other."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import fmean, stdev
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest

from support import BuiltSample

Row = dict[str, Any]
Told = dict[str, Any]

BERLIN = ZoneInfo("Europe/Berlin")
CONTACTS = {"sent", "impression", "coupon_issued"}
RESPONSES = {"click", "share", "coupon_redeemed"}
# Nothing is told of a rate or a mean without anything to take it of; of a count, zero.
ZERO_WITHOUT_ANY = (
    "orders", "order_days", "orders_30d", "orders_90d", "orders_365d", "sales", "sales_90d",
    "sales_365d", "costs", "refunds", "refunds_90d", "refunds_365d", "returned_lines",
    "returned_costs", "categories", "brands", "sessions_7d", "sessions_30d",
    "sessions_90d", "item_views_30d", "item_views_90d", "add_to_carts_30d",
    "add_to_carts_90d", "searches_30d", "devices_90d", "channel_groups_90d",
    "campaign_contacts_90d", "campaign_responses_90d", "campaign_clicks_90d",
    "reviews", "support_messages", "support_messages_90d",
)  # fmt: skip


def days(count: int) -> timedelta:
    return timedelta(days=count)


def ratio(part: float, whole: float) -> float | None:
    return part / whole if round(whole, 4) else None


def reporting_date(moment: datetime) -> date:
    return moment.replace(tzinfo=UTC).astimezone(BERLIN).date()


def share(rows: list[Row], is_meant: Callable[[Row], bool]) -> float | None:
    return ratio(sum(is_meant(row) for row in rows), len(rows))


def bought(orders: list[Row], at: datetime) -> Told:
    counted = sorted(
        (order for order in orders if order["is_counted"]),
        key=lambda order: (order["ordered_at"], order["order_id"]),
    )
    moments = [order["ordered_at"] for order in counted]
    order_days = sorted({reporting_date(moment) for moment in moments})
    gaps = [(later - earlier) / days(1) for earlier, later in pairwise(order_days)]
    told = {
        "orders": len(counted),
        "last_ordered_at": moments[-1] if moments else None,
        "sales": sum(order["sales"] for order in orders),
        "costs": sum(order["sold_cost"] for order in orders),
        "items_per_order": ratio(sum(o["items"] for o in counted), len(counted)),
        "coupon_order_share": share(counted, lambda o: o["coupon_code"] is not None),
        "discount_share": ratio(
            sum(order["discounts"] for order in orders),
            sum(order["gross_sales"] for order in orders),
        ),
        "order_days": len(order_days),
        "mean_days_between_orders": fmean(gaps) if gaps else None,
        "stddev_days_between_orders": stdev(gaps) if len(gaps) > 1 else None,
        "last_days_between_orders": gaps[-1] if gaps else None,
    }
    for window in (30, 90, 365):
        lately = [o for o in orders if o["ordered_at"] >= at - days(window)]
        told[f"orders_{window}d"] = sum(order["is_counted"] for order in lately)
        told[f"sales_{window}d"] = sum(order["sales"] for order in lately)
    return told


def returned(returns: list[Row], at: datetime) -> Told:
    return {
        "returned_lines": len(returns),
        "refunds": sum(row["refunds"] for row in returns),
        "returned_costs": sum(row["returned_cost"] for row in returns),
        **{
            f"refunds_{window}d": sum(
                row["refunds"]
                for row in returns
                if row["returned_at"] >= at - days(window)
            )
            for window in (90, 365)
        },
    }


def wanted(lines: list[Row], at: datetime) -> Told:
    del at
    told: Told = {}
    for interest, many in (("category", "categories"), ("brand", "brands")):
        spent: dict[str, float] = defaultdict(float)
        for line in lines:
            if line["is_merchandise"] and line["is_counted"] and line[interest]:
                spent[line[interest]] += line["sales"]
        told[many] = len(spent)
        if spent:
            told[f"favourite_{interest}"] = min(
                spent, key=lambda name: (-round(spent[name], 4), name)
            )
            told[f"{interest}_concentration"] = ratio(
                sum(sales**2 for sales in spent.values()), sum(spent.values()) ** 2
            )
    return told


def visited(sessions: list[Row], at: datetime) -> Told:
    def of_last(window: int) -> list[Row]:
        return [s for s in sessions if s["session_end_at"] >= at - days(window)]

    in_90, in_30 = of_last(90), of_last(30)
    if not in_90:
        return {}
    return {
        "sessions_7d": len(of_last(7)),
        "sessions_30d": len(in_30),
        "sessions_90d": len(in_90),
        "item_views_30d": sum(session["item_views"] for session in in_30),
        "item_views_90d": sum(session["item_views"] for session in in_90),
        "add_to_carts_30d": sum(session["add_to_carts"] for session in in_30),
        "add_to_carts_90d": sum(session["add_to_carts"] for session in in_90),
        "searches_30d": sum(session["searches"] for session in in_30),
        "days_since_last_session": min(at - s["session_end_at"] for s in in_90)
        / days(1),
        "devices_90d": len({session["visitor_id"] for session in in_90}),
        "mobile_session_share_90d": share(
            in_90, lambda session: session["device_category"] == "mobile"
        ),
        "channel_groups_90d": len({session["channel_group"] for session in in_90}),
        "paid_session_share_90d": share(
            in_90,
            lambda session: (
                session["channel_group"].startswith("Paid ")
                or session["channel_group"] in {"Display", "Cross-network"}
            ),
        ),
        "email_session_share_90d": share(
            in_90, lambda session: session["channel_group"] == "Email"
        ),
    }


def contacted(touches: list[Row], at: datetime) -> Told:
    types = [t["touch_type"] for t in touches if t["touched_at"] >= at - days(90)]
    contacts = sum(name in CONTACTS for name in types)
    responses = sum(name in RESPONSES for name in types)
    return {
        "campaign_contacts_90d": contacts,
        "campaign_responses_90d": responses,
        "campaign_clicks_90d": types.count("click"),
        "campaign_response_rate_90d": ratio(responses, contacts),
    }


def reviewed(reviews: list[Row], at: datetime) -> Told:
    del at
    ratings = [row["rating"] for row in reviews if row["rating"] is not None]
    return {
        "reviews": len(reviews),
        "average_rating": fmean(ratings) if ratings else None,
        "lowest_rating": min(ratings, default=None),
    }


def asked(messages: list[Row], at: datetime) -> Told:
    return {
        "support_messages": len(messages),
        "support_messages_90d": sum(m["sent_at"] >= at - days(90) for m in messages),
    }


# By fact: what it tells, when that happened, and what to read.
FAMILIES = {
    "orders": (bought, "identified_at", """
        select
            orders.*,
            orders.gross_sales - orders.discounts as sales,
            coalesce(sum(lines.cost_of_goods), 0) as sold_cost
        from core.fct_orders as orders
        left join core.fct_order_lines as lines using (order_id)
        group by all
    """),
    "returns": (returned, "returned_at", """
        select returns.*, orders.identified_at
        from core.fct_returns as returns
        inner join core.fct_orders as orders using (order_id)
    """),
    "lines": (wanted, "identified_at", """
        select
            lines.customer_id, lines.category, products.brand, lines.is_merchandise,
            lines.gross_sales - lines.discounts as sales,
            orders.is_counted, orders.identified_at
        from core.fct_order_lines as lines
        inner join core.fct_orders as orders using (order_id)
        left join core.dim_products as products using (product_id)
    """),
    "sessions": (visited, "session_end_at", "from core.fct_sessions"),
    "touches": (contacted, "touched_at", "from core.fct_campaign_touches"),
    "reviews": (reviewed, "reviewed_at", "from core.fct_reviews"),
    "messages": (asked, "sent_at", "from core.fct_support_messages"),
}  # fmt: skip


def rows_of(connection: duckdb.DuckDBPyConnection, query: str) -> list[Row]:
    """Read rows as dictionaries, decimals as floats."""
    relation = connection.sql(query)
    casts = ", ".join(
        f'cast("{name}" as double) as "{name}"'
        for name, kind in zip(relation.columns, relation.types, strict=True)
        if kind.id == "decimal"
    )
    if casts:
        relation = relation.select(f"* replace ({casts})")
    return [
        dict(zip(relation.columns, values, strict=True))
        for values in relation.fetchall()
    ]


def plainly_told(
    customers: Iterable[Row], facts: dict[str, list[Row]], as_of: date, at: datetime
) -> dict[str, Told]:
    """Say what was known before ``at`` of everybody known by then, by customer."""
    told: dict[str, Told] = {}
    for customer in customers:
        if customer["first_known_at"] is None or customer["first_known_at"] >= at:
            continue
        account_known_at = customer["account_known_at"]
        has_account = account_known_at is not None and account_known_at < at
        told[customer["customer_id"]] = {
            "country": customer["country"],
            "is_guest": int(customer["is_guest"] or not has_account),
            "tenure_days": (at - customer["first_known_at"]) / days(1),
        } | dict.fromkeys(ZERO_WITHOUT_ANY, 0)
    for name, (tell, happened_at, _) in FAMILIES.items():
        known: dict[str, list[Row]] = defaultdict(list)
        for row in facts[name]:
            moments = (row[happened_at], row["identified_at"])
            if row["customer_id"] in told and all(
                moment < at
                for moment in (*moments, row.get("last_received_at") or moments[0])
            ):
                known[row["customer_id"]].append(row)
        for customer_id, rows in known.items():
            told[customer_id] |= tell(rows, at)
    for features in told.values():
        features |= put_together(features, as_of)
    return told


def put_together(told: Told, as_of: date) -> Told:
    """Tell what comes of several families."""
    last, mean = told.get("last_ordered_at"), told.get("mean_days_between_orders")
    net_sales = told["sales"] - told["refunds"]
    margin = net_sales - told["costs"] + told["returned_costs"]
    recency = (as_of - reporting_date(last)).days - 1 if last else None
    return {
        "net_sales": net_sales,
        "net_sales_90d": told["sales_90d"] - told["refunds_90d"],
        "net_sales_365d": told["sales_365d"] - told["refunds_365d"],
        "gross_margin": margin,
        "gross_margin_rate": ratio(margin, net_sales),
        "average_order_value": ratio(told["sales"], told["orders"]),
        "return_share": ratio(told["refunds"], told["sales"]),
        "recency_days": recency,
        "days_overdue": None if mean is None else recency - mean,
        "overdue_ratio": ratio(recency, mean) if mean else None,
    }


def is_equal(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-6)
    return ours == theirs


@pytest.mark.parametrize("months_back", [0, 3, 9])
def test_features_are_what_the_facts_say(
    built_sample: BuiltSample, months_back: int
) -> None:
    warehouse = str(built_sample.home / "warehouse.duckdb")
    with duckdb.connect(warehouse, read_only=True) as connection:
        as_of, at = connection.execute(
            "select as_of_date, as_of_at from intermediate.int_as_of_dates "
            "order by as_of_date desc limit 1 offset ?",
            [months_back],
        ).fetchone()
        ours = rows_of(
            connection,
            "select * exclude (as_of_date, is_latest, first_ordered_at) "
            f"from features.feat_customers where as_of_date = '{as_of}'",
        )
        customers = rows_of(connection, "from core.dim_customers")
        facts = {
            name: [row for row in rows_of(connection, query) if row["customer_id"]]
            for name, (_, _, query) in FAMILIES.items()
        }
    theirs = plainly_told(customers, facts, as_of, at)
    assert len(ours) > 500
    assert {row["customer_id"] for row in ours} == set(theirs)
    unequal = defaultdict(int)
    for row in ours:
        told = theirs[row.pop("customer_id")]
        for name, value in row.items():
            unequal[name] += not is_equal(value, told.get(name))
    assert {name: rows for name, rows in unequal.items() if rows} == {}
    # Each is told of somebody, so that nothing is equal for being always missing.
    assert {name for row in ours for name, value in row.items() if value} == set(row)
