"""Draw the visits to the web shop: whose, when, by which way, and how far they get.

Visits gather before an order, and before some orders that are never placed, so that
browsing says more than the date of the last order does.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample.campaigns import ADVERTS, draw_adverts
from martlet.sample.channels import channel_code
from martlet.sample.columns import lookup
from martlet.sample.orders import WEB
from martlet.sample.people import People
from martlet.sample.period import DAY_MS, MINUTE_MS, Period
from martlet.sample.visitors import unknown_visitors

BOUNCE, BROWSE, CART, CHECKOUT, PURCHASE = range(5)
FROM_START, FROM_CHECKOUT, NEVER = range(3)

# Shares of bounces, looking round, carts and checkouts left behind.
_IDLE = (0.50, 0.41, 0.06, 0.03)
_KEEN = (0.20, 0.52, 0.20, 0.08)
_PASSING = (0.66, 0.295, 0.03, 0.015)

# Shares of the ways in the order of ``CHANNELS``.
_KNOWN_WAYS = (0.34, 0.22, 0.03, 0.01, 0.12, 0.09, 0.04, 0.04, 0.08, 0.03)
_BUYING_WAYS = (0.36, 0.20, 0.03, 0.01, 0.17, 0.07, 0.03, 0.02, 0.09, 0.02)
_UNKNOWN_WAYS = (0.22, 0.32, 0.05, 0.02, 0.15, 0.12, 0.03, 0.05, 0.00, 0.04)

_CLOSEST = 90 * MINUTE_MS


def draw_visits(
    rng: np.random.Generator,
    people: People,
    orders: pd.DataFrame,
    assignments: pd.DataFrame,
    period: Period,
) -> pd.DataFrame:
    """Draw all visits of people, known and unknown, to the web shop.

    Returns
    -------
    pandas.DataFrame
        By visitor and time: ``visitor``; ``person`` whose taste decides what is looked
        at; ``at_ms`` (when it starts, or when the order is placed); ``depth``;
        ``order`` placed and ``goods_of``, the order whose goods are looked at (-1:
        none); ``channel``, ``campaign``; ``signed_in`` (from when on).
    """
    visits = pd.concat(
        [
            _to_order(rng, orders),
            _before_orders(rng, people, orders),
            _undecided(rng, people, period),
            _everyday(rng, people, period),
            _from_mailings(rng, assignments),
            _unknown(rng, people, period),
        ],
        ignore_index=True,
    )
    visits = visits[visits["at_ms"].between(period.start_ms, period.end_ms - 1)]
    visits = visits.sort_values(["visitor", "at_ms", "order"], ignore_index=True)
    visits = visits[~_crowded(visits)].reset_index(drop=True)
    has_way = visits["campaign"].to_numpy() >= 0
    campaign, channel = draw_adverts(
        rng,
        period,
        period.day_of(visits["at_ms"].to_numpy()),
        visits["channel"].to_numpy(),
        visits["order"].to_numpy() >= 0,
    )
    return visits.assign(
        campaign=np.where(has_way, visits["campaign"], campaign),
        channel=np.where(has_way, visits["channel"], channel),
        signed_in=_draw_sign_in(rng, visits, people, orders),
    )


def _visits(
    rng: np.random.Generator,
    depths: tuple[float, ...],
    ways: tuple[float, ...],
    *,
    visitor: np.ndarray,
    person: np.ndarray,
    at_ms: np.ndarray,
    goods_of: np.ndarray | int = -1,
) -> pd.DataFrame:
    size = len(visitor)
    return pd.DataFrame(
        {
            "visitor": visitor,
            "person": person,
            "at_ms": at_ms,
            "depth": rng.choice(len(depths), size, p=depths),
            "order": -1,
            "goods_of": goods_of,
            "channel": rng.choice(len(ways), size, p=ways),
            "campaign": -1,
        }
    )


def _to_order(rng: np.random.Generator, orders: pd.DataFrame) -> pd.DataFrame:
    web = orders[orders["sales_channel"] == WEB]
    visits = _visits(
        rng,
        (1.0,),
        _BUYING_WAYS,
        visitor=web["visitor"].to_numpy(),
        person=web["person"].to_numpy(),
        at_ms=web["ordered_ms"].to_numpy(),
        goods_of=web.index.to_numpy(),
    )
    mailing = web["mailing"].to_numpy()
    return visits.assign(
        depth=PURCHASE,
        order=web.index,
        channel=np.where(mailing >= 0, channel_code("email"), visits["channel"]),
        campaign=np.where(mailing >= 0, len(ADVERTS) + mailing, -1),
    )


def _before_orders(
    rng: np.random.Generator, people: People, orders: pd.DataFrame
) -> pd.DataFrame:
    is_web = orders["sales_channel"].to_numpy() == WEB
    order = np.repeat(np.arange(len(orders)), rng.poisson(np.where(is_web, 1.2, 0.6)))
    person = orders["person"].to_numpy()[order]
    lead = 2 * 60 * MINUTE_MS + rng.exponential(2.5 * DAY_MS, len(order)).astype(
        "int64"
    )
    return _visits(
        rng,
        _KEEN,
        _KNOWN_WAYS,
        visitor=people.draw_visitors(rng, person),
        person=person,
        at_ms=orders["ordered_ms"].to_numpy()[order] - lead,
        goods_of=order,
    )


def _undecided(
    rng: np.random.Generator, people: People, period: Period
) -> pd.DataFrame:
    """Visits that gather as before an order, though none comes of it."""
    spells = rng.poisson(0.45 * _years_about(people, period))
    person = np.repeat(np.arange(len(people)), spells)
    ends = period.draw_instants(rng, _draw_days(rng, people, period, person))
    spell = np.repeat(np.arange(len(person)), 1 + rng.poisson(0.7, len(person)))
    lead = rng.exponential(2.5 * DAY_MS, len(spell)).astype("int64")
    return _visits(
        rng,
        _KEEN,
        _KNOWN_WAYS,
        visitor=people.draw_visitors(rng, person[spell]),
        person=person[spell],
        at_ms=ends[spell] - lead,
    )


def _everyday(rng: np.random.Generator, people: People, period: Period) -> pd.DataFrame:
    rate = people.trait("visits_per_year", np.arange(len(people)))
    rate = rate * rng.gamma(2.0, 0.5, len(people))
    person = np.repeat(
        np.arange(len(people)), rng.poisson(rate * _years_about(people, period))
    )
    return _visits(
        rng,
        _IDLE,
        _KNOWN_WAYS,
        visitor=people.draw_visitors(rng, person),
        person=person,
        at_ms=period.draw_instants(rng, _draw_days(rng, people, period, person)),
    )


def _from_mailings(rng: np.random.Generator, assignments: pd.DataFrame) -> pd.DataFrame:
    clicks = assignments[assignments["clicked_ms"] >= 0]
    visits = _visits(
        rng,
        _IDLE,
        _KNOWN_WAYS,
        visitor=clicks["visitor"].to_numpy(),
        person=clicks["person"].to_numpy(),
        at_ms=clicks["clicked_ms"].to_numpy(),
    )
    campaign = len(ADVERTS) + clicks["mailing"].to_numpy()
    return visits.assign(channel=channel_code("email"), campaign=campaign)


def _unknown(rng: np.random.Generator, people: People, period: Period) -> pd.DataFrame:
    """Visits of people who never say who they are; they like what somebody likes."""
    visitors = unknown_visitors(people)
    seasonal = np.cumsum(period.season())
    day = np.searchsorted(seasonal, rng.random(visitors) * seasonal[-1], "right")
    first_ms = period.draw_instants(rng, day)
    visitor = np.repeat(np.arange(visitors), rng.geometric(0.7, visitors))
    is_first = np.concatenate([[True], visitor[1:] != visitor[:-1]])
    later = rng.exponential(6 * DAY_MS, len(visitor)).astype("int64")
    return _visits(
        rng,
        _PASSING,
        _UNKNOWN_WAYS,
        visitor=len(people.visitor_owner) + visitor,
        person=rng.integers(0, len(people), visitors)[visitor],
        at_ms=first_ms[visitor] + np.where(is_first, 0, later),
    )


def _span(people: People, period: Period) -> tuple[np.ndarray, np.ndarray]:
    """Return the first and last day on which people are seen about; last excluded."""
    frame = people.frame
    first = np.maximum(frame["first_day"].to_numpy() - 10, 0)
    last = np.minimum(frame["last_day"].to_numpy() + 15, period.days)
    return first, np.maximum(last, first + 1)


def _years_about(people: People, period: Period) -> np.ndarray:
    first, last = _span(people, period)
    return (last - first) / 365.25


def _draw_days(
    rng: np.random.Generator, people: People, period: Period, person: np.ndarray
) -> np.ndarray:
    """Draw a day for each entry of ``person``, by season, while they are about."""
    seasonal = np.concatenate([[0.0], np.cumsum(period.season())])
    first, last = _span(people, period)
    low, high = seasonal[first[person]], seasonal[last[person]]
    moment = low + rng.random(len(person)) * (high - low)
    return np.searchsorted(seasonal, moment, side="right") - 1


def _crowded(visits: pd.DataFrame) -> np.ndarray:
    """Mark visits without order that lie too close to another of the visitor."""
    visitor, at_ms = visits["visitor"].to_numpy(), visits["at_ms"].to_numpy()
    close = (np.diff(visitor) == 0) & (np.diff(at_ms) < _CLOSEST)
    crowded = np.concatenate([[False], close]) | np.concatenate([close, [False]])
    return crowded[: len(visits)] & (visits["order"].to_numpy() < 0)


def _draw_sign_in(
    rng: np.random.Generator, visits: pd.DataFrame, people: People, orders: pd.DataFrame
) -> np.ndarray:
    visitor, order = visits["visitor"].to_numpy(), visits["order"].to_numpy()
    is_known = visitor < len(people.visitor_owner)
    registered = people.column("registered_ms", visits["person"].to_numpy())
    has_account = is_known & (registered >= 0) & (registered <= visits["at_ms"])
    at_once = rng.random(len(visits)) < 0.5
    return np.select(
        [
            lookup(orders["is_signed_in"], order, 1) == 0,
            (order >= 0) & ~at_once,
            has_account & at_once,
        ],
        [NEVER, FROM_CHECKOUT, FROM_START],
        NEVER,
    )
