"""Matrix factorisation: a few numbers for each customer and product, whose product scores.

Alternating least squares for implicit feedback (Hu, Koren and Volinsky 2008) and Bayesian
personalised ranking (Rendle et al. 2009) are implicit's, the truncated singular value
decomposition (PureSVD: Cremonesi, Koren and Turrin 2010) is scikit-learn's.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from implicit.cpu.bpr import BayesianPersonalizedRanking
from sklearn.decomposition import TruncatedSVD
from threadpoolctl import threadpool_limits

from martlet.estimators.recommenders.interactions import Interactions

MOST_FACTORS = 64
# With as many factors as products nothing is left to generalise from.
IDS_PER_FACTOR = 8
# How much more a purchase counts than none: the alpha of Hu, Koren and Volinsky.
ALS_CONFIDENCE = 20.0
ALS_REGULARIZATION = 0.1
BPR_LEARNING_RATE = 0.05


@dataclass(frozen=True)
class Factors:
    """Factors of customers and products, each ids by factors.

    Of products that nobody bought (``is_bought``) factors say nothing.
    """

    customers: np.ndarray
    products: np.ndarray
    is_bought: np.ndarray

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Score products for customers; minus infinity where nobody bought one.

        Returns
        -------
        ndarray of float, rows by products
        """
        with threadpool_limits(1, "blas"):
            scores = (self.customers[rows] @ self.products.T).astype(float)
        scores[:, ~self.is_bought] = -np.inf
        return scores


def _is_bought(interactions: Interactions) -> np.ndarray:
    return np.bincount(
        interactions.weights.indices, minlength=len(interactions.products)
    ).astype(bool)


def _rank(interactions: Interactions) -> int:
    fewest = min(interactions.weights.shape)
    return max(1, min(MOST_FACTORS, fewest // IDS_PER_FACTOR))


def fit_als(interactions: Interactions, seed: int) -> Factors:
    """Fit by alternating least squares."""
    return _fitted(
        AlternatingLeastSquares,
        interactions,
        seed,
        alpha=ALS_CONFIDENCE,
        regularization=ALS_REGULARIZATION,
    )


def fit_bpr(interactions: Interactions, seed: int) -> Factors:
    """Fit by Bayesian personalised ranking, in one thread: more would race."""
    return _fitted(
        BayesianPersonalizedRanking,
        interactions,
        seed,
        learning_rate=BPR_LEARNING_RATE,
        num_threads=1,
    )


def fit_svd(interactions: Interactions, seed: int) -> Factors:
    """Fit by truncated singular value decomposition of the logarithms of weights."""
    damped = interactions.weights.copy()
    damped.data = np.log1p(damped.data)
    if damped.shape[1] == 1:
        return Factors(damped.toarray(), np.ones((1, 1)), _is_bought(interactions))
    model = TruncatedSVD(_rank(interactions), random_state=seed % 2**32)
    # The share of variance that factors explain is 0 / 0 where all bought the same.
    with threadpool_limits(1, "blas"), np.errstate(invalid="ignore"):
        customers = model.fit_transform(damped)
    return Factors(customers, model.components_.T, _is_bought(interactions))


def _fitted(
    algorithm: type[AlternatingLeastSquares | BayesianPersonalizedRanking],
    interactions: Interactions,
    seed: int,
    **options: float,
) -> Factors:
    # Sums of several threads would depend on which was first.
    with threadpool_limits(1, "blas"):
        model = algorithm(
            factors=_rank(interactions), random_state=seed % 2**32, **options
        )
        model.fit(interactions.weights, show_progress=False)
    return Factors(
        np.asarray(model.user_factors),
        np.asarray(model.item_factors),
        _is_bought(interactions),
    )
