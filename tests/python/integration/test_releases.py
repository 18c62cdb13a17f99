"""Two releases, differenced, tell of nobody; noise is paid for and drawn once.

The compiled models run on small made-up houses, of which one customer after the other
comes, leaves, or buys more.
"""

from __future__ import annotations

import csv
import json
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from compiled_models import compiled, run_models, warehouse_of
from martlet.errors import CheckFailed, EnvironmentFault, MartletError, UsageError
from martlet.releases.making import ReleaseRequest, ReleaseResult, make_release
from martlet.releases.tables import release_status, spent_epsilon, told_until
from support import Shop

TABLES = (
    "sales_by_country",
    "sales_by_segment",
    "sales_by_category",
    "campaign_answers",
)
NOW = datetime(2026, 7, 20, 9, tzinfo=UTC)
APRIL, MAY, JUNE = date(2026, 4, 1), date(2026, 5, 1), date(2026, 6, 1)
MONEY = pa.decimal128(18, 4)
Row = dict[str, Any]


def buyers(month: date, country: str, channel: str, count: int) -> list[Row]:
    """Customers of one cell, each with an amount that tells who it was."""
    return [
        {
            "month": month,
            "country": country,
            "sales_channel": channel,
            "customer_id": f"{country}-{channel}-{n}",
            "orders": 1 + n % 2,
            "sales": Decimal(f"{50 + n}.{n:02}"),
        }
        for n in range(count)
    ]


def month_of(month: date) -> list[Row]:
    return [
        *buyers(month, "DE", "web", 25),
        *buyers(month, "DE", "app", 14),
        *buyers(month, "AT", "web", 12),
        *buyers(month, "AT", "app", 3),
        *buyers(month, "=1+1", "web", 11),
    ]


class House:
    """A warehouse of contributions and what the models make of them."""

    def __init__(self, manifest: dict[str, Any], directory: Path) -> None:
        self.directory = directory
        self._models = compiled(manifest, TABLES)
        self.connection = warehouse_of({"releases.nothing": pa.table({"n": [0]})})
        self.connection.execute("use warehouse")
        settings = ("release_definitions", "release_settings")
        run_models(self.connection, compiled(manifest, settings))
        for source in manifest["sources"].values():
            if source["source_name"] == "ops":
                columns = ", ".join(
                    f"{column['name']} {column['data_type']}"
                    for column in source["columns"].values()
                )
                self.connection.execute("create schema if not exists ops")
                self.connection.execute(
                    f"create table ops.{source['name']} ({columns})"
                )

    def build(self, rows: list[Row]) -> None:
        """Build every table from what customers add, the others from the same rows."""
        others = {
            "sales_by_segment": {"rfm_segment": "country"},
            "sales_by_category": {"category": "sales_channel"},
            "campaign_answers": {"campaign_id": "country", "answer": "sales_channel"},
        }
        orders = pa.schema(
            {
                "month": pa.date32(),
                "country": pa.string(),
                "sales_channel": pa.string(),
                "customer_id": pa.string(),
                "orders": pa.int64(),
                "sales": MONEY,
            }
        )
        self.connection.register("rows", pa.Table.from_pylist(rows, schema=orders))
        self.connection.execute(
            "create or replace table releases.sales_by_country_customers as from rows"
        )
        for name, columns in others.items():
            renamed = ", ".join(f"{old} as {new}" for new, old in columns.items())
            self.connection.execute(
                f"create or replace table releases.{name}_customers as select month, "
                f"{renamed}, customer_id, sum(orders)::bigint as orders, "
                "sum(orders)::bigint as items, sum(orders)::bigint as contacts, "
                "sum(sales)::decimal(18, 4) as sales from rows group by all"
            )
        for name in self._models:
            self.connection.execute(f"drop table if exists warehouse.{name}")
        run_models(self.connection, self._models)

    def release(
        self, name: str = "sales_by_country", at: datetime = NOW, **options: Any
    ) -> ReleaseResult:
        request = ReleaseRequest(name, self.directory / f"{name}.csv", **options)
        return make_release(self.connection, request, released_at=at)

    def file(self, name: str = "sales_by_country", **options: Any) -> str:
        """Release a table and read the file."""
        return self.release(name, **options).path.read_text("utf-8")

    def count(self, table: str) -> int:
        (rows,) = self.connection.execute(
            f"select count(*) from ops.{table}"
        ).fetchone()
        return rows


@pytest.fixture
def house(manifest: dict[str, Any], tmp_path: Path) -> Iterator[House]:
    """A house in which two months may be told."""
    built = House(manifest, tmp_path)
    built.build([*month_of(APRIL), *month_of(MAY)])
    yield built
    built.connection.close()


def without(rows: list[Row], customer: str) -> list[Row]:
    return [row for row in rows if row["customer_id"] != customer]


def with_more(rows: list[Row], customer: str) -> list[Row]:
    return [
        row | {"sales": row["sales"] + 1000} if row["customer_id"] == customer else row
        for row in rows
    ]


@pytest.mark.parametrize("change", [without, with_more])
def test_no_single_customer_changes_what_was_told(
    house: House, change: Callable[[list[Row], str], list[Row]]
) -> None:
    rows = month_of(MAY)
    house.build(rows)
    told = {name: house.file(name) for name in TABLES}
    for customer in sorted({row["customer_id"] for row in rows}):
        changed = change(rows, customer)
        house.build(changed)
        (now,) = house.connection.execute(
            "select sum(sales) from releases.sales_by_country_customers"
        ).fetchone()
        assert now == sum(row["sales"] for row in changed)
        for name in TABLES:
            assert house.file(name) == told[name], (name, customer)


def test_a_customer_who_came_later_is_not_told_of(house: House) -> None:
    before = house.file()
    newcomer = buyers(MAY, "FR", "web", 1)
    house.build([*month_of(APRIL), *month_of(MAY), *newcomer])
    assert "FR" not in house.file()
    assert house.file() == before


def test_the_later_month_is_added_and_the_earlier_ones_stay(house: House) -> None:
    before = house.file()
    house.build([*month_of(APRIL)[:-8], *month_of(MAY)[8:], *month_of(JUNE)])
    after = house.file()
    assert after.startswith(before)
    added = after[len(before) :].splitlines()
    assert added and all(line.startswith("2026-06-01,") for line in added)


def test_one_release_closes_the_months_of_all_tables(house: House) -> None:
    """Else the total of May in one table, less that in another, tells who came between."""
    house.release("sales_by_segment")
    house.build([*month_of(APRIL), *without(month_of(MAY), "DE-web-7")])
    totals = {}
    for name, all_of in (("sales_by_segment", 1), ("sales_by_country", 2)):
        rows = list(csv.reader(house.file(name, month=MAY).splitlines()))
        heads = rows[0]
        (total,) = (row for row in rows if row[1 : 1 + all_of] == ["(all)"] * all_of)
        totals[name] = [total[heads.index(n)] for n in ("customers", "sales")]
    assert totals["sales_by_segment"] == totals["sales_by_country"]
    assert totals["sales_by_country"][0] == "65"


def test_a_month_that_comes_late_is_not_told_any_more(house: House) -> None:
    before = house.file()
    house.build([*month_of(date(2026, 3, 1)), *month_of(APRIL), *month_of(MAY)])
    assert house.file() == before
    with pytest.raises(UsageError, match="2026-03"):
        house.release(month=date(2026, 3, 1))


def test_ledgers_hold_nobody(house: House) -> None:
    house.release()
    house.release(epsilon=2)
    for table in ("releases", "release_cells"):
        text = str(house.connection.execute(f"from ops.{table}").fetchall())
        assert "DE-web-" not in text


def test_the_file_is_private_safe_and_explained(house: House) -> None:
    result = house.release()
    rows = list(csv.DictReader(result.path.read_text("utf-8").splitlines()))
    assert stat.S_IMODE(result.path.stat().st_mode) == 0o600
    assert {row["country"] for row in rows} >= {"'=1+1"}
    withheld = [row for row in rows if row["is_suppressed"] == "true"]
    assert len(rows) == result.rows and len(withheld) == result.suppressed_rows > 0
    assert all(not row["customers"] and not row["sales"] for row in withheld)
    manifest = json.loads(
        (house.directory / "sales_by_country.csv.manifest.json").read_text()
    )
    assert manifest["rows"] == len(rows)
    assert (manifest["first_month"], manifest["last_month"]) == (
        "2026-04-01",
        "2026-05-01",
    )
    assert "0.8" not in json.dumps(manifest)


def test_parquet_has_the_types_of_the_table(house: House) -> None:
    path = house.directory / "release.parquet"
    make_release(
        house.connection, ReleaseRequest("sales_by_country", path), released_at=NOW
    )
    schema = pq.read_schema(path)
    assert schema.field("month").type == pa.date32()
    assert schema.field("sales").type == MONEY
    assert schema.field("is_suppressed").type == pa.bool_()


def test_a_dry_run_tells_and_keeps_nothing(house: House) -> None:
    exact = house.release(is_dry_run=True)
    noisy = house.release(epsilon=1, is_dry_run=True)
    assert exact.rows and exact.suppressed_rows
    assert noisy.rows is None and noisy.epsilon_left == 3
    assert told_until(house.connection) is None
    assert not list(house.directory.iterdir())
    assert house.count("releases") == house.count("release_cells") == 0


def test_the_same_noise_is_told_again_and_costs_nothing(house: House) -> None:
    many = buyers(MAY, "DE", "web", 300)
    house.build(many)
    first, noise = house.file(epsilon=2), house.release(epsilon=2).noise
    house.build(without(many, "DE-web-3"))
    house.connection.execute("update releases.release_settings set max_cells = 9")
    for _ in range(20):
        assert house.file(epsilon=2) == first
    assert house.release(epsilon=2).noise == noise
    assert spent_epsilon(house.connection, 2026) == 2
    assert first.count("\n") > 1


def test_the_budget_ends_averaging(house: House) -> None:
    """Every other epsilon is a new draw; what all may spend together is bounded."""
    drawn = 0
    for number in range(1, 100):
        try:
            house.release(epsilon=0.3 + number / 1000)
            drawn += 1
        except CheckFailed as refusal:
            assert "is left in 2026" in refusal.message
    assert drawn == 13
    spent = spent_epsilon(house.connection, 2026)
    assert 3.6 < spent <= 4
    files = sorted(path.name for path in house.directory.iterdir())
    assert files == ["sales_by_country.csv", "sales_by_country.csv.manifest.json"]
    with pytest.raises(CheckFailed):
        house.release("sales_by_segment", epsilon=0.5)
    assert not (house.directory / "sales_by_segment.csv").exists()
    assert house.release(at=datetime(2027, 1, 1, tzinfo=UTC), epsilon=0.5).is_drawn


def test_noise_hides_whether_one_customer_is_there(house: House) -> None:
    """One who buys for a million adds no more than the bound, in no more cells."""
    scale = house.release(epsilon=4, is_dry_run=True).noise.scales["sales"]
    assert scale == pytest.approx(3 * 500 / (4 / 3))
    rich = buyers(MAY, "DE", "web", 1)[0] | {"sales": Decimal(1_000_000)}
    everywhere = [rich | {"customer_id": "rich", "country": f"c{n}"} for n in range(40)]
    many = buyers(MAY, "DE", "web", 300)
    house.build([*many, *everywhere, rich | {"customer_id": "rich too"}])
    rows = list(csv.DictReader(house.file(epsilon=4).splitlines()))
    (web,) = (r for r in rows if r["country"] == "DE" and r["sales_channel"] == "web")
    true = sum(row["sales"] for row in many)
    # Noise this great comes once in 10**13 draws.
    assert abs(float(web["sales"]) - float(true) - 500) < 30 * scale
    assert not any(row["country"].startswith("c") for row in rows)


@pytest.mark.parametrize(
    ("options", "error", "hint"),
    [
        ({"name": "everything"}, UsageError, "sales_by_segment"),
        ({"month": date(2020, 1, 1)}, UsageError, "martlet releases"),
        ({"epsilon": 0.0}, UsageError, "--epsilon"),
        ({"epsilon": float("nan")}, UsageError, "--epsilon"),
        ({"epsilon": float("inf")}, UsageError, "--epsilon"),
        ({"epsilon": 4.5}, CheckFailed, "--epsilon"),
    ],
)
def test_what_cannot_be_released_is_explained(
    house: House, options: dict[str, Any], error: type[MartletError], hint: str
) -> None:
    with pytest.raises(error) as raised:
        house.release(**options)
    assert hint in raised.value.hint
    assert house.count("releases") == house.count("release_cells") == 0
    assert not list(house.directory.iterdir())


def test_an_unknown_kind_of_file_is_refused(house: House) -> None:
    request = ReleaseRequest("sales_by_country", house.directory / "release.xlsx")
    with pytest.raises(UsageError, match=r"\.parquet"):
        make_release(house.connection, request, released_at=NOW)


def test_what_was_kept_survives_a_file_that_could_not_be_written(house: House) -> None:
    (house.directory / "sales_by_country.csv").mkdir()
    with pytest.raises(EnvironmentFault):
        house.release(epsilon=2)
    (house.directory / "sales_by_country.csv").rmdir()
    result = house.release(epsilon=2)
    assert not result.is_drawn and result.epsilon_left == 2


def test_nothing_is_told_before_a_month_is_over(house: House) -> None:
    house.build([])
    with pytest.raises(CheckFailed, match="No month"):
        house.release()
    assert {table.waiting_months for table in release_status(house.connection)} == {0}


def test_commands_list_and_release(sample_shop: Shop) -> None:
    waiting = json.loads(sample_shop.martlet("releases", "--json").stdout)
    assert {table["name"] for table in waiting["tables"]} == set(TABLES)
    assert all(table["waiting_months"] > 0 for table in waiting["tables"])
    out = sample_shop.directory / "answers.csv"
    done = sample_shop.martlet(
        *("releases", "make", "campaign_answers", "--out", str(out), "--json")
    )
    assert done.returncode == 0, done.stderr
    assert (
        json.loads(done.stdout)["rows"] == len(out.read_text("utf-8").splitlines()) - 1
    )
    done = sample_shop.martlet(
        *("releases", "make", "sales_by_segment", "--month", "2026-05"),
        *("--epsilon", "9", "--out", str(out)),
    )
    assert done.returncode == 1
    assert "is left in" in done.stderr
    told = json.loads(sample_shop.martlet("releases", "--json").stdout)
    assert all(table["waiting_months"] == 0 for table in told["tables"])
