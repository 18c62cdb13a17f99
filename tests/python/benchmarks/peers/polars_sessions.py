"""Sessions in Polars' streaming engine: one sort, then runs of sorted rows.

A session's id is its visitor and first event as text; Polars has no md5, which martlet
pays for.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl
from tests.python.benchmarks.sessions import COUNTED, OF_FIRST_EVENT

# What dbt_project.yml sets.
TIMEOUT = pl.duration(seconds=1800)
LONGEST_US = 24 * 3_600_000_000
BOT_EVENTS, BOT_EVENTS_PER_MINUTE = 100, 60

HOST = r"^[A-Za-z][A-Za-z0-9+.-]*://(?:www\.)?([^/:?#]+)"
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
    patterns = pl.read_parquet(inputs / "reference/traffic_patterns.parquet")
    machines = agents.filter(pl.col("traffic_type") != "person")
    people = events.join(machines, on="user_agent", how="anti")
    sessions = _typed(
        _sessions(people.select(*COUNTED, *OF_FIRST_EVENT)),
        patterns.filter(pl.col("subject") == "landing_host"),
    )
    sessions.sink_parquet(outputs / "sessions.parquet", engine="streaming")


def _sessions(events: pl.LazyFrame) -> pl.LazyFrame:
    previous_at = pl.col("event_at").shift()
    is_new_visitor = pl.col("visitor_id").ne_missing(pl.col("visitor_id").shift())
    is_start = is_new_visitor | (pl.col("event_at") - previous_at > TIMEOUT)
    run_start_at = pl.when("is_start").then("event_at").forward_fill()
    visits = (
        events.sort("visitor_id", "event_at", "event_id")
        .with_columns(is_start=is_start)
        .with_columns(run_start_at=run_start_at)
        .with_columns(
            piece=_periods(pl.col("event_at") - pl.col("run_start_at")),
            previous_piece=_periods(previous_at - pl.col("run_start_at")),
        )
        .with_columns(
            session=(
                pl.col("is_start") | (pl.col("piece") > pl.col("previous_piece"))
            ).cum_sum()
        )
    )
    return visits.group_by("session").agg(
        pl.col("visitor_id", "run_start_at", *OF_FIRST_EVENT).first(),
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
        engaged_time_s=pl.col("engagement_time_ms").sum() / 1000,
    )


def _typed(sessions: pl.LazyFrame, patterns: pl.DataFrame) -> pl.LazyFrame:
    """Tell whose the sessions are, number them, and name them as martlet does."""
    lasted_s = (
        pl.col("session_end_at") - pl.col("session_start_at")
    ).dt.total_microseconds() / 1_000_000
    is_bot = (pl.col("events") >= BOT_EVENTS) & (
        pl.col("events") * 60 > BOT_EVENTS_PER_MINUTE * lasted_s
    )
    own_hosts = [
        pl.when(pl.col("landing_host").str.contains(f"(?i)^(?:{pattern})$")).then(
            pl.lit(traffic_type)
        )
        for pattern, traffic_type in patterns.select("pattern", "traffic_type").rows()
    ]
    return (
        sessions.rename({"page_url": "landing_page_url"})
        .with_columns(
            session_id=pl.concat_str("visitor_id", "first_event_id", separator=":"),
            landing_host=_host("landing_page_url"),
            referrer_host=_host("referrer_url"),
        )
        .with_columns(
            traffic_type=pl.when(is_bot)
            .then(pl.lit("bot"))
            .otherwise(pl.coalesce(pl.min_horizontal(*own_hosts), pl.lit("person")))
        )
        .sort("session")
        .with_columns(
            session_number=pl.int_range(1, pl.len() + 1).over(
                "visitor_id", "traffic_type"
            )
        )
        .drop("session")
    )


def _host(url: str) -> pl.Expr:
    return pl.col(url).str.extract(HOST, 1).str.to_lowercase()


def _periods(elapsed: pl.Expr) -> pl.Expr:
    return elapsed.dt.total_microseconds() // LONGEST_US
