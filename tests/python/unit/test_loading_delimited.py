"""CSV in every spelling, and the lines of it that are no rows."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from decimal import Decimal

import pytest

from martlet.errors import RawDataError, UsageError
from support import RawStore

HEADER = "product_id,product_name,price\n"
ROWS = "tea,thé vert 茶,3.50\ncup,mug 😀,9.00\n"
STORED = [
    ("cup", "mug 😀", Decimal("9.0000")),
    ("tea", "thé vert 茶", Decimal("3.5000")),
]
UNREADABLE = "price does not read as decimal(18,4)"


def products(store: RawStore) -> list[tuple]:
    return store.rows("products", "product_id, product_name, price")


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "byte-order mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip of UTF-16": lambda text: gzip.compress(text.encode("utf-16")),
    "Windows' ends of lines": lambda text: text.replace("\n", "\r\n").encode(),
    "old Macs' ends of lines": lambda text: text.replace("\n", "\r").encode(),
    "mixed ends of lines": lambda text: text.replace("\n", "\r\n", 1).encode(),
    "another mixture": lambda text: text.replace("\n", "\r", 1).encode(),
    "no end of the last line": lambda text: text.rstrip("\n").encode(),
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "pipes": lambda text: text.replace(",", "|").encode(),
    "quotes": lambda text: text.replace("thé vert 茶", '"thé vert 茶"').encode(),
    "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_csv_in_every_spelling(store: RawStore, spelling: str) -> None:
    report = store.load("products", SPELLINGS[spelling](HEADER + ROWS))
    assert (report.rows, products(store)) == (2, STORED)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_refused_row_is_kept_in_every_spelling(
    store: RawStore, spelling: str
) -> None:
    text = HEADER + ROWS + "pot,x,dear\n"
    report = store.load("products", SPELLINGS[spelling](text))
    assert (report.rows, products(store)) == (3, STORED)
    (refused,) = store.refused()
    lines = text.splitlines()
    line = 7 if spelling == "blank lines" else lines.index("pot,x,dear") + 1
    assert (refused["source_row"], refused["source_line"]) == (3, line)
    assert refused["reason"] == UNREADABLE
    assert list(refused["came"].values()) == ["pot", "x", "dear"]


@pytest.mark.parametrize(
    "encoding", ["cp1252", "latin-1", "cp437", "cp500", "utf-16-le"]
)
def test_named_encoding(store: RawStore, encoding: str) -> None:
    text = HEADER + "tea,thé,1\ncup,x,dear\n"
    store.load("products", text.encode(encoding), encoding=encoding)
    assert products(store) == [("tea", "thé", Decimal(1))]
    assert store.reasons() == [(3, UNREADABLE)]


def test_windows_encoding_is_seen(store: RawStore) -> None:
    store.load("products", (HEADER + "tea,thé “vert” €,1\n").encode("cp1252"))
    assert products(store) == [("tea", "thé “vert” €", Decimal(1))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_named_encoding_with_a_byte_order_mark(store: RawStore, encoding: str) -> None:
    store.load("products", (HEADER + ROWS).encode(encoding), encoding=encoding)
    assert products(store) == STORED


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "idna"])
def test_no_such_encoding(store: RawStore, encoding: str) -> None:
    with pytest.raises(UsageError, match=f"no encoding {encoding}"):
        store.load("products", HEADER + ROWS, encoding=encoding)


def test_bytes_that_mean_nothing_refuse_their_line_alone(store: RawStore) -> None:
    padding = "é" * 40
    text = f"{HEADER}tea,{padding},1\ncup,\udcff,2\npot,x,dear\n,\udcff\ncan,x,dear\n"
    store.load("products", text.encode("utf-8", "surrogateescape"))
    assert products(store) == [("tea", padding, Decimal(1))]
    nothing = "it has bytes that mean nothing in UTF-8"
    assert [line for line, _ in store.reasons()] == [3, 4, 5, 6]
    assert [reason for _, reason in store.reasons()][:2] == [nothing, UNREADABLE]


def test_bytes_that_mean_nothing_in_a_named_encoding(store: RawStore) -> None:
    text = HEADER.encode() + "tea,お茶,1\n".encode("cp932") + b"cup,\x81\xff,2\n"
    store.load("products", text, encoding="cp932")
    assert products(store) == [("tea", "お茶", Decimal(1))]
    assert [line for line, _ in store.reasons()] == [3]


def test_lines_are_told_as_an_editor_counts_them(store: RawStore) -> None:
    store.load(
        "products",
        HEADER  # 1
        + 'tea,"two\nlines",1\n'  # 2, 3
        + "cup,x,dear\n\n"  # 4, 5
        + "pot,y,dear\n"  # 6
        + "can\n"  # 7
        + "lid,x,1,2\n"  # 8
        + 'jug,"a"b,1\n'  # 9
        + '"a\nb"\n'  # 10, 11
        + 'jar,5" wide,1\n'  # 12
        + "\n\n"
        + "bag,z,dear\n",  # 15
    )
    assert products(store) == [
        ("jar", '5" wide', Decimal(1)),
        ("tea", "two\nlines", Decimal(1)),
    ]
    assert store.reasons() == [
        (4, UNREADABLE),
        (6, UNREADABLE),
        (7, "it has fewer fields than the header"),
        (8, "it has more fields than the header"),
        (9, "its quotes are not closed, or stand inside a field"),
        (10, "it has fewer fields than the header"),
        (15, UNREADABLE),
    ]
    assert store.refused()[2]["came"] == "can"


def test_refused_rows_behind_a_very_long_field(store: RawStore) -> None:
    store.load("products", f"{HEADER}tea,{'x' * 200_000},1\ncup,x,dear\n")
    assert store.reasons() == [(3, UNREADABLE)]


@pytest.mark.parametrize(
    "rows",
    ['tea,"green,1\ncup,x,2\n', 'tea,"x"y,"\ncup,x,2\npot,"x",3\n'],
)
def test_quote_that_swallows_lines_is_told_with_its_line(
    store: RawStore, rows: str
) -> None:
    with pytest.raises(
        RawDataError, match="opens a quote in line 2 that is not closed"
    ):
        store.load("products", HEADER + rows)


def test_blank_lines_are_rows_only_where_rows_have_one_field(store: RawStore) -> None:
    store.load("products", "product_id\ntea\n\ncup\n \n")
    assert store.rows("products", "product_id") == [("cup",), ("tea",)]
    assert store.reasons() == [(3, "product_id is empty"), (5, "product_id is empty")]


@pytest.mark.parametrize(
    "header",
    [
        'product_id,"a ""name"" {}\'; drop table x; --",price',
        "product_id,source,price",
        "product_id,row,price",
        "product_id,row_0,price",
        "product_id,source_row,price",
        "product_id,fault,price",
        "product_id,product_id,price",
        "product_id,PRODUCT_ID,price",
        "product_id,,price",
        "Product ID,unread,PRICE",
        'product_id,"two\nlines",price',
    ],
)
def test_odd_headers(store: RawStore, header: str) -> None:
    store.load("products", f"{header}\ntea,x,1\ncup,y,dear\n")
    assert store.rows("products", "product_id, price") == [("tea", Decimal(1))]
    assert list(store.refused()[0]["came"].values()) == ["cup", "y", "dear"]


def test_column_called_as_a_raw_column_is(store: RawStore) -> None:
    text = "customer_id,channel,purpose,changed_at,state,source\n"
    store.load("consents", text + "c1,email,marketing,2024-01-01,granted,form\n")
    assert store.rows("consents", "customer_id, source") == [("c1", "form")]


@pytest.mark.parametrize(("delimiter", "mark"), [("tab", "\t"), ("é", "é"), (" ", " ")])
def test_named_delimiter(store: RawStore, delimiter: str, mark: str) -> None:
    text = "product_id,price\ntea,1\n".replace(",", mark)
    store.load("products", text, delimiter=delimiter)
    assert store.rows("products", "product_id, price") == [("tea", Decimal(1))]
