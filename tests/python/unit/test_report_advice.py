"""What the report says of numbers, and what it advises."""

from __future__ import annotations

from typing import Any

import pytest

from martlet.report.sections import bridge, channels, headlines, scores


def metric(name: str, value: float, verdict: str | None, **more: Any) -> dict[str, Any]:
    changes = {"up": (0.2, 0.1, 0.3), "down": (-0.2, -0.3, -0.1)}
    change, low, high = changes.get(verdict, (0.1, -0.1, 0.3))
    return {
        "metric": name,
        "metric_name": name.replace("_", " ").capitalize(),
        "unit": "count",
        "value": value,
        "previous_value": 100.0,
        "relative_change": change,
        "ci_low": low,
        "ci_high": high,
        "verdict": verdict,
        "is_higher_better": True,
    } | more


def effect(name: str, amount: float, total: float = 50.0) -> dict[str, Any]:
    return {
        "effect": name,
        "amount": amount,
        "previous_net_sales": 1000.0,
        "net_sales": 1000.0 + total,
        "net_sales_change": total,
        "relative_change": total / 1000.0,
    }


def channel(name: str, verdict: str, ci_high: float | None) -> dict[str, Any]:
    return {
        "channel_group": name,
        "sessions": 100,
        "previous_sessions": 200,
        "sessions_change": -0.5,
        "sessions_change_ci_high": ci_high,
        "conversion_rate": 0.01,
        "conversion_rate_of_all": 0.05,
        "conversion_verdict": verdict,
    }


@pytest.mark.parametrize(
    ("verdict", "is_higher_better", "told", "not_told"),
    [
        ("up", True, "Better by more than chance", "worse"),
        ("down", True, "Look into what is worse", "Better"),
        ("up", False, "Look into what is worse", "Better"),
        ("down", False, "Better by more than chance", "worse"),
        ("cannot tell", True, "Nothing moved by more than chance", "return rate"),
        ("up", None, "Nothing moved by more than chance", "return rate"),
        (None, True, "Too few customers and visitors to tell", "chance does"),
    ],
)
def test_numbers_are_judged_by_verdict_and_by_what_is_better(
    verdict: str | None, is_higher_better: bool | None, told: str, not_told: str
) -> None:
    row = metric("return_rate", 5, verdict, is_higher_better=is_higher_better)
    action = headlines._action([row]).striptags()
    assert told in action and not_told not in action


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("up", "100 in 28 days, +20% against the 28 before."),
        ("cannot tell", "+10% against the 28 before, which may be chance."),
        (None, "+10% against the 28 before; nothing tells whether that is chance."),
    ],
)
def test_the_headline_says_how_sure_it_is(verdict: str | None, told: str) -> None:
    headline = headlines._headline(metric("net_sales", 100, verdict), "EUR")
    assert headline.striptags().endswith(told)


def test_a_change_from_nothing_is_not_told() -> None:
    row = metric("net_sales", 100, None, relative_change=None)
    assert (
        headlines._headline(row, "EUR").striptags() == "Net sales of €100 in 28 days."
    )


def test_the_bridge_names_what_moved_most_the_way_of_the_whole() -> None:
    effects = [effect("price", 90.0), effect("returns", -40.0)]
    headline = bridge._headline(effects, "EUR").striptags()
    assert headline == (
        "Net sales rose by €50.00 (+5.0%), most of all by price and mix: €90.00."
    )
    falling = [effect("price", 10.0, -30.0), effect("returns", -40.0, -30.0)]
    assert "fell by €30.00" in bridge._headline(falling, "EUR").striptags()
    assert "by returns: −€40.00" in bridge._headline(falling, "EUR").striptags()


def test_the_bridge_advises_on_the_greatest_loss_and_owns_up_to_chance() -> None:
    effects = [effect("price", -10.0), effect("returns", -40.0), effect("basket", 99.0)]
    sure = bridge._action(effects, "down", "EUR").striptags()
    assert sure == "“Returns” took most away: −€40.00. Look at which goods come back."
    for verdict in ("cannot tell", None):
        unsure = bridge._action(effects, verdict, "EUR").striptags()
        assert unsure.startswith(sure) and "no more than chance" in unsure
    gain = bridge._action([effect("price", 1.0)], "up", "EUR")
    assert "Nothing pulled net sales down" in gain


@pytest.mark.parametrize("name", list(bridge._EFFECT_WORDS))
def test_every_effect_has_a_name_and_an_advice(name: str) -> None:
    action = bridge._action([effect(name, -1.0)], "down", "EUR").striptags()
    assert bridge._label(name) in action and action.endswith(".")


def test_channels_are_named_only_with_evidence() -> None:
    worse = channels._action([channel("Email", "worse", None)]).striptags()
    assert "Look at where Email sends people: 1.0%" in worse
    assert "fewer people" not in worse
    fewer = channels._action([channel("Email", "cannot tell", -0.1)]).striptags()
    assert fewer == "Email sends fewer people than before (−50%): find out why."
    for unclear in (0.0, 0.1, None):
        told = channels._action([channel("Email", "better", unclear)])
        assert "Email" not in told


def test_scores_no_better_than_the_baseline_are_not_advised() -> None:
    rows = [
        {"model_name": "purchase", "auc_gain_ci_low": 0.01},
        {"model_name": "churn", "auc_gain_ci_low": 0.0},
        {"model_name": "response", "auc_gain_ci_low": None},
    ]
    assert scores._action(rows).striptags() == (
        "Choose audiences by the scores of purchase. Do not choose by churn and "
        "response: no better than the baseline yet."
    )
