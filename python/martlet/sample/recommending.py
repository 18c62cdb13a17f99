"""Recommendations on the home page: which goods are shown, by whom, and what is clicked.

They are added to events that have already been drawn, from random numbers of their own,
so that everything else in a store is as it would be without them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from martlet.sample import pages

SHOWN = 4
# Planted: goods that go with what somebody bought are clicked more than best sellers.
ALGORITHMS = ("item_based_order", "popularity")
SHARES_IF_CLICKED = (0.7, 0.2, 0.1)
SHARES_IF_NOT = (0.4, 0.5, 0.1)
# The first place is clicked most.
PLACES = (0.4, 0.3, 0.2, 0.1)
_IGNORED_SHARE = 0.2
_MADE_ON = "2025-09-01"

# The last is a widget of the shop's own, which says neither date nor rank.
RECOMMENDATION_IDS = (
    *(
        f"{algorithm}.{_MADE_ON}.{rank}"
        for algorithm in ALGORITHMS
        for rank in range(1, SHOWN + 1)
    ),
    "home-popular",
)


def show_recommendations(
    rng: np.random.Generator, events: pd.DataFrame, products: int
) -> pd.DataFrame:
    """Add ``recommendation`` to collected events, and the events of showing them.

    A pick from the recommended list becomes a click on one of the goods shown; some
    visits that begin on the home page are shown goods in vain.

    Parameters
    ----------
    events : DataFrame
        As :func:`martlet.sample.collector.collect` gives them.
    products : int
        Products of the shop.

    Returns
    -------
    DataFrame
        The events, then the showings; ``recommendation`` is a place in
        ``RECOMMENDATION_IDS``, or -1.
    """
    is_first = ~events["event"].duplicated().to_numpy()
    is_click = (
        (events["name"] == pages.SELECT) & (events["list"] == pages.RECOMMENDED_LIST)
    ).to_numpy()
    clicked = np.flatnonzero(is_click & is_first)
    landed = np.flatnonzero(
        events["is_landing"].eq(True).to_numpy()
        & is_first
        & (events["page"] == pages.HOME_PAGE).to_numpy()
    )
    ignored = landed[rng.random(len(landed)) < _IGNORED_SHARE]
    place = rng.choice(SHOWN, len(clicked), p=PLACES)
    widget = np.concatenate(
        [
            rng.choice(len(SHARES_IF_CLICKED), len(clicked), p=SHARES_IF_CLICKED),
            rng.choice(len(SHARES_IF_NOT), len(ignored), p=SHARES_IF_NOT),
        ]
    )
    shown = _showings(rng, events, np.concatenate([clicked, ignored]), widget, products)
    of_click = shown.index.to_numpy()[: len(clicked) * SHOWN].reshape(-1, SHOWN)
    of_click = of_click[np.arange(len(clicked)), place]
    shown.loc[of_click, "product"] = events["product"].to_numpy()[clicked]
    # What was sent twice was clicked once.
    told = pd.DataFrame(
        {"recommendation": shown.loc[of_click, "recommendation"], "place": place + 1}
    ).set_axis(events["event"].to_numpy()[clicked])
    events = events.assign(
        recommendation=np.where(
            is_click, events["event"].map(told["recommendation"]), -1
        ),
        list_index=np.where(
            is_click, events["event"].map(told["place"]), events["list_index"]
        ),
    ).astype({"recommendation": "int64", "list_index": "int64"})
    return pd.concat([events, shown], ignore_index=True)


def _showings(
    rng: np.random.Generator,
    events: pd.DataFrame,
    at: np.ndarray,
    widget: np.ndarray,
    products: int,
) -> pd.DataFrame:
    """Make the events of showing goods, together with those at the places ``at``."""
    place = np.tile(np.arange(SHOWN), len(at))
    own = len(RECOMMENDATION_IDS) - 1
    first = rng.integers(0, products, len(at))
    step = rng.integers(1, max(2, products // SHOWN), len(at))
    return (
        events.iloc[np.repeat(at, SHOWN)]
        .reset_index(drop=True)
        .assign(
            event=events["event"].max() + 1 + np.arange(len(place)),
            name=pages.VIEW_LIST,
            page=pages.HOME_PAGE,
            product=(np.repeat(first, SHOWN) + np.repeat(step, SHOWN) * place)
            % products,
            list=pages.RECOMMENDED_LIST,
            list_index=place + 1,
            recommendation=np.minimum(np.repeat(widget, SHOWN) * SHOWN + place, own),
            quantity=-1,
            value=-1,
            order=-1,
            term=-1,
            results=-1,
            engagement_ms=0,
            is_landing=False,
        )
    )
