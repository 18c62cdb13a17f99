"""Media mix: planted curves are found, and what the weeks cannot tell is not told."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from martlet.errors import ModelRefused
from martlet.estimators.media_bootstrap import block_weeks
from martlet.estimators.media_mix import MediaMix, fit_media_mix
from martlet.estimators.media_regression import MediaRegression
from martlet.estimators.response_curves import ShapeGrid, adstock, saturation

# Mean weekly spend, carryover, half saturation and mean weekly contribution.
PLANTED = {
    "paid_social": (8_000.0, 0.2, 8_000.0, 20_000.0),
    "search": (6_000.0, 0.0, 12_000.0, 15_000.0),
    "tv": (9_000.0, 0.6, 18_000.0, 12_000.0),
    "display": (5_000.0, 0.0, 5_000.0, 0.0),
}


def planted(weeks: int = 156, noise: float = 2_500.0, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    week = np.arange(weeks)
    revenue = 60_000 + 60 * week + 12_000 * np.sin(2 * np.pi * week / 52.18)
    revenue += rng.normal(0, noise, weeks)
    spends = {}
    for name, (mean, carryover, half, contribution) in PLANTED.items():
        is_on = rng.random(weeks) < 0.85
        spends[name] = mean * rng.lognormal(0, 0.5, weeks) * is_on
        shape = saturation(adstock(spends[name], carryover), half)
        revenue += contribution * shape / shape.mean()
    wide = pd.DataFrame(spends).assign(
        week_start=pd.date_range("2023-01-02", periods=weeks, freq="7D"),
        revenue=revenue,
    )
    return wide.melt(
        ["week_start", "revenue"], var_name="channel_group", value_name="spend"
    )


def by_channel(mix: MediaMix) -> pd.DataFrame:
    return mix.channels.set_index("channel_group")


def same(one: MediaMix, other: MediaMix) -> None:
    assert one.parameters == other.parameters
    for name in ("curves", "channels", "fitted", "metrics"):
        pd.testing.assert_frame_equal(
            getattr(one, name), getattr(other, name), check_exact=True
        )


@pytest.fixture(scope="module")
def mix() -> MediaMix:
    return fit_media_mix(planted(), seed=7, draws=100)


def test_adstock_adds_up_and_leaves_steady_spend_as_it_is() -> None:
    assert adstock(np.full(10, 3.0), 0.6) == pytest.approx(np.full(10, 3.0))
    once = np.array([0.0, 0, 0, 0, 10, 0, 0])
    assert adstock(once, 0.5) == pytest.approx([0, 0, 0, 0, 5, 2.5, 1.25])
    assert adstock(once, 0.0) == pytest.approx(once)


def test_half_saturation_does_half_of_the_most() -> None:
    assert saturation(np.array([0.0, 4.0, 12.0]), 4.0) == pytest.approx([0, 0.5, 0.75])


def test_contributions_lie_within_their_intervals(mix: MediaMix) -> None:
    told = by_channel(mix)
    for name, (*_, contribution) in PLANTED.items():
        assert told.loc[name, "contribution_ci_low"] <= contribution
        assert contribution <= told.loc[name, "contribution_ci_high"]


def test_a_channel_that_does_nothing_is_told_apart(mix: MediaMix) -> None:
    told = by_channel(mix)
    assert (told.drop("display")["status"] == "estimated").all()
    assert (told.drop("display")["reason"] == "").all()
    assert told.loc["display", "status"] == "insufficient_evidence"
    assert told.loc["display", "reason"] == "its effect cannot be told from none"
    assert told.loc["display", "contribution_ci_low"] == 0


def test_returns_are_contributions_over_spend(mix: MediaMix) -> None:
    told = by_channel(mix)
    spend = planted().groupby("channel_group")["spend"].mean()
    for end in ("", "_ci_low", "_ci_high"):
        expected = told[f"contribution{end}"] / spend
        assert told[f"roas{end}"].to_numpy() == pytest.approx(expected.to_numpy())


def test_what_is_fitted_is_baseline_and_contributions(mix: MediaMix) -> None:
    media = mix.fitted["fitted_revenue"] - mix.fitted["baseline_revenue"]
    assert media.mean() == pytest.approx(mix.channels["contribution"].sum())
    left = mix.fitted["revenue"] - mix.fitted["fitted_revenue"]
    assert left.mean() == pytest.approx(0, abs=1e-6)


def test_spend_foretells_what_the_season_does_not(mix: MediaMix) -> None:
    metrics = mix.metrics.set_index("metric_name")
    r_squared = metrics.loc["r_squared"]
    assert r_squared["metric_value"] > 0.9 > r_squared["baseline_value"]
    errors = metrics.drop("r_squared")
    assert (errors["evaluated_on"] == "last 26 weeks").all()
    assert (errors["metric_value"] < errors["baseline_value"] * 0.6).all()


def test_curves_hold_the_estimate_and_every_draw(mix: MediaMix) -> None:
    assert mix.curves.groupby("draw").size().to_dict() == dict.fromkeys(range(101), 4)
    assert (mix.curves["coefficient"] >= 0).all()
    assert (mix.curves["half_saturation"] > 0).all()
    assert json.loads(json.dumps(mix.parameters)) == mix.parameters


def test_neither_row_order_nor_a_second_run_changes_a_bit() -> None:
    weeks = planted(weeks=80)
    one = fit_media_mix(weeks, seed=3, draws=10)
    shuffled = weeks.sample(frac=1, random_state=5).set_index(np.zeros(len(weeks)))
    same(one, fit_media_mix(shuffled, seed=3, draws=10))
    other = fit_media_mix(weeks, seed=4, draws=10)
    assert not one.curves.equals(other.curves)


def test_the_unit_of_money_does_not_matter() -> None:
    weeks = planted(weeks=80)
    cents = weeks.assign(spend=weeks["spend"] * 100, revenue=weeks["revenue"] * 100)
    one, other = (
        by_channel(fit_media_mix(w, seed=3, draws=20)) for w in (weeks, cents)
    )
    assert (other["status"] == one["status"]).all()
    for name, factor in (
        ("contribution", 100),
        ("contribution_ci_high", 100),
        ("roas", 1),
    ):
        expected = (one[name] * factor).to_numpy()
        assert other[name].to_numpy() == pytest.approx(expected, rel=1e-6)


def test_spend_that_hardly_varies_says_nothing() -> None:
    weeks = planted()
    is_tv = weeks["channel_group"] == "tv"
    constant = weeks.assign(spend=weeks["spend"].mask(is_tv, 9_000.0))
    told = by_channel(fit_media_mix(constant, seed=1, draws=10)).loc["tv"]
    assert told["reason"] == "spend hardly varies"
    assert told[["contribution", "roas_ci_high"]].isna().all()
    assert told["status"] == "insufficient_evidence"


def test_channels_seen_in_few_weeks_or_none_say_nothing() -> None:
    weeks = planted(weeks=110)
    channel, late = weeks["channel_group"], weeks["week_start"] > "2024-09-01"
    seldom = weeks["spend"].mask((channel == "tv") & ~late, 0.0)
    weeks = weeks.assign(spend=seldom.mask(channel == "display", 0.0))
    mix = fit_media_mix(weeks, seed=1, draws=10)
    told = by_channel(mix).loc[["display", "tv"]]
    assert (told["reason"] == "fewer than 26 weeks with spend").all()
    assert told.loc["display", "weeks_with_spend"] == 0
    assert np.isnan(told.loc["display", "contribution"])
    assert "display" not in set(mix.curves["channel_group"])


def test_one_channel_and_one_year_are_fitted() -> None:
    weeks = planted(weeks=52).query("channel_group == 'paid_social'")
    mix = fit_media_mix(weeks, seed=1, draws=10)
    assert mix.metrics["metric_name"].tolist() == ["r_squared"]
    assert len(mix.channels) == 1


@pytest.mark.parametrize(("weeks", "is_known"), [(103, False), (104, True)])
def test_a_season_seen_once_is_no_evidence(weeks: int, is_known: bool) -> None:
    mix = fit_media_mix(planted(weeks=weeks), seed=1, draws=50)
    told = by_channel(mix).loc["paid_social"]
    assert (told["status"] == "estimated") == is_known
    assert (told["reason"] == "") == is_known


def test_weeks_without_a_row_are_weeks_without_spend() -> None:
    weeks = planted(weeks=60)
    left_out = weeks[weeks["spend"] > 0]
    same(*(fit_media_mix(each, seed=1, draws=5) for each in (weeks, left_out)))


def test_the_best_fit_of_two_channels_is_found() -> None:
    weeks = planted(weeks=104).query("channel_group in ('search', 'tv')")
    spend = weeks.pivot(index="week_start", columns="channel_group", values="spend")
    revenue = weeks.groupby("week_start")["revenue"].first().to_numpy()
    grid, baseline = ShapeGrid.of(spend.to_numpy()), np.ones((104, 1))
    regression = MediaRegression(grid, baseline, strength=1e-6)
    fit = regression.fit(revenue)
    found = (regression.residual(revenue, fit) ** 2).sum()
    shapes = range(len(grid.carryover))
    least = min(
        np.linalg.lstsq(
            np.column_stack([baseline, grid.columns[:, 0, i], grid.columns[:, 1, j]]),
            revenue,
        )[1][0]
        for i in shapes
        for j in shapes
    )
    assert found == pytest.approx(least, rel=1e-3)


def test_chance_alone_is_seldom_taken_for_an_effect() -> None:
    rng = np.random.default_rng(2)
    weeks = planted(weeks=104)
    found = []
    for _ in range(8):
        noise = pd.Series(rng.normal(1e5, 8e3, 104), weeks["week_start"].unique())
        by_chance = weeks.assign(revenue=weeks["week_start"].map(noise))
        channels = fit_media_mix(by_chance, seed=1, draws=39).channels
        found.extend(channels["status"] == "estimated")
    assert np.mean(found) <= 0.1


@pytest.mark.parametrize(("weeks", "block"), [(52, 4), (156, 5), (208, 6), (1000, 8)])
def test_blocks_grow_with_the_weeks(weeks: int, block: int) -> None:
    assert block_weeks(weeks) == block


def test_too_few_weeks_are_refused() -> None:
    with pytest.raises(ModelRefused, match=r"There are 51 weeks .* at least 52"):
        fit_media_mix(planted(weeks=51), seed=1)
    with pytest.raises(ModelRefused, match="There are 0 weeks"):
        fit_media_mix(planted().head(0), seed=1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"spend": 0.0}, "No channel spent anything"),
        ({"spend": -1.0}, "624 of 624 rows"),
        ({"revenue": np.nan}, "624 of 624 rows"),
        ({"revenue": 0.0}, "never above 0"),
        ({"revenue": np.arange(624.0)}, "156 have more than one revenue"),
    ],
)
def test_values_that_cannot_be_are_refused(changed: dict, said: str) -> None:
    with pytest.raises(ModelRefused, match=said):
        fit_media_mix(planted().assign(**changed), seed=1)


def test_weeks_left_out_or_repeated_are_refused() -> None:
    weeks = planted()
    with pytest.raises(ModelRefused, match="1 weeks do not begin 7 days after"):
        fit_media_mix(weeks[weeks["week_start"] != "2023-03-06"], seed=1)
    with pytest.raises(ModelRefused, match="one week and channel"):
        fit_media_mix(pd.concat([weeks, weeks.head(1)]), seed=1)
