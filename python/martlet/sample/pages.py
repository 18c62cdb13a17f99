"""The web shop as events see it: event names, pages, lists, and their codes."""

from __future__ import annotations

import numpy as np

from martlet.sample.assortment import CATEGORY_NAMES, SEARCHES, VAIN_SEARCHES

# The first seven are the steps of a look at a product, in the order they happen.
EVENT_NAMES = (
    "view_item_list", "search", "select_item", "view_item", "add_to_wishlist",
    "add_to_cart", "remove_from_cart", "page_view", "begin_checkout", "purchase",
)  # fmt: skip
(
    VIEW_LIST, SEARCH, SELECT, VIEW_ITEM, ADD_TO_WISHLIST,
    ADD_TO_CART, REMOVE_FROM_CART, PAGE_VIEW, BEGIN_CHECKOUT, PURCHASE,
) = range(len(EVENT_NAMES))  # fmt: skip
STEPS_PER_LOOK = 7

HOME_PAGE, CART_PAGE, CHECKOUT_PAGE, THANKS_PAGE, FIRST_CATEGORY_PAGE = range(5)
FIRST_SEARCH_PAGE = FIRST_CATEGORY_PAGE + len(CATEGORY_NAMES)
FIRST_PRODUCT_PAGE = FIRST_SEARCH_PAGE + len(SEARCHES) + len(VAIN_SEARCHES)

# Lists that an item is picked from: one per category, and two more.
LISTS = (
    *(f"category: {name}" for name in CATEGORY_NAMES),
    "search results",
    "recommended",
)
SEARCH_LIST, RECOMMENDED_LIST = len(LISTS) - 2, len(LISTS) - 1


def page_urls(product_ids: list[str]) -> list[str]:
    """Return the addresses of all pages, in the order of their codes."""
    slugs = [name.lower().replace(" & ", "-") for name in CATEGORY_NAMES]
    paths = ["/", "/cart", "/checkout", "/checkout/thanks"]
    paths += [f"/c/{slug}" for slug in slugs]
    paths += [
        f"/search?q={term.replace(' ', '+')}" for term in SEARCHES + VAIN_SEARCHES
    ]
    paths += [f"/p/{product_id}" for product_id in product_ids]
    return [f"https://store.example.com{path}" for path in paths]


def product_page(product: np.ndarray) -> np.ndarray:
    """Return the page codes of products."""
    return FIRST_PRODUCT_PAGE + product
