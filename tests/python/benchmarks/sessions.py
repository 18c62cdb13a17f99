"""Events to sessions: inputs, and proof that both sides made the same sessions."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks import inputs as shop

from martlet.errors import CheckFailed

EVENTS = "staging.stg_store__events"

# What sessions count of every event, and what they take from their first.
COUNTED = (
    "event_id",
    "visitor_id",
    "source_customer_id",
    "event_at",
    "received_at",
    "event_name",
    "engagement_time_ms",
)
OF_FIRST_EVENT = (
    "page_url",
    "referrer_url",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_content",
    "utm_term",
    "device_category",
)

# Sums of binary floating point end in bits of their own.
MILLISECONDS = "round(engaged_time_s, 3) as engaged_time_s"


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` events, unique by event_id, and what belongs to them."""
    shop.write(inputs, EVENTS, shop.events(size))
    shop.write(inputs, "intermediate.int_user_agents", shop.user_agents())
    shop.write(inputs, "reference.traffic_patterns", shop.seed("traffic_patterns"))


def check(inputs: Path, outputs: Path) -> str:
    """Hold every column of every session against Polars'; ids are spelled differently."""
    with duckdb.connect() as connection:
        warehouse = outputs / "martlet" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute(
            "create view martlet as select * exclude (session_id) "
            f"replace ({MILLISECONDS}) from warehouse.intermediate.int_sessions"
        )
        made = connection.read_parquet(f"{outputs}/Polars streaming/sessions.parquet")
        columns = connection.table("martlet").columns
        if lacking := set(columns) - set(made.columns):
            raise CheckFailed(
                f"int_sessions now has {', '.join(sorted(lacking))}, which Polars does "
                "not make: add it to peers/polars_sessions.py, or the race is unfair."
            )
        made.project(f"* replace ({MILLISECONDS})").select(*columns).create_view(
            "polars"
        )
        told = (
            "select count(*), sum(events), count(*) filter (traffic_type = 'person'), "
            "max(session_number) from "
        )
        ours, theirs = (
            connection.execute(told + side).fetchone() for side in ("martlet", "polars")
        )
        (unequal,) = connection.execute(
            "select count(*) from (from martlet except all from polars)"
        ).fetchone()
    if ours != theirs or unequal:
        raise CheckFailed(
            f"Sessions differ: martlet {ours}, Polars {theirs}, {unequal} rows unequal."
        )
    sessions, events, of_people, most = ours
    return (
        f"{sessions:,} sessions of {events:,} events, {of_people:,} of them people's, "
        f"at most {most:,} of a visitor: equal in every column"
    )
