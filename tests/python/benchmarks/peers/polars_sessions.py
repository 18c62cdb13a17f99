"""Sessions in Polars' streaming engine: one sort, then runs of sorted rows.

A session's id is its visitor and first event as text; Polars has no md5, which martlet
pays for.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.python.benchmarks.sessions import COUNTED, OF_FIRST_EVENT

TIMEOUT = pl.duration(seconds=1800)
IN_ORDER = ["event_at", "event_id"]
COUNTED_EVENTS = {
    "page_views": "page_view",
    "item_views": "view_item",
    "searches": "search",
    "add_to_carts": "add_to_cart",
    "checkouts": "begin_checkout",
}


def run(inputs: Path, outputs: Path) -> None:
    """Write the sessions to ``sessions.parquet``."""
    events = pl.scan_parquet(inputs / "staging/stg_store__events.parquet")
    agents = pl.scan_parquet(inputs / "intermediate/int_user_agents.parquet")
    rates = pl.scan_parquet(inputs / "intermediate/int_exchange_rates.parquet")
    people = events.join(agents.filter("is_bot"), on="user_agent", how="anti")
    sessions = _sessions(
        people.select(*COUNTED, *OF_FIRST_EVENT), _purchases(people, rates)
    )
    sessions.sink_parquet(outputs / "sessions.parquet", engine="streaming")


def _purchases(events: pl.LazyFrame, rates: pl.LazyFrame) -> pl.LazyFrame:
    """Keep each order's first purchase event, with its value in euros."""
    reported = events.filter(pl.col("event_name") == "purchase")
    first = reported.sort(IN_ORDER).unique(
        "order_id", keep="first", maintain_order=True
    )
    in_euros = first.with_columns(
        currency=pl.col("currency").fill_null("EUR"),
        date_day=pl.col("event_at").dt.date(),
    ).join(rates, on=["currency", "date_day"], how="left")
    return in_euros.select(
        "event_id",
        is_purchase=pl.lit(1),
        purchase_value=(pl.col("value").cast(pl.Float64) * pl.col("rate")).round(
            4, mode="half_away_from_zero"
        ),
    )


def _sessions(events: pl.LazyFrame, purchases: pl.LazyFrame) -> pl.LazyFrame:
    is_new_visitor = pl.col("visitor_id").ne_missing(pl.col("visitor_id").shift())
    is_late = pl.col("event_at") - pl.col("event_at").shift() > TIMEOUT
    visits = (
        events.join(purchases, on="event_id", how="left")
        .sort("visitor_id", *IN_ORDER)
        .with_columns(is_start=is_new_visitor | is_late)
        .with_columns(session=pl.col("is_start").cum_sum())
    )
    sessions = visits.group_by("session").agg(
        pl.col("visitor_id", *OF_FIRST_EVENT).first(),
        pl.col("source_customer_id").max(),
        first_event_id=pl.col("event_id").first(),
        session_start_at=pl.col("event_at").min(),
        session_end_at=pl.col("event_at").max(),
        last_received_at=pl.coalesce("received_at", "event_at").max(),
        events=pl.len(),
        **{
            column: (pl.col("event_name") == name).sum()
            for column, name in COUNTED_EVENTS.items()
        },
        purchases=pl.col("is_purchase").sum(),
        revenue=pl.col("purchase_value").sum(),
        engaged_time_s=pl.col("engagement_time_ms").sum() / 1000,
    )
    session_id = pl.concat_str("visitor_id", "first_event_id", separator=":")
    first_session = pl.col("session").min().over("visitor_id")
    return (
        sessions.with_columns(
            session_id=session_id, session_number=pl.col("session") - first_session + 1
        )
        .drop("session")
        .rename({"page_url": "landing_page_url"})
    )
