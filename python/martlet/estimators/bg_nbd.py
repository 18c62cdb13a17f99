"""How often customers will buy again, and whether they still do: the BG/NBD model.

While alive a customer buys at a rate of their own; after each purchase they leave with a
probability of their own. Rates are gamma distributed over customers, probabilities beta
(Fader, Hardie, Lee 2005, "Counting Your Customers" the Easy Way, Marketing Science 24).

Times are in any one unit. What a customer did is told in the paper's words: ``frequency``
is how many purchases followed the first, ``recency`` the time from the first to the last,
and ``T`` the time from the first until now.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import betaln, expit, gammaln, hyp2f1, psi

from martlet.errors import ModelRefused
from martlet.estimators.inputs import as_numbers

HISTORY = ["frequency", "recency", "T"]

FEWEST_REPEAT_BUYERS = 20
STARTS = (0.1, 1.0)
BOUNDS = (1e-4, 1e4)  # of each parameter, time in multiples of a mean T
NEAR_ONE = 1e-6


@dataclass(frozen=True)
class BgNbd:
    """A fitted model.

    Attributes
    ----------
    r, alpha : float
        Shape and rate of the gamma distribution of purchase rates; ``alpha`` is a time.
    a, b : float
        Of the beta distribution of the probability to leave after a purchase.
    log_likelihood : float
        Of all customers, at these parameters and in the unit of time given.
    customers : int
        Customers it was fitted on.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int

    @property
    def parameters(self) -> dict[str, float]:
        """What was fitted, JSON-able."""
        return asdict(self)

    def probability_alive(self, history: pd.DataFrame) -> np.ndarray:
        """Return how likely each customer is to buy again ever; 1 without a repeat.

        The chance that the last purchase was not the one after which they left.
        """
        x, recency, age = _columns(history)
        odds = (
            self.a
            / (self.b + np.maximum(x, 1.0) - 1.0)
            * ((self.alpha + age) / (self.alpha + recency)) ** (self.r + x)
        )
        return np.where(x > 0, 1.0 / (1.0 + odds), 1.0)

    def expected_purchases(self, history: pd.DataFrame, horizon: float) -> np.ndarray:
        """Return how many purchases each customer will make within ``horizon``.

        The paper's equation 10, its hypergeometric function turned by Euler's
        transformation, so that many purchases do not overflow.
        """
        x, _, age = _columns(history)
        a = self.a if abs(self.a - 1.0) > NEAR_ONE else 1.0 + NEAR_ONE
        z = horizon / (self.alpha + age + horizon)
        staying = (1.0 - z) ** (a - 1.0) * hyp2f1(
            a + self.b - 1.0 - self.r, a - 1.0, a + self.b + x - 1.0, z
        )
        while_alive = (a + self.b + x - 1.0) / (a - 1.0) * (1.0 - staying)
        return while_alive * self.probability_alive(history)


def fit_bg_nbd(history: pd.DataFrame) -> BgNbd:
    """Fit by maximum likelihood.

    Parameters
    ----------
    history : DataFrame of shape (customers, >= 3)
        frequency, recency and T, each at least 0; recency at most T, and 0 exactly
        where frequency is.

    Raises
    ------
    ModelRefused
        A history cannot be, too few customers bought again, or no maximum was found.
    """
    _check(history)
    # By value, so that sums do not depend on the order of the customers.
    alike = history.groupby(HISTORY).size()
    distinct = alike.index.to_frame(index=False)
    unit = float(distinct["T"].mean())
    x = distinct["frequency"].to_numpy(np.float64)
    recency, age = (distinct[name].to_numpy(np.float64) / unit for name in HISTORY[1:])
    weight = alike.to_numpy(np.float64)

    def loss(logs: np.ndarray) -> tuple[float, np.ndarray]:
        likelihood, gradient = _log_likelihood(np.exp(logs), x, recency, age)
        return (
            -float(weight @ likelihood) / len(history),
            -(gradient @ weight) * np.exp(logs) / len(history),
        )

    found = min(
        (
            minimize(
                loss,
                np.log([start] * 4),
                jac=True,
                method="L-BFGS-B",
                bounds=[tuple(np.log(BOUNDS))] * 4,
                options={"maxiter": 1000, "ftol": 1e-13, "gtol": 1e-9},
            )
            for start in STARTS
        ),
        key=lambda result: result.fun,
    )
    if not np.isfinite(found.fun):
        raise ModelRefused(
            "The purchase rates of these customers have no likeliest values.",
            "See whether their first and last purchases are right.",
        )
    r, alpha, a, b = np.exp(found.x)
    # A density per unit of time, for each purchase after the first.
    log_likelihood = -found.fun * len(history) - weight @ x * np.log(unit)
    return BgNbd(
        float(r),
        float(alpha * unit),
        float(a),
        float(b),
        float(log_likelihood),
        len(history),
    )


def _log_likelihood(
    parameters: np.ndarray, x: np.ndarray, recency: np.ndarray, age: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return each history's log-likelihood, and its slopes along r, alpha, a and b."""
    r, alpha, a, b = parameters
    has_left = np.where(
        x > 0,
        np.log(a)
        - np.log(b + np.maximum(x, 1.0) - 1.0)
        - (r + x) * np.log(alpha + recency),
        -np.inf,
    )
    is_alive = -(r + x) * np.log(alpha + age)
    likelihood = (
        gammaln(r + x)
        - gammaln(r)
        + r * np.log(alpha)
        + betaln(a, b + x)
        - betaln(a, b)
        + np.logaddexp(is_alive, has_left)
    )
    left = expit(has_left - is_alive)
    of_both = psi(a + b) - psi(a + b + x)
    slopes = (
        psi(r + x)
        - psi(r)
        + np.log(alpha)
        - (1.0 - left) * np.log(alpha + age)
        - left * np.log(alpha + recency),
        r / alpha - (r + x) * ((1.0 - left) / (alpha + age) + left / (alpha + recency)),
        of_both + left / a,
        of_both + psi(b + x) - psi(b) - left / (b + np.maximum(x, 1.0) - 1.0),
    )
    return likelihood, np.array(slopes)


def _columns(history: pd.DataFrame) -> list[np.ndarray]:
    return [history[name].to_numpy(np.float64) for name in HISTORY]


def _check(history: pd.DataFrame) -> None:
    numbers = as_numbers(history[HISTORY])
    x, recency, age = _columns(numbers)
    wrong = (
        numbers.isna().any(axis=1)
        | (numbers < 0).any(axis=1)
        | (recency > age)
        | ((x == 0) != (recency == 0))
    )
    if wrong.any():
        raise ModelRefused(
            f"{int(wrong.sum())} of {len(history)} customers have a history that cannot "
            "be: frequency, recency and T are at least 0, recency is at most T, and 0 "
            "where frequency is.",
            f"The first is {numbers[wrong].iloc[0].to_dict()}.",
        )
    repeat_buyers = int((x > 0).sum())
    if repeat_buyers < FEWEST_REPEAT_BUYERS:
        raise ModelRefused(
            f"{repeat_buyers} of {len(history)} customers bought again, and purchase "
            f"rates need at least {FEWEST_REPEAT_BUYERS}.",
            "Wait for more repeat orders, or load older ones.",
        )
