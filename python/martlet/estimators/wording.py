"""Features in words a marketer reads.

Cluster names and the reasons behind a score say the same thing of a feature in the same
words. A feature without an entry still reads: "high basket size".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Words(NamedTuple):
    """How to say that a feature is below average, above it, or missing.

    ``told`` says it of one customer, with the values of the features that it ``needs``;
    without it, the value stands in brackets.
    """

    low: str
    high: str
    missing: str = ""
    told: str = ""
    needs: tuple[str, ...] = ()


FeatureWords = Mapping[str, tuple]

_NO_ORDER = "no order yet"
_NO_SECOND_PURCHASE = "no second purchase yet"
_NO_VISIT = "no visit in the last 90 days"
_NO_REVIEW = "no review yet"
_RHYTHM = (
    "usually buys every {}, last order {} ago",
    ("mean_days_between_orders", "recency_days"),
)


def _count(things: str) -> Words:
    return Words(f"few {things}", f"many {things}", f"{things} not known")


FEATURE_WORDS: dict[str, Words] = {
    "tenure_days": Words(
        "known for a short time", "known for a long time", "first contact not known"
    ),
    "recency_days": Words(
        "few days since last order",
        "many days since last order",
        _NO_ORDER,
        "last order {} ago",
        ("recency_days",),
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
    "net_sales_365d": Words(
        "low net sales in the last year",
        "high net sales in the last year",
        "no order in the last year",
    ),
    "average_order_value": Words("small orders", "large orders", _NO_ORDER),
    "gross_margin": Words("low margin", "high margin", "margin not known"),
    "gross_margin_rate": Words("low margin rate", "high margin rate", _NO_ORDER),
    "items_per_order": Words("few items per order", "many items per order", _NO_ORDER),
    "discount_share": Words("little discount", "much discount", _NO_ORDER),
    "coupon_order_share": Words("few coupons", "many coupons", _NO_ORDER),
    "return_share": Words("few returns", "many returns", _NO_ORDER),
    "categories": _count("categories bought"),
    "category_concentration": Words(
        "buys across categories", "buys in one category", _NO_ORDER
    ),
    "brands": _count("brands bought"),
    "brand_concentration": Words("buys many brands", "buys one brand", _NO_ORDER),
    "mean_days_between_orders": Words(
        "short time between orders",
        "long time between orders",
        _NO_SECOND_PURCHASE,
        *_RHYTHM,
    ),
    "stddev_days_between_orders": Words(
        "regular orders", "irregular orders", "no third purchase yet"
    ),
    "last_days_between_orders": Words(
        "last two orders close together",
        "last two orders far apart",
        _NO_SECOND_PURCHASE,
    ),
    "overdue_ratio": Words(
        "well within the usual gap",
        "long past the usual gap",
        _NO_SECOND_PURCHASE,
        *_RHYTHM,
    ),
    "days_overdue": Words(
        "next order not due yet", "next order overdue", _NO_SECOND_PURCHASE, *_RHYTHM
    ),
    "sessions_7d": _count("visits in the last 7 days"),
    "sessions_30d": _count("visits in the last 30 days"),
    "sessions_90d": _count("visits in the last 90 days"),
    "days_since_last_session": Words(
        "visited lately", "last visit long ago", _NO_VISIT
    ),
    "item_views_30d": _count("products viewed in the last 30 days"),
    "add_to_carts_30d": _count("products put in the cart in the last 30 days"),
    "item_views_90d": _count("products viewed in the last 90 days"),
    "add_to_carts_90d": _count("products put in the cart in the last 90 days"),
    "searches_30d": _count("searches in the last 30 days"),
    "devices_90d": _count("devices in the last 90 days"),
    "mobile_session_share_90d": Words(
        "visits by computer", "visits by mobile phone", _NO_VISIT
    ),
    "channel_groups_90d": _count("channels in the last 90 days"),
    "paid_session_share_90d": Words(
        "few visits by advertisements", "many visits by advertisements", _NO_VISIT
    ),
    "email_session_share_90d": Words(
        "few visits by e-mail", "many visits by e-mail", _NO_VISIT
    ),
    "campaign_contacts_90d": _count("campaigns received in the last 90 days"),
    "campaign_responses_90d": _count("campaign responses in the last 90 days"),
    "campaign_response_rate_90d": Words(
        "seldom responds to campaigns",
        "often responds to campaigns",
        "no campaign received in the last 90 days",
    ),
    "campaign_clicks_90d": _count("campaign clicks in the last 90 days"),
    "support_messages_90d": _count("support messages in the last 90 days"),
    "support_messages": _count("support messages"),
    "reviews": _count("reviews written"),
    "average_rating": Words("low ratings", "high ratings", _NO_REVIEW),
    "lowest_rating": Words("once rated low", "never rated low", _NO_REVIEW),
    "is_guest": Words("has an account", "buys as a guest", "account not known"),
    "hours_since_last_cart_event": Words(
        "cart touched lately",
        "cart touched long ago",
        "",
        "cart last touched {} ago",
        ("hours_since_last_cart_event",),
    ),
    "hours_since_opened": Words(
        "cart opened lately",
        "cart opened long ago",
        "",
        "cart opened {} ago",
        ("hours_since_opened",),
    ),
    "add_to_carts": _count("products put in the cart"),
    "remove_from_carts": _count("products taken out of the cart"),
    "checkouts": _count("checkouts begun"),
    "products": _count("different products in the cart"),
    "cart_value": Words("low value in the cart", "high value in the cart"),
    "is_in_checkout": Words("left before checkout", "left in checkout"),
    "visitor_sessions": _count("visits so far"),
    "visitor_events_24h": _count("clicks in the last day"),
    "visitor_item_views_24h": _count("products viewed in the last day"),
    "visitor_purchases": _count("earlier purchases"),
    "days_since_last_purchase": Words(
        "bought lately", "last purchase long ago", "no purchase before"
    ),
    "is_mobile": Words("on a computer", "on a mobile phone", "device not known"),
    "is_identified": Words("visitor not known", "visitor known"),
    "contacts": _count("campaigns received"),
    "responses": _count("campaign responses"),
    "response_rate": Words(
        "seldom responds to campaigns",
        "often responds to campaigns",
        "no campaign received yet",
    ),
    "days_since_last_contact": Words(
        "contacted lately", "last contact long ago", "never contacted"
    ),
    "days_since_last_response": Words(
        "responded lately", "last response long ago", "never responded"
    ),
    "sessions": _count("visits"),
}


# Features that tell of the same thing: among the reasons of one score, one speaks for all.
THEMES: dict[str, tuple[str, ...]] = {
    "orders": ("orders", "orders_30d", "orders_90d", "orders_365d"),
    "sales": ("net_sales", "net_sales_90d", "net_sales_365d", "gross_margin"),
    "rhythm": (
        *("recency_days", "mean_days_between_orders", "last_days_between_orders"),
        *("overdue_ratio", "days_overdue", "days_since_last_purchase"),
    ),
    "visits": (
        *("sessions", "sessions_7d", "sessions_30d", "sessions_90d"),
        *("visitor_sessions", "days_since_last_session"),
    ),
    "interest": (
        *("item_views_30d", "item_views_90d", "searches_30d"),
        *("add_to_carts_30d", "add_to_carts_90d"),
        *("visitor_events_24h", "visitor_item_views_24h"),
    ),
    "responses": (
        *("campaign_responses_90d", "campaign_response_rate_90d"),
        *("campaign_clicks_90d", "responses", "response_rate"),
        "days_since_last_response",
    ),
    "contacts": ("campaign_contacts_90d", "contacts", "days_since_last_contact"),
    "support": ("support_messages", "support_messages_90d"),
    "cart age": ("hours_since_last_cart_event", "hours_since_opened"),
}
_THEME_OF = {name: theme for theme, names in THEMES.items() for name in names}


def by_theme(features: list[str]) -> list[list[int]]:
    """Return the positions of the features of each theme; many have one of their own."""
    positions: dict[str, list[int]] = {}
    for position, name in enumerate(features):
        positions.setdefault(_THEME_OF.get(name, name), []).append(position)
    return list(positions.values())


def words_of(feature: str, feature_words: FeatureWords) -> Words:
    """Return the words of ``feature``, made from its name where it has no entry.

    Parameters
    ----------
    feature : str
        Column name.
    feature_words : mapping of str to tuple of str
        ``(low, high)``, with what else :class:`Words` holds, by feature.
    """
    plain = feature.replace("_", " ")
    words = Words(*feature_words.get(feature, (f"low {plain}", f"high {plain}")))
    return words._replace(missing=words.missing or f"{plain} not known")


def category_words(feature: str, value: str | None) -> str:
    """Say which value of a category a customer has: "country is DE"."""
    plain = feature.replace("_", " ")
    return f"{plain} not known" if value is None else f"{plain} is {value}"
