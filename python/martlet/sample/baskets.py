"""Draw what is in an order, and what each line of it costs."""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample.catalogue import Catalogue
from martlet.sample.people import People
from martlet.sample.period import Period

_PARTNER_SHARE = 0.35
_SALE_SHARE = 0.75
_MOST_LINES = 7


def draw_lines(
    rng: np.random.Generator,
    orders: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
    period: Period,
) -> pd.DataFrame:
    """Draw the lines of ``orders`` (``person``, ``ordered_ms``).

    Returns
    -------
    pandas.DataFrame
        A row per line, by order: ``order`` (row of ``orders``), ``line`` from 1,
        ``product``, ``quantity``, and in cents ``unit_price``, ``discount`` and
        ``charged``.
    """
    order, product = _draw_products(rng, orders, people, catalogue)
    size = len(order)
    quantity = 1 + (rng.random(size) < 0.14) + (rng.random(size) < 0.03)
    buyer = orders["person"].to_numpy()[order]
    day = period.day_of(orders["ordered_ms"].to_numpy()[order])
    unit_price = catalogue.price(product, people.column("currency", buyer))
    in_sale = rng.random(size) < _SALE_SHARE
    depth = np.where(in_sale, period.sale_depth[day], 0.0)
    discount = np.floor(unit_price * quantity * depth).astype("int64")
    first = np.searchsorted(order, order)
    return pd.DataFrame(
        {
            "order": order,
            "line": np.arange(size) - first + 1,
            "product": product,
            "quantity": quantity,
            "unit_price": unit_price,
            "discount": discount,
            "charged": unit_price * quantity - discount,
        }
    )


def _draw_products(
    rng: np.random.Generator, orders: pd.DataFrame, people: People, catalogue: Catalogue
) -> tuple[np.ndarray, np.ndarray]:
    """Draw distinct (order, product) pairs, in order of both."""
    buyer = orders["person"].to_numpy()
    lines = 1 + np.minimum(
        rng.poisson(people.trait("extra_lines", buyer)), _MOST_LINES - 1
    )
    order = np.repeat(np.arange(len(orders)), lines)
    product = catalogue.draw(rng, people.taste_ends[buyer[order]])
    product = catalogue.on_sale(product, orders["ordered_ms"].to_numpy()[order])
    order, product = _distinct(order, product, len(catalogue))
    partner = catalogue.column("partner", product)
    joins = (partner >= 0) & (rng.random(len(order)) < _PARTNER_SHARE)
    return _distinct(
        np.concatenate([order, order[joins]]),
        np.concatenate([product, partner[joins]]),
        len(catalogue),
    )


def _distinct(
    order: np.ndarray, product: np.ndarray, products: int
) -> tuple[np.ndarray, np.ndarray]:
    pairs = np.unique(order * products + product)
    return pairs // products, pairs % products
