"""Random event feeds: in batches, shuffled, doubled, late by months, undone again."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

BATCHES = 4

# What comes between two events of a visitor; the session timeout lies among them.
GAPS_S = (0, 0, 0.5, 1, 20, 600, 1800, 1800.000001, 3600, 50_000, 86_400, 1e6, 5e6)
# Of a client that does not stop for long.
STEADY_GAPS_S = (600, 1200, 1800)
LATENESS_S = (0, 0, 1, 3600, 86_400, 5e6)
NAMES = (
    *("page_view",) * 4,
    *("view_item", "add_to_cart") * 2,
    *("remove_from_cart", "begin_checkout", "purchase", "search", "select_item"),
)
PAGES = ("/", "/products/tea", "/collections/all", "/cart", "/search", "/about")
TERMS = ("tea", " Tea ", "cup", None)
CAMPAIGNS = (None, None, None, "spring", "summer")
AGENTS = (None, "Mozilla/5.0", "Mozilla/5.0", "Mozilla/5.0", "curl/8.5")

COLUMNS = {
    "event_id": "varchar",
    "visitor_id": "varchar",
    "event_at": "timestamp",
    "received_at": "timestamp",
    "event_name": "varchar",
    "page_url": "varchar",
    "referrer_url": "varchar",
    "product_id": "varchar",
    "quantity": "bigint",
    "value": "decimal(18,4)",
    "currency": "varchar",
    "order_id": "varchar",
    "search_term": "varchar",
    "search_results": "bigint",
    "engagement_time_ms": "bigint",
    "utm_medium": "varchar",
    "utm_campaign": "varchar",
    "device_category": "varchar",
    "user_agent": "varchar",
}


@dataclass(frozen=True)
class Stream:
    """The rows of one seed, by the batch that brings them.

    Its visitors, events and orders are its own, so that many streams make one feed.
    """

    seed: int
    batches: tuple[tuple[dict[str, Any], ...], ...]


def stream(seed: int) -> Stream:
    """Make the events of up to three visitors, in batches."""
    rng = random.Random(seed)
    batches: list[list[dict[str, Any]]] = [[] for _ in range(BATCHES)]
    for visitor in range(rng.randint(1, 3)):
        gaps = rng.choice((GAPS_S, GAPS_S, STEADY_GAPS_S))
        at = datetime(2026, 1, 1) + timedelta(seconds=rng.choice(GAPS_S))
        comes_in_order, events = rng.random() < 0.5, rng.randint(1, 14)
        for number in range(events):
            at += timedelta(seconds=rng.choice(gaps))
            row = _event(rng, seed, visitor, f"{seed}-{visitor}-{number}", at)
            batch = number * BATCHES // events if comes_in_order else None
            batches[rng.randrange(BATCHES) if batch is None else batch].append(row)
            if rng.random() < 0.25:  # the same row again, in any batch
                batches[rng.randrange(BATCHES)].append(row)
            if rng.random() < 0.15:  # another version, perhaps of another visitor
                version = _event(rng, seed, rng.randrange(3), row["event_id"], at)
                batches[rng.randrange(BATCHES)].append(version)
    for batch in batches:
        rng.shuffle(batch)
    return Stream(seed, tuple(map(tuple, batches)))


def steps(seed: int) -> list[set[int]]:
    """Make up which batches lie in the raw directory at each build, all at the last."""
    rng = random.Random(seed)
    present: set[int] = set()
    states = []
    for batch in rng.sample(range(BATCHES), BATCHES):
        present = present | {batch}
        if rng.random() < 0.5:
            states.append(present)
        if len(present) > 1 and rng.random() < 0.4:
            undone = present - {rng.choice(sorted(present))}
            states.append(undone)
            present = undone if rng.random() < 0.5 else present
    return [state for state in states if state] or [{0}, {0, 1}]


def rows(streams: Iterable[Stream], batch: int) -> list[dict[str, Any]]:
    """Give what one batch of all streams brings."""
    return [row for each in streams for row in each.batches[batch]]


def write(events: Iterable[dict[str, Any]], folder: Path) -> None:
    """Write events as a Parquet file of a raw directory."""
    folder.mkdir(parents=True)
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    with duckdb.connect() as connection:
        connection.execute(f"create table events ({columns})")
        if events := list(events):
            marks = ", ".join("?" for _ in COLUMNS)
            connection.executemany(
                f"insert into events values ({marks})",
                [[event[name] for name in COLUMNS] for event in events],
            )
        connection.execute(f"copy events to '{folder}/part-0.parquet'")


def _event(
    rng: random.Random, seed: int, visitor: int, event_id: str, at: datetime
) -> dict[str, Any]:
    name = rng.choice(NAMES)
    is_about_product = name in ("view_item", "add_to_cart", "remove_from_cart")
    is_search = name == "search"
    late = rng.choice(LATENESS_S)
    return {
        "event_id": event_id,
        "visitor_id": f"v{seed}-{visitor}",
        "event_at": at,
        "received_at": rng.choice((None, at + timedelta(seconds=late))),
        "event_name": name,
        "page_url": f"https://shop.example{rng.choice(PAGES)}",
        "referrer_url": rng.choice((None, None, "https://www.google.de/")),
        "product_id": rng.choice(("tea", "cup")) if is_about_product else None,
        "quantity": rng.choice((None, 1, 2)) if is_about_product else None,
        "value": rng.choice((None, 3, 9.5)) if name != "page_view" else None,
        "currency": rng.choice((None, "EUR")),
        "order_id": f"o{seed}-{rng.randrange(2)}" if name == "purchase" else None,
        "search_term": rng.choice(TERMS) if is_search else None,
        "search_results": rng.choice((None, 0, 7)) if is_search else None,
        "engagement_time_ms": rng.choice((None, 0, 4000, 12_000)),
        "utm_medium": rng.choice((None, None, None, "email", "cpc")),
        "utm_campaign": rng.choice(CAMPAIGNS),
        "device_category": rng.choice(("mobile", "desktop")),
        "user_agent": rng.choice(AGENTS),
    }
