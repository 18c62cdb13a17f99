"""Pairs that follow their baskets: any sequence of builds equals one from scratch.

Orders come, are cancelled and corrected, goods are sent back and change category, guests
turn out to be customers, and days pass, so that baskets leave the recent past.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from martlet.warehouse.dbt import DbtOptions, DbtProject

# MARTLET_TEST_BASKETS=50 tries as many sequences of builds.
SEQUENCES = int(os.environ.get("MARTLET_TEST_BASKETS", "2"))
BUILDS = 4
FIRST_DAY = datetime(2026, 1, 1)
STATUSES = ("completed", "completed", "completed", "cancelled")
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
class OrderBook:
    """A shop's tables, which change from day to day."""

    rng: random.Random
    day: int = 0
    products: dict[str, str] = field(default_factory=dict)
    orders: dict[str, dict] = field(default_factory=dict)
    lines: dict[tuple[str, int], dict] = field(default_factory=dict)
    returns: dict[str, dict] = field(default_factory=dict)

    def go_on(self) -> None:
        """Let some weeks pass."""
        rng = self.rng
        for _ in range(rng.randint(0, 3)):
            self.products[f"p{len(self.products)}"] = rng.choice("abc")
        self.products.setdefault("p0", "a")
        for _ in range(rng.randint(5, 30)):
            self._order()
        for order in rng.sample(sorted(self.orders), k=min(3, len(self.orders))):
            self.orders[order]["status"] = rng.choice(STATUSES)
            self.orders[order]["customer_id"] = rng.choice(["", "c1", "c2", "c3", "c4"])
        for key in rng.sample(sorted(self.lines), k=min(4, len(self.lines))):
            self._correct(key)
        if rng.random() < 0.5:
            self.products[rng.choice(sorted(self.products))] = rng.choice("abc")
        for return_id in rng.sample(sorted(self.returns), k=len(self.returns) // 4):
            del self.returns[return_id]
        self.day += rng.choice([1, 20, 60])

    def _order(self) -> None:
        rng, number = self.rng, len(self.orders)
        at = FIRST_DAY + timedelta(days=self.day, hours=rng.randint(0, 40))
        self.orders[f"o{number}"] = {
            "customer_id": rng.choice(["", "c1", "c2", "c3", "c4"]),
            "ordered_at": at,
            "status": rng.choice(STATUSES),
        }
        for line in range(rng.randint(1, 5)):
            self.lines[f"o{number}", line] = {
                "product_id": rng.choice(sorted(self.products)),
                "quantity": rng.randint(1, 2),
            }

    def _correct(self, key: tuple[str, int]) -> None:
        rng = self.rng
        what = rng.choice(["product", "quantity", "return", "return"])
        if what == "product":
            self.lines[key]["product_id"] = rng.choice(sorted(self.products))
        elif what == "quantity":
            self.lines[key]["quantity"] = rng.choice([0, 1, 3])
        else:
            ordered_at = self.orders[key[0]]["ordered_at"]
            self.returns[f"r{key[0]}-{key[1]}"] = {
                "order_id": key[0],
                "line_number": key[1],
                "quantity": rng.randint(1, 2),
                "returned_at": ordered_at + timedelta(days=rng.randint(0, 30)),
            }

    def write(self, raw: Path) -> None:
        """Write the tables as they stand."""
        tables = {
            "products": [
                {"product_id": name, "category": category}
                for name, category in self.products.items()
            ],
            "orders": [
                {"order_id": name, "currency": "EUR"} | row
                for name, row in self.orders.items()
            ],
            "order_items": [
                {"order_id": order, "line_number": line, "unit_price": 5} | row
                for (order, line), row in self.lines.items()
            ],
            "returns": [
                {"return_id": name, "refund_amount": 5} | row
                for name, row in self.returns.items()
            ],
        }
        for table, rows in tables.items():
            folder = raw / table
            folder.mkdir(exist_ok=True)
            names = list(rows[0]) if rows else [f"{table[:-1]}_id"]
            text = [",".join(names)]
            text += [",".join(str(row[name]) for name in names) for row in rows]
            (folder / "part.csv").write_text("\n".join(text) + "\n", "utf-8")


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
