"""Draw what happens within visits, event by event.

A visit opens on a page, looks at products one after the other (through a list, a
search or a recommendation) and ends at the cart, the checkout or the order. Each look
has seven possible steps; which of them happen is drawn for all looks at once.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample import columns, pages
from martlet.sample.assortment import CATEGORY_NAMES
from martlet.sample.catalogue import Catalogue, search_terms
from martlet.sample.looks import draw_looks
from martlet.sample.people import People
from martlet.sample.period import MINUTE_MS, Period
from martlet.sample.visits import CART, CHECKOUT, FROM_CHECKOUT, FROM_START, PURCHASE

_LONGEST_GAP_S = 28 * 60
_LAST_PLACE = np.iinfo("int64").max
DETAILS = ("product", "quantity", "order", "term", "results", "list", "list_index")


def draw_events(
    rng: np.random.Generator,
    visits: pd.DataFrame,
    visitors: pd.DataFrame,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    people: People,
    catalogue: Catalogue,
    period: Period,
) -> pd.DataFrame:
    """Draw the events of ``visits``.

    Returns
    -------
    pandas.DataFrame
        By visit and time; whole numbers, -1 where there is none: ``visit``,
        ``visitor``, ``person`` (signed in), ``event_ms``, ``name``, ``page``,
        ``product``, ``quantity``, ``value`` in cents, ``order``, ``term``,
        ``results``, ``list``, ``list_index``, ``engagement_ms``; ``is_landing``.
    """
    looks = draw_looks(rng, visits, lines, people, catalogue)
    steps = pd.concat(
        [_landings(rng, visits), _look_steps(rng, looks, catalogue), *_endings(visits)],
        ignore_index=True,
    )
    in_order = np.lexsort((steps["place"], steps["visit"]))
    events = steps.iloc[in_order].drop(columns="place").reset_index(drop=True)
    visit = events["visit"].to_numpy()
    visitor = visits["visitor"].to_numpy()[visit]
    signed_in = visits["signed_in"].to_numpy()[visit]
    is_signed_in = (signed_in == FROM_START) | (
        (signed_in == FROM_CHECKOUT) & (events["name"] >= pages.BEGIN_CHECKOUT)
    )
    event_ms, engagement_ms = _draw_times(rng, visits, visit)
    events = events.assign(
        visitor=visitor,
        person=np.where(is_signed_in, visits["person"].to_numpy()[visit], -1),
        event_ms=event_ms,
        engagement_ms=engagement_ms,
        value=_values(
            events, orders, catalogue, visitors["currency"].to_numpy()[visitor]
        ),
    )
    within = events["event_ms"].between(period.start_ms, period.end_ms - 1)
    return events[within].reset_index(drop=True)


def _steps(
    visit: np.ndarray, place: np.ndarray | int, **details: object
) -> pd.DataFrame:
    """Make a row per step; ``place`` orders the steps within a visit."""
    missing = dict.fromkeys(DETAILS, -1)
    frame = pd.DataFrame({"visit": visit, "place": place})
    return frame.assign(**(missing | {"is_landing": False} | details))


def _landings(rng: np.random.Generator, visits: pd.DataFrame) -> pd.DataFrame:
    size = len(visits)
    category = pages.FIRST_CATEGORY_PAGE + rng.integers(0, len(CATEGORY_NAMES), size)
    page = np.where(rng.random(size) < 0.55, pages.HOME_PAGE, category)
    return _steps(np.arange(size), -1, name=pages.PAGE_VIEW, page=page, is_landing=True)


def _endings(visits: pd.DataFrame) -> tuple[pd.DataFrame, ...]:
    depth = visits["depth"].to_numpy()
    bought = np.flatnonzero(depth == PURCHASE)
    return (
        _steps(
            np.flatnonzero(depth == CART),
            _LAST_PLACE - 2,
            name=pages.PAGE_VIEW,
            page=pages.CART_PAGE,
        ),
        _steps(
            np.flatnonzero(depth >= CHECKOUT),
            _LAST_PLACE - 1,
            name=pages.BEGIN_CHECKOUT,
            page=pages.CHECKOUT_PAGE,
        ),
        _steps(
            bought,
            _LAST_PLACE,
            name=pages.PURCHASE,
            page=pages.THANKS_PAGE,
            order=visits["order"].to_numpy()[bought],
        ),
    )


def _look_steps(
    rng: np.random.Generator, looks: pd.DataFrame, catalogue: Catalogue
) -> pd.DataFrame:
    size, adds = len(looks), looks["quantity"].to_numpy() > 0
    # By a list, a search, a recommendation, or straight to the product.
    way = rng.choice(4, size, p=[0.22, 0.10, 0.08, 0.60])
    category = catalogue.column("category", looks["product"].to_numpy())
    term, results = search_terms(rng, category)
    finds = (way < 3) & ~((way == 1) & (results == 0))
    happens = np.zeros((size, pages.STEPS_PER_LOOK), dtype=bool)
    happens[:, pages.VIEW_LIST] = way == 0
    happens[:, pages.SEARCH] = way == 1
    happens[:, pages.SELECT] = finds & (rng.random(size) < 0.7)
    happens[:, pages.VIEW_ITEM] = ~adds | (rng.random(size) < 0.85)
    happens[:, pages.ADD_TO_WISHLIST] = rng.random(size) < 0.03
    happens[:, pages.ADD_TO_CART] = adds
    happens[:, pages.REMOVE_FROM_CART] = (
        adds & ~looks["is_bought"] & (rng.random(size) < 0.15)
    )
    look, name = np.nonzero(happens)

    product, way = looks["product"].to_numpy()[look], way[look]
    category, term, results = category[look], term[look], results[look]
    is_select = name == pages.SELECT
    is_search = name == pages.SEARCH
    moves = np.isin(name, (pages.ADD_TO_CART, pages.REMOVE_FROM_CART))
    list_page = np.choose(
        np.minimum(way, 2),
        [
            pages.FIRST_CATEGORY_PAGE + category,
            pages.FIRST_SEARCH_PAGE + term,
            pages.HOME_PAGE,
        ],
    )
    picked_from = np.choose(
        np.minimum(way, 2), [category, pages.SEARCH_LIST, pages.RECOMMENDED_LIST]
    )
    return _steps(
        looks["visit"].to_numpy()[look],
        look * pages.STEPS_PER_LOOK + name,
        name=name,
        page=np.where(name <= pages.SELECT, list_page, pages.product_page(product)),
        product=np.where(name >= pages.SELECT, product, -1),
        quantity=np.where(moves, looks["quantity"].to_numpy()[look], -1),
        term=np.where(is_search, term, -1),
        results=np.where(is_search, results, -1),
        list=np.where((name == pages.VIEW_LIST) | is_select, picked_from, -1),
        list_index=np.where(is_select, rng.integers(1, 25, len(look)), -1),
    )


def _draw_times(
    rng: np.random.Generator, visits: pd.DataFrame, visit: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Draw when each event happens and how long the page is looked at, in ms.

    Visits run forward from ``at_ms``, those with an order backward from it.
    """
    size = len(visit)
    gap_s = np.minimum(rng.lognormal(3.0, 1.1, size), _LONGEST_GAP_S)
    # Two events in one second now and then.
    gap_ms = (
        np.where(rng.random(size) < 0.015, 0, np.ceil(gap_s)).astype("int64") * 1000
    )
    clock = np.cumsum(gap_ms)
    first = np.searchsorted(visit, visit)
    last = np.searchsorted(visit, visit, side="right") - 1
    anchor = np.where(visits["order"].to_numpy()[visit] >= 0, last, first)
    event_ms = visits["at_ms"].to_numpy()[visit] + clock - clock[anchor]
    stay = np.append(gap_ms[1:], 0)
    goes = np.arange(size) == last
    stay = np.where(
        goes, rng.lognormal(8.2, 1.0, size), np.minimum(stay, 5 * MINUTE_MS)
    )
    # Tenths of a second: nobody needs more, and the file stays small.
    engagement_ms = np.round(stay * rng.uniform(0.5, 1.0, size) / 100) * 100
    return event_ms, engagement_ms.astype("int64")


def _values(
    events: pd.DataFrame,
    orders: pd.DataFrame,
    catalogue: Catalogue,
    currency: np.ndarray,
) -> np.ndarray:
    """Return what events are worth: goods paid for an order, prices for products."""
    order, product = events["order"].to_numpy(), events["product"].to_numpy()
    price = catalogue.price(product, currency) * np.maximum(events["quantity"], 1)
    paid = columns.lookup(orders["goods"] - orders["discount"], order, -1)
    return np.where(product >= 0, price, paid)
