"""Draw the events of robots: as regular as clockwork, and never at leisure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample import pages
from martlet.sample.browsing import DETAILS
from martlet.sample.period import DAY_MS, Period

_DAYS_BETWEEN = 7
_EVENTS_PER_VISIT = 10


def draw_robot_events(
    rng: np.random.Generator, visitors: pd.DataFrame, products: int, period: Period
) -> pd.DataFrame:
    """Draw the events of the visitors that are robots.

    Returns
    -------
    pandas.DataFrame
        By visitor and time, with the columns of
        :func:`martlet.sample.browsing.draw_events`.
    """
    robot = np.flatnonzero(visitors["is_robot"])
    weeks = -(-period.days // _DAYS_BETWEEN)
    shape = (len(robot), weeks, _EVENTS_PER_VISIT)
    who, week, step = (index.ravel() for index in np.indices(shape))
    starts = rng.integers(0, DAY_MS // 2, len(robot))
    pace = rng.integers(2, 15, len(robot)) * 1000
    first_day = rng.integers(0, _DAYS_BETWEEN, len(robot))
    day = first_day[who] + week * _DAYS_BETWEEN
    # Pages are crawled in the order of the catalogue, twice each.
    product = (week * _EVENTS_PER_VISIT + step) // 2 % products
    event_ms = period.start_ms + day * DAY_MS + starts[who] + step * pace[who]
    is_view = step % 2 == 1
    events = pd.DataFrame(
        {
            "visitor": robot[who],
            "event_ms": event_ms,
            "name": np.where(is_view, pages.VIEW_ITEM, pages.PAGE_VIEW),
            "page": pages.product_page(product),
            "product": np.where(is_view, product, -1),
        }
    )
    nothing = dict.fromkeys(("visit", "person", "value", "engagement_ms", *DETAILS), -1)
    events = events.assign(**(nothing | {"is_landing": False} | dict(events)))
    return events[event_ms < period.end_ms]
