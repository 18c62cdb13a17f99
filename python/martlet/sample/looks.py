"""Draw which products are looked at in each visit, and what is put into the cart."""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample.catalogue import Catalogue
from martlet.sample.people import People
from martlet.sample.visits import BOUNCE, CART, CHECKOUT, PURCHASE


def draw_looks(
    rng: np.random.Generator,
    visits: pd.DataFrame,
    lines: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
) -> pd.DataFrame:
    """Draw the looks of all visits, in the order they happen within each visit.

    Returns
    -------
    pandas.DataFrame
        ``visit``, ``product``, ``quantity`` put into the cart (0: none), ``is_bought``.
    """
    return pd.concat(
        [
            _idle_looks(rng, visits, lines, people, catalogue),
            _buying_looks(visits, lines),
        ],
        ignore_index=True,
    )


def _idle_looks(
    rng: np.random.Generator,
    visits: pd.DataFrame,
    lines: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
) -> pd.DataFrame:
    depth = visits["depth"].to_numpy()
    at_least = np.select(
        [depth == BOUNCE, depth == PURCHASE], [rng.random(len(depth)) < 0.3, 0], 1
    )
    more = rng.poisson(np.select([depth == BOUNCE, depth == PURCHASE], [0.0, 0.4], 0.5))
    visit = np.repeat(np.arange(len(visits)), at_least + more)
    person = visits["person"].to_numpy()[visit]
    product = catalogue.draw(rng, people.taste_ends[person])
    product = catalogue.on_sale(product, visits["at_ms"].to_numpy()[visit])
    product = _wanted(rng, visits["goods_of"].to_numpy()[visit], lines, product)
    is_first = np.diff(visit, prepend=-1) > 0
    keeps_cart = np.isin(depth[visit], (CART, CHECKOUT))
    adds = keeps_cart & (is_first | (rng.random(len(visit)) < 0.3))
    return pd.DataFrame(
        {
            "visit": visit,
            "product": product,
            "quantity": adds.astype(int),
            "is_bought": False,
        }
    )


def _wanted(
    rng: np.random.Generator,
    order: np.ndarray,
    lines: pd.DataFrame,
    product: np.ndarray,
) -> np.ndarray:
    """Replace half of the products by ones of the order that the visit leads to."""
    line_order = lines["order"].to_numpy()
    first = np.searchsorted(line_order, order)
    count = np.searchsorted(line_order, order, side="right") - first
    chosen = (count > 0) & (rng.random(len(order)) < 0.5)
    line = first + (rng.random(len(order)) * count).astype(int)
    wanted = product.copy()
    wanted[chosen] = lines["product"].to_numpy()[line[chosen]]
    return wanted


def _buying_looks(visits: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Every line of an order placed on the web was put into the cart."""
    buying = (
        visits.loc[visits["order"] >= 0, ["order"]].rename_axis("visit").reset_index()
    )
    bought = buying.merge(lines, on="order")
    return bought[["visit", "product", "quantity"]].assign(is_bought=True)
