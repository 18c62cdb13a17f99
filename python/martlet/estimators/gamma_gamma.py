"""What a customer will spend per purchase: the Gamma-Gamma model.

What a customer spends varies around a mean of their own, and the means vary over
customers; whoever has bought rarely is drawn to the mean of all (Fader, Hardie 2013, The
Gamma-Gamma Model of Monetary Value). How much is spent must not depend on how often.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import gammaln, psi

from martlet.errors import ModelRefused
from martlet.estimators.inputs import as_numbers

FEWEST_SPENDERS = 20
STARTS = (0.5, 2.0)
BOUNDS = (1e-3, 1e4)  # of each parameter, money in multiples of the mean


@dataclass(frozen=True)
class GammaGamma:
    """A fitted model.

    Attributes
    ----------
    p, q, v : float
        ``p`` is the shape of one customer's spending; ``q`` and ``v`` (money) are shape
        and rate of its scale over customers.
    log_likelihood : float
        Of all customers that it was fitted on, in the unit of money given.
    customers : int
        Customers it was fitted on: those who bought again.
    """

    p: float
    q: float
    v: float
    log_likelihood: float
    customers: int

    @property
    def parameters(self) -> dict[str, float]:
        """What was fitted, JSON-able."""
        return asdict(self)

    def expected_value(
        self, frequency: np.ndarray, monetary_value: np.ndarray
    ) -> np.ndarray:
        """Return what each customer will spend per purchase.

        A customer without a repeat purchase, or without a positive value, is expected to
        spend what all do: NaN where that mean is infinite, at ``q`` of 1 or less.
        """
        is_known = (frequency > 0) & (np.nan_to_num(monetary_value) > 0)
        x = np.where(is_known, frequency, 0.0)
        spent = x * np.where(is_known, monetary_value, 0.0)
        weight = self.p * x + self.q - 1.0
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(weight > 0, self.p * (self.v + spent) / weight, np.nan)


def fit_gamma_gamma(spending: pd.DataFrame) -> GammaGamma:
    """Fit by maximum likelihood.

    Parameters
    ----------
    spending : DataFrame of shape (customers, >= 2)
        frequency (purchases after the first) and monetary_value (mean of those
        purchases). Rows without a repeat purchase or a positive value are left out.

    Raises
    ------
    ModelRefused
        Too few customers are left, or they all spend the same.
    """
    numbers = as_numbers(spending[["frequency", "monetary_value"]])
    usable = numbers[(numbers["frequency"] > 0) & (numbers["monetary_value"] > 0)]
    if len(usable) < FEWEST_SPENDERS or usable["monetary_value"].nunique() == 1:
        raise ModelRefused(
            f"{len(usable)} of {len(spending)} customers bought again for a positive "
            f"value, {usable['monetary_value'].nunique()} different ones; spending "
            f"needs at least {FEWEST_SPENDERS} customers who differ.",
            "Wait for more repeat orders, or load older ones.",
        )
    # In order of value, so that sums do not depend on the order of the customers.
    usable = usable.sort_values(["frequency", "monetary_value"])
    unit = float(usable["monetary_value"].mean())
    x = usable["frequency"].to_numpy()
    mean = usable["monetary_value"].to_numpy() / unit

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        likelihood, slopes = _log_likelihood(np.exp(logs), x, mean)
        return -likelihood / len(x), -slopes * np.exp(logs) / len(x)

    found = min(
        (
            minimize(
                loss,
                np.log([start] * 3),
                jac=True,
                method="L-BFGS-B",
                bounds=[tuple(np.log(BOUNDS))] * 3,
                options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-9},
            )
            for start in STARTS
        ),
        key=lambda result: result.fun,
    )
    p, q, v = np.exp(found.x)
    # A density per unit of money, for each customer.
    log_likelihood = -found.fun * len(x) - len(x) * np.log(unit)
    return GammaGamma(
        float(p), float(q), float(v * unit), float(log_likelihood), len(x)
    )


def _log_likelihood(
    parameters: np.ndarray, x: np.ndarray, mean: np.ndarray
) -> tuple[float, np.ndarray]:
    """Return the log-likelihood (equation 1a), and its slopes along p, q and v."""
    p, q, v = parameters
    shape, spent = p * x, x * mean
    likelihood = np.sum(
        gammaln(shape + q)
        - gammaln(shape)
        - gammaln(q)
        + q * np.log(v)
        + (shape - 1.0) * np.log(mean)
        + shape * np.log(x)
        - (shape + q) * np.log(spent + v)
    )
    of_spending = psi(shape + q) - np.log(spent + v)
    slopes = (
        np.sum(x * (of_spending - psi(shape) + np.log(mean) + np.log(x))),
        np.sum(of_spending - psi(q) + np.log(v)),
        np.sum(q / v - (shape + q) / (spent + v)),
    )
    return float(likelihood), np.array(slopes)
