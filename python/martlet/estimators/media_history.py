"""The weeks a media mix is fitted on: checked, in order, one row each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.inputs import as_numbers, listed, refuse_repeated

FEWEST_WEEKS = 52
WEEKS_PER_FOURIER_ORDER = 52
MOST_FOURIER_ORDERS = 2
DAYS_PER_WEEK = 7
DAYS_PER_YEAR = 365.25


@dataclass(frozen=True)
class MediaHistory:
    """Weeks in order, and by name the channels that spent in them.

    Attributes
    ----------
    dates : DatetimeIndex of length weeks
        First day of each week.
    channels : list of str
        Names, in order.
    spend : ndarray of shape (weeks, channels)
        Money per week.
    revenue : ndarray of shape (weeks,)
        Money per week, of the whole shop.
    """

    dates: pd.DatetimeIndex
    channels: list[str]
    spend: np.ndarray
    revenue: np.ndarray

    @classmethod
    def of(cls, weeks: pd.DataFrame) -> MediaHistory:
        """Put one row per week and channel in order.

        Raises
        ------
        ModelRefused
            Too few weeks, a week left out or with several revenues, no spend or no
            revenue, or values that cannot be.
        """
        weeks = weeks.reset_index(drop=True)
        refuse_repeated(weeks[["week_start", "channel_group"]], "one week and channel")
        numbers = as_numbers(weeks[["spend", "revenue"]])
        _check_values(weeks, numbers)
        table = weeks[["week_start", "channel_group"]].join(numbers)
        revenue = table.groupby("week_start")["revenue"].agg(["min", "max"])
        _check_weeks(revenue)
        spend = table.pivot(
            index="week_start", columns="channel_group", values="spend"
        ).fillna(0.0)
        spend = spend.loc[:, spend.sum() > 0]
        if spend.empty:
            raise ModelRefused(
                "No channel spent anything in these weeks.", "Load what channels spent."
            )
        return cls(
            pd.DatetimeIndex(spend.index),
            list(spend.columns),
            spend.to_numpy(),
            revenue["max"].to_numpy(),
        )

    @property
    def weeks(self) -> int:
        """How many there are."""
        return len(self.revenue)

    def limited(self, weeks: int, channels: np.ndarray) -> MediaHistory:
        """Return the first ``weeks``, and the channels where ``channels`` is true."""
        kept = [
            name for name, keep in zip(self.channels, channels, strict=True) if keep
        ]
        return MediaHistory(
            self.dates[:weeks],
            kept,
            self.spend[:weeks, channels],
            self.revenue[:weeks],
        )

    def baseline(self, orders: int) -> np.ndarray:
        """Return intercept, trend, and the year's Fourier terms.

        Parameters
        ----------
        orders : int
            Of the Fourier terms, two each.

        Returns
        -------
        ndarray of shape (weeks, 2 + 2 * orders)
            Without unit; the trend rises by 1 a year.
        """
        years = (self.dates - self.dates[0]).days.to_numpy(np.float64) / DAYS_PER_YEAR
        angles = 2 * np.pi * np.outer(years, np.arange(1, orders + 1))
        return np.column_stack(
            [np.ones_like(years), years, np.sin(angles), np.cos(angles)]
        )


def fourier_orders(weeks: int) -> int:
    """Return how finely a season can be told: one order for each year, two at most."""
    return min(weeks // WEEKS_PER_FOURIER_ORDER, MOST_FOURIER_ORDERS)


def _check_values(weeks: pd.DataFrame, numbers: pd.DataFrame) -> None:
    wrong = numbers.isna().any(axis=1) | (numbers["spend"] < 0)
    if wrong.any():
        raise ModelRefused(
            f"{int(wrong.sum())} of {len(weeks)} rows have no revenue, or a spend that "
            "is unknown or below 0.",
            f"The first is {weeks[wrong].iloc[0].to_dict()}.",
        )


def _check_weeks(revenue: pd.DataFrame) -> None:
    """Check the lowest and highest revenue told of each week."""
    if len(revenue) < FEWEST_WEEKS:
        raise ModelRefused(
            f"There are {len(revenue)} weeks of spend and revenue, and a media mix "
            f"needs at least {FEWEST_WEEKS}.",
            "Load older spend, or wait for more weeks.",
        )
    apart = revenue.index.to_series().diff().dt.days.iloc[1:]
    stray = apart.index[apart != DAYS_PER_WEEK]
    several = revenue.index[revenue["min"] != revenue["max"]]
    if len(stray) or len(several):
        raise ModelRefused(
            f"{len(stray)} weeks do not begin {DAYS_PER_WEEK} days after the one "
            f"before, and {len(several)} have more than one revenue.",
            f"See {listed([*stray[:1], *several[:1]])}.",
        )
    if revenue["max"].mean() <= 0 or revenue["max"].nunique() == 1:
        raise ModelRefused(
            "Revenue is never above 0, or the same in every week.",
            "See whether the orders of these weeks are loaded.",
        )
