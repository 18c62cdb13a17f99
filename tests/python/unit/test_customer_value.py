"""BG/NBD and Gamma-Gamma: as published, as integrated by hand, and as simulated."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import roots_genlaguerre, roots_jacobi
from scipy.stats import gamma

from martlet.errors import ModelRefused
from martlet.estimators.bg_nbd import BgNbd, fit_bg_nbd
from martlet.estimators.customer_value import fit_customer_value
from martlet.estimators.gamma_gamma import GammaGamma, fit_gamma_gamma

# What Fader, Hardie and Lee (2005) and Fader and Hardie (2013) found for CDNOW, in weeks
# and dollars.
CDNOW = BgNbd(0.243, 4.414, 0.793, 2.426, -9582.4, 2357)
CDNOW_SPENDING = GammaGamma(6.25, 3.74, 15.44, -4058.6, 946)

HISTORIES = [(0, 0.0, 10.0), (1, 3.0, 40.0), (2, 30.43, 38.86), (9, 35.0, 38.0)]


def history(*rows: tuple[float, float, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["frequency", "recency", "T"], dtype=float)


def test_expected_purchases_are_the_published_ones() -> None:
    expected = CDNOW.expected_purchases(history((2, 30.43, 38.86)), 39)
    assert expected == pytest.approx([1.226], abs=5e-4)


@pytest.mark.parametrize("row", HISTORIES)
def test_what_is_expected_is_what_integrating_gives(
    row: tuple[float, float, float],
) -> None:
    x, recency, age = row
    horizon = 39.0
    alive = mean_over_customers(
        CDNOW, x, age, lambda rate, p: (1 - p) ** x * np.ones_like(rate)
    )
    left = mean_over_customers(
        CDNOW, x, recency, lambda rate, p: p * (1 - p) ** (x - 1) * (x > 0)
    )
    purchases = mean_over_customers(
        CDNOW, x, age, lambda rate, p: (1 - p) ** x * -np.expm1(-rate * p * horizon) / p
    )
    told = history(row)
    is_alive = alive / (alive + left)
    assert CDNOW.probability_alive(told) == pytest.approx([is_alive], rel=1e-9)
    expected = CDNOW.expected_purchases(told, horizon)
    assert expected == pytest.approx([purchases / (alive + left)], rel=1e-6)


def likelihood(model: BgNbd, x: int, recency: float, age: float) -> float:
    alive = mean_over_customers(model, x, age, lambda rate, p: (1 - p) ** x)
    left = mean_over_customers(
        model, x, recency, lambda rate, p: p * (1 - p) ** (x - 1) * (x > 0)
    )
    return alive + left


def mean_over_customers(
    model: BgNbd, x: int, silence: float, of_rate_and_leaving: Callable
) -> float:
    """Integrate rate**x * exp(-rate * silence) * f over both distributions (Gauss)."""
    u, of_rates = roots_genlaguerre(80, model.r - 1)
    t, of_leaving = roots_jacobi(80, model.b - 1, model.a - 1)
    rates = (u / (model.alpha + silence))[:, None]
    leaving = ((1 + t) / 2)[None, :]
    values = rates**x * of_rate_and_leaving(rates, leaving)
    return (
        of_rates @ values @ of_leaving / of_rates.sum() / of_leaving.sum()
        * (model.alpha / (model.alpha + silence)) ** model.r
    )  # fmt: skip


def test_many_purchases_do_not_overflow() -> None:
    # At the rate so far 479, less what is lost to customers who leave meanwhile.
    (expected,) = CDNOW.expected_purchases(history((5000, 100.0, 100.0)), 10)
    assert 440 < expected < 479


def test_expected_purchases_are_smooth_where_a_is_one() -> None:
    told = history(*HISTORIES)
    near = [
        BgNbd(0.5, 5.0, a, 2.0, 0.0, 1).expected_purchases(told, 39)
        for a in (1 - 1e-4, 1.0, 1 + 1e-4)
    ]
    assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-6)


def simulated(model: BgNbd, customers: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    ages = rng.uniform(20, 100, customers)
    rates = rng.gamma(model.r, 1 / model.alpha, customers)
    leaving = rng.beta(model.a, model.b, customers)
    rows = []
    for age, rate, p in zip(ages, rates, leaving, strict=True):
        x, at = 0, 0.0
        while (later := at + rng.exponential(1 / rate)) <= age:
            x, at = x + 1, later
            if rng.random() < p:
                break
        rows.append((x, at, age))
    return history(*rows)


def test_fit_finds_what_was_planted_in_any_unit_of_time() -> None:
    planted = BgNbd(0.8, 6.0, 0.9, 2.5, 0.0, 0)
    weeks = simulated(planted, 20_000, seed=1)
    fitted = fit_bg_nbd(weeks)
    found = np.array([fitted.r, fitted.alpha, fitted.a, fitted.b])
    assert found == pytest.approx([0.8, 6.0, 0.9, 2.5], rel=0.12)

    days = weeks.assign(recency=weeks["recency"] * 7, T=weeks["T"] * 7)
    in_days = fit_bg_nbd(days)
    assert in_days.alpha == pytest.approx(fitted.alpha * 7, rel=1e-4)
    assert in_days.r == pytest.approx(fitted.r, rel=1e-4)
    shift = weeks["frequency"].sum() * np.log(7)
    assert in_days.log_likelihood == pytest.approx(
        fitted.log_likelihood - shift, abs=1e-2
    )


def test_the_likelihood_is_what_integrating_gives_and_the_greatest() -> None:
    customers = {(0, 0.0, 30.0): 40, (1, 4.0, 30.0): 15, (4, 26.0, 30.0): 12}
    fitted = fit_bg_nbd(
        history(*[row for row, n in customers.items() for _ in range(n)])
    )

    def by_hand(*parameters: float) -> float:
        model = BgNbd(*parameters, 0.0, 0)
        return sum(n * np.log(likelihood(model, *row)) for row, n in customers.items())

    found = np.array([fitted.r, fitted.alpha, fitted.a, fitted.b])
    assert by_hand(*found) == pytest.approx(fitted.log_likelihood, abs=1e-3)
    for index in range(4):
        for factor in (0.97, 1.03):
            moved = found.copy()
            moved[index] *= factor
            assert by_hand(*moved) < fitted.log_likelihood + 1e-6


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([(0, 0, 5)] * 50, "0 of 50 customers bought again"),
        ([(2, 6, 5)] * 50, "50 of 50 customers have a history that cannot be"),
        ([(0, 1, 5)] * 50, "cannot be"),
        ([(2, 0, 5)] * 50, "cannot be"),
        ([(-1, 0, 5)] * 50, "cannot be"),
        ([(np.nan, 0, 5)] * 50, "cannot be"),
    ],
)
def test_histories_that_cannot_be_are_refused(rows: list, said: str) -> None:
    with pytest.raises(ModelRefused, match=said):
        fit_bg_nbd(history(*rows))


def test_customers_who_are_all_alike_get_one_finite_answer() -> None:
    told = history(*[(3, 30.0, 40.0)] * 100)
    expected = fit_bg_nbd(told).expected_purchases(told, 10)
    assert np.isfinite(expected).all()
    assert len(set(expected)) == 1


@pytest.mark.parametrize("x", [1, 2, 7])
def test_expected_value_is_what_integrating_gives(x: int) -> None:
    p, q, v = CDNOW_SPENDING.p, CDNOW_SPENDING.q, CDNOW_SPENDING.v
    mean = 42.0
    scales = gamma(q, scale=1 / v)

    def density(scale: float) -> float:
        return gamma(p * x, scale=1 / (x * scale)).pdf(mean) * scales.pdf(scale)

    total = quad(density, 0, 5)[0]
    expected = quad(lambda scale: density(scale) * p / scale, 0, 5)[0] / total
    told = CDNOW_SPENDING.expected_value(np.array([x]), np.array([mean]))
    assert told == pytest.approx([expected], rel=1e-5)


def test_who_did_not_buy_again_is_expected_to_spend_what_all_do() -> None:
    everybody = 6.25 * 15.44 / (3.74 - 1)
    told = CDNOW_SPENDING.expected_value(
        np.array([0.0, 0.0, 3.0]), np.array([np.nan, 50.0, -2.0])
    )
    assert told == pytest.approx([everybody] * 3)


def test_spending_has_no_mean_where_its_tail_is_too_long() -> None:
    endless = GammaGamma(2.0, 0.9, 10.0, 0.0, 1)
    told = endless.expected_value(np.array([0, 1]), np.array([np.nan, 20.0]))
    assert np.isnan(told[0])
    assert told[1] == pytest.approx(2 * 30 / 1.9)


def test_spending_is_found_in_any_unit_of_money() -> None:
    rng = np.random.default_rng(3)
    x = rng.integers(1, 8, 20_000)
    scales = rng.gamma(3.74, 1 / 15.44, len(x))
    dollars = pd.DataFrame(
        {"frequency": x, "monetary_value": rng.gamma(6.25 * x, 1 / (x * scales))}
    )
    fitted = fit_gamma_gamma(dollars)
    assert [fitted.p, fitted.q, fitted.v] == pytest.approx([6.25, 3.74, 15.44], rel=0.1)
    cents = fit_gamma_gamma(dollars.assign(monetary_value=dollars.monetary_value * 100))
    assert cents.v == pytest.approx(fitted.v * 100, rel=1e-4)
    assert cents.log_likelihood == pytest.approx(
        fitted.log_likelihood - len(x) * np.log(100), abs=1e-2
    )


def test_spending_without_differences_is_refused() -> None:
    alike = pd.DataFrame({"frequency": [2] * 50, "monetary_value": [30.0] * 50})
    with pytest.raises(ModelRefused, match="1 different ones"):
        fit_gamma_gamma(alike)


def test_the_order_of_the_customers_changes_no_bit() -> None:
    told = simulated(BgNbd(0.8, 6.0, 0.9, 2.5, 0.0, 0), 500, seed=4)
    rng = np.random.default_rng(5)
    customers = told.assign(
        customer_id=[f"c{number:03}" for number in range(len(told))],
        monetary_value=rng.gamma(2, 20, len(told)),
        holdout_purchases=rng.poisson(0.5, len(told)),
        holdout_weeks=13.0,
    )
    shuffled = customers.sample(frac=1, random_state=6)
    one = fit_customer_value(customers, customers)
    other = fit_customer_value(shuffled, shuffled)
    assert one.parameters == other.parameters
    for name in ("predictions", "holdout", "metrics"):
        pd.testing.assert_frame_equal(
            getattr(one, name), getattr(other, name), check_exact=True
        )
    assert one.holdout["customers"].sum() == len(customers)
    assert one.holdout["actual_purchases"].sum() == customers["holdout_purchases"].sum()


def test_a_shop_too_young_for_a_holdout_is_foretold_and_not_judged() -> None:
    told = simulated(BgNbd(0.8, 6.0, 0.9, 2.5, 0.0, 0), 500, seed=4)
    customers = told.assign(
        customer_id=range(len(told)), monetary_value=range(1, len(told) + 1)
    )
    value = fit_customer_value(
        customers, customers.head(0).assign(holdout_purchases=0, holdout_weeks=13.0)
    )
    assert len(value.predictions) == len(customers)
    assert value.holdout.empty and value.metrics.empty
