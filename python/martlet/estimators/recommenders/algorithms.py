"""The recommenders there are, and how each one's scores become proposals."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Protocol

import numpy as np
import pandas as pd

from martlet.estimators.recommenders.content import ContentBased
from martlet.estimators.recommenders.factors import fit_als, fit_bpr, fit_svd
from martlet.estimators.recommenders.interactions import Interactions
from martlet.estimators.recommenders.neighbours import UserBased
from martlet.estimators.recommenders.ranking import batches, best


class Recommender(Protocol):
    """What is fitted: it scores every product for any customers."""

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Score products for customers; the greater the better.

        Parameters
        ----------
        rows : ndarray of int
            Numbers of customers among :attr:`Interactions.customers`.

        Returns
        -------
        ndarray of float, rows by products
        """


Fit = Callable[[Interactions, int], Recommender]

ALGORITHMS: Mapping[str, Fit] = {
    "user_based_cosine": partial(UserBased.fit, is_centred=False),
    "user_based_pearson": partial(UserBased.fit, is_centred=True),
    "content_based": lambda interactions, _: ContentBased.fit(interactions),
    "svd": fit_svd,
    "als": fit_als,
    "bpr": fit_bpr,
}
# Of these a score of zero says that nothing is known, not that little is liked.
SILENT_AT_ZERO = {"user_based_cosine", "user_based_pearson", "content_based"}


def fit_recommender(
    algorithm: str, interactions: Interactions, seed: int
) -> Recommender:
    """Fit the recommender of a name of ``ALGORITHMS``."""
    return ALGORITHMS[algorithm](interactions, seed)


def recommend(
    algorithm: str,
    interactions: Interactions,
    customer_ids: pd.Series,
    n: int,
    seed: int,
) -> Iterator[pd.DataFrame]:
    """Fit a recommender and let it propose goods, batch by batch of customers.

    Parameters
    ----------
    algorithm : str
        A name of ``ALGORITHMS``.
    customer_ids : Series of str
        Whom to propose to; who never bought anything is passed over.
    n : int
        The most goods for each.

    Yields
    ------
    DataFrame
        customer_id, product_id, score and because_product_id (None where the algorithm
        cannot say); the best ``n`` that are available and not withheld, of equals those
        whose id comes first.
    """
    recommender = fit_recommender(algorithm, interactions, seed)
    rows = interactions.rows_of(customer_ids)
    for batch in batches(rows, len(interactions.products)):
        scores = np.array(recommender.scores(batch), float)
        scores[:, ~interactions.is_available] = -np.inf
        scores[interactions.withheld[batch].nonzero()] = -np.inf
        if algorithm in SILENT_AT_ZERO:
            scores[scores <= 0] = -np.inf
        row, column, score, _ = best(scores, n)
        because = np.full(len(row), None, object)
        if isinstance(recommender, ContentBased):
            because = interactions.products[recommender.because(batch[row], column)]
        yield pd.DataFrame(
            {
                "customer_id": interactions.customers[batch[row]],
                "product_id": interactions.products[column],
                "score": score,
                "because_product_id": because,
            }
        )
