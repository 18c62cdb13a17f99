"""User-based collaborative filtering: what is bought by those who buy alike.

The score of a product is the mean of what the most similar customers' purchases of it
weigh, weighted by how similar they are (Resnick et al. 1994; Herlocker et al. 1999).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, diags_array

from martlet.estimators.recommenders.interactions import Interactions
from martlet.estimators.recommenders.ranking import batches

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
    scaled : csr_matrix, customers by products
        The same, so that the products of two rows add up to their similarity.
    totals : ndarray of float, customers
        Sum of each row of ``scaled`` over the root of the number of products, where
        purchases are told from their mean (Pearson); zeros where not (cosine).
    compared : ndarray of int
        Numbers of the customers that everyone is compared with.
    """

    weights: csr_matrix
    scaled: csr_matrix
    totals: np.ndarray
    compared: np.ndarray

    @classmethod
    def fit(
        cls, interactions: Interactions, seed: int, *, is_centred: bool
    ) -> UserBased:
        """Measure everyone, and draw whom everyone is compared with."""
        weights = interactions.weights
        customers, products = weights.shape
        squares = np.asarray(weights.multiply(weights).sum(axis=1), float).ravel()
        sums = np.asarray(weights.sum(axis=1), float).ravel() * is_centred
        lengths = np.sqrt(np.maximum(squares - sums**2 / products, 0))
        # Who bought all products alike has no taste to compare.
        scale = np.divide(1, lengths, out=np.zeros(customers), where=lengths > 1e-6)
        compared = np.arange(customers)
        if customers > MOST_COMPARED:
            rng = np.random.default_rng(seed)
            compared = np.sort(rng.choice(customers, MOST_COMPARED, replace=False))
        return cls(
            weights=weights,
            scaled=csr_matrix(diags_array(scale.astype("float32")) @ weights),
            totals=(sums * scale / np.sqrt(products)).astype("float32"),
            compared=compared,
        )

    def similarities(self, rows: np.ndarray) -> np.ndarray:
        """Compare customers with the others.

        Returns
        -------
        ndarray of float32, rows by compared
            Cosine or correlation; 0 with oneself, and where there is none.
        """
        similar = (self.scaled[rows] @ self.scaled[self.compared].T).toarray()
        similar -= np.outer(self.totals[rows], self.totals[self.compared])
        similar[rows[:, None] == self.compared] = 0
        return similar

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Score all products for customers; 0 where no similar one bought it.

        Returns
        -------
        ndarray of float, rows by products
        """
        parts = batches(rows, len(self.compared))
        return np.concatenate([self._scores(part) for part in parts])

    def _scores(self, rows: np.ndarray) -> np.ndarray:
        similar = self.similarities(rows)
        if similar.shape[1] > NEIGHBOURS:
            last = np.partition(similar, -NEIGHBOURS, axis=1)[:, [-NEIGHBOURS]]
            similar[similar < last] = 0
        similar[similar < 0] = 0
        nearest = csr_matrix(similar)
        total = np.maximum(np.asarray(nearest.sum(axis=1)), 1e-12)
        return (nearest @ self.weights[self.compared]).toarray() / total
