"""Lift of thousands of made-up campaigns, told in one run of the compiled models.

What each campaign does is known here, so that it can be counted how often intervals hold
it, and how often nothing is taken for something.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import stats

from compiled_models import compiled, run_models, warehouse_of

MODELS = (
    "arm_totals",
    "sample_ratio_checks",
    "arm_comparisons",
    "campaign_lift_groups",
)
CAMPAIGNS = 4000  # half of them do something
ORDER_MEAN, ORDER_SIGMA = 3.5, 0.7
ORDER_VALUE = np.exp(ORDER_MEAN + ORDER_SIGMA**2 / 2)
MARGIN = 0.4
KEEN_SHARE, KEEN_RATE = 0.3, 2.0
SPENT_BY_KEEN, SPENT_BY_OTHERS = 5.0, 3.0

OUTCOME_TYPES = {"segment_id": pa.string(), "score_decile": pa.int64()}
ARM_TYPES = pa.schema(
    {"campaign_id": pa.string(), "arm": pa.string(), "planned_share": pa.float64()}
)
SPEND_TYPES = pa.schema(
    {
        "campaign_id": pa.string(),
        "attribution_model": pa.string(),
        "date_basis": pa.string(),
        "spend": pa.decimal128(18, 4),
    }
)


@pytest.fixture(scope="module")
def sql(manifest: dict[str, Any]) -> dict[str, str]:
    return compiled(manifest, MODELS)


def lifts_of(
    sql: Mapping[str, str],
    outcomes: pd.DataFrame,
    *,
    planned: list[dict] | None = None,
    spend: list[dict] | None = None,
    drawn_by: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Run the models on customers with their arms, outcomes and earlier spending.

    ``drawn_by`` is the share of each arm, where an export drew them.
    """
    told = pa.Table.from_pandas(
        pd.DataFrame(
            {
                "campaign_id": outcomes["campaign_id"].astype(str),
                "customer_id": np.arange(len(outcomes)).astype(str),
                "arm": outcomes["arm"],
                "is_window_closed": outcomes.get("is_window_closed", True),
                "is_converted": outcomes["revenue"] > 0,
                "revenue": outcomes["revenue"],
                "margin": outcomes["revenue"] * MARGIN,
            }
        ),
        preserve_index=False,
    )
    for name, kind in OUTCOME_TYPES.items():
        column = outcomes.get(name)
        values = pa.nulls(len(told), kind) if column is None else pa.array(column, kind)
        told = told.append_column(name, values)
    known = told.select(["campaign_id", "customer_id"]).append_column(
        "is_assignment", pa.array(np.ones(len(told), bool))
    )
    known = known.append_column("net_sales", pa.array(outcomes["spent_before"]))
    shares = [(drawn_by or {}).get(arm) for arm in outcomes["arm"]]
    assignments = told.select(["campaign_id", "customer_id", "arm"]).append_column(
        "planned_share", pa.array(shares, pa.float64())
    )
    tables = {
        "core.fct_campaign_assignments": assignments,
        "labels.label_campaign_outcomes": told,
        "features.feat_campaign_contacts": known,
        "reference.campaign_arms": pa.Table.from_pylist(planned or [], ARM_TYPES),
        "attribution.campaign_days": pa.Table.from_pylist(spend or [], SPEND_TYPES),
    }
    with warehouse_of(tables) as connection:
        run_models(connection, sql)
        return connection.execute("from warehouse.marts.campaign_lift_groups").df()


def draw(
    rng: np.random.Generator,
    customers: np.ndarray,
    rate: np.ndarray,
    held: np.ndarray,
    effect: np.ndarray,
) -> pd.DataFrame:
    """Draw the customers of campaigns: so many each, of whom ``held`` are controls.

    Three in ten are keen: they buy at twice the rate, and have spent more before. Being
    treated adds ``effect`` to everybody's chance to buy; what an order is worth, with a
    long tail, it leaves alone.
    """
    campaign = np.repeat(np.arange(len(customers)), customers)
    size = len(campaign)
    is_keen = rng.random(size) < KEEN_SHARE
    others = (1 - KEEN_SHARE * KEEN_RATE) / (1 - KEEN_SHARE)
    chance = rate[campaign] * np.where(is_keen, KEEN_RATE, others)
    is_treated = rng.random(size) >= held[campaign]
    buys = rng.random(size) < chance + effect[campaign] * is_treated
    value = np.exp(rng.normal(ORDER_MEAN, ORDER_SIGMA, size)).round(4)
    spent = np.where(is_keen, SPENT_BY_KEEN, SPENT_BY_OTHERS) + rng.normal(0, 0.8, size)
    return pd.DataFrame(
        {
            "campaign_id": campaign,
            "arm": np.where(is_treated, "treatment", "control"),
            "revenue": np.where(buys, value, 0),
            "spent_before": np.exp(spent).round(4),
        }
    )


@pytest.fixture(scope="module")
def drawn() -> tuple[pd.DataFrame, np.ndarray]:
    """Four thousand campaigns of many sizes, shares and rates; and what each adds."""
    rng = np.random.default_rng(20260801)
    customers = rng.integers(200, 2000, CAMPAIGNS)
    held = rng.choice([0.5, 0.5, 0.2, 0.1], CAMPAIGNS)
    rate = rng.uniform(0.02, 0.2, CAMPAIGNS)
    effect = rate * rng.uniform(0.1, 0.8, CAMPAIGNS) * (np.arange(CAMPAIGNS) % 2)
    return draw(rng, customers, rate, held, effect), effect


@pytest.fixture(scope="module")
def lifts(sql: dict[str, str], drawn: tuple[pd.DataFrame, np.ndarray]) -> pd.DataFrame:
    outcomes, effect = drawn
    told = lifts_of(sql, outcomes)
    added = effect[told["campaign_id"].astype(int)]
    worth = {
        "conversion_rate": 1.0,
        "revenue_per_customer": ORDER_VALUE,
        "margin_per_customer": ORDER_VALUE * MARGIN,
    }
    return told.assign(effect=added, true_lift=added * told["metric"].map(worth))


@pytest.mark.parametrize("interval", ["ci", "cuped_ci"])
@pytest.mark.parametrize(
    "metric", ["conversion_rate", "revenue_per_customer", "margin_per_customer"]
)
def test_intervals_hold_the_true_lift(
    lifts: pd.DataFrame, metric: str, interval: str
) -> None:
    told = lifts[(lifts["metric"] == metric) & lifts["ci_low"].notna()]
    assert len(told) > 2000
    is_held = told["true_lift"].between(
        told[f"{interval}_low"], told[f"{interval}_high"]
    )
    assert 0.935 <= is_held.mean() <= 0.965


@pytest.mark.parametrize(
    "metric", ["conversion_rate", "revenue_per_customer", "margin_per_customer"]
)
def test_nothing_is_seldom_taken_for_something(
    lifts: pd.DataFrame, metric: str
) -> None:
    idle = lifts[(lifts["metric"] == metric) & (lifts["effect"] == 0)]
    assert len(idle) == CAMPAIGNS / 2
    judged = idle[idle["ci_low"].notna()]
    assert judged["verdict"].isin(["worked", "harmed"]).mean() <= 0.065
    effective = lifts[(lifts["metric"] == metric) & (lifts["effect"] > 0)]
    verdicts = effective["verdict"].value_counts()
    assert verdicts["worked"] > 20 * verdicts.get("harmed", 0)
    # Fewer than a few of two thousand fair draws look unfair.
    assert (lifts["verdict"] == "arms not comparable").mean() < 0.003


def test_arms_too_small_cannot_tell(
    lifts: pd.DataFrame, drawn: tuple[pd.DataFrame, np.ndarray]
) -> None:
    outcomes, _ = drawn
    converted = outcomes["revenue"].gt(0).groupby(outcomes["campaign_id"]).mean()
    rate = lifts["campaign_id"].astype(int).map(converted)
    expected = rate * lifts[["customers", "control_customers"]].min(axis=1)
    least = lifts["metric"].map({"conversion_rate": 10}).fillna(20)
    is_small = expected < least
    assert converted.max() < 0.5
    assert is_small.sum() > 500
    fair = lifts["verdict"] != "arms not comparable"
    told = lifts["verdict"] == "cannot tell: too few customers"
    assert (told == is_small)[fair].all()
    assert (
        lifts.loc[is_small, ["ci_low", "p_value", "adjusted_p_value"]]
        .isna()
        .all(axis=None)
    )


def test_spending_before_makes_intervals_narrower(lifts: pd.DataFrame) -> None:
    told = lifts[(lifts["metric"] == "revenue_per_customer") & lifts["ci_low"].notna()]
    width = told["ci_high"] - told["ci_low"]
    cuped = told["cuped_ci_high"] - told["cuped_ci_low"]
    assert (cuped / width).median() < 1


def test_numbers_are_those_of_scipy(
    lifts: pd.DataFrame, drawn: tuple[pd.DataFrame, np.ndarray]
) -> None:
    outcomes, _ = drawn
    told = lifts[lifts["campaign_id"].astype(int) < 40].dropna(subset=["ci_low"])
    told = told.set_index(["campaign_id", "metric"])
    for campaign, rows in outcomes[outcomes["campaign_id"] < 40].groupby("campaign_id"):
        treated, control = (
            rows[rows["arm"] == arm] for arm in ("treatment", "control")
        )
        name = str(campaign)
        if (name, "revenue_per_customer") in told.index:
            row = told.loc[(name, "revenue_per_customer")]
            welch = stats.ttest_ind(
                treated["revenue"], control["revenue"], equal_var=False
            )
            low, high = welch.confidence_interval()
            assert row["absolute_lift"] == pytest.approx(
                treated["revenue"].mean() - control["revenue"].mean()
            )
            assert [row["ci_low"], row["ci_high"]] == pytest.approx([low, high])
            assert row["p_value"] == pytest.approx(welch.pvalue, abs=1e-6)
        if (name, "conversion_rate") in told.index:
            row = told.loc[(name, "conversion_rate")]
            bought = [(arm["revenue"] > 0).sum() for arm in (treated, control)]
            sizes = [len(treated), len(control)]
            table = [bought, np.subtract(sizes, bought)]
            pooled = stats.chi2_contingency(table, correction=False)
            assert row["p_value"] == pytest.approx(pooled.pvalue, abs=1e-6)


def test_arms_out_of_proportion_are_not_compared(sql: dict[str, str]) -> None:
    rng = np.random.default_rng(3)
    sizes = {"even": (5000, 5000), "odd": (5250, 4750), "planned": (5250, 4750)}
    outcomes = pd.concat(
        pd.DataFrame(
            {
                "campaign_id": name,
                "arm": ["treatment"] * treated + ["control"] * control,
                "revenue": rng.random(treated + control).round(4),
                "spent_before": 1.0,
            }
        )
        for name, (treated, control) in sizes.items()
    )
    planned = [
        {"campaign_id": "planned", "arm": "Treatment", "planned_share": 52.5},
        {"campaign_id": "planned", "arm": " control", "planned_share": 47.5},
    ]
    told = lifts_of(sql, outcomes, planned=planned)
    verdicts = told[told["metric"] == "revenue_per_customer"].set_index("campaign_id")
    expected = stats.chisquare([5250, 4750]).pvalue
    assert verdicts.loc["odd", "srm_p_value"] == pytest.approx(expected, abs=1e-6)
    assert verdicts.loc["odd", "verdict"] == "arms not comparable"
    assert np.isnan(verdicts.loc["odd", "absolute_lift"])
    # Shares may be told in per cent, and arms in any case.
    assert verdicts.loc["planned", "srm_p_value"] == pytest.approx(1)
    assert verdicts.loc["even", "srm_p_value"] == pytest.approx(1)
    # What exports drew by is the plan of what the seed does not tell of.
    drawn = lifts_of(
        sql, outcomes, planned=planned, drawn_by={"treatment": 0.525, "control": 0.475}
    )
    by_plan = drawn[drawn["metric"] == "revenue_per_customer"].set_index("campaign_id")
    assert by_plan.loc["odd", "srm_p_value"] == pytest.approx(1)
    expected = stats.chisquare([5000, 5000], [5250, 4750]).pvalue
    assert by_plan.loc["even", "srm_p_value"] == pytest.approx(expected, abs=1e-6)


def test_many_arms_and_groups_are_corrected_by_holm(sql: dict[str, str]) -> None:
    rng = np.random.default_rng(4)
    rows = 9000
    arm = rng.choice(["control", "first", "second"], rows)
    chance = 0.1 + 0.04 * (arm == "first")
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": arm,
            "revenue": np.where(rng.random(rows) < chance, 10.0, 0),
            "spent_before": 1.0,
            "segment_id": rng.choice(["new", "loyal"], rows),
            "score_decile": rng.integers(1, 11, rows),
        }
    )
    told = lifts_of(sql, outcomes)
    assert told.groupby("dimension").size().to_dict() == {
        "everyone": 6,
        "segment": 12,
        "score_decile": 60,
    }
    for _, family in told.groupby(["dimension", "metric"]):
        p = family["p_value"].sort_values()
        holm = np.maximum.accumulate(np.arange(len(p), 0, -1) * p).clip(upper=1)
        assert family.loc[p.index, "adjusted_p_value"].tolist() == pytest.approx(
            holm.tolist()
        )
    everyone = told[told["dimension"] == "everyone"].set_index(["arm", "metric"])
    assert everyone.loc[("first", "conversion_rate"), "verdict"] == "worked"
    assert everyone.loc[("second", "conversion_rate"), "verdict"] == "no evidence"


def test_nobody_looks_before_the_window_is_over(sql: dict[str, str]) -> None:
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": ["treatment", "control"] * 500,
            "revenue": [5.0, 0.0] * 500,
            "spent_before": 1.0,
            "is_window_closed": [True] * 999 + [False],
        }
    )
    told = lifts_of(sql, outcomes)
    assert set(told["verdict"]) == {"window still open"}
    looked = ["absolute_lift", "relative_lift", "ci_low", "p_value", "cuped_lift"]
    assert (
        told[[*looked, "incremental_revenue", "incremental_roi"]].isna().all(axis=None)
    )


def test_one_open_window_closes_everybodys_eyes(sql: dict[str, str]) -> None:
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": ["first", "second", "control"] * 400,
            "revenue": [5.0, 0.0, 0.0, 0.0, 5.0, 5.0] * 200,
            "spent_before": 1.0,
            "segment_id": ["early", "early", "early", "late", "late", "late"] * 200,
            "is_window_closed": [True] * 1196 + [False, True, True, True],
        }
    )
    assert set(lifts_of(sql, outcomes)["verdict"]) == {"window still open"}


def test_where_nearly_everybody_buys_money_can_be_told(sql: dict[str, str]) -> None:
    rng = np.random.default_rng(5)
    arm = np.array(["treatment", "control"] * 300)
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": arm,
            "revenue": (rng.normal(50, 5, 600) + 30 * (arm == "treatment")).round(4),
            "spent_before": 1.0,
        }
    )
    outcomes.loc[:3, "revenue"] = 0
    told = lifts_of(sql, outcomes).set_index("metric")["verdict"]
    assert told["revenue_per_customer"] == "worked"
    assert told["conversion_rate"] == "cannot tell: too few customers"


def test_all_against_none_worked(sql: dict[str, str]) -> None:
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": ["treatment", "control"] * 300,
            "revenue": [5.0, 0.0] * 300,
            "spent_before": 1.0,
        }
    )
    row = lifts_of(sql, outcomes).set_index("metric").loc["conversion_rate"]
    assert (row["ci_low"], row["ci_high"], row["verdict"]) == (1, 1, "worked")
    assert np.isnan(row["minimum_detectable_effect"])


@pytest.mark.parametrize("sizes", [(900, 100), (100, 900), (3000, 2000)])
def test_customary_shares_are_no_mismatch(
    sql: dict[str, str], sizes: tuple[int, int]
) -> None:
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": np.repeat(["control", "treatment"], sizes),
            "revenue": 5.0,
            "spent_before": 1.0,
        }
    )
    assert (lifts_of(sql, outcomes)["srm_p_value"] > 0.9).all()


def test_spend_is_set_against_the_margin_gained(sql: dict[str, str]) -> None:
    """Two arms of 400 gain 6 and 3 of revenue a head; each pays half of 800.

    Margin is four tenths: 960 and 480 less 400, over 400.
    """
    arms = {"control": 4.0, "first": 10.0, "second": 7.0}
    outcomes = pd.DataFrame(
        {
            "campaign_id": "c",
            "arm": np.repeat(list(arms), 400),
            "revenue": np.repeat(list(arms.values()), 400),
            "spent_before": 1.0,
        }
    )
    outcomes.loc[::2, "revenue"] *= 2
    outcomes.loc[1::2, "revenue"] = 0
    paid = {"attribution_model": "last_touch", "date_basis": "conversion"}
    spend = [
        {"campaign_id": "c", "spend": 500, **paid},
        {"campaign_id": "c", "spend": 300, **paid},
        {"campaign_id": "c", "spend": 800, **paid | {"attribution_model": "markov"}},
    ]
    told = lifts_of(sql, outcomes, spend=spend)
    money = told[told["metric"] == "revenue_per_customer"].set_index("arm")
    assert money["incremental_revenue"].to_dict() == {"first": 2400, "second": 1200}
    assert money["incremental_roi"].to_dict() == pytest.approx(
        {"first": 1.4, "second": 0.2}
    )
    others = told[told["metric"] != "revenue_per_customer"]
    assert others[["incremental_revenue", "incremental_roi"]].isna().all(axis=None)
