"""ROI of planned campaigns: what can be known is found, the rest is the mean."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from martlet.errors import ModelRefused
from martlet.estimators.roi_forecast import RoiForecast, forecast_roi
from martlet.estimators.roi_validation import (
    BASELINE,
    foretell_each,
    in_time_order,
    left_out,
)

CHANNELS = np.array(["search", "social", "email", None], dtype=object)
WORTH = np.array([0.2, -0.4, 2.0, 0.5])


def campaigns(
    number: int, *, noise: float = 0.2, signal: float = 1.0, seed: int = 1
) -> pd.DataFrame:
    """Campaigns a week apart, known three weeks later; channel and budget tell."""
    rng = np.random.default_rng(seed)
    starts = pd.Timestamp(2025, 1, 1) + pd.to_timedelta(7 * np.arange(number), unit="D")
    channel = rng.integers(0, 4, number)
    budget = rng.lognormal(8, 1, number)
    truth = WORTH[channel] - 0.4 * (np.log(budget) - 8)
    return pd.DataFrame(
        {
            "campaign_id": [f"c{place:03}" for place in range(number)],
            "starts_on": starts,
            "closed_on": starts + pd.Timedelta(days=21),
            "roi": signal * truth + rng.normal(0, noise, number),
            "budget": budget,
            "unknown": np.nan,
            "discount": rng.choice([0.0, 0.1, np.nan], number),
            "channel_group": CHANNELS[channel],
            "objective": pd.Series([None] * number, dtype=object),
        }
    )


def planned_of(past: pd.DataFrame) -> pd.DataFrame:
    return past.tail(8).drop(columns=["closed_on", "roi"])


@pytest.fixture(scope="module")
def planted() -> RoiForecast:
    past = campaigns(90)
    return forecast_roi(past.head(80), planned_of(past), seed=7)


def test_channel_and_budget_foretell_better_than_the_mean(planted: RoiForecast) -> None:
    assert planted.parameters["candidate"] != BASELINE
    assert planted.note is None
    error = planted.metrics.set_index("metric_name").loc["mean_absolute_error"]
    assert error["metric_value"] < error["baseline_value"] / 2
    actual = campaigns(90).tail(8).set_index("campaign_id")["roi"]
    told = planted.predictions.set_index("campaign_id")
    assert (told["predicted_roi"] - actual).abs().mean() < 0.4
    spent = campaigns(90).set_index("campaign_id")["budget"]
    assert told["predicted_profit"].to_numpy() == pytest.approx(
        (told["predicted_roi"] * spent.loc[told.index]).to_numpy()
    )


def test_what_is_told_is_shaped_as_said(planted: RoiForecast) -> None:
    told = planted.candidates
    assert len(told) == 10 and told.notna().all(axis=None)
    assert set(told["validation"]) == {"time_ordered", "leave_one_out"}
    serving = set(told.loc[told["is_serving"], "candidate"])
    assert serving == {planted.parameters["candidate"]}
    assert set(planted.predictions["candidate"]) == serving
    baseline = told[told["candidate"] == BASELINE]
    assert (baseline[["gain", "gain_ci_low", "gain_ci_high"]] == 0).all(axis=None)
    in_time = told[told["is_serving"] & (told["validation"] == "time_ordered")]
    assert planted.metrics["metric_value"].tolist() == (
        in_time[planted.metrics["metric_name"]].iloc[0].tolist()
    )
    # The first to know ten others is the thirteenth.
    assert planted.parameters["judged_in_time_order"] == 80 - 12
    json.dumps(planted.parameters, allow_nan=False)


def test_noise_is_foretold_by_the_mean() -> None:
    past = campaigns(60, noise=1.0, signal=0.0)
    told = forecast_roi(past, planned_of(past), seed=7)
    assert told.parameters["candidate"] == BASELINE
    assert told.note and "mean is served" in told.note
    assert told.predictions["predicted_roi"].to_numpy() == pytest.approx(
        past["roi"].mean()
    )


def test_row_order_does_not_matter_and_a_seed_repeats(planted: RoiForecast) -> None:
    past = campaigns(90)
    again = forecast_roi(
        past.head(80).sample(frac=1, random_state=1),
        planned_of(past).sample(frac=1, random_state=2),
        seed=7,
    )
    assert again.parameters == planted.parameters
    for name in ("predictions", "candidates", "metrics"):
        pd.testing.assert_frame_equal(
            getattr(again, name), getattr(planted, name), check_exact=True
        )


@pytest.mark.parametrize("number", [30, 60])  # one fit per campaign, and in blocks
def test_nothing_later_foretells_an_earlier_campaign(number: int) -> None:
    past = campaigns(number)
    starts, closes = (past[name].to_numpy() for name in ("starts_on", "closed_on"))
    splits = in_time_order(starts, closes)
    assert len(splits) <= 40
    for known, ahead in splits:
        assert closes[known].max() <= starts[ahead].min()
    features = past[["budget", "channel_group"]].astype({"channel_group": object})
    roi = past["roi"].to_numpy()
    since = number - 8
    changed = np.concatenate([roi[:since], roi[since:][::-1] + 5])
    one, other = (
        foretell_each(features, each, splits, seed=7) for each in (roi, changed)
    )
    until = past.index[starts < closes[since]]
    pd.testing.assert_frame_equal(
        one.loc[one.index.intersection(until)],
        other.loc[other.index.intersection(until)],
        check_exact=True,
    )
    assert not one.equals(other)


def test_each_campaign_is_foretold_once() -> None:
    past = campaigns(200)
    starts, closes = (past[name].to_numpy() for name in ("starts_on", "closed_on"))
    in_time = np.concatenate([ahead for _, ahead in in_time_order(starts, closes)])
    assert in_time.tolist() == list(range(12, 200))
    assert len(left_out(40)) == 40 and len(left_out(41)) == 20
    for known, ahead in left_out(41):
        assert sorted([*known, *ahead]) == list(range(41))


def test_campaigns_that_knew_the_same_are_foretold_by_one_fit() -> None:
    starts = np.repeat(np.array(["2025-01-01", "2025-03-01"], "datetime64[D]"), [12, 9])
    ((known, ahead),) = in_time_order(starts, starts + 30)
    assert known.tolist() == list(range(12)) and ahead.tolist() == list(range(12, 21))


def test_four_of_five_campaigns_come_out_within_the_interval() -> None:
    inside = []
    for seed in range(3):
        past = campaigns(150, noise=0.5, seed=seed)
        told = forecast_roi(past.head(44), past.tail(100), seed=7).predictions
        actual = past["roi"].tail(100).reset_index(drop=True)
        inside.append(actual.between(told["ci_low"], told["ci_high"]).mean())
    assert 0.72 < np.mean(inside) < 0.9


def test_a_new_channel_and_an_unknown_budget_are_no_fault(planted: RoiForecast) -> None:
    past = campaigns(90)
    planned = planned_of(past).assign(channel_group="balloon", budget=np.nan)
    told = forecast_roi(past.head(80), planned, seed=7).predictions
    assert np.isfinite(told["predicted_roi"]).all()
    assert (told["predicted_roi"].abs() < 5).all()
    assert told["predicted_profit"].isna().all()


def test_nothing_planned_is_told_of_all_the_same() -> None:
    past = campaigns(30)
    told = forecast_roi(past, planned_of(past).head(0), seed=7)
    assert told.predictions.empty and "predicted_roi" in told.predictions
    assert len(told.metrics) == 3 and told.metrics["metric_value"].notna().all()


def test_campaigns_that_all_ran_at_once_are_foretold_by_their_mean() -> None:
    past = campaigns(25).assign(closed_on=pd.Timestamp(2026, 1, 1))
    told = forecast_roi(past, planned_of(past), seed=7)
    assert told.parameters["candidate"] == BASELINE
    assert told.note and told.note.startswith("Only 0 campaigns")
    assert told.predictions[["ci_low", "ci_high"]].isna().all(axis=None)
    in_time = told.candidates["validation"] == "time_ordered"
    assert told.candidates.loc[in_time, "mean_absolute_error"].isna().all()
    assert told.candidates.loc[~in_time, "mean_absolute_error"].notna().all()
    json.dumps(told.parameters, allow_nan=False)


@pytest.mark.parametrize(
    ("past", "said"),
    [
        (campaigns(12), "The result of 12 past campaigns is known, and 20 are needed"),
        (campaigns(0), "The result of 0 past"),
        (campaigns(30).assign(roi=np.nan), "30 of 30 .* without a finite ROI"),
        (campaigns(30).assign(closed_on=pd.NaT), "not known after they start"),
        (campaigns(30).assign(campaign_id="c"), "29 repeat another"),
        (campaigns(30).drop(columns="roi"), "past table lacks roi"),
    ],
)
def test_what_says_nothing_is_refused(past: pd.DataFrame, said: str) -> None:
    with pytest.raises(ModelRefused, match=said) as refused:
        forecast_roi(past, planned_of(campaigns(30)), seed=7)
    assert refused.value.hint


def test_a_planned_campaign_without_the_features_is_refused() -> None:
    past = campaigns(30)
    with pytest.raises(ModelRefused, match="planned table lacks discount"):
        forecast_roi(past, planned_of(past).drop(columns="discount"), seed=7)
