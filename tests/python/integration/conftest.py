"""Small stores to build."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import CUSTOMERS, ORDER_ITEMS, ORDERS, STORE, Shop


@pytest.fixture
def empty_shop(tmp_path: Path) -> Shop:
    """A shop that has handed over nothing."""
    shop = Shop(tmp_path)
    shop.raw.mkdir()
    return shop


@pytest.fixture
def corner_shop(empty_shop: Shop) -> Shop:
    """A shop of one customer and two orders, and nothing else."""
    empty_shop.write("store", STORE)
    empty_shop.write("customers", CUSTOMERS)
    empty_shop.write("orders", ORDERS)
    empty_shop.write("order_items", ORDER_ITEMS)
    return empty_shop
