"""Budget plans: the best split within bounds, to the cent, and no further than seen."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from test_media_mix import planted

from martlet.errors import UsageError
from martlet.estimators.budget import plan_budget
from martlet.estimators.media_mix import fit_media_mix

# Coefficient and half saturation, money per week.
STEEP, FLAT, SLIGHT = (9_000.0, 1_000.0), (6_000.0, 4_000.0), (900.0, 800.0)


def curves(*channels: tuple[float, float], draws: int = 20) -> pd.DataFrame:
    rng = np.random.default_rng(4)
    rows = [
        (draw, f"c{at}", coefficient * spread, 0.4, half)
        for draw in range(draws + 1)
        for at, (coefficient, half) in enumerate(channels)
        for spread in [rng.uniform(0.6, 1.4)]
    ]
    columns = ["draw", "channel_group", "coefficient", "carryover", "half_saturation"]
    return pd.DataFrame(rows, columns=columns)


def channels(count: int, without_evidence: str = "") -> pd.DataFrame:
    told = pd.DataFrame({"channel_group": [f"c{at}" for at in range(count)]})
    is_told = told["channel_group"] != without_evidence
    told["status"] = np.where(is_told, "estimated", "insufficient_evidence")
    return told.assign(reason=np.where(is_told, "", "spend hardly varies"))


def plan(
    spends: list[float],
    total: float,
    *shapes: tuple[float, float],
    without_evidence: str = "",
    max_change: float = 0.5,
    weeks: int = 4,
) -> pd.DataFrame:
    current = pd.Series(spends, index=[f"c{at}" for at in range(len(spends))])
    return plan_budget(
        curves(*shapes),
        channels(len(spends), without_evidence),
        current,
        total=total,
        weeks=weeks,
        max_change=max_change,
        margin_rate=0.4,
    ).set_index("channel_group")


def assert_sums_within_bounds(planned: pd.DataFrame, total: float) -> None:
    spend = planned["recommended_spend"]
    assert round(spend.sum(), 2) == total
    assert (spend.round(2) == spend).all()
    told = planned.drop("(unallocated)", errors="ignore")
    assert (told["recommended_spend"] >= told["lower_bound"]).all()
    assert (told["recommended_spend"] <= told["upper_bound"]).all()


def mean_revenue(shapes: list[tuple[float, float]], spends: np.ndarray) -> np.ndarray:
    """Sum over channels of the mean over draws, for weekly spends (..., channels)."""
    drawn = curves(*shapes).query("draw > 0")
    coefficient = drawn.groupby("channel_group")["coefficient"].mean().to_numpy()
    half = np.array([half for _, half in shapes])
    return (coefficient * spends / (spends + half)).sum(axis=-1)


def test_no_split_on_a_grid_brings_more() -> None:
    shapes, now, total = (
        [STEEP, FLAT, SLIGHT],
        np.array([1000.0, 1500.0, 600.0]),
        3200.0,
    )
    steps = [np.linspace(0.5, 1.5, 81) * spend for spend in now]
    first = np.array(list(product(*steps[:2])))
    tried = np.column_stack([first, total - first.sum(axis=1)])
    tried = tried[(tried[:, 2] >= now[2] * 0.5) & (tried[:, 2] <= now[2] * 1.5)]
    planned = plan(list(now), total * 4, *shapes)
    best = planned["recommended_spend"].to_numpy() / 4
    assert mean_revenue(shapes, best) >= mean_revenue(shapes, tried).max() - 0.01
    assert planned["expected_return"].sum() == pytest.approx(
        4 * mean_revenue(shapes, best)
    )


def test_channels_within_their_bounds_return_the_same_at_the_margin() -> None:
    planned = plan([1000.0, 1500.0], 10_000.0, STEEP, FLAT, max_change=1.0)
    assert_sums_within_bounds(planned, 10_000.0)
    one, other = planned["marginal_roi"]
    assert one == pytest.approx(other, abs=1e-4)
    assert (planned["marginal_roi_ci_low"] < planned["marginal_roi"]).all()
    assert (planned["expected_return_ci_high"] > planned["expected_return"]).all()


def test_marginal_roi_is_the_margin_on_one_more_unit() -> None:
    planned = plan([1000.0], 4 * 1200.0, STEEP)
    more = mean_revenue([STEEP], np.array([1200.5]))
    less = mean_revenue([STEEP], np.array([1199.5]))
    assert planned.loc["c0", "marginal_roi"] == pytest.approx(0.4 * (more - less) - 1)


def test_the_best_channel_gets_money_up_to_its_bound() -> None:
    planned = plan([1000.0, 1000.0], 8000.0, STEEP, SLIGHT, max_change=0.3)
    assert planned["recommended_spend"].to_dict() == {"c0": 5200.0, "c1": 2800.0}
    assert planned["reason"].tolist() == ["at its upper bound", "at its lower bound"]
    assert (planned["status"] == "planned").all()


def test_the_planted_best_channel_is_raised_to_its_bound() -> None:
    weeks = planted()
    mix = fit_media_mix(weeks, seed=7, draws=40)
    current = weeks.groupby("channel_group")["spend"].mean()
    planned = plan_budget(
        mix.curves,
        mix.channels,
        current,
        total=float(current.sum() * 13),
        weeks=13,
        max_change=0.3,
        margin_rate=0.5,
    ).set_index("channel_group")
    assert planned.loc["search", "reason"] == "at its upper bound"
    display = planned.loc["display"]
    assert display["status"] == "insufficient_evidence"
    assert display["recommended_spend"] == pytest.approx(
        display["current_spend"], abs=0.05
    )


def test_channels_without_evidence_keep_their_spend() -> None:
    planned = plan([1000.0, 500.0, 800.0], 9400.0, STEEP, FLAT, SLIGHT,
                   without_evidence="c1")  # fmt: skip
    kept = planned.loc["c1"]
    assert kept["recommended_spend"] == kept["current_spend"] == 2000.0
    assert (kept["status"], kept["reason"]) == (
        "insufficient_evidence",
        "spend hardly varies",
    )
    assert np.isnan(kept["expected_return"]) and np.isnan(kept["marginal_roi_ci_low"])
    assert_sums_within_bounds(planned, 9400.0)


@pytest.mark.parametrize(("total", "kept"), [(5000.0, 3000.0), (11_000.0, 4000.0)])
def test_they_go_down_where_the_total_cannot_be_met_and_never_up(
    total: float, kept: float
) -> None:
    planned = plan([1000.0, 1000.0], total, STEEP, FLAT, without_evidence="c1")
    assert planned.loc["c1", "recommended_spend"] == kept
    assert_sums_within_bounds(planned, total)


def test_no_channel_has_evidence() -> None:
    planned = plan([1000.0], 4400.0, STEEP, without_evidence="c0")
    assert planned["recommended_spend"].tolist() == [4000.0, 400.0]
    assert planned["status"].tolist() == ["insufficient_evidence", "beyond_evidence"]


def test_what_exceeds_the_upper_bounds_is_left_unallocated() -> None:
    planned = plan([1000.0, 500.0], 10_000.0, STEEP, FLAT)
    rest = planned.loc["(unallocated)"]
    assert (rest["recommended_spend"], rest["status"]) == (1000.0, "beyond_evidence")
    assert (planned.drop("(unallocated)")["reason"] == "at its upper bound").all()
    assert_sums_within_bounds(planned, 10_000.0)


def test_less_than_the_lower_bounds_is_shared_in_proportion() -> None:
    planned = plan([1000.0, 500.0], 1000.01, STEEP, FLAT)
    assert planned["recommended_spend"].tolist() == [666.67, 333.34]
    assert (planned["status"] == "beyond_evidence").all()


def test_one_channel_gets_it_all() -> None:
    planned = plan([1000.0], 5000.0, STEEP)
    assert planned["recommended_spend"].tolist() == [5000.0]


def test_a_channel_that_spends_nothing_gets_nothing() -> None:
    planned = plan([0.0, 1000.0], 4000.0, STEEP, SLIGHT)
    assert planned["recommended_spend"].tolist() == [0.0, 4000.0]
    assert planned.loc["c0", "reason"] == "it spends nothing now"
    idle = plan([0.0], 100.0, STEEP)
    assert idle["recommended_spend"].to_dict() == {"c0": 0.0, "(unallocated)": 100.0}


def test_channels_the_fit_does_not_know_are_without_evidence() -> None:
    planned = plan_budget(
        curves(STEEP),
        channels(1),
        pd.Series({"c0": 100.0, "new": 50.0}),
        total=160.0,
        weeks=1,
        max_change=0.5,
        margin_rate=0.4,
    ).set_index("channel_group")
    assert planned["recommended_spend"].to_dict() == {"c0": 110.0, "new": 50.0}
    assert planned.loc["new", "reason"] == "the media mix does not know it"


@pytest.mark.parametrize("seed", range(8))
def test_any_total_is_met_to_the_cent(seed: int) -> None:
    rng = np.random.default_rng(seed)
    spends = list(rng.uniform(0.1, 3000, 3).round(4))
    total = round(float(13 * sum(spends) * rng.uniform(0.8, 1.6)), 2)
    planned = plan(spends, total, STEEP, FLAT, SLIGHT, without_evidence="c2",
                   max_change=0.3, weeks=13)  # fmt: skip
    if total >= planned["lower_bound"].sum():
        assert_sums_within_bounds(planned, total)
    assert round(planned["recommended_spend"].sum(), 2) == total


@pytest.mark.parametrize(
    ("total", "max_change", "weeks"),
    [(0.0, 0.3, 4), (-5.0, 0.3, 4), (np.nan, 0.3, 4), (9.0, 0.0, 4), (9.0, 1.1, 4),
     (9.0, 0.3, 0), (np.inf, 0.3, 4)],
)  # fmt: skip
def test_what_cannot_be_planned_is_refused(
    total: float, max_change: float, weeks: int
) -> None:
    with pytest.raises(UsageError) as refused:
        plan([1000.0], total, STEEP, max_change=max_change, weeks=weeks)
    assert refused.value.hint
