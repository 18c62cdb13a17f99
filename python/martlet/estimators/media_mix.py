"""What each channel's spend brought in, and how sure of it the weeks can make us.

Revenue per week is trend, season and what each channel adds. Spend that hardly changes
says nothing of what it does, and neither does an effect no greater than chance finds:
such channels are told as being without evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.estimators.media_bootstrap import MediaBootstrap, block_weeks
from martlet.estimators.media_history import MediaHistory, fourier_orders
from martlet.estimators.media_regression import MediaFit, MediaRegression
from martlet.estimators.response_curves import ShapeGrid, adstock, saturation

ESTIMATED = "estimated"
INSUFFICIENT_EVIDENCE = "insufficient_evidence"

# A season that was seen once cannot be told from spend that goes with it.
FEWEST_WEEKS_FOR_EVIDENCE = 104
YOUNG = f"fewer than {FEWEST_WEEKS_FOR_EVIDENCE} weeks: no season was seen twice"
FEWEST_WEEKS_WITH_SPEND = 26
SELDOM = f"fewer than {FEWEST_WEEKS_WITH_SPEND} weeks with spend"
STEADY = "spend hardly varies"
LEAST_VARIATION = 0.1  # standard deviation of weekly spend over its mean
LEAST_SHARE = 1e-3  # of all revenue, which the lower end has to be above
HOLDOUT_WEEKS = 26
FEWEST_WEEKS_TO_JUDGE = 78
LEVEL = 0.9
TAIL = (1 - LEVEL) / 2


@dataclass(frozen=True)
class MediaMix:
    """What media did.

    Attributes
    ----------
    curves : DataFrame
        draw (0 the estimate, then the bootstrap), channel_group, coefficient and
        half_saturation (money per week), and carryover (share left a week later).
        Without channels that never spent.
    channels : DataFrame
        One row per channel: channel_group, status (``estimated`` or
        ``insufficient_evidence``), reason, weeks_with_spend, contribution (mean money
        per week) and roas (contribution per money spent), both with ci_low and ci_high
        (90 %). Null where a channel never spent, or always the same: what that does
        is part of the baseline.
    fitted : DataFrame
        week_start, revenue, fitted_revenue, baseline_revenue (what is fitted, less what
        media add).
    metrics : DataFrame
        metric_name, metric_value, baseline_value (of trend and season alone) and
        evaluated_on. The percentage error is a share, of weeks with revenue.
    parameters : dict
        JSON-able: how the fit was made, and by channel the chance that none has its
        effect.
    """

    curves: pd.DataFrame
    channels: pd.DataFrame
    fitted: pd.DataFrame
    metrics: pd.DataFrame
    parameters: dict


def fit_media_mix(weeks: pd.DataFrame, *, seed: int, draws: int = 200) -> MediaMix:
    """Fit the regression, and again on each draw of a bootstrap.

    Parameters
    ----------
    weeks : DataFrame
        One row per week and channel: week_start, channel_group, spend and revenue
        (money; of the whole shop, the same in each row of a week). No week is left
        out; a channel without a row in a week spent nothing in it. Row order is
        ignored.
    seed : int
        Of the bootstrap.
    draws : int
        Of the bootstrap, at least 1.

    Raises
    ------
    ModelRefused
        Fewer than 52 weeks, a week left out or with several revenues, no spend or no
        revenue, or values that cannot be.
    """
    history = MediaHistory.of(weeks)
    orders = fourier_orders(history.weeks)
    regression, fit = MediaRegression.fitted(
        ShapeGrid.of(history.spend), history.baseline(orders), history.revenue
    )
    bootstrap = MediaBootstrap(regression, fit, history.revenue, seed=seed, draws=draws)
    fits, p_values = [fit, *bootstrap.refits()], bootstrap.p_values()
    channels = _channels(history, regression, fits, p_values)
    every_channel = pd.Index(sorted(weeks["channel_group"].unique()))
    return MediaMix(
        curves=_curves(history, regression.grid, fits),
        channels=_with_unspent(channels, every_channel),
        fitted=_fitted(history, regression, fit),
        metrics=_metrics(history, regression, fit),
        parameters={
            "weeks": history.weeks,
            "first_week": str(history.dates[0].date()),
            "last_week": str(history.dates[-1].date()),
            "fourier_orders": orders,
            "draws": draws,
            "block_weeks": block_weeks(history.weeks),
            "seed": seed,
            "confidence_level": LEVEL,
            "p_values": dict(zip(history.channels, p_values.tolist(), strict=True)),
        },
    )


def _curves(
    history: MediaHistory, grid: ShapeGrid, fits: list[MediaFit]
) -> pd.DataFrame:
    shape = np.array([each.shape for each in fits])
    channels = np.arange(len(history.channels))
    return pd.DataFrame(
        {
            "draw": np.repeat(np.arange(len(fits)), len(channels)),
            "channel_group": history.channels * len(fits),
            "coefficient": np.concatenate([each.coefficient for each in fits]),
            "carryover": grid.carryover[shape].ravel(),
            "half_saturation": grid.half_saturation[channels, shape].ravel(),
        }
    )


def _channels(
    history: MediaHistory,
    regression: MediaRegression,
    fits: list[MediaFit],
    p_values: np.ndarray,
) -> pd.DataFrame:
    """Tell contributions by channel; an interval holds 0 where chance might do as well.

    What a channel does is at least 0, so that draws around an estimate that owes all to
    chance would keep away from 0 too.
    """
    contributions = np.array([regression.added(each).mean(axis=0) for each in fits])
    estimate = contributions[0]
    low, high = np.quantile(contributions[1:], [TAIL, 1 - TAIL], axis=0)
    told = pd.DataFrame(
        {
            "weeks_with_spend": (history.spend > 0).sum(axis=0),
            "contribution": estimate,
            "contribution_ci_low": np.where(
                p_values > TAIL, 0.0, np.minimum(low, estimate)
            ),
            "contribution_ci_high": np.maximum(high, estimate),
        },
        index=history.channels,
    )
    mean = history.spend.mean(axis=0)
    for end in ("", "_ci_low", "_ci_high"):
        told[f"roas{end}"] = told[f"contribution{end}"] / mean
    reason = _reasons(history, told)
    told.loc[reason == STEADY, told.columns != "weeks_with_spend"] = np.nan
    told.insert(0, "reason", reason)
    return told


def _reasons(history: MediaHistory, told: pd.DataFrame) -> np.ndarray:
    """Return why a channel is without evidence; empty where it is not."""
    spend, least = history.spend, LEAST_SHARE * history.revenue.mean()
    conditions = {
        YOUNG: np.full(len(told), history.weeks < FEWEST_WEEKS_FOR_EVIDENCE),
        SELDOM: told["weeks_with_spend"] < FEWEST_WEEKS_WITH_SPEND,
        STEADY: spend.std(axis=0) < LEAST_VARIATION * spend.mean(axis=0),
        "its effect cannot be told from none": told["contribution_ci_low"] <= least,
    }
    return np.select(list(conditions.values()), list(conditions), default="")


def _with_unspent(channels: pd.DataFrame, every_channel: pd.Index) -> pd.DataFrame:
    told = channels.reindex(every_channel)
    told["weeks_with_spend"] = told["weeks_with_spend"].fillna(0).astype(np.int64)
    told["reason"] = told["reason"].fillna(SELDOM)
    is_told = told["reason"] == ""
    told.insert(0, "status", np.where(is_told, ESTIMATED, INSUFFICIENT_EVIDENCE))
    return told.rename_axis("channel_group").reset_index()


def _fitted(
    history: MediaHistory, regression: MediaRegression, fit: MediaFit
) -> pd.DataFrame:
    fitted = history.revenue - regression.residual(history.revenue, fit)
    return pd.DataFrame(
        {
            "week_start": history.dates,
            "revenue": history.revenue,
            "fitted_revenue": fitted,
            "baseline_revenue": fitted - regression.added(fit).sum(axis=1),
        }
    )


def _metrics(
    history: MediaHistory, regression: MediaRegression, fit: MediaFit
) -> pd.DataFrame:
    revenue = history.revenue
    left = regression.residual(revenue, fit), regression.without_baseline(revenue)
    explained = [1 - float(each.var() / revenue.var()) for each in left]
    rows = [("r_squared", *explained, "all weeks")]
    past = history.spend[:-HOLDOUT_WEEKS].any(axis=0)
    if history.weeks >= FEWEST_WEEKS_TO_JUDGE and past.any():
        errors = _holdout_errors(history.limited(history.weeks, past))
        sold = revenue[-HOLDOUT_WEEKS:]
        share = [float(np.abs(each / sold)[sold > 0].mean()) for each in errors]
        root = [float(np.sqrt((each**2).mean())) for each in errors]
        on = f"last {HOLDOUT_WEEKS} weeks"
        rows.append(("mean_absolute_percentage_error", *share, on))
        rows.append(("root_mean_squared_error", *root, on))
    columns = ["metric_name", "metric_value", "baseline_value", "evaluated_on"]
    return pd.DataFrame(rows, columns=columns)


def _holdout_errors(history: MediaHistory) -> tuple[np.ndarray, np.ndarray]:
    """Foretell the last weeks from those before, with media and without."""
    known = history.weeks - HOLDOUT_WEEKS
    baseline = history.baseline(fourier_orders(known))
    revenue, grid = history.revenue, ShapeGrid.of(history.spend[:known])
    _, fit = MediaRegression.fitted(grid, baseline[:known], revenue[:known])
    added = np.zeros(history.weeks)
    for channel, shape in enumerate(fit.shape):
        spread = adstock(history.spend[:, channel], grid.carryover[shape])
        half = grid.half_saturation[channel, shape]
        added += fit.coefficient[channel] * saturation(spread, half)

    def errors(media: np.ndarray) -> np.ndarray:
        terms = np.linalg.lstsq(baseline[:known], (revenue - media)[:known])[0]
        return (revenue - media - baseline @ terms)[known:]

    return errors(added), errors(np.zeros_like(added))
