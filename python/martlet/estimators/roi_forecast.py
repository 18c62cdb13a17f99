"""What a planned campaign will return, told from the campaigns that are over.

A shop has tens of campaigns, not thousands, and on so few a model often knows no more
than their mean. So the mean is what a model has to beat, on campaigns foretold from
those before them, by more than chance explains; otherwise the mean is what is served.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.inputs import (
    column_kinds,
    refuse_lacking,
    refuse_repeated,
    typed,
    typed_like,
)
from martlet.estimators.metrics import bootstrap_interval, resamples
from martlet.estimators.roi_validation import (
    BASELINE,
    foretell,
    foretell_each,
    in_time_order,
    left_out,
)

KEYS = ("campaign_id", "starts_on", "closed_on")
RESULT = "roi"  # known only afterwards
FEWEST_CAMPAIGNS = 20
FEWEST_JUDGED = 10  # campaigns from which on a model can be told from the mean
COVERAGE = 0.8
BOOTSTRAP_ROUNDS = 1000
TIME_ORDERED, LEAVE_ONE_OUT = "time_ordered", "leave_one_out"
MEASURES = ("mean_absolute_error", "root_mean_squared_error", "r_squared")


@dataclass(frozen=True)
class RoiForecast:
    """What planned campaigns are foretold to return, and how good that is.

    Attributes
    ----------
    predictions : DataFrame
        One row per planned campaign: campaign_id, predicted_roi (profit over cost),
        ci_low, ci_high (80 %), predicted_profit (ROI times budget, in its currency),
        candidate.
    candidates : DataFrame
        One row per candidate and validation (time_ordered, leave_one_out): candidate,
        validation, mean_absolute_error, root_mean_squared_error, r_squared, gain (by
        how much the mean absolute error is below the baseline's) with gain_ci_low and
        gain_ci_high (95 %), is_serving. Null where nothing could be judged.
    metrics : DataFrame
        Of what is served, in the order of time: metric_name, metric_value,
        baseline_value, evaluated_on.
    parameters : dict
        JSON-able: what was fitted on, what is served, and the reach of the interval.
    note : str or None
        Why the mean is served, where it is.
    """

    predictions: pd.DataFrame
    candidates: pd.DataFrame
    metrics: pd.DataFrame
    parameters: dict
    note: str | None


def forecast_roi(
    past: pd.DataFrame, planned: pd.DataFrame, *, seed: int
) -> RoiForecast:
    """Fit the candidates, choose by campaigns foretold in the order of time, foretell.

    Parameters
    ----------
    past : DataFrame
        One row per campaign that is over: campaign_id, starts_on, closed_on (from when
        its result is known), roi (profit over cost, -1 where all was lost), and features
        known before it started (numbers or text, null where unknown). A budget is a
        feature where it is among them. Row order is ignored.
    planned : DataFrame
        One row per campaign: campaign_id, budget (may be null), and the same features.
    seed : int
        Of the bootstrap and of the trees.

    Raises
    ------
    ModelRefused
        Fewer than 20 past campaigns, results or dates that cannot be, repeated
        campaigns, or features that are missing, infinite or of no usable type.
    """
    history = _history(past)
    kinds = column_kinds(history.drop(columns=[*KEYS, RESULT]))
    features, roi = typed(history, kinds), history["roi"].to_numpy(np.float64)
    plans, ahead = _ahead(planned, column_kinds(features))
    dates = (history[name].to_numpy() for name in ("starts_on", "closed_on"))
    splits = {TIME_ORDERED: in_time_order(*dates), LEAVE_ONE_OUT: left_out(len(roi))}
    foretold = {
        validation: foretell_each(features, roi, split, seed=seed)
        for validation, split in splits.items()
    }
    candidates = pd.concat(
        [_judged(name, told, roi, seed) for name, told in foretold.items()],
        ignore_index=True,
    )
    serving, note = _choose(candidates, judged=len(foretold[TIME_ORDERED]))
    told = foretold[TIME_ORDERED][serving]
    reach = _reach(np.abs(told.to_numpy(np.float64) - roi[told.index]))
    predicted = np.zeros(0)
    if len(ahead):
        predicted = foretell(features, roi, ahead, seed=seed)[serving].to_numpy()
    return RoiForecast(
        predictions=_predictions(plans, predicted, reach).assign(candidate=serving),
        candidates=candidates.assign(is_serving=candidates["candidate"] == serving),
        metrics=_metrics(candidates, serving, judged=len(told)),
        parameters={
            "candidate": serving,
            "past_campaigns": len(roi),
            "mean_of_past": float(roi.mean()),
            "judged_in_time_order": len(told),
            "fits_in_time_order": len(splits[TIME_ORDERED]),
            "interval_coverage": COVERAGE,
            "interval_reach": None if np.isnan(reach) else reach,
            "features": kinds,
            "bootstrap_rounds": BOOTSTRAP_ROUNDS,
            "seed": seed,
        },
        note=note,
    )


def _history(past: pd.DataFrame) -> pd.DataFrame:
    refuse_lacking(past, [*KEYS, RESULT], "past")
    refuse_repeated(past["campaign_id"], "one campaign")
    if len(past) < FEWEST_CAMPAIGNS:
        raise ModelRefused(
            f"The result of {len(past)} past campaigns is known, and "
            f"{FEWEST_CAMPAIGNS} are needed to foretell one.",
            "Load ad_spend and the end dates of past campaigns.",
        )
    dates = {name: pd.to_datetime(past[name]) for name in ("starts_on", "closed_on")}
    history = past.assign(**dates)
    cannot_be = {
        "without a finite ROI": ~np.isfinite(history["roi"].astype(np.float64)),
        "not known after they start": ~(history["closed_on"] > history["starts_on"]),
    }
    for fault, rows in cannot_be.items():
        if rows.any():
            raise ModelRefused(
                f"{int(rows.sum())} of {len(past)} past campaigns are {fault}, the "
                f"first of them {history.loc[rows, 'campaign_id'].min()}.",
                "Leave out campaigns without spend, and see whether dates are right.",
            )
    return history.sort_values(["starts_on", "campaign_id"], ignore_index=True)


def _judged(
    validation: str, foretold: pd.DataFrame, roi: np.ndarray, seed: int
) -> pd.DataFrame:
    """Measure each candidate; the campaigns drawn are the same for all."""
    columns = ["candidate", "validation", *MEASURES]
    columns += ["gain", "gain_ci_low", "gain_ci_high"]
    if foretold.empty:
        told = [(name, validation) for name in foretold]
        return pd.DataFrame(told, columns=columns[:2]).reindex(columns=columns)
    actual = roi[foretold.index]
    draws = np.stack(list(resamples(len(actual), BOOTSTRAP_ROUNDS, seed)))
    errors = foretold.sub(actual, axis=0)
    spread = float(np.mean((actual - actual.mean()) ** 2))
    told = []
    for name in errors:
        error = errors[name].to_numpy()
        gains = np.abs(errors[BASELINE].to_numpy()) - np.abs(error)
        squared = float(np.mean(error**2))
        gain = float(gains.mean())
        measures = (
            float(np.abs(error).mean()),
            float(np.sqrt(squared)),
            1 - squared / spread if spread else np.nan,
        )
        interval = bootstrap_interval(gain, draws @ gains / len(gains))
        told.append((name, validation, *measures, gain, *interval))
    return pd.DataFrame(told, columns=columns)


def _choose(candidates: pd.DataFrame, *, judged: int) -> tuple[str, str | None]:
    """Return what serves, and why where that is the baseline."""
    if judged < FEWEST_JUDGED:
        return BASELINE, (
            f"Only {judged} campaigns started when enough others were known, and "
            f"{FEWEST_JUDGED} are needed to tell a model from the mean of past "
            "campaigns. The mean is served."
        )
    in_time = candidates[candidates["validation"] == TIME_ORDERED]
    by_error = in_time.set_index("candidate")["mean_absolute_error"]
    models = in_time.set_index("candidate").drop(index=BASELINE)
    best = models.loc[models["mean_absolute_error"].idxmin()]
    if best["gain_ci_low"] > 0:
        return str(best.name), None
    return BASELINE, (
        "No model foretells campaigns reliably better than the mean of past ones: the "
        f"best, {best.name}, is off by {best['mean_absolute_error']:.2f} on average "
        f"where the mean is off by {by_error[BASELINE]:.2f} (gain {best['gain']:.2f}, "
        f"95 % interval {best['gain_ci_low']:.2f} to {best['gain_ci_high']:.2f}). The "
        "mean is served."
    )


def _reach(misses: np.ndarray) -> float:
    """Return how far an interval reaches to either side: split conformal prediction.

    The ceil((n + 1) * coverage)-th smallest of n absolute errors on campaigns that were
    not fitted (Vovk et al. 2005; Lei et al. 2018); NaN where n is too small for one.
    """
    place = ceil((len(misses) + 1) * COVERAGE)
    return float(np.sort(misses)[place - 1]) if place <= len(misses) else float("nan")


def _ahead(
    planned: pd.DataFrame, kinds: dict[str, str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return campaign_id and budget in the order of the first, and typed features."""
    if planned.empty:
        planned = pd.DataFrame(columns=list({"campaign_id": "", "budget": "", **kinds}))
    refuse_lacking(planned, ["campaign_id", "budget"], "planned")
    refuse_repeated(planned["campaign_id"], "one campaign")
    ordered = planned.sort_values("campaign_id", ignore_index=True)
    plans = ordered[["campaign_id", "budget"]].astype({"budget": np.float64})
    return plans, typed_like(ordered, kinds, "planned")


def _predictions(
    plans: pd.DataFrame, predicted: np.ndarray, reach: float
) -> pd.DataFrame:
    """Put an interval around each ROI.

    It may reach below -1: where goods are sold below cost or come back, a campaign
    loses more than was spent on it.
    """
    return pd.DataFrame(
        {
            "campaign_id": plans["campaign_id"],
            "predicted_roi": predicted,
            "ci_low": predicted - reach,
            "ci_high": predicted + reach,
            "predicted_profit": predicted * plans["budget"],
        }
    )


def _metrics(candidates: pd.DataFrame, serving: str, *, judged: int) -> pd.DataFrame:
    in_time = candidates[candidates["validation"] == TIME_ORDERED]
    by_candidate = in_time.set_index("candidate")
    return pd.DataFrame(
        {
            "metric_name": measure,
            "metric_value": by_candidate.loc[serving, measure],
            "baseline_value": by_candidate.loc[BASELINE, measure],
            "evaluated_on": f"{judged} campaigns, foretold from those known before",
        }
        for measure in MEASURES
    )
