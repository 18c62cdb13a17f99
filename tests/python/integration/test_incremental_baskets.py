"""Pairs that follow their baskets: any sequence of builds equals one from scratch.

Orders come, are cancelled and corrected, goods are sent back and change category, guests
turn out to be customers, and days pass, so that baskets leave the recent past.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import pytest

from martlet.warehouse.dbt import DbtOptions, DbtProject
from order_books import OrderBook

# MARTLET_TEST_BASKETS=50 tries as many sequences of builds.
SEQUENCES = int(os.environ.get("MARTLET_TEST_BASKETS", "2"))
BUILDS = 4
ALL = ("+feat_associations",)
UP_TO_BASKETS = ("+int_baskets",)

# Numbers of items depend on when they came; what they stand for does not.
PAIRS = """
    select pairs.basket_set, least(one.item_id, other.item_id),
        greatest(one.item_id, other.item_id), pairs.cooccurrences
    from intermediate.int_pair_counts as pairs
    inner join intermediate.int_item_numbers as one on pairs.item_1 = one.item_number
    inner join intermediate.int_item_numbers as other
        on pairs.item_2 = other.item_number
    order by all
"""


@dataclass
class Warehouse:
    """A warehouse that is built again and again."""

    project: DbtProject

    def __post_init__(self) -> None:
        self.raw = self.project.settings.raw

    def build(self, models: Sequence[str] = ALL, *, full_refresh: bool = False) -> None:
        self.project.options = DbtOptions(full_refresh=full_refresh)
        self.project.build(["--select", *models, "--resource-type", "model"])

    def read(self, query: str) -> list[tuple]:
        with duckdb.connect(str(self.project.settings.warehouse)) as connection:
            return connection.execute(query).fetchall()

    def refreshes(self) -> list[tuple]:
        """Read how often baskets and pairs were built from scratch."""
        return self.read(
            "select model_name, refresh_number from ops.built_models "
            "where model_name in ('int_baskets', 'int_pair_counts') order by all"
        )

    def tables(self) -> dict[str, list[tuple]]:
        """Read what is to be equal, however it was built."""
        return {
            "pairs": self.read(PAIRS),
            "associations": self.read("from features.feat_associations order by all"),
        }


@pytest.fixture
def warehouse(project: DbtProject) -> Warehouse:
    return Warehouse(project)


def equals_a_full_refresh(warehouse: Warehouse) -> None:
    """Build once more, then everything at once, and compare."""
    warehouse.build()
    followed = warehouse.tables()
    assert warehouse.read("from ops.basket_changes") == []
    warehouse.build(full_refresh=True)
    at_once = warehouse.tables()
    assert at_once["pairs"] and at_once["associations"]
    assert followed == at_once


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_any_sequence_of_builds_equals_a_full_refresh(
    warehouse: Warehouse, seed: int
) -> None:
    """Every other build ends between the baskets and their pairs."""
    book = OrderBook(random.Random(seed))
    book.go_on()
    book.write(warehouse.raw)
    warehouse.build()
    refreshes = warehouse.refreshes()
    for number in range(BUILDS):
        book.go_on()
        book.write(warehouse.raw)
        warehouse.build(UP_TO_BASKETS if number % 2 else ALL)
    warehouse.build()
    assert warehouse.refreshes() == refreshes, "something was built from scratch"
    equals_a_full_refresh(warehouse)


def test_a_build_without_news_counts_nothing(warehouse: Warehouse) -> None:
    book = OrderBook(random.Random(0))
    book.go_on()
    book.write(warehouse.raw)
    warehouse.build()
    before = warehouse.tables()
    warehouse.build(UP_TO_BASKETS)
    assert warehouse.read("from ops.basket_changes") == []
    warehouse.build()
    assert warehouse.tables() == before


def test_orders_that_are_gone_take_their_pairs_along(warehouse: Warehouse) -> None:
    book = OrderBook(random.Random(1))
    book.go_on()
    book.write(warehouse.raw)
    warehouse.build()
    for order in book.orders.values():
        order["status"] = "cancelled"
    book.write(warehouse.raw)
    warehouse.build()
    assert warehouse.tables() == {"pairs": [], "associations": []}
