"""The shop's products: what they cost, how popular they are and what goes with what.

A third of the middling products are planted as pairs that are bought together; the
best-sellers are left out, because they go with everything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.assortment import (
    BRANDS,
    CATEGORIES,
    CATEGORY_NAMES,
    SEARCHES,
    STYLES,
    TERMS_PER_CATEGORY,
    VAIN_SEARCHES,
)
from martlet.sample.period import DAY_MS, Period

CURRENCIES = ("EUR", "GBP")
POUNDS_PER_EURO = 0.86
PAIRS = 30

_PER_CATEGORY = 20

# Places in the ranking of a category: products from the tail come and go.
_MIDDLING = slice(1, 13)
_TAIL = 13


@dataclass(frozen=True)
class Catalogue:
    """Products in order of category and popularity.

    ``products`` has a row per product with its number as index; ``partner`` is the
    product it is bought with, or -1. ``choice_ends`` rises from c to c + 1 over the
    products of category c.
    """

    products: pd.DataFrame
    choice_ends: np.ndarray

    def __len__(self) -> int:
        return len(self.products)

    def column(self, name: str, product: np.ndarray) -> np.ndarray:
        """Return a column's values at ``product`` numbers."""
        return self.products[name].to_numpy()[product]

    def draw(self, rng: np.random.Generator, taste_ends: np.ndarray) -> np.ndarray:
        """Draw one product for each row of ``taste_ends`` (rows, categories).

        A row rises to 1; its steps are a person's shares of the categories.
        """
        rows = len(taste_ends)
        category = (taste_ends[:, :-1] <= rng.random((rows, 1))).sum(axis=1)
        chosen = np.searchsorted(self.choice_ends, category + rng.random(rows), "right")
        return np.minimum(chosen, len(self) - 1)

    def on_sale(self, product: np.ndarray, instants: np.ndarray) -> np.ndarray:
        """Replace products not on offer at ``instants`` by their category's best."""
        launched = self.column("launched_ms", product)
        gone = self.column("discontinued_ms", product)
        offered = (launched <= instants) & ((gone < 0) | (instants < gone))
        best = self.column("category", product) * _PER_CATEGORY
        return np.where(offered, product, best)

    def price(self, product: np.ndarray, currency: np.ndarray) -> np.ndarray:
        """Return list prices in cents of ``currency`` (codes of ``CURRENCIES``)."""
        euro = self.column("price", product)
        pounds = np.round(euro * POUNDS_PER_EURO).astype("int64")
        return np.where(currency == CURRENCIES.index("GBP"), pounds, euro)


def draw_catalogue(rng: np.random.Generator, period: Period) -> Catalogue:
    """Draw the products of the shop."""
    names, medians = [], []
    for median, kinds, _ in CATEGORIES.values():
        combinations = [f"{style} {kind}" for kind in kinds for style in STYLES]
        names += [combinations[place] for place in rng.permutation(_PER_CATEGORY)]
        medians += [median] * _PER_CATEGORY
    size = len(names)
    rank = np.arange(size) % _PER_CATEGORY
    # Shop prices end in 99 cents.
    price = (
        np.ceil(np.array(medians) * rng.lognormal(0, 0.35, size)).astype(int) * 100 - 1
    )
    brand = rng.integers(0, len(BRANDS), size)
    is_tail = rank >= _TAIL
    launched = period.start_ms - rng.integers(30, 1500, size) * DAY_MS
    is_late = is_tail & (rng.random(size) < 0.3)
    launched = np.where(is_late, _within(rng, period, 0.1, 0.8, size), launched)
    is_gone = is_tail & ~is_late & (rng.random(size) < 0.2)
    gone = np.where(is_gone, _within(rng, period, 0.3, 0.9, size), -1)
    products = pd.DataFrame(
        {
            "name": [
                f"{BRANDS[b]} {name}" for b, name in zip(brand, names, strict=True)
            ],
            "category": np.arange(size) // _PER_CATEGORY,
            "brand": brand,
            "price": price,
            "cost": np.round(price * (0.4 + 0.3 * rng.beta(2, 3, size))).astype(
                "int64"
            ),
            "quality": rng.normal(0, 1, size),
            "launched_ms": launched,
            "discontinued_ms": gone,
            "partner": _draw_partners(rng, size),
        }
    )
    shares = (rank[:_PER_CATEGORY] + 1.0) ** -0.7
    ends = np.cumsum(shares / shares.sum())
    choice_ends = (np.arange(len(CATEGORIES))[:, None] + ends).ravel()
    return Catalogue(products, choice_ends)


def _within(
    rng: np.random.Generator, period: Period, first: float, last: float, size: int
) -> np.ndarray:
    """Draw midnights in the part of the period between two fractions of it."""
    days = rng.integers(int(first * period.days), int(last * period.days), size)
    return period.midnights[days]


def _draw_partners(rng: np.random.Generator, size: int) -> np.ndarray:
    middling = np.arange(size).reshape(-1, _PER_CATEGORY)[:, _MIDDLING].ravel()
    left, right = rng.permutation(middling)[: 2 * PAIRS].reshape(2, PAIRS)
    partner = np.full(size, -1)
    partner[left], partner[right] = right, left
    return partner


def search_terms(
    rng: np.random.Generator, category: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw what is searched for on the way to a category, and the number of results.

    Terms are codes of ``SEARCHES + VAIN_SEARCHES``.
    """
    size = len(category)
    term = category * TERMS_PER_CATEGORY + rng.integers(0, TERMS_PER_CATEGORY, size)
    is_vain = rng.random(size) < 0.07
    vain = len(SEARCHES) + rng.integers(0, len(VAIN_SEARCHES), size)
    return np.where(is_vain, vain, term), np.where(
        is_vain, 0, rng.integers(3, 21, size)
    )


def product_columns(catalogue: Catalogue) -> dict[str, pa.Array]:
    """Return the columns of ``products``."""
    products = catalogue.products
    return {
        "product_id": product_ids(products.index.to_numpy()),
        "product_name": pa.array(products["name"], pa.string()),
        "category": columns.words(CATEGORY_NAMES, products["category"]),
        "brand": columns.words(BRANDS, products["brand"]),
        "price": columns.money(products["price"]),
        "unit_cost": columns.money(products["cost"]),
        "currency": columns.same("EUR", len(catalogue)),
        "launched_at": columns.instants(products["launched_ms"]),
        "discontinued_at": columns.instants(products["discontinued_ms"]),
    }


def product_ids(product: np.ndarray) -> pa.Array:
    """Return the ids of product numbers."""
    return columns.numbered("p", np.where(product < 0, -1, product + 1), 4)


def complement_columns(catalogue: Catalogue) -> dict[str, pa.Array]:
    """Return the planted pairs, each once."""
    partner = catalogue.products["partner"].to_numpy()
    first = np.flatnonzero(partner > np.arange(len(partner)))
    return {"product_1": product_ids(first), "product_2": product_ids(partner[first])}


def inventory_columns(
    rng: np.random.Generator, catalogue: Catalogue, period: Period
) -> dict[str, pa.Array]:
    """Return weekly snapshots: stock falls evenly, runs low and is filled up again."""
    size, weeks = len(catalogue), np.arange(0, period.days, 7)
    full = np.round(400 / (np.arange(size) % _PER_CATEGORY + 1) ** 0.7 + 20)[:, None]
    cycle = rng.integers(4, 13, (size, 1))
    left = (
        1 - ((rng.integers(0, 12, (size, 1)) + np.arange(len(weeks))) % cycle) / cycle
    )
    on_hand = np.maximum(np.round(full * (left * 1.05 - 0.1)), 0).astype("int64")
    on_order = np.where(left < 0.35, full, 0).astype("int64")
    return {
        "product_id": product_ids(np.repeat(np.arange(size), len(weeks))),
        "snapshot_date": columns.days(np.tile(period.dates[weeks], size)),
        "on_hand": columns.whole(on_hand.ravel()),
        "on_order": columns.whole(on_order.ravel()),
        "lead_time_days": columns.whole(
            np.repeat(rng.integers(5, 29, size), len(weeks))
        ),
    }
