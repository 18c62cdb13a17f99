"""User-based collaborative filtering: what is bought by those who buy alike.

The score of a product is the mean of what the most similar customers' purchases of it
weigh, weighted by how similar they are (Resnick et al. 1994; Herlocker et al. 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from martlet.estimators.recommenders.interactions import Interactions

NEIGHBOURS = 100
# Comparing everyone with everyone grows with the square of customers; of many, so many
# drawn ones are the others that everyone is compared with.
MOST_COMPARED = 20_000


@dataclass(frozen=True)
class UserBased:
    """Customers that others are compared with, and how.

    Attributes
    ----------
    weights : csr_matrix, customers by products
        Everyone's purchases.
    compared : ndarray of int
        Numbers of the customers that everyone is compared with.
    is_centred : bool
        Whether purchases are told from each customer's mean over all products: Pearson
        correlation rather than cosine.
    """

    weights: csr_matrix
    compared: np.ndarray
    is_centred: bool

    @classmethod
    def fit(
        cls, interactions: Interactions, seed: int, *, is_centred: bool
    ) -> UserBased:
        """Draw whom everyone is compared with."""
        customers = len(interactions.customers)
        compared = np.arange(customers)
        if customers > MOST_COMPARED:
            rng = np.random.default_rng(seed)
            compared = np.sort(rng.choice(customers, MOST_COMPARED, replace=False))
        return cls(interactions.weights, compared, is_centred)

    def similarities(self, rows: np.ndarray) -> np.ndarray:
        """Compare customers with the others.

        Returns
        -------
        ndarray of float, rows by compared
            Cosine or correlation; 0 with oneself, and where there is none.
        """
        mine, others = self.weights[rows], self.weights[self.compared]
        products = np.asarray((mine @ others.T).todense(), float)
        squares = [
            np.asarray(m.multiply(m).sum(axis=1)).ravel() for m in (mine, others)
        ]
        if self.is_centred:
            n = self.weights.shape[1]
            sums = [np.asarray(m.sum(axis=1)).ravel() for m in (mine, others)]
            products -= np.outer(*sums) / n
            squares = [s - t * t / n for s, t in zip(squares, sums, strict=True)]
        norms = np.sqrt(np.outer(*(np.maximum(s, 0) for s in squares)))
        similar = np.divide(
            products, norms, out=np.zeros_like(products), where=norms > 1e-12
        )
        similar[rows[:, None] == self.compared] = 0
        return similar

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Score all products for customers; 0 where no similar one bought it.

        Returns
        -------
        ndarray of float, rows by products
        """
        similar = self.similarities(rows)
        if similar.shape[1] > NEIGHBOURS:
            last = np.partition(similar, -NEIGHBOURS, axis=1)[:, [-NEIGHBOURS]]
            similar[similar < last] = 0
        similar[similar < 0] = 0
        total = np.maximum(similar.sum(axis=1, keepdims=True), 1e-12)
        return (csr_matrix(similar / total) @ self.weights[self.compared]).toarray()
