"""Draw when people buy.

Each person's purchase rate goes up and down with season, sales and age of the account.
Orders are a renewal process in the time that this rate measures: Erlang gaps make
regular customers regular, and stretching the gaps by the rate keeps them on season
(time-rescaling theorem: Brown et al., Neural Computation 14, 2002). An Erlang process
of shape k is every k-th point of a Poisson process k times as fast.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample.kinds import daily_rates
from martlet.sample.people import People
from martlet.sample.period import Period

_ZEAL_DAYS = 12.0


def draw_purchases(
    rng: np.random.Generator, people: People, period: Period
) -> pd.DataFrame:
    """Draw the orders that people place of their own accord.

    Returns
    -------
    pandas.DataFrame
        A row per order, by person and time: ``person``, ``ordered_ms``.
    """
    everyone = np.arange(len(people))
    # Measured time passed up to the end of each day; each person's clock starts where
    # the one before stopped, so that one search over the flat array finds all days.
    passed = np.cumsum(_daily_rates(people, period), axis=1)
    total = passed[:, -1]
    started = np.cumsum(total) - total
    clock = (passed + started[:, None]).ravel()

    rhythm = people.trait("rhythm", everyone)
    points = rng.poisson(rhythm * total)
    person = np.repeat(everyone, points)
    first_point = np.cumsum(points) - points
    moment = np.sort(started[person] + rng.random(len(person)) * total[person])
    place = np.arange(len(person)) - first_point[person]
    phase = rng.integers(0, rhythm)
    order_number = (place + phase[person]) // rhythm[person]
    is_order = (place + phase[person]) % rhythm[person] == rhythm[person] - 1
    is_order &= order_number < people.trait("max_orders", person)

    person, moment = person[is_order], moment[is_order]
    day = np.searchsorted(clock, moment, side="right") - person * period.days
    ordered_ms = period.draw_instants(rng, np.clip(day, 0, period.days - 1))
    purchases = pd.DataFrame({"person": person, "ordered_ms": ordered_ms})
    return purchases.sort_values(["person", "ordered_ms"], ignore_index=True)


def _daily_rates(people: People, period: Period) -> np.ndarray:
    """Return every person's purchase rate on every day, (people, days)."""
    frame = people.frame
    rates = daily_rates(period)[frame["kind"]]
    age = np.arange(period.days) - frame["first_day"].to_numpy()[:, None]
    boost = people.trait("newcomer_boost", np.arange(len(people)))
    zeal = 1 + boost[:, None] * np.exp(-np.maximum(age, 0) / _ZEAL_DAYS)
    is_active = (age >= 0) & (
        np.arange(period.days) < frame["last_day"].to_numpy()[:, None]
    )
    return rates * zeal * is_active * frame["rate"].to_numpy()[:, None]
