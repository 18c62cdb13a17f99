"""The kinds of customers that are planted in the sample, for segmentation to find.

Their ways overlap on purpose: a lapsing customer looks frequent until the silence has
lasted, a bargain hunter buys out of season now and then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from martlet.sample.period import Period

_ANY_MONTH = (0.95, 0.88, 0.95, 1.0, 1.0, 0.95, 0.9, 0.9, 1.0, 1.05, 1.2, 1.2)
_GIFT_AND_SUMMER = (0.08, 0.06, 0.08, 0.1, 0.15, 0.7, 0.8, 0.2, 0.08, 0.2, 1.2, 1.1)


@dataclass(frozen=True)
class CustomerKind:
    """How one kind of customer shops.

    Attributes
    ----------
    share, guest_share : float
        Among registered people, and among those who only ever buy as guests.
    established : float
        Share that registered before the period begins.
    orders_per_year : float
        Mean of the individual rates, before season, sales and the first weeks' zeal.
    rate_shape : float
        Shape of the gamma distribution of individual rates; large is alike.
    rhythm : int
        Erlang shape of the time between orders: 1 is by chance, more is regular.
    sale_response : float
        A sale of depth d multiplies the purchase rate by exp(sale_response * d).
    newcomer_boost : float
        How many times the rate is raised right after the first day.
    lapse_share : float
        Share that stops for good on some day.
    max_orders : int
        How many orders the person ever places.
    extra_lines : float
        Mean number of products beside the first.
    coupon_appetite : float
        Chance that an order uses a coupon the shop gives to anybody.
    visits_per_year : float
        Visits that lead to nothing.
    return_share : float
        Share of lines sent back.
    favourites : tuple[str, ...]
        Categories preferred.
    months : tuple[float, ...]
        How busy each month is, from January.
    """

    name: str
    share: float
    guest_share: float
    established: float
    orders_per_year: float
    rate_shape: float
    rhythm: int
    sale_response: float
    newcomer_boost: float
    lapse_share: float
    max_orders: int
    extra_lines: float
    coupon_appetite: float
    visits_per_year: float
    return_share: float
    favourites: tuple[str, ...]
    months: tuple[float, ...] = _ANY_MONTH


KINDS = (
    CustomerKind(
        name="frequent", share=0.040, guest_share=0.03, established=0.65,
        orders_per_year=13.0, rate_shape=4.0, rhythm=4, sale_response=0.5,
        newcomer_boost=0.3, lapse_share=0.05, max_orders=500, extra_lines=0.6,
        coupon_appetite=0.03, visits_per_year=13.0, return_share=0.03,
        favourites=("Coffee & Tea", "Pets", "Beauty"),
    ),
    CustomerKind(
        name="bargain", share=0.12, guest_share=0.10, established=0.55,
        orders_per_year=0.95, rate_shape=2.0, rhythm=1, sale_response=6.5,
        newcomer_boost=0.2, lapse_share=0.08, max_orders=500, extra_lines=1.4,
        coupon_appetite=0.28, visits_per_year=11.0, return_share=0.12,
        favourites=("Fashion", "Home & Living", "Shoes"),
    ),
    CustomerKind(
        name="one_off", share=0.30, guest_share=0.82, established=0.08,
        orders_per_year=1.9, rate_shape=3.0, rhythm=1, sale_response=1.0,
        newcomer_boost=9.0, lapse_share=0.0, max_orders=1, extra_lines=0.5,
        coupon_appetite=0.12, visits_per_year=3.0, return_share=0.06,
        favourites=("Electronics", "Outdoor"),
    ),
    CustomerKind(
        name="lapsing", share=0.08, guest_share=0.02, established=0.85,
        orders_per_year=7.0, rate_shape=2.5, rhythm=2, sale_response=1.0,
        newcomer_boost=0.3, lapse_share=1.0, max_orders=500, extra_lines=0.9,
        coupon_appetite=0.06, visits_per_year=10.0, return_share=0.07,
        favourites=("Sports", "Books", "Kitchen"),
    ),
    CustomerKind(
        name="seasonal", share=0.10, guest_share=0.03, established=0.80,
        orders_per_year=5.5, rate_shape=2.5, rhythm=1, sale_response=0.5,
        newcomer_boost=0.0, lapse_share=0.03, max_orders=500, extra_lines=1.6,
        coupon_appetite=0.05, visits_per_year=6.0, return_share=0.05,
        favourites=("Toys", "Garden", "Home & Living"), months=_GIFT_AND_SUMMER,
    ),
    CustomerKind(
        name="window_shopper", share=0.360, guest_share=0.0, established=0.50,
        orders_per_year=0.0, rate_shape=1.0, rhythm=1, sale_response=0.0,
        newcomer_boost=0.0, lapse_share=0.0, max_orders=0, extra_lines=0.0,
        coupon_appetite=0.0, visits_per_year=7.0, return_share=0.0,
        favourites=("Electronics", "Fashion"),
    ),
)  # fmt: skip


def by_kind(attribute: str) -> np.ndarray:
    """Return one attribute of all kinds, in the order of ``KINDS``."""
    return np.array([getattr(kind, attribute) for kind in KINDS])


def daily_rates(period: Period) -> np.ndarray:
    """Return the purchase rate per day for a person of rate 1 a year, (kinds, days)."""
    season = np.stack([period.season(np.array(kind.months)) for kind in KINDS])
    sales = np.exp(by_kind("sale_response")[:, None] * period.sale_depth)
    return season * sales / 365.25
