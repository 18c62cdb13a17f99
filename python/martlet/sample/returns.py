"""Draw what is sent back, and the money that goes with it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.catalogue import Catalogue, product_ids
from martlet.sample.orders import COUNTED_STATUSES, REFUNDED
from martlet.sample.people import People
from martlet.sample.period import DAY_MS, Period


def draw_returns(
    rng: np.random.Generator,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
    period: Period,
) -> pd.DataFrame:
    """Draw returns of lines, and of whole orders where the status is refunded.

    Returns
    -------
    pandas.DataFrame
        In time: ``order``, ``line`` (-1: the whole order), ``product``, ``quantity``,
        ``refund`` in cents, ``returned_ms``. No more is refunded than was charged.
    """
    back = pd.concat(
        [_draw_lines(rng, orders, lines, people, catalogue), _whole(orders)]
    )
    ordered_ms = orders["ordered_ms"].to_numpy()[back["order"]]
    delay = rng.uniform(3 * DAY_MS, 21 * DAY_MS, len(back)).astype("int64")
    back["returned_ms"] = ordered_ms + delay
    back = back[back["returned_ms"] < period.end_ms]
    return back.sort_values(["returned_ms", "order", "line"], ignore_index=True)


def _draw_lines(
    rng: np.random.Generator,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
) -> pd.DataFrame:
    order = lines["order"].to_numpy()
    status = orders["status"].to_numpy()[order]
    buyer = orders["person"].to_numpy()[order]
    # Poor products come back more often.
    share = people.trait("return_share", buyer) * np.exp(
        -0.5 * catalogue.column("quality", lines["product"].to_numpy())
    )
    comes_back = (rng.random(len(lines)) < share) & (status < COUNTED_STATUSES)
    comes_back &= status != REFUNDED
    back = lines[comes_back]
    bought = back["quantity"].to_numpy()
    quantity = rng.integers(1, bought + 1)
    paid_share = 1 - (orders["discount"] / orders["goods"]).to_numpy()[back["order"]]
    refund = np.floor(back["charged"] * paid_share * quantity / bought).astype("int64")
    return back[["order", "line", "product"]].assign(quantity=quantity, refund=refund)


def _whole(orders: pd.DataFrame) -> pd.DataFrame:
    refunded = orders[orders["status"] == REFUNDED]
    return pd.DataFrame(
        {
            "order": refunded.index,
            "line": -1,
            "product": -1,
            "quantity": -1,
            "refund": refunded["goods"] - refunded["discount"],
        }
    )


def return_columns(people: People, returns: pd.DataFrame) -> dict[str, pa.Array]:
    """Return the columns of ``returns``."""
    return {
        "return_id": people.ids("r", np.arange(len(returns))),
        "order_id": people.ids("o", returns["order"].to_numpy()),
        "line_number": columns.whole(returns["line"]),
        "product_id": product_ids(returns["product"].to_numpy()),
        "quantity": columns.whole(returns["quantity"]),
        "refund_amount": columns.money(returns["refund"]),
        "returned_at": columns.instants(returns["returned_ms"]),
    }
