"""Draw orders: who is signed in, where they buy, what they pay, what becomes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.baskets import draw_lines
from martlet.sample.campaigns import MAILINGS
from martlet.sample.catalogue import (
    CURRENCIES,
    POUNDS_PER_EURO,
    Catalogue,
    product_ids,
)
from martlet.sample.people import People
from martlet.sample.period import DAY_MS, Period

STATUSES = ("completed", "shipped", "refunded", "cancelled", "pending")
COUNTED_STATUSES = 3
_COMPLETED, _SHIPPED, REFUNDED, _CANCELLED, _PENDING = range(5)
_SALES_CHANNELS = ("web", "app", "store", "phone")
WEB = 0
_SALES_CHANNEL_SHARES = (0.75, 0.15, 0.07, 0.03)

# Coupons given to anybody, then those of mailings.
_COUPONS = ("WELCOME10", "SAVE10", *(mailing.coupon for mailing in MAILINGS))
_WELCOME, _SAVE, _FROM_MAILING = 0, 1, 2
_COUPON_RATE = 0.10
_FREE_SHIPPING_FROM, _SHIPPING = 50_00, 4_90
VAT = 0.19


def draw_orders(
    rng: np.random.Generator,
    purchases: pd.DataFrame,
    assignments: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
    period: Period,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw all orders that are placed or would be, and their lines.

    ``purchases`` are made of people's own accord (``person``, ``ordered_ms``);
    ``assignments`` say which order a message would add (``extra_ms``), in the control
    group too.

    Returns
    -------
    orders : pandas.DataFrame
        In time: ``person``, ``ordered_ms``, ``mailing`` (-1: none), ``is_placed``,
        ``is_signed_in``, ``is_test``, ``status``, ``sales_channel``, ``visitor``,
        ``currency``, ``coupon``, and in cents ``goods`` (charged for all lines),
        ``discount``, ``shipping``, ``tax``.
    lines : pandas.DataFrame
        See :func:`martlet.sample.baskets.draw_lines`.
    """
    extra = assignments[assignments["extra_ms"] >= 0]
    orders = pd.concat(
        [
            purchases.assign(mailing=-1, is_placed=True),
            pd.DataFrame(
                {
                    "person": extra["person"],
                    "ordered_ms": extra["extra_ms"],
                    "mailing": extra["mailing"],
                    "is_placed": extra["treated"],
                }
            ),
        ]
    ).sort_values(["ordered_ms", "person"], ignore_index=True)
    orders["currency"] = people.column("currency", orders["person"].to_numpy())
    orders = _draw_circumstances(rng, orders, people, period)
    lines = draw_lines(rng, orders, people, catalogue, period)
    return _price(rng, orders, lines, people), lines


def _draw_circumstances(
    rng: np.random.Generator, orders: pd.DataFrame, people: People, period: Period
) -> pd.DataFrame:
    size, person = len(orders), orders["person"].to_numpy()
    is_added = orders["mailing"].to_numpy() >= 0
    registered = people.column("registered_ms", person)
    has_account = (registered >= 0) & (registered <= orders["ordered_ms"])
    is_signed_in = has_account & (is_added | (rng.random(size) < 0.95))
    sales_channel = rng.choice(len(_SALES_CHANNELS), size, p=_SALES_CHANNEL_SHARES)
    sales_channel = np.where(is_added, WEB, sales_channel)
    visitor = people.draw_visitors(rng, person)
    return orders.assign(
        is_signed_in=is_signed_in,
        is_test=~is_added & (rng.random(size) < 0.003),
        status=_draw_statuses(rng, orders, period),
        sales_channel=sales_channel,
        visitor=np.where(sales_channel == WEB, visitor, -1),
    )


def _draw_statuses(
    rng: np.random.Generator, orders: pd.DataFrame, period: Period
) -> np.ndarray:
    """Draw how orders stand at the end of the period; messages add none that fails."""
    chance = rng.random(len(orders))
    age_days = (period.end_ms - orders["ordered_ms"].to_numpy()) / DAY_MS
    return np.select(
        [
            (orders["mailing"] < 0) & (chance < 0.03),
            (age_days < 3) & (chance < 0.7),
            age_days < 9,
            chance > 0.98,
        ],
        [_CANCELLED, _PENDING, _SHIPPED, REFUNDED],
        _COMPLETED,
    )


def _price(
    rng: np.random.Generator, orders: pd.DataFrame, lines: pd.DataFrame, people: People
) -> pd.DataFrame:
    goods = np.bincount(lines["order"], lines["charged"], len(orders)).astype("int64")
    coupon = _draw_coupons(rng, orders, people)
    discount = np.where(coupon >= 0, goods * _COUPON_RATE, 0).astype("int64")
    is_sent = orders["sales_channel"].to_numpy() != _SALES_CHANNELS.index("store")
    is_free = (goods >= _FREE_SHIPPING_FROM) | ~is_sent
    shipping = np.where(is_free, 0, _SHIPPING)
    tax = np.round((goods - discount + shipping) * VAT / (1 + VAT)).astype("int64")
    in_pounds = orders["currency"] == CURRENCIES.index("GBP")
    euro_cents = (goods - discount) / np.where(in_pounds, POUNDS_PER_EURO, 1)
    return orders.assign(
        goods=goods,
        coupon=coupon,
        discount=discount,
        shipping=shipping,
        tax=tax,
        euro_cents=euro_cents,
    )


def _draw_coupons(
    rng: np.random.Generator, orders: pd.DataFrame, people: People
) -> np.ndarray:
    person, mailing = orders["person"].to_numpy(), orders["mailing"].to_numpy()
    chance = rng.random(len(orders))
    is_first = ~orders["person"].duplicated()
    mailed = np.array([one.coupon is not None for one in MAILINGS])[mailing]
    return np.select(
        [
            (mailing >= 0) & mailed & (chance < 0.7),
            mailing >= 0,
            is_first & (chance < 0.15),
            chance < people.trait("coupon_appetite", person),
        ],
        [_FROM_MAILING + mailing, -1, _WELCOME, _SAVE],
        -1,
    )


def traceable(orders: pd.DataFrame, people: People) -> pd.DataFrame:
    """Return the orders that count and that their account or e-mail gives away."""
    registered = people.column("registered_ms", orders["person"].to_numpy()) >= 0
    counts = (orders["status"] < COUNTED_STATUSES) & ~orders["is_test"]
    return orders[counts & registered]


def placed(
    orders: pd.DataFrame, lines: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the orders that were placed, with their lines, numbered anew."""
    is_placed = orders["is_placed"].to_numpy()
    number = np.cumsum(is_placed) - 1
    order = lines["order"].to_numpy()
    kept = lines[is_placed[order]].reset_index(drop=True)
    return (
        orders[is_placed].reset_index(drop=True),
        kept.assign(order=number[order[is_placed[order]]]),
    )


def order_columns(
    rng: np.random.Generator, people: People, orders: pd.DataFrame
) -> dict[str, pa.Array]:
    """Return the columns of ``orders``; guests leave an e-mail address, if any."""
    person, size = orders["person"].to_numpy(), len(orders)
    is_signed_in = orders["is_signed_in"].to_numpy()
    leaves_phone = is_signed_in & (rng.random(size) < 0.3)
    return {
        "order_id": people.ids("o", np.arange(size)),
        "customer_id": people.customer_ids(np.where(is_signed_in, person, -1)),
        "visitor_id": people.visitor_ids(orders["visitor"].to_numpy()),
        **people.contacts.reach(person, np.where(leaves_phone, person, -1)),
        "ordered_at": columns.instants(orders["ordered_ms"]),
        "status": columns.words(STATUSES, orders["status"]),
        "sales_channel": columns.words(_SALES_CHANNELS, orders["sales_channel"]),
        "currency": columns.words(CURRENCIES, orders["currency"]),
        "discount_amount": columns.money(orders["discount"]),
        "shipping_amount": columns.money(orders["shipping"]),
        "tax_amount": columns.money(orders["tax"]),
        "taxes_included": columns.flags(np.ones(size)),
        "coupon_code": columns.words(_COUPONS, orders["coupon"]),
        "is_test": columns.flags(orders["is_test"]),
    }


def line_columns(people: People, lines: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the columns of ``order_items``."""
    return {
        "order_id": people.ids("o", lines["order"].to_numpy()),
        "line_number": columns.whole(lines["line"]),
        "product_id": product_ids(lines["product"].to_numpy()),
        "quantity": columns.whole(lines["quantity"]),
        "unit_price": columns.money(lines["unit_price"]),
        "discount_amount": columns.money(lines["discount"]),
        "line_amount": columns.money(lines["charged"]),
    }
