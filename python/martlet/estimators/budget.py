"""How to split a budget over channels, as far as what was observed can tell.

Each channel's curve flattens, so the best split is where another unit of money would
return the same in every channel that is free to move: water is filled in until it is
used up. What is best is judged over all draws of the curves rather than by their
estimate, and no channel is moved further from its present spend than allowed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.errors import UsageError
from martlet.estimators.media_mix import INSUFFICIENT_EVIDENCE, TAIL

PLANNED = "planned"
BEYOND_EVIDENCE = "beyond_evidence"
UNALLOCATED = "(unallocated)"

HALVINGS = 100  # of an interval, until floats tell no more apart
CENTS = 2
MOST_MONEY = 1e12

RETURNS = [
    f"{name}{end}"
    for name in ("expected_return", "marginal_roi")
    for end in ("", "_ci_low", "_ci_high")
]
COLUMNS = [
    *("channel_group", "current_spend", "recommended_spend"),
    *("lower_bound", "upper_bound", *RETURNS, "status", "reason"),
]


@dataclass(frozen=True)
class ChannelCurves:
    """The curves of some channels, one of each per draw; a steady state is a week's.

    Attributes
    ----------
    coefficient, half_saturation : ndarray of shape (draws, channels)
        Money per week.
    """

    coefficient: np.ndarray
    half_saturation: np.ndarray

    @classmethod
    def of(cls, curves: pd.DataFrame, channels: list[str]) -> ChannelCurves:
        """Take the draws of ``channels`` after the estimate, which is draw 0."""
        drawn = curves[(curves["draw"] > 0) & curves["channel_group"].isin(channels)]
        table = drawn.pivot(index="draw", columns="channel_group")
        return cls(
            table["coefficient"][channels].to_numpy(),
            table["half_saturation"][channels].to_numpy(),
        )

    def revenue(self, spend: np.ndarray) -> np.ndarray:
        """Return revenue per week at weekly spend (channels,): (draws, channels)."""
        return self.coefficient * spend / (spend + self.half_saturation)

    def marginal(self, spend: np.ndarray) -> np.ndarray:
        """Return what one more unit of weekly spend adds: (draws, channels)."""
        half = self.half_saturation
        return self.coefficient * half / (spend + half) ** 2

    def split(self, total: float, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """Return the weekly spends within bounds that sum to ``total`` and bring most.

        By bisection on the marginal revenue that all channels between their bounds
        share, the mean over the draws (Koopman 1953, "The optimum distribution of
        effort").

        Parameters
        ----------
        total : float
            Money per week, between the sums of the bounds.
        low, high : ndarray of shape (channels,)
            Money per week.
        """
        least, most = 0.0, float(self.marginal(low).mean(axis=0).max(initial=0.0))
        for _ in range(HALVINGS):
            middle = (least + most) / 2
            if self._spend_down_to(middle, low, high).sum() > total:
                least = middle
            else:
                most = middle
        return self._spend_down_to(most, low, high)

    def _spend_down_to(
        self, marginal: float, low: np.ndarray, high: np.ndarray
    ) -> np.ndarray:
        """Spend on each channel until more brings less than ``marginal``."""
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            is_worth_it = self.marginal(middle).mean(axis=0) > marginal
            low = np.where(is_worth_it, middle, low)
            high = np.where(is_worth_it, high, middle)
        return high


def plan_budget(
    curves: pd.DataFrame,
    channels: pd.DataFrame,
    current: pd.Series,
    *,
    total: float,
    weeks: int,
    max_change: float,
    margin_rate: float,
) -> pd.DataFrame:
    """Split a budget so that it is expected to bring the most revenue.

    Channels without evidence keep what they spend, or less where the total asks for it
    and the others cannot go so low. All spend is taken to have lasted: what carries over
    from before and after the weeks evens out.

    Parameters
    ----------
    curves, channels : DataFrame
        Of a :class:`martlet.estimators.media_mix.MediaMix`.
    current : Series
        Money per week by channel_group, as spent lately. A channel it leaves out spends
        nothing, and one that the fit does not know is without evidence.
    total : float
        Money to spend over all the weeks.
    weeks : int
        How many.
    max_change : float
        By what share of its present spend a channel may go up or down, above 0 to 1.
    margin_rate : float
        Share of revenue that is left after the cost of goods.

    Returns
    -------
    DataFrame
        One row per channel: channel_group, current_spend, recommended_spend,
        lower_bound, upper_bound, expected_return (revenue that the spend adds, the mean
        over draws) with ci_low and ci_high (90 %), marginal_roi (margin on one more
        unit of spend, less that unit, per unit) with the same, status (``planned``,
        ``insufficient_evidence``, ``beyond_evidence``) and reason. Money is over all
        the weeks. What no bound has room for is in a row ``(unallocated)``.

    Raises
    ------
    UsageError
        ``total``, ``weeks`` or ``max_change`` is out of range.
    """
    _check(total, weeks, max_change)
    plan = _bounded(channels, current, weeks, max_change)
    total = round(total, CENTS)
    plan["recommended_spend"] = _recommended(plan, curves, total, weeks)
    rest = round(total - plan["recommended_spend"].sum(), CENTS)
    plan = plan.join(_returns(plan, curves, weeks, margin_rate))
    plan["status"], plan["reason"] = _told(plan)
    plan = plan.drop(columns="has_evidence")
    if rest > 0:
        plan.loc[UNALLOCATED, ["current_spend", "recommended_spend"]] = 0.0, rest
        plan.loc[UNALLOCATED, ["status", "reason"]] = (
            BEYOND_EVIDENCE,
            "more than the upper bounds have room for",
        )
    return plan.reset_index()[COLUMNS]


def _check(total: float, weeks: int, max_change: float) -> None:
    if not 0 < total <= MOST_MONEY:
        raise UsageError(
            f"A budget of {total} cannot be split.",
            f"Give a total above 0 and up to {MOST_MONEY:,.0f}.",
        )
    if weeks < 1:
        raise UsageError(
            f"A plan is for 1 week or more, not {weeks}.", "Give 1 or more."
        )
    if not 0 < max_change <= 1:
        raise UsageError(
            f"Spend cannot change by a share of {max_change}.",
            "Give more than 0 and at most 1: 0.3 lets a channel go up or down by 30 %.",
        )


def _bounded(
    channels: pd.DataFrame, current: pd.Series, weeks: int, max_change: float
) -> pd.DataFrame:
    """Return spend, bounds and reason by channel, money over all weeks."""
    known = channels.set_index("channel_group")
    names = pd.Index(sorted({*known.index, *current.index}), name="channel_group")
    known = known.reindex(names)
    spend = current.reindex(names).fillna(0.0).astype(np.float64) * weeks
    status = known["status"].fillna(INSUFFICIENT_EVIDENCE)
    has_evidence = status != INSUFFICIENT_EVIDENCE
    # Nothing says that more spent there brings more.
    most = spend * (1 + max_change * has_evidence)
    return pd.DataFrame(
        {
            "current_spend": spend.round(CENTS),
            "lower_bound": (spend * (1 - max_change)).round(CENTS),
            "upper_bound": most.round(CENTS),
            "has_evidence": has_evidence,
            "reason": known["reason"].fillna("the media mix does not know it"),
        }
    )


def _recommended(
    plan: pd.DataFrame, curves: pd.DataFrame, total: float, weeks: int
) -> np.ndarray:
    """Return money per channel, which sums to ``total`` where there is room for it."""
    now, low, high = (
        plan[name].to_numpy()
        for name in ("current_spend", "lower_bound", "upper_bound")
    )
    if total >= high.sum():
        return high
    if total < low.sum():
        return _to_the_cent(low * total / low.sum(), total, np.zeros_like(low), low)
    free = plan["has_evidence"].to_numpy()
    kept = float(
        np.clip(now[~free].sum(), total - high[free].sum(), total - low[free].sum())
    )
    spend = now * (kept / now[~free].sum() if kept else 0.0)
    if free.any():
        curve = ChannelCurves.of(curves, list(plan.index[free]))
        share = (total - kept) / weeks
        spend[free] = weeks * curve.split(share, low[free] / weeks, high[free] / weeks)
    return _to_the_cent(spend, total, low, high)


def _to_the_cent(
    spend: np.ndarray, total: float, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Round within bounds; what is left over goes to the largest that has room."""
    rounded = np.clip(spend.round(CENTS), low, high)
    for at in np.argsort(-rounded, kind="stable"):
        filled = rounded[at] + total - rounded.sum()
        rounded[at] = np.clip(round(filled, CENTS), low[at], high[at])
    return rounded


def _returns(
    plan: pd.DataFrame, curves: pd.DataFrame, weeks: int, margin_rate: float
) -> pd.DataFrame:
    told = plan[plan["has_evidence"]]
    if told.empty:
        return pd.DataFrame(np.nan, index=told.index, columns=RETURNS)
    curve = ChannelCurves.of(curves, list(told.index))
    spend = told["recommended_spend"].to_numpy() / weeks
    every = curve.revenue(spend) * weeks, curve.marginal(spend) * margin_rate - 1
    columns = [
        column
        for draws in every
        for column in (
            draws.mean(axis=0),
            *np.quantile(draws, [TAIL, 1 - TAIL], axis=0),
        )
    ]
    return pd.DataFrame(dict(zip(RETURNS, columns, strict=True)), index=told.index)


def _told(plan: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return status and reason by channel."""
    spend, low = plan["recommended_spend"], plan["lower_bound"]
    if (spend < low).any():
        return (
            np.full(len(plan), BEYOND_EVIDENCE),
            np.full(len(plan), "less than the lower bounds ask for"),
        )
    reasons = {
        "it spends nothing now": plan["current_spend"] == 0,
        "at its upper bound": spend == plan["upper_bound"],
        "at its lower bound": spend == low,
    }
    planned = np.select(list(reasons.values()), list(reasons), default="")
    return (
        np.where(plan["has_evidence"], PLANNED, INSUFFICIENT_EVIDENCE),
        np.where(plan["has_evidence"], planned, plan["reason"]),
    )
