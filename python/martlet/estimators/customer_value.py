"""What customers will be worth: how often they buy again, times what they then spend.

Both models are fitted twice: on all that is known, to foretell; and on what was known
before a time that is already over, to be held against what happened in it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.estimators.bg_nbd import FEWEST_REPEAT_BUYERS, HISTORY, BgNbd, fit_bg_nbd
from martlet.estimators.gamma_gamma import GammaGamma, fit_gamma_gamma
from martlet.estimators.inputs import refuse_repeated

HORIZONS_DAYS = (30, 90, 365)
DAYS_PER_WEEK = 7
MOST_TOLD_APART = 7  # repeat purchases, from which on customers are judged together


@dataclass(frozen=True)
class CustomerValue:
    """What customers are foretold to be worth.

    Attributes
    ----------
    predictions : DataFrame
        One row per customer: customer_id, frequency, recency, T, monetary_value,
        probability_alive, expected_purchases_<n>d, expected_value_per_purchase,
        predicted_clv_<n>d. Value is undiscounted, and null where spending has no mean.
    holdout : DataFrame
        One row per frequency: frequency, frequency_label, customers,
        predicted_purchases, actual_purchases, holdout_days; empty where before it too
        few had bought again.
    metrics : DataFrame
        metric_name, metric_value, baseline_value and evaluated_on of the holdout. The
        baseline expects each customer to go on at their rate so far.
    parameters : dict
        JSON-able: both models' parameters and log-likelihoods, times in weeks.
    """

    predictions: pd.DataFrame
    holdout: pd.DataFrame
    metrics: pd.DataFrame
    parameters: dict


def fit_customer_value(customers: pd.DataFrame, holdout: pd.DataFrame) -> CustomerValue:
    """Fit BG/NBD and Gamma-Gamma, foretell, and judge.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: customer_id, frequency, recency, T (weeks) and
        monetary_value (mean of the purchases after the first).
    holdout : DataFrame
        The same at an earlier date, with holdout_purchases and holdout_weeks; without
        rows where the data are too young.

    Raises
    ------
    ModelRefused
        Too few customers bought again, or a history cannot be.
    """
    customers, holdout = (_by_customer(table) for table in (customers, holdout))
    purchases, spending = fit_bg_nbd(customers), fit_gamma_gamma(customers)
    parameters = {
        "bg_nbd": purchases.parameters,
        "gamma_gamma": spending.parameters,
        "frequency_value_correlation": _correlation(customers),
        "days_per_period": DAYS_PER_WEEK,
    }
    judged, metrics = _judged(holdout)
    return CustomerValue(
        _predictions(customers, purchases, spending), judged, metrics, parameters
    )


def _by_customer(table: pd.DataFrame) -> pd.DataFrame:
    refuse_repeated(table["customer_id"], "one customer")
    return table.sort_values("customer_id", ignore_index=True)


def _predictions(
    customers: pd.DataFrame, purchases: BgNbd, spending: GammaGamma
) -> pd.DataFrame:
    told = customers[["customer_id", *HISTORY, "monetary_value"]].copy()
    told["probability_alive"] = purchases.probability_alive(customers)
    per_purchase = spending.expected_value(
        customers["frequency"].to_numpy(), customers["monetary_value"].to_numpy()
    )
    told["expected_value_per_purchase"] = per_purchase
    for days in HORIZONS_DAYS:
        expected = purchases.expected_purchases(customers, days / DAYS_PER_WEEK)
        told[f"expected_purchases_{days}d"] = expected
        told[f"predicted_clv_{days}d"] = expected * per_purchase
    return told


def _judged(holdout: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    if (holdout["frequency"] > 0).sum() < FEWEST_REPEAT_BUYERS:
        return pd.DataFrame(), pd.DataFrame()
    weeks = float(holdout["holdout_weeks"].iloc[0])
    frequency = holdout["frequency"].to_numpy()
    actual = holdout["holdout_purchases"].to_numpy(np.float64)
    predicted = fit_bg_nbd(holdout).expected_purchases(holdout, weeks)
    as_before = frequency / holdout["T"].to_numpy() * weeks
    days = round(weeks * DAYS_PER_WEEK)
    by_frequency = (
        pd.DataFrame(
            {
                "frequency": np.minimum(frequency, MOST_TOLD_APART),
                "customers": 1,
                "predicted_purchases": predicted,
                "actual_purchases": actual,
            }
        )
        .groupby("frequency", as_index=False)
        .sum()
    )
    labels = by_frequency["frequency"].astype(str)
    is_last = by_frequency["frequency"] == MOST_TOLD_APART
    by_frequency["frequency_label"] = labels.where(~is_last, labels + "+")
    by_frequency["holdout_days"] = days
    metrics = [
        ("mean_absolute_error", np.abs(predicted - actual), np.abs(as_before - actual)),
        ("mean_error", predicted - actual, as_before - actual),
    ]
    return by_frequency, pd.DataFrame(
        {
            "metric_name": name,
            "metric_value": float(errors.mean()),
            "baseline_value": float(baseline.mean()),
            "evaluated_on": f"{days} days of holdout",
        }
        for name, errors, baseline in metrics
    )


def _correlation(customers: pd.DataFrame) -> float | None:
    """Between frequency and value of repeat buyers; the model takes it for none."""
    repeat = customers[customers["frequency"] > 0]
    correlation = repeat["frequency"].corr(repeat["monetary_value"])
    return None if np.isnan(correlation) else float(correlation)
