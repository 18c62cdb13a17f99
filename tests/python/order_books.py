"""Shops whose orders, lines, returns and goods change from day to day, at random."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

FIRST_DAY = datetime(2026, 1, 1)
STATUSES = ("completed", "completed", "completed", "cancelled")


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
