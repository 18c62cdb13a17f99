"""Who bought what, as matrices: customers and products by number, in the order of ids.

Ids are sorted, so that rows in another order give the same matrices, and the lesser
number is the id that comes first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix

from martlet.errors import ModelRefused


@dataclass(frozen=True)
class Interactions:
    """What recommenders learn from.

    Attributes
    ----------
    customers, products : ndarray of str
        Ids, sorted; products are those of the catalogue and all that anybody bought.
    weights : csr_matrix of float32, customers by products
        How much a purchase says of its customer; 0 where there was none.
    withheld : csr_matrix of bool, customers by products
        Pairs that must not be proposed.
    is_available : ndarray of bool, products
        Whether a product may be proposed at all; not where the catalogue lacks it.
    catalogue : DataFrame
        product_name, category, brand and price of ``products``, in their order.
    """

    customers: np.ndarray
    products: np.ndarray
    weights: csr_matrix
    withheld: csr_matrix
    is_available: np.ndarray
    catalogue: pd.DataFrame

    @classmethod
    def from_frames(
        cls, interactions: pd.DataFrame, catalogue: pd.DataFrame
    ) -> Interactions:
        """Number customers and products.

        Parameters
        ----------
        interactions : DataFrame
            customer_id, product_id, weight (above 0) and is_offerable; one row per pair.
        catalogue : DataFrame
            product_id, product_name, category, brand, price, is_available; one row per
            product, and any of the middle four may be null.

        Raises
        ------
        ModelRefused
            There is nothing to learn from, a pair or a product stands twice, or a weight
            is no positive number.
        """
        _check(interactions, catalogue)
        customers, row = np.unique(
            interactions["customer_id"].to_numpy(object), return_inverse=True
        )
        products = np.union1d(
            catalogue["product_id"].to_numpy(object),
            interactions["product_id"].to_numpy(object),
        )
        column = np.searchsorted(products, interactions["product_id"].to_numpy(object))
        shape = (len(customers), len(products))
        weight = interactions["weight"].to_numpy("float32")
        is_withheld = ~interactions["is_offerable"].to_numpy(bool)
        described = catalogue.set_index("product_id").reindex(products)
        return cls(
            customers=customers,
            products=products,
            weights=csr_matrix((weight, (row, column)), shape),
            withheld=csr_matrix(
                (is_withheld[is_withheld], (row[is_withheld], column[is_withheld])),
                shape,
                dtype=bool,
            ),
            is_available=described["is_available"].eq(True).to_numpy(),
            catalogue=described[["product_name", "category", "brand", "price"]],
        )

    def rows_of(self, customer_ids: pd.Series) -> np.ndarray:
        """Return the numbers of those customers who are known here, rising."""
        _, rows, _ = np.intersect1d(
            self.customers, customer_ids.to_numpy(object), return_indices=True
        )
        return rows


def _check(interactions: pd.DataFrame, catalogue: pd.DataFrame) -> None:
    if len(interactions) == 0:
        raise ModelRefused(
            "No recommender can be fitted: no known customer has bought anything.",
            "Load orders of customers, then run: martlet build",
        )
    twice = interactions.duplicated(["customer_id", "product_id"]).sum()
    if twice or catalogue["product_id"].duplicated().any():
        raise ModelRefused(
            "Recommenders take one row per customer and product, and one per product; "
            "some stand twice.",
            "See what the data tests say: dbt test --select input_interactions "
            "input_catalogue",
        )
    weight = interactions["weight"].to_numpy(float)
    if not (np.isfinite(weight) & (weight > 0)).all():
        raise ModelRefused(
            "Weights of purchases must be positive numbers, and some are not.",
            "See the model: models/features/feat_customer_products.sql",
        )
