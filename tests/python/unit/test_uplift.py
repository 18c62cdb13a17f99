"""Uplift: measured by hand, found where planted, and not found where not."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from martlet.errors import ModelRefused
from martlet.estimators.uplift import Uplift, fit_uplift
from martlet.estimators.uplift_learners import CANDIDATES, fit_learner
from martlet.estimators.uplift_metrics import RankedUplift, judge_uplift
from martlet.estimators.uplift_rows import ContactRows, stable_shares

FEATURES = ["visits", "age", "unknown", "campaign_type"]


def contacts(
    customers: int,
    *,
    campaign: str = "c1",
    day: int = 1,
    effect: float = 0.3,
    treated: float = 0.5,
    base: float = 0.1,
    seed: int = 1,
) -> pd.DataFrame:
    """Customers of whom those with more than five visits can be persuaded."""
    rng = np.random.default_rng(seed)
    visits = rng.uniform(0, 10, customers)
    is_treated = (rng.random(customers) < treated).astype(int)
    chance = base + effect * is_treated * (visits > 5)
    age = np.where(rng.random(customers) < 0.2, np.nan, rng.normal(40, 9, customers))
    return pd.DataFrame(
        {
            "campaign_id": campaign,
            "customer_id": [f"k{number:05}" for number in range(customers)],
            "assigned_at": pd.Timestamp(2026, 1, day),
            "is_treated": is_treated,
            "converted": (rng.random(customers) < chance).astype(int),
            "visits": visits,
            "age": age,
            "unknown": np.nan,
            "campaign_type": [(None, "email", "post")[n % 3] for n in range(customers)],
        }
    )


def two_campaigns(**changes) -> pd.DataFrame:
    first = contacts(4000, **changes)
    return pd.concat([first, contacts(2000, campaign="c2", day=9, seed=2, **changes)])


def scoring_of(training: pd.DataFrame) -> pd.DataFrame:
    return training.drop_duplicates("customer_id")[["customer_id", *FEATURES]]


@pytest.fixture(scope="module")
def planted() -> Uplift:
    training = two_campaigns()
    return fit_uplift(training, scoring_of(training), seed=7)


# Two treated who convert and two controls who do not, then nobody who does.
TREATED = np.array([1, 1, 0, 0, 1, 1, 0, 0])
CONVERTED = np.array([1, 1, 0, 0, 0, 0, 0, 0])
PERFECT = np.array([1.0] * 4 + [0.0] * 4)


@pytest.mark.parametrize(
    ("uplift", "qini", "at_30"),
    # The triangle over the line: base 1, height 2 - 1 conversions, of 4 treated.
    [(PERFECT, 0.125, 1.0), (0 * PERFECT, 0.0, 0.5), (-PERFECT, -0.125, 0.0)],
)
def test_a_perfect_a_random_and_a_reversed_ranking_by_hand(
    uplift: np.ndarray, qini: float, at_30: float
) -> None:
    measures = RankedUplift(TREATED, CONVERTED, uplift).measures()
    assert measures["qini"] == pytest.approx(qini)
    assert measures["uplift_at_30"] == pytest.approx(at_30)


def test_the_curve_by_hand() -> None:
    curve = RankedUplift(TREATED, CONVERTED, PERFECT).curve().set_index("depth")
    half, whole = curve.loc[0.5], curve.loc[1.0]
    assert half["treated_customers"] == half["control_customers"] == 2
    assert half["incremental_conversions"] == 2
    assert half["random_incremental_conversions"] == 1
    assert whole["incremental_conversions"] == 2
    assert whole["uplift"] == 0.5


def test_unequal_arms_change_no_measure() -> None:
    times = np.where(TREATED == 1, 1, 9)
    rows = np.repeat(np.arange(8), times)
    converted = CONVERTED.copy()
    converted[7] = 1
    equal = RankedUplift(TREATED, converted, PERFECT).measures()
    unequal = RankedUplift(TREATED[rows], converted[rows], PERFECT[rows]).measures()
    assert unequal == pytest.approx(equal)


def test_a_row_that_weighs_twice_is_a_row_that_stands_twice() -> None:
    weight = np.array([1.0, 2, 1, 3, 1, 0, 2, 1])
    rows = np.repeat(np.arange(8), weight.astype(int))
    weighted = RankedUplift(TREATED, CONVERTED, PERFECT).measures(weight)
    repeated = RankedUplift(TREATED[rows], CONVERTED[rows], PERFECT[rows]).measures()
    assert weighted == pytest.approx(repeated)


def test_the_order_of_ties_does_not_matter() -> None:
    rng = np.random.default_rng(3)
    treated, converted = rng.integers(0, 2, (2, 500))
    uplift = rng.integers(0, 4, 500) / 4
    order = rng.permutation(500)
    one = RankedUplift(treated, converted, uplift)
    other = RankedUplift(treated[order], converted[order], uplift[order])
    assert one.measures() == other.measures()
    pd.testing.assert_frame_equal(one.curve(), other.curve())


def test_an_arm_without_rows_has_no_measure() -> None:
    alone = RankedUplift(np.ones(3), np.ones(3), np.arange(3.0))
    assert np.isnan(list(alone.measures().values())).all()


def test_who_can_be_persuaded_is_ranked_first(planted: Uplift) -> None:
    visits = two_campaigns().drop_duplicates("customer_id").set_index("customer_id")
    told = planted.predictions.set_index("customer_id").join(visits["visits"])
    # The line between the persuadable and the others is at half of the customers.
    assert (told.loc[told["decile"] >= 8, "visits"] > 5).mean() > 0.95
    persuadable = told["visits"] > 5
    assert told.loc[persuadable, "uplift"].mean() == pytest.approx(0.3, abs=0.08)
    assert told.loc[~persuadable, "uplift"].mean() == pytest.approx(0.0, abs=0.08)
    assert (planted.candidates["ci_low"] > 0).all()
    at_20 = planted.metrics.set_index("metric_name").loc["uplift_at_20"]
    assert at_20["ci_low"] < 0.3 < at_20["ci_high"]
    assert at_20["ci_low"] > at_20["baseline_value"]


def test_the_latest_campaign_judges(planted: Uplift) -> None:
    assert set(planted.metrics["evaluated_on"]) == {"campaign c2, 2,000 customers"}
    last = planted.curve.iloc[-1]
    assert last["treated_customers"] + last["control_customers"] == 2000
    judged = planted.metrics.set_index("metric_name")["baseline_value"]
    assert last["uplift"] == pytest.approx(judged["uplift_at_10"])
    assert judged["qini"] == 0
    assert last["incremental_conversions"] == last["random_incremental_conversions"]
    assert set(planted.parameters["trained_on"]["treated_share_of"]) == {"c1"}


def test_what_is_told_is_shaped_as_said(planted: Uplift) -> None:
    assert set(planted.candidates["candidate"]) == set(CANDIDATES)
    assert planted.candidates["is_chosen"].sum() == 1
    chosen = planted.candidates.set_index("is_chosen").loc[True]
    assert chosen["validation_qini"] == planted.candidates["validation_qini"].max()
    assert set(planted.curve["candidate"]) == {chosen["candidate"]}
    assert planted.predictions["percentile"].between(0, 100).all()
    assert set(planted.predictions["decile"]) == set(range(1, 11))
    json.dumps(planted.parameters, allow_nan=False)


def test_row_order_does_not_matter_and_a_seed_repeats(planted: Uplift) -> None:
    shuffled = two_campaigns().sample(frac=1, random_state=4)
    scoring = scoring_of(two_campaigns()).sample(frac=1, random_state=5)
    again = fit_uplift(shuffled, scoring, seed=7)
    assert again.parameters == planted.parameters
    for name in ("predictions", "curve", "metrics", "candidates"):
        pd.testing.assert_frame_equal(
            getattr(again, name), getattr(planted, name), check_exact=True
        )


def test_outcomes_of_the_holdout_choose_nothing(planted: Uplift) -> None:
    training = two_campaigns()
    is_last = training["campaign_id"] == "c2"
    rng = np.random.default_rng(6)
    training.loc[is_last, "converted"] = rng.integers(0, 2, is_last.sum())
    other = fit_uplift(training, scoring_of(training), seed=7).candidates
    columns = ["candidate", "validation_qini", "is_chosen"]
    pd.testing.assert_frame_equal(other[columns], planted.candidates[columns])


def test_no_effect_leaves_zero_in_the_interval() -> None:
    training = two_campaigns(effect=0.0)
    told = fit_uplift(training, scoring_of(training), seed=7).metrics
    qini = told.set_index("metric_name").loc["qini"]
    assert qini["ci_low"] < 0 < qini["ci_high"]


def test_the_interval_of_a_random_ranking_mostly_holds_zero() -> None:
    rng = np.random.default_rng(8)
    rankings = {
        f"ranking {number}": RankedUplift(
            rng.random(600) < 0.3, rng.random(600) < 0.2, rng.random(600)
        )
        for number in range(60)
    }
    judged = judge_uplift(rankings, rounds=200, seed=9)
    qini = judged[judged["metric_name"] == "qini"]
    assert ((qini["ci_low"] < 0) & (qini["ci_high"] > 0)).mean() > 0.85


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_campaigns_of_unequal_arms_are_no_effect(candidate: str) -> None:
    well = contacts(8000, effect=0.0, treated=0.9, base=0.3)
    badly = contacts(8000, campaign="c2", effect=0.0, treated=0.1, base=0.05, seed=2)
    rows = ContactRows.of(pd.concat([well, badly]))
    uplift = fit_learner(candidate, rows, seed=7).uplift(rows.features)
    assert uplift.mean() == pytest.approx(0.0, abs=0.02)


def test_one_campaign_is_judged_by_half_of_its_customers() -> None:
    training = contacts(3000, treated=0.8)
    told = fit_uplift(training, scoring_of(training), seed=7)
    shares = stable_shares(training["customer_id"], "judging")
    judged = int((shares < 0.5).sum())
    assert judged == pytest.approx(1500, abs=100)
    said = f"half of campaign c1, {judged:,} customers"
    assert set(told.metrics["evaluated_on"]) == {said}
    assert (told.candidates["qini"] > 0).all()


def test_campaigns_of_one_arm_are_left_out() -> None:
    everybody = contacts(500, campaign="c3", day=20).assign(is_treated=1)
    rows = ContactRows.of(pd.concat([two_campaigns(), everybody]))
    assert set(rows.keys["campaign_id"]) == {"c1", "c2"}
    assert len(rows.features) == len(rows.weight) == 6000


def test_a_first_campaign_too_small_to_train_on_is_joined_by_half_of_the_next() -> None:
    small = contacts(100, campaign="c0")
    rows = ContactRows.of(pd.concat([contacts(2000, day=5), small]))
    judging = rows.to_judge()
    trains = rows.to_train(judging)
    assert (trains != judging).all()
    assert set(rows.keys.loc[judging, "campaign_id"]) == {"c1"}
    assert trains[rows.keys["campaign_id"] == "c0"].all()


def test_equal_customers_get_equal_scores_and_new_words_are_no_fault() -> None:
    training = contacts(2000)
    alike = pd.DataFrame(
        {
            "customer_id": [f"n{number}" for number in range(101)],
            **{"visits": 7.0, "age": np.nan, "unknown": np.nan},
            "campaign_type": "telephone",
        }
    )
    told = fit_uplift(training, alike, seed=7).predictions
    assert told["uplift"].nunique() == told["decile"].nunique() == 1
    assert told["percentile"].iloc[0] == 50


def test_nobody_to_score() -> None:
    training = contacts(1000)
    told = fit_uplift(training, scoring_of(training).head(0), seed=7)
    assert told.predictions.empty and len(told.metrics) == 4


def test_equal_rankings_get_equal_intervals_around_their_values() -> None:
    ranked = RankedUplift(*np.random.default_rng(1).integers(0, 2, (3, 400)))
    judged = judge_uplift({"one": ranked, "same": ranked}, rounds=50, seed=2)
    assert (judged["ci_low"] < judged["metric_value"]).all()
    assert (judged["ci_high"] > judged["metric_value"]).all()
    columns = ["metric_value", "ci_low", "ci_high", "baseline_value"]
    one, same = (own[columns].to_numpy() for _, own in judged.groupby("candidate"))
    assert (one == same).all()


@pytest.mark.parametrize(
    ("training", "said"),
    [
        (contacts(1000).head(0), "no contacts of a randomised campaign"),
        (contacts(1000).assign(is_treated=1), "1,000 are treated and 0 are not"),
        (contacts(300), "Too few to learn from: 1.. treated customers"),
        (contacts(1000, base=0.01, effect=0.0), "Each arm needs 200 customers, 20 of"),
        (contacts(1000).assign(converted=2), "converted is neither 0 nor 1 in 1000"),
        (pd.concat([contacts(1000)] * 2), "1000 repeat another"),
        (contacts(1000).drop(columns="assigned_at"), "lacks assigned_at"),
    ],
)
def test_what_says_nothing_is_refused(training: pd.DataFrame, said: str) -> None:
    with pytest.raises(ModelRefused, match=said) as refused:
        fit_uplift(training, scoring_of(contacts(1000)), seed=7)
    assert refused.value.hint


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"visits": "many"}, "visits \\(category, not number\\)"),
        ({"visits": np.inf}, "Infinite values in visits"),
    ],
)
def test_other_features_are_refused(change: dict, said: str) -> None:
    training = contacts(1000)
    with pytest.raises(ModelRefused, match=said):
        fit_uplift(training, scoring_of(training).assign(**change), seed=7)
    with pytest.raises(ModelRefused, match="scoring table lacks age"):
        fit_uplift(training, scoring_of(training).drop(columns="age"), seed=7)
