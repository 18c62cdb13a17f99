"""The days that the sample covers: its calendar, its seasons and its sales.

The sample ends on a fixed day, so that it is the same whenever it is made. Days are
numbered from 0 and begin at midnight in the reporting timezone; instants are
milliseconds since 1970, UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

LAST_DAY = date(2026, 6, 30)
TIMEZONE = "Europe/Berlin"
COUNTRY = "DE"
DAY_MS = 86_400_000
MINUTE_MS = 60_000

# Monday to Sunday: people shop on Sunday evenings and Mondays.
_WEEKDAYS = np.array([1.05, 0.95, 0.95, 1.0, 0.9, 0.95, 1.2])
_MONTHS = np.array([0.95, 0.88, 0.95, 1.0, 1.0, 0.95, 0.9, 0.9, 1.0, 1.05, 1.2, 1.2])

# Share of a day's visits in each hour; working days peak after supper.
_HOURS = {
    "working day": [
        2, 1, 1, 1, 1, 2, 4, 6, 7, 7, 7, 8, 9, 8, 7, 7, 8, 9, 11, 13, 15, 14, 9, 4,
    ],
    "weekend": [
        3, 2, 1, 1, 1, 1, 2, 4, 7, 10, 12, 12, 11, 11, 11, 11, 11, 11, 11, 12, 13, 11, 8, 4,
    ],
}  # fmt: skip

# name, first day (month, day), days, share taken off the price
_SALES = [
    ("winter sale", (1, 2), 12, 0.40),
    ("spring week", (3, 20), 8, 0.20),
    ("early summer", (6, 8), 7, 0.15),
    ("summer sale", (7, 3), 14, 0.30),
    ("autumn days", (9, 24), 6, 0.10),
    ("black week", (11, 23), 8, 0.35),
]


@dataclass(frozen=True)
class Sale:
    """Days on which many products are cheaper; ``last`` is included."""

    name: str
    first: int
    last: int
    depth: float


class Period:
    """The last ``days`` days up to and including ``LAST_DAY``."""

    def __init__(self, days: int) -> None:
        self.days = days
        self.dates = np.datetime64(LAST_DAY, "D") - np.arange(days)[::-1]
        first = LAST_DAY - timedelta(days=days - 1)
        zone = ZoneInfo(TIMEZONE)
        self.midnights = np.array(
            [
                int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())
                * 1000
                for day in (first + timedelta(days=n) for n in range(days + 1))
            ]
        )
        self.start_ms = int(self.midnights[0])
        self.end_ms = int(self.midnights[-1])
        self.months = self.dates.astype("datetime64[M]").astype(int) % 12
        # 1970-01-01 was a Thursday.
        self.weekdays = (self.dates.astype(int) + 3) % 7
        self.sales = self._find_sales()
        self.sale_depth = np.zeros(days)
        for sale in self.sales:
            self.sale_depth[sale.first : sale.last + 1] = sale.depth

    def _find_sales(self) -> list[Sale]:
        sales = []
        for year in sorted({int(str(day)[:4]) for day in self.dates}):
            for name, (month, day), length, depth in _SALES:
                first = self.day_number(date(year, month, day))
                last = min(first + length - 1, self.days - 1)
                if first < self.days and last >= 0:
                    sales.append(Sale(f"{name} {year}", max(first, 0), last, depth))
        return sales

    def day_number(self, day: date) -> int:
        """Return the number of a calendar day; outside the period where it is."""
        return int((np.datetime64(day, "D") - self.dates[0]).astype(int))

    def day_of(self, instants: np.ndarray) -> np.ndarray:
        """Return the day each instant falls on, held within the period."""
        days = np.searchsorted(self.midnights, instants, side="right") - 1
        return np.clip(days, 0, self.days - 1)

    def season(self, months: np.ndarray = _MONTHS) -> np.ndarray:
        """Return how busy each day is, given how busy each month is; about 1."""
        return months[self.months] * _WEEKDAYS[self.weekdays]

    def draw_instants(self, rng: np.random.Generator, days: np.ndarray) -> np.ndarray:
        """Draw an instant of each of ``days``, more in the evening than at night."""
        shares = np.array([_HOURS["working day"], _HOURS["weekend"]], dtype=float)
        ends = np.cumsum(shares, axis=1) / shares.sum(axis=1, keepdims=True)
        is_weekend = (self.weekdays[days] >= 5).astype(int)
        # Both rows lie in one rising array, so that one search serves both.
        places = np.searchsorted(
            (ends + np.array([[0], [1]])).ravel(),
            rng.random(len(days)) + is_weekend,
            side="right",
        )
        hours = np.minimum(places - 24 * is_weekend, 23)
        within_hour = rng.integers(0, 60 * MINUTE_MS, len(days))
        return self.midnights[days] + hours * 60 * MINUTE_MS + within_hour
