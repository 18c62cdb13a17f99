"""Features in words a marketer reads.

Cluster names and the reasons behind a score say the same thing of a feature in the same
words. A feature without an entry still reads: "high basket size".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """How to say that a feature is below average, above it, or missing."""

    low: str
    high: str
    missing: str = ""


FeatureWords = Mapping[str, tuple[str, ...]]

_NO_ORDER = "no order yet"


def _count(things: str) -> Words:
    return Words(f"few {things}", f"many {things}", f"{things} not known")


FEATURE_WORDS: dict[str, Words] = {
    "tenure_days": Words(
        "known for a short time", "known for a long time", "first contact not known"
    ),
    "recency_days": Words(
        "few days since last order", "many days since last order", _NO_ORDER
    ),
    "orders": _count("orders"),
    "orders_30d": _count("orders in the last 30 days"),
    "orders_90d": _count("orders in the last 90 days"),
    "orders_365d": _count("orders in the last year"),
    "net_sales": Words("low net sales", "high net sales", _NO_ORDER),
    "net_sales_90d": Words(
        "low net sales in the last 90 days",
        "high net sales in the last 90 days",
        "no order in the last 90 days",
    ),
    "average_order_value": Words("small orders", "large orders", _NO_ORDER),
    "gross_margin": Words("low margin", "high margin", "margin not known"),
    "discount_share": Words("little discount", "much discount", _NO_ORDER),
    "return_share": Words("few returns", "many returns", _NO_ORDER),
    "categories": _count("categories bought"),
    "mean_days_between_orders": Words(
        "short time between orders", "long time between orders", "no second order yet"
    ),
    "days_overdue": Words(
        "next order not due yet", "next order overdue", "no buying rhythm yet"
    ),
    "sessions_7d": _count("visits in the last 7 days"),
    "sessions_30d": _count("visits in the last 30 days"),
    "sessions_90d": _count("visits in the last 90 days"),
    "item_views_30d": _count("products viewed in the last 30 days"),
    "add_to_carts_30d": _count("products put in the cart in the last 30 days"),
    "searches_30d": _count("searches in the last 30 days"),
    "campaign_clicks_90d": _count("campaign clicks in the last 90 days"),
    "support_messages_90d": _count("support messages in the last 90 days"),
    "reviews": _count("reviews written"),
    "is_guest": Words("has an account", "buys as a guest", "account not known"),
}


def words_of(feature: str, feature_words: FeatureWords) -> Words:
    """Return the words of ``feature``, made from its name where it has no entry.

    Parameters
    ----------
    feature : str
        Column name.
    feature_words : mapping of str to tuple of str
        ``(low, high)`` or ``(low, high, missing)`` by feature.
    """
    plain = feature.replace("_", " ")
    words = Words(*feature_words.get(feature, (f"low {plain}", f"high {plain}")))
    return words._replace(missing=words.missing or f"{plain} not known")


def category_words(feature: str, value: str | None) -> str:
    """Say which value of a category a customer has: "country is DE"."""
    plain = feature.replace("_", " ")
    return f"{plain} not known" if value is None else f"{plain} is {value}"
