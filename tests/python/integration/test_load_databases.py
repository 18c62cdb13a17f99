"""Tables of real databases, loaded through SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, nullcontext
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sql

from database_servers import mysql, postgresql
from martlet.contract import read_contract
from martlet.errors import EnvironmentFault, UsageError
from martlet.loading.bringing import Destination
from martlet.loading.load import LoadOptions, load_table
from martlet.loading.sources.source import Hints
from martlet.privacy.sealing import DEMO_KEY, Sealer
from support import PROJECT_DIR

NOW = datetime(2026, 6, 1)
PASSWORD = "open-sesame"


@pytest.fixture(scope="module", params=["postgresql", "mysql", "sqlite"])
def url(request, tmp_path_factory) -> Iterator[str]:
    """A database with a table of orders."""
    folder = tmp_path_factory.mktemp(request.param)
    servers = {
        "postgresql": lambda: postgresql(folder),
        "mysql": lambda: mysql(folder),
        "sqlite": lambda: nullcontext(f"sqlite:///{folder}/shop.db"),
    }
    with ExitStack() as stack:
        try:
            url = stack.enter_context(servers[request.param]())
        except FileNotFoundError as error:
            pytest.skip(f"{error} is not installed")
        _fill(url)
        yield url


def _fill(url: str) -> None:
    drivers = {"postgresql:": "postgresql+psycopg:", "mysql:": "mysql+pymysql:"}
    for scheme, driver in drivers.items():
        url = url.replace(scheme, driver, 1) if url.startswith(scheme) else url
    engine = sql.create_engine(url)
    orders = sql.Table(
        "shop_orders",
        sql.MetaData(),
        sql.Column("order_id", sql.Integer, primary_key=True),
        sql.Column("email", sql.String(200)),
        sql.Column("ordered_at", sql.DateTime),
        sql.Column("status", sql.String(40)),
        sql.Column("currency", sql.String(3)),
        sql.Column("shipping_amount", sql.Numeric(12, 2)),
        sql.Column("is_test", sql.Boolean),
        sql.Column("Rabatt Betrag", sql.Numeric(12, 2)),
    )
    orders.create(engine)
    rows = [
        {
            "order_id": number,
            "email": f"Zoë{number}@example.com",
            "ordered_at": datetime(2026, 1, 1, number % 24, 30),
            "status": "completed",
            "currency": "EUR",
            "shipping_amount": Decimal("4.90"),
            "is_test": number % 2 == 0,
            "Rabatt Betrag": None if number % 3 else Decimal("1.05"),
        }
        for number in range(1, 25_001)
    ]
    rows[9]["currency"] = None
    with engine.begin() as connection:
        connection.execute(orders.insert(), rows)
    engine.dispose()


def _load(url: str, folder: Path, table: str = "shop_orders"):
    destination = Destination(
        folder / "raw", folder / "quarantine", read_contract(PROJECT_DIR)
    )
    options = LoadOptions(
        hints=Hints(table=table), mapping={"discount_amount": "Rabatt Betrag"}
    )
    return load_table(
        "orders", url, destination, options, lambda new: Sealer(DEMO_KEY), NOW
    )


def test_every_row_of_a_table_is_stored_or_refused(url, tmp_path):
    report = _load(url, tmp_path)
    assert report.rows == 25_000
    assert {count.outcome: count.rows for count in report.counts} == {
        "stored": 24_999,
        "refused": 1,
    }
    stored = duckdb.sql(f"""
        select count(distinct order_id), sum(shipping_amount), sum(discount_amount),
            count(*) filter (is_test), min(ordered_at), bool_and(email like 'sealed:%')
        from '{tmp_path}/raw/load_id=*/orders/*.parquet'
    """).fetchone()
    assert stored == (
        24_999,
        Decimal("122495.1000"),
        Decimal("8749.6500"),
        12_499,
        datetime(2026, 1, 1, 0, 30),
        True,
    )


def test_the_same_table_changes_nothing_the_second_time(url, tmp_path):
    first, second = _load(url, tmp_path), _load(url, tmp_path)
    assert second.already_loaded
    assert second.load_id == first.load_id


def test_a_table_that_is_not_there_is_told_with_those_that_are(url, tmp_path):
    with pytest.raises(UsageError, match="shop_orders"):
        _load(url, tmp_path, table="no_such_table")


def test_neither_user_nor_password_is_kept(url, tmp_path):
    scheme, _, rest = url.partition("://")
    if scheme == "sqlite":
        pytest.skip("SQLite has no users")
    place = rest.partition("@")[2]
    user = rest.partition("@")[0]
    with_password = f"{scheme}://{user}:{PASSWORD}@{place}"
    try:
        _load(with_password, tmp_path)
    except EnvironmentFault as error:  # a server may refuse the password
        assert PASSWORD not in f"{error.message}{error.hint}"
    for path in tmp_path.rglob("*.parquet"):
        assert PASSWORD.encode() not in path.read_bytes()
    for ledger in tmp_path.glob("raw/load_id=*/loads/*.parquet"):
        ((name,),) = duckdb.sql(
            f"select distinct source_file from '{ledger}'"
        ).fetchall()
        assert name == f"{scheme}://{place} shop_orders"


def test_a_server_that_does_not_answer_is_told_without_its_password(tmp_path):
    with pytest.raises(EnvironmentFault) as told:
        _load(f"postgresql://shop:{PASSWORD}@127.0.0.1:1/shop", tmp_path)
    assert PASSWORD not in f"{told.value.message}{told.value.hint}"
    assert not list(tmp_path.glob("raw/load_id=*"))
