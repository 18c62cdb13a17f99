"""JSON, Parquet, workbooks and databases are read whole, or refused whole."""

from __future__ import annotations

import datetime
import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from martlet.errors import EnvironmentFault, MartletError, UsageError
from martlet.loading.sources.database import shown
from support import RawStore

HEADER = "product_id,product_name,price\n"
ROWS = "tea,thé vert 茶,3.50\ncup,mug 😀,9.00\n"
UNREADABLE = "price does not read as decimal(18,4)"


def test_json_lines(store: RawStore) -> None:
    lines = (
        '{"product_id": "tea", "product_name": "th\\u00e9", "price": 3.50, "": 1}',
        "",
        '{"product_id": "cup", "price": "dear"}',
        "no json",
        "[1]",
        '{"product_id": "pot", "category": {"deep": [1, "x"]}, "price": null}',
        '{"a/b~c": 1, "line": 2, "row": 3, "Product_ID": "x"}',
    )
    store.load("products", "\n".join(lines))
    assert store.rows("products", "product_id, product_name, category, price") == [
        ("pot", None, '{"deep":[1,"x"]}', None),
        ("tea", "thé", None, Decimal("3.5")),
    ]
    assert store.reasons() == [
        (3, UNREADABLE),
        (4, "it is no JSON object"),
        (5, "it is no JSON object"),
        (7, "product_id is empty"),
    ]
    assert store.refused()[-1]["came"]["a/b~c"] == "1"


def test_json_with_bytes_that_mean_nothing(store: RawStore) -> None:
    good = json.dumps({"product_id": "é" * 30}, ensure_ascii=False).encode()
    bad = b'{"product_id": "\xff"}'
    refused = b'{"product_id": null}'
    store.load("products", b"\n".join([bad, good, refused, bad, refused]))
    assert store.rows("products", "product_id") == [("é" * 30,)]
    assert [line for line, _ in store.reasons()] == [1, 3, 4, 5]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_array(store: RawStore, encoding: str) -> None:
    text = '[{"product_id": "thé"},\n 5, null, "x", [1], {"product_id": null}]'
    report = store.load("products", text.encode(encoding))
    assert store.rows("products", "product_id") == [("thé",)]
    refused = store.refused()
    assert sorted(str(row["came"]) for row in refused) == [
        '"x"',
        "5",
        "[1]",
        "null",
        "{'product_id': None}",
    ]
    assert report.rows == 6


def parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_parquet_types_become_what_they_say(store: RawStore, tmp_path: Path) -> None:
    path = parquet(
        tmp_path / "products",
        product_id=pa.array([1, 2], pa.int64()),
        product_name=pa.array([b"caf\xc3\xa9", b"x"]),
        price=pa.array([0.1 + 0.2, float("nan")]),
        unit_cost=pa.array([0.1, float("inf")], pa.float32()),
        launched_at=pa.array([1704067200123456789, None], pa.timestamp("ns")),
        discontinued_at=pa.array([0, None], pa.timestamp("us", "Europe/Berlin")),
        category=[{"deep": [1, 2]}, None],
        brand=pa.array([[("key", "value")], None], pa.map_(pa.string(), pa.string())),
    )
    store.load("products", path)
    assert store.rows("products", "* exclude (currency, load_id)") == [
        (
            "1",
            "café",
            '{"deep":[1,2]}',
            '{"key":"value"}',
            Decimal("0.3"),
            Decimal("0.1"),
            datetime.datetime(2024, 1, 1, 0, 0, 0, 123456),
            datetime.datetime(1970, 1, 1),
        )
    ]
    (refused,) = store.refused()
    assert (refused["source_row"], refused["source_line"]) == (2, None)
    assert refused["reason"] == "unit_cost does not read as decimal(18,4)"
    assert refused["came"]["unit_cost"] == "inf"


def test_parquet_without_rows(store: RawStore, tmp_path: Path) -> None:
    path = parquet(tmp_path / "products", product_id=pa.array([], pa.string()))
    assert store.load("products", path).rows == 0


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_xlsx_stacks_the_sheets_that_hold_rows(store: RawStore, tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "products",
        notes=[["read me"]],
        year_1=[
            ["product_id", "price", "launched_at"],
            [536365, 2.5, None],
            [None] * 3,
        ],
        year_2=[["launched at", "Product Id"], [datetime.datetime(2024, 1, 1), "x"]],
        empty=[],
    )
    report = store.load("products", path)
    assert report.ignored == ("sheet notes of products",)
    assert store.rows("products", "product_id, price, launched_at") == [
        ("536365", Decimal("2.5"), None),
        ("x", None, datetime.datetime(2024, 1, 1)),
    ]


def test_two_sheets_of_one_workbook_are_two_sources(
    store: RawStore, tmp_path: Path
) -> None:
    path = workbook(
        tmp_path / "products",
        year_1=[["product id", "product_id"], ["x", "tea"]],
        year_2=[["product_id"], ["cup"]],
    )
    for sheet in ("year_1", "year_2"):
        assert not store.load("products", path, sheet=sheet).already_loaded
    assert store.load("products", path, sheet="year_1").already_loaded
    assert store.rows("products", "product_id") == [("cup",), ("tea",)]
    with pytest.raises(UsageError, match=r"no sheet year_3\. It has: year_1, year_2"):
        store.load("products", path, sheet="year_3")


def test_duckdb_file(store: RawStore, tmp_path: Path) -> None:
    path = tmp_path / "shop"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create table products as select 'tea' as product_id")
        connection.execute("create schema old")
        connection.execute("create view old.goods as select 'cup' as product_id")
        connection.execute('create table old."new.goods" as select 1 as product_id')
    store.load("products", path)
    store.load("products", path, sheet="old.goods")
    store.load("products", path, sheet="old.new.goods")
    assert store.rows("products", "product_id") == [("1",), ("cup",), ("tea",)]
    with pytest.raises(
        UsageError, match=r"no table main\.goods. It has: main\.products"
    ):
        store.load("products", path, sheet="goods")


def test_database(store: RawStore, tmp_path: Path) -> None:
    sql = pytest.importorskip("sqlalchemy")
    url = f"sqlite:///{tmp_path}/shop.db"
    engine = sql.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table products (product_id integer primary key, product_name text, "
            "price numeric(10, 2), launched_at timestamp)"
        )
        connection.exec_driver_sql(
            "insert into products values (2, 'thé', 3.5, '2024-01-01 10:00:00'), "
            "(1, null, null, null), (3, 'x', -1, null)"
        )
    report = store.load_location("products", url)
    assert store.rows("products", "product_id, product_name, price, launched_at") == [
        ("1", None, None, None),
        ("2", "thé", Decimal("3.5"), datetime.datetime(2024, 1, 1, 10)),
    ]
    assert store.reasons() == [(None, "price is below 0")]
    assert report.source == f"{url} products"
    assert store.load_location("products", url).already_loaded
    with pytest.raises(UsageError, match=r"no table orders\. It has: products"):
        store.load_location("orders", url)


def test_database_that_does_not_answer_shows_no_password(store: RawStore) -> None:
    pytest.importorskip("psycopg")
    url = "postgresql://ada:secret@localhost:1/shop"
    with pytest.raises(
        EnvironmentFault, match="localhost:1/shop cannot be read"
    ) as raised:
        store.load_location("products", url)
    assert "secret" not in str(raised.value) and "ada" not in str(raised.value)


@pytest.mark.parametrize(
    ("location", "name"),
    [
        ("exports/a@b.csv", "exports/a@b.csv"),
        ("sqlite:////data/shop.db", "sqlite:////data/shop.db"),
        ("postgresql+psycopg://ada:secret@host:5/shop?a=b", "postgresql://host:5/shop"),
        ("postgresql:/ada:secret@host/shop", "postgresql://host/shop"),
        ("postgresql://ada:p@secret@host/shop", "postgresql://…"),
        ("postgresql://host:5/shop?password=p@secret", "postgresql://…"),
        ("postgresql://host/shop?password=secret", "postgresql://host/shop"),
    ],
)
def test_locations_are_shown_without_passwords(location: str, name: str) -> None:
    assert shown(location) == name


@pytest.mark.parametrize(
    "place",
    ["host:port/shop", "p@host/shop", "localhost:1/shop?secret=1", "host:99999/shop"],
)
@pytest.mark.parametrize("scheme", ["postgresql", "mysql", "nosuchthing"])
def test_database_urls_that_mean_nothing(
    store: RawStore, scheme: str, place: str
) -> None:
    pytest.importorskip("sqlalchemy")
    with pytest.raises(MartletError) as raised:
        store.load_location("products", f"{scheme}://ada:secret@{place}")
    assert raised.value.hint and "secret" not in str(raised.value)


@pytest.mark.parametrize("written", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16_with_and_without_a_mark(store: RawStore, written: str) -> None:
    store.load("products", "product_id\nthé\n".encode(written), encoding="utf-16")
    assert store.rows("products", "product_id") == [("thé",)]


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ({"timestamp_formats": ["%Q"]}, "%Q is no way to write"),
        ({"timestamp_formats": ["foo"]}, "foo is no way to write"),
        ({"timezone": "posix/Europe/Berlin"}, "no timezone posix/Europe/Berlin"),
        ({"timezone": "localtime"}, "no timezone localtime"),
    ],
)
def test_readings_that_mean_nothing(
    store: RawStore, option: dict[str, object], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        store.load("products", HEADER + ROWS, **option)


def cut(path: Path, end: int) -> Path:
    path.write_bytes(path.read_bytes()[:-end])
    return path


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda path: None, "There is no file"),
    "folder": (Path.mkdir, "is a folder"),
    "empty": (Path.touch, "is empty"),
    "binary": (lambda p: p.write_bytes(b"\x89PNG\r\n\x1a\n\0\0"), "of no known format"),
    "no header": (lambda path: path.write_text("\ntea,1\n"), "has no header"),
    "other columns": (
        lambda path: path.write_text("Invoice,price\n1,2\n"),
        r"(?s)lacks product_id.*Found: Invoice, price",
    ),
    "no table": (
        lambda path: path.write_text("ada@example.org\nbob@example.org\n"),
        "looks like data, not like names of columns",
    ),
    "a customer in the header": (
        lambda path: path.write_text("product_id,ada@example.org\ntea,1\n"),
        "looks like data, not like names of columns",
    ),
    "no table, no contact data": (
        lambda path: path.write_text("Ada,Berlin\nBob,Paris\n"),
        r"(?s)is the first row the header\?$",
    ),
    "a sheet that may hold rows": (
        lambda path: workbook(
            path, a=[["product_id", "price"], ["tea", 1]], b=[["id", "price"], ["x", 2]]
        ),
        "Sheet b of .* lacks product_id, and may hold rows",
    ),
    "a sheet as wide as that with rows": (
        lambda path: workbook(
            path, a=[["product_id", "price"], ["tea", 1]], b=[["x", "y"], ["cup", 2]]
        ),
        "Sheet b of .* lacks product_id, and may hold rows",
    ),
    "damaged Parquet": (
        lambda path: cut(parquet(path, product_id=["tea"]), 20),
        "as Parquet: it is damaged",
    ),
    "damaged workbook": (
        lambda path: cut(workbook(path, a=[["product_id"], ["tea"]]), 100),
        "as xlsx: it is damaged",
    ),
    "damaged gzip": (
        lambda path: path.write_bytes(gzip.compress((HEADER + ROWS).encode())[:-10]),
        "cannot be unpacked",
    ),
    "damaged array": (
        lambda path: path.write_text('[{"product_id": "tea"}, {"product_'),
        "as JSON: it is damaged",
    ),
    "empty array": (lambda path: path.write_text("[]"), "lacks product_id"),
    "no sheet with the columns": (
        lambda path: workbook(path, a=[["x"], [1]], b=[["y"], [2]]),
        "No sheet of .* It has the sheets a, b",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_files_of_another_kind_are_refused_whole(
    store: RawStore, tmp_path: Path, kind: str
) -> None:
    write, says = WRONG[kind]
    path = tmp_path / "download"
    write(path)
    with pytest.raises(MartletError, match=says) as raised:
        store.load("products", path)
    assert raised.value.hint and "ada@" not in str(raised.value)
    assert store.contents() == {}
