"""What the shop's collector makes of events: when they come in, and which come twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import columns, pages
from martlet.sample.assortment import SEARCHES, VAIN_SEARCHES
from martlet.sample.campaigns import CAMPAIGN_IDS
from martlet.sample.catalogue import CURRENCIES, Catalogue, product_ids
from martlet.sample.channels import CHANNELS, channel_code
from martlet.sample.people import COUNTRY_CODES, People
from martlet.sample.period import DAY_MS, MINUTE_MS, Period
from martlet.sample.recommending import RECOMMENDATION_IDS
from martlet.sample.visitors import DEVICES, USER_AGENTS

_LATE_SHARE = 0.01
_TWICE_SHARE = 0.005
_LONGEST_DELAY = 3 * DAY_MS
# A collector hears of late events for so long after the last day.
_CLOSES_AFTER = 2 * DAY_MS
_VARIANTS = ("variant-a", "variant-b")


def collect(
    rng: np.random.Generator, events: pd.DataFrame, period: Period
) -> pd.DataFrame:
    """Add ``event`` (its number) and ``received_ms``, and send some events twice.

    Half of those sent twice come again as they were, half with a later
    ``received_ms``.
    """
    size = len(events)
    delay = rng.integers(2, 30, size) * 100
    late = rng.integers(2 * 60 * MINUTE_MS, _LONGEST_DELAY, size)
    delay = np.where(rng.random(size) < _LATE_SHARE, late, delay)
    received_ms = events["event_ms"].to_numpy() + delay
    times = 1 + (rng.random(size) < _TWICE_SHARE)
    row = np.repeat(np.arange(size), times)
    comes_again = np.diff(row, prepend=-1) == 0
    again_later = comes_again & (rng.random(len(row)) < 0.5)
    received_ms = received_ms[row] + np.where(
        again_later, rng.integers(1_000, DAY_MS, len(row)), 0
    )
    closes = period.end_ms + _CLOSES_AFTER
    collected = events.iloc[row].reset_index(drop=True)
    return collected.assign(event=row, received_ms=np.minimum(received_ms, closes))


def event_columns(
    rng: np.random.Generator,
    people: People,
    events: pd.DataFrame,
    visits: pd.DataFrame,
    visitors: pd.DataFrame,
    catalogue: Catalogue,
) -> dict[str, pa.Array]:
    """Return the columns of ``events``; the first of a visit shows the way it came."""
    visitor, product = events["visitor"].to_numpy(), events["product"].to_numpy()
    value, listed = events["value"].to_numpy(), events["list"].to_numpy()
    currency = visitors["currency"].to_numpy()[visitor]
    urls = pages.page_urls(product_ids(np.arange(len(catalogue))).to_pylist())
    return {
        "event_id": people.ids("e", events["event"].to_numpy()),
        "visitor_id": people.visitor_ids(visitor),
        "customer_id": people.customer_ids(events["person"].to_numpy()),
        "event_at": columns.instants(events["event_ms"]),
        "received_at": columns.instants(events["received_ms"]),
        "event_name": columns.words(pages.EVENT_NAMES, events["name"]),
        "page_url": columns.words(urls, events["page"]),
        "product_id": product_ids(product),
        "quantity": columns.whole(events["quantity"]),
        "value": columns.money(value),
        "currency": columns.words(CURRENCIES, np.where(value >= 0, currency, -1)),
        "order_id": people.ids("o", events["order"].to_numpy()),
        "search_term": columns.words(SEARCHES + VAIN_SEARCHES, events["term"]),
        "search_results": columns.whole(events["results"]),
        "item_list_id": columns.words(pages.LISTS, listed),
        "item_list_index": columns.whole(events["list_index"]),
        "recommendation_id": columns.words(
            RECOMMENDATION_IDS, events["recommendation"]
        ),
        "engagement_time_ms": columns.whole(events["engagement_ms"]),
        **_ways(rng, events, visits),
        "device_category": columns.words(
            DEVICES, visitors["device"].to_numpy()[visitor]
        ),
        "country": columns.words(
            COUNTRY_CODES, visitors["country"].to_numpy()[visitor]
        ),
        "user_agent": columns.words(USER_AGENTS, visitors["agent"].to_numpy()[visitor]),
    }


def _ways(
    rng: np.random.Generator, events: pd.DataFrame, visits: pd.DataFrame
) -> dict[str, pa.Array]:
    visit = np.where(events["is_landing"], events["visit"], -1)
    channel = columns.lookup(visits["channel"], visit, -1)
    campaign = columns.lookup(visits["campaign"], visit, -1)
    variant = np.where(campaign >= 0, visit % len(_VARIANTS), -1)
    keyword = columns.lookup(rng.integers(0, len(SEARCHES), len(visits)), visit, -1)
    is_searched = channel == channel_code("paid_search")
    return {
        "referrer_url": columns.words([one.referrer for one in CHANNELS], channel),
        "utm_source": columns.words([one.source for one in CHANNELS], channel),
        "utm_medium": columns.words([one.medium for one in CHANNELS], channel),
        "utm_campaign": columns.words(CAMPAIGN_IDS, campaign),
        "utm_content": columns.words(_VARIANTS, variant),
        "utm_term": columns.words(SEARCHES, np.where(is_searched, keyword, -1)),
    }
