"""Draw reviews and messages to customer service."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from martlet.sample import columns, texts
from martlet.sample.catalogue import Catalogue, product_ids
from martlet.sample.orders import COUNTED_STATUSES
from martlet.sample.people import People
from martlet.sample.period import DAY_MS, Period

_REVIEW_SHARE = 0.10
_MESSAGES_PER_ORDER, _MESSAGES_PER_CUSTOMER = 0.10, 0.03
_LABELLED_SHARE = 0.7
_CHANNELS = ("email", "chat", "phone")
_INTENTS = tuple(texts.INTENTS)
_INTENT_SHARES = np.array([22, 10, 8, 7, 6, 8, 9, 9, 6, 6, 5, 4]) / 100
_WAYS_TO_SAY = 4


def review_columns(
    rng: np.random.Generator,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    returns: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
    period: Period,
) -> dict[str, pa.Array]:
    """Return the columns of ``reviews``: stars follow quality, and returns cost some."""
    order = lines["order"].to_numpy()
    sent_back = lines.merge(
        returns[["order", "line"]].drop_duplicates(), how="left", indicator=True
    )
    delay = rng.uniform(4 * DAY_MS, 40 * DAY_MS, len(lines)).astype("int64")
    reviewed_ms = orders["ordered_ms"].to_numpy()[order] + delay
    row = np.flatnonzero(
        (rng.random(len(lines)) < _REVIEW_SHARE)
        & (orders["status"].to_numpy()[order] < COUNTED_STATUSES)
        & (reviewed_ms < period.end_ms)
    )
    row = row[np.argsort(reviewed_ms[row], kind="stable")]
    order, product = order[row], lines["product"].to_numpy()[row]
    liking = (
        4.1 + 0.7 * catalogue.column("quality", product) + rng.normal(0, 0.8, len(row))
    )
    liking -= 1.6 * (sent_back["_merge"] == "both").to_numpy()[row]
    rating = np.clip(np.round(liking), 1, 5).astype("int64")
    person = orders["person"].to_numpy()[order]
    is_signed_in = orders["is_signed_in"].to_numpy()[order]
    return {
        "review_id": people.ids("w", np.arange(len(row))),
        "order_id": people.ids("o", order),
        "product_id": product_ids(product),
        "customer_id": people.customer_ids(np.where(is_signed_in, person, -1)),
        "rating": columns.whole(rating),
        "review_text": _review_texts(rng, rating, _writes_chinese(rng, people, person)),
        "reviewed_at": columns.instants(reviewed_ms[row]),
    }


def _review_texts(
    rng: np.random.Generator, rating: np.ndarray, chinese: np.ndarray
) -> pa.Array:
    moods = list(texts.REVIEWS.values())
    starts = np.cumsum([0] + [len(choices) for mood in moods for choices in mood])
    sizes = np.diff(starts)
    place = np.select([rating >= 4, rating == 3], [0, 1], 2) * 2 + chinese
    opening = starts[place] + rng.integers(0, sizes[place])
    endings = len(texts.REVIEW_ENDINGS[0])
    ending = chinese * endings + rng.integers(0, endings, len(rating))
    written = pc.binary_join_element_wise(
        columns.words(texts.by_language(texts.REVIEWS), opening),
        columns.words([one for some in texts.REVIEW_ENDINGS for one in some], ending),
        "",
    )
    is_silent = rng.random(len(rating)) < 0.2
    return pc.if_else(columns.flags(is_silent), None, written)


def message_columns(
    rng: np.random.Generator, orders: pd.DataFrame, people: People, period: Period
) -> dict[str, pa.Array]:
    """Return the columns of ``support_messages``; some carry no label."""
    about = np.flatnonzero(rng.random(len(orders)) < _MESSAGES_PER_ORDER)
    is_signed_in = orders["is_signed_in"].to_numpy()[about]
    asking = np.flatnonzero(rng.random(people.customers) < _MESSAGES_PER_CUSTOMER)
    registered = people.column("registered_ms", asking)
    open_ms = period.end_ms - np.maximum(registered, period.start_ms)
    person = np.concatenate([orders["person"].to_numpy()[about], asking])
    is_known = np.concatenate([is_signed_in, np.ones(len(asking), dtype=bool)])
    sent_ms = np.concatenate(
        [
            orders["ordered_ms"].to_numpy()[about]
            + rng.exponential(4 * DAY_MS, len(about)).astype("int64"),
            period.end_ms - 1 - (rng.random(len(asking)) * open_ms).astype("int64"),
        ]
    )
    in_time = np.argsort(sent_ms, kind="stable")
    in_time = in_time[sent_ms[in_time] < period.end_ms]
    person, is_known = person[in_time], is_known[in_time]
    intent = rng.choice(len(_INTENTS), len(person), p=_INTENT_SHARES)
    labelled = rng.random(len(person)) < _LABELLED_SHARE
    return {
        "message_id": people.ids("m", np.arange(len(person))),
        "customer_id": people.customer_ids(np.where(is_known, person, -1)),
        "sent_at": columns.instants(sent_ms[in_time]),
        "message_text": _messages(rng, intent, _writes_chinese(rng, people, person)),
        "channel": columns.words(
            _CHANNELS, rng.choice(3, len(person), p=[0.5, 0.4, 0.1])
        ),
        "intent": columns.words(_INTENTS, np.where(labelled, intent, -1)),
    }


def _messages(
    rng: np.random.Generator, intent: np.ndarray, chinese: np.ndarray
) -> pa.Array:
    size = len(intent)
    said = (intent * 2 + chinese) * _WAYS_TO_SAY + rng.integers(0, _WAYS_TO_SAY, size)

    def around(choices: tuple[tuple[str, ...], tuple[str, ...]]) -> pa.Array:
        count = len(choices[0])
        code = chinese * count + rng.integers(0, count, size)
        return columns.words([one for some in choices for one in some], code)

    return pc.binary_join_element_wise(
        around(texts.GREETINGS),
        columns.words(texts.by_language(texts.INTENTS), said),
        around(texts.CLOSINGS),
        "",
    )


def _writes_chinese(
    rng: np.random.Generator, people: People, person: np.ndarray
) -> np.ndarray:
    reads = people.contacts.reads_chinese[person]
    return (reads & (rng.random(len(person)) < 0.75)).astype(int)
