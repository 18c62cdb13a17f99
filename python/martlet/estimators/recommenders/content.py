"""Content-based filtering: what is like what the customer bought.

A product is a vector of four blocks, each of length one times its share: the words of its
name (tf-idf), category, brand, and the fifth of prices it lies in. A customer is the
weighted sum of what they bought (Pazzani and Billsus 2007).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from martlet.estimators.recommenders.interactions import Interactions
from martlet.estimators.recommenders.ranking import batches, best

# How much of a likeness is told by each.
SHARES = {"product_name": 0.5, "category": 0.25, "brand": 0.15, "price": 0.1}
PRICE_BINS = 5
SIMILAR = ["product_id", "similar_product_id", "similarity", "rank"]


@dataclass(frozen=True)
class ContentBased:
    """Vectors of products, and what everyone bought."""

    vectors: csr_matrix
    weights: csr_matrix

    @classmethod
    def fit(cls, interactions: Interactions) -> ContentBased:
        """Describe every product."""
        return cls(product_vectors(interactions.catalogue), interactions.weights)

    def scores(self, rows: np.ndarray) -> np.ndarray:
        """Score all products for customers by cosine; 0 where nothing is alike.

        Returns
        -------
        ndarray of float, rows by products
        """
        profiles = normalize(self.weights[rows] @ self.vectors)
        return (profiles @ self.vectors.T).toarray()

    def because(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Find the product of each customer's that makes another one's score most.

        Parameters
        ----------
        rows, columns : ndarray of int, pairs
            Customers, and the products proposed to them.

        Returns
        -------
        ndarray of int, pairs
        """
        bought = np.diff(self.weights.indptr)[rows]
        pair = np.repeat(np.arange(len(rows)), bought)
        first = np.repeat(self.weights.indptr[rows], bought)
        within = np.arange(len(pair)) - np.repeat(np.cumsum(bought) - bought, bought)
        own = self.weights.indices[first + within]
        alike = self.vectors[own].multiply(self.vectors[columns[pair]]).sum(axis=1)
        told = self.weights.data[first + within] * np.asarray(alike).ravel()
        in_order = np.lexsort((own, -told, pair))
        return own[in_order][np.searchsorted(pair[in_order], np.arange(len(rows)))]


def product_vectors(catalogue: pd.DataFrame) -> csr_matrix:
    """Describe products by vectors of length one, or zero where nothing is known.

    Parameters
    ----------
    catalogue : DataFrame
        product_name, category, brand, price.

    Returns
    -------
    csr_matrix of float, products by terms
    """
    blocks = [
        np.sqrt(SHARES["product_name"]) * _words(catalogue["product_name"]),
        *(
            np.sqrt(SHARES[name]) * _one_hot(catalogue[name])
            for name in ("category", "brand")
        ),
        np.sqrt(SHARES["price"]) * _one_hot(_price_bins(catalogue["price"])),
        # Nothing, so that there is a column where nothing is known of any.
        csr_matrix((len(catalogue), 1)),
    ]
    vectors = hstack(blocks, format="csr")
    # scikit-learn takes no table without rows.
    return normalize(vectors) if len(catalogue) else vectors


def similar_products(catalogue: pd.DataFrame, n: int) -> pd.DataFrame:
    """Find the products most alike, among those of the same category.

    Without that limit work grows with the square of all products.

    Parameters
    ----------
    catalogue : DataFrame
        product_id, product_name, category, brand, price, is_available.
    n : int
        Most similar products of each.

    Returns
    -------
    DataFrame
        product_id, similar_product_id (available), similarity (cosine, above 0), rank.
    """
    catalogue = catalogue.sort_values("product_id", ignore_index=True)
    ids = catalogue["product_id"].to_numpy(object)
    vectors = product_vectors(catalogue)
    is_available = catalogue["is_available"].to_numpy(bool)
    found = [pd.DataFrame(columns=SIMILAR)]
    # Products without a category are one group.
    for _, members in catalogue.groupby("category", dropna=False).indices.items():
        offered = members[is_available[members]]
        for rows in batches(members, len(offered)):
            alike = (vectors[rows] @ vectors[offered].T).toarray()
            alike[(rows[:, None] == offered) | (alike <= 0)] = -np.inf
            row, column, similarity, rank = best(alike, n)
            told = (ids[rows[row]], ids[offered[column]], similarity, rank)
            found.append(pd.DataFrame(dict(zip(SIMILAR, told, strict=True))))
    return pd.concat(found, ignore_index=True)


def _words(names: pd.Series) -> csr_matrix:
    texts = names.fillna("").astype(str)
    try:
        return TfidfVectorizer(sublinear_tf=True).fit_transform(texts).tocsr()
    except ValueError:  # not one word among all names
        return csr_matrix((len(texts), 0))


def _one_hot(values: pd.Series) -> csr_matrix:
    codes, known = pd.factorize(values, sort=True)
    rows = np.flatnonzero(codes >= 0)
    shape = (len(values), len(known))
    return csr_matrix((np.ones(len(rows)), (rows, codes[rows])), shape)


def _price_bins(prices: pd.Series) -> pd.Series:
    prices = prices.astype(float).where(lambda price: price > 0)
    edges = np.unique(prices.quantile(np.arange(1, PRICE_BINS) / PRICE_BINS).dropna())
    bins = pd.Series(np.searchsorted(edges, prices, side="right"), prices.index)
    return bins.where(prices.notna())
