"""Parts of an erasure: what is searched for, how, and what ledgers say afterwards."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import random
import zipfile
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from martlet.contract import CONTRACT_PATH
from martlet.erasure.describing import read_descriptions
from martlet.erasure.exports import Search
from martlet.erasure.person import People
from martlet.erasure.searching import Needles
from martlet.erasure.values import Values
from martlet.erasure.writings import (
    Writings,
    email_writings,
    phone_writings,
    writings_of,
)
from martlet.loading.erased.counting import lowered, refused_by, stored_in
from martlet.loading.erased.refused import RefusedRows
from martlet.loading.erased.rows import ErasedRows
from martlet.loading.erased.tombstones import Tombstone, Tombstones
from martlet.loading.report import LoadCount
from martlet.privacy.normalising import normalise_email
from support import CONTRACT, FIXTURES, LOADED_AT, PROJECT_DIR, SEALER, RawStore

STORE_SETTINGS = {
    "store_id": "pottery",
    "country": "US",
    "reporting_currency": "EUR",
    "reporting_timezone": "Europe/Berlin",
}


def needles(*bounded: str, anywhere: tuple[str, ...] = ()) -> Needles:
    return Needles(Writings(frozenset(anywhere), frozenset(bounded), {}))


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("c0000001", True),
        ("customer=c0000001&x=1", True),
        ("c00000012", False),
        ("xc0000001", False),
        ("to <anna@example.org>.", True),
        ("anna@example.org.", True),
        ("joanna@example.org", False),
        ("d.anna@example.org", False),
        ("anna@example.org.uk", False),
        ("anna@example.orgs", False),
        ("", False),
        ("short", False),
    ],
)
def test_words_are_found_whole(text: str, is_there: bool) -> None:
    assert needles("c0000001", "anna@example.org").are_in(text.encode()) is is_there


def test_hashes_are_found_wherever_they_stand() -> None:
    hashed = hashlib.sha256(b"x").hexdigest()
    assert needles(anywhere=(hashed,)).are_in(f"abc{hashed}def".encode())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("c0000001", "[erased]"),
        ("é c0000001, xc0000001; c0000001", "é [erased], xc0000001; [erased]"),
        ("c0000001-22 c0000001", "[erased] [erased]"),
        ("to <anna@example.org>.", "to <[erased]>."),
        ("nobody", "nobody"),
    ],
)
def test_words_are_blanked_whole(text: str, left: str) -> None:
    words = needles("c0000001", "c0000001-22", "anna@example.org")
    assert words.without(text) == left


def test_words_are_found_at_every_place_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("martlet.erasure.searching._CHUNK", 64)
    path = tmp_path / "file"
    noise = random.Random(7).randbytes(400).replace(b"c", b"d")
    for position in range(300):
        path.write_bytes(noise[:position] + b" c0000001 " + noise[position:])
        assert list(needles("c0000001").places_in(path)) == [""], position
    path.write_bytes(noise)
    assert not list(needles("c0000001").places_in(path))


def zipped(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return file.getvalue()


WORDS = b"nobody here, " * 40 + b"c0000001" + b" and nobody there" * 40


@pytest.mark.parametrize(
    ("content", "places"),
    [
        (gzip.compress(WORDS), [""]),
        (bz2.compress(WORDS), [""]),
        (lzma.compress(WORDS), [""]),
        (zipped("a/b.txt", WORDS), ["a/b.txt"]),
        (zipped("a.zip", zipped("b.gz", gzip.compress(WORDS))), ["a.zip/b.gz"]),
        (zipped("c0000001.txt", b""), [""]),
        (WORDS.decode().encode("utf-16-le"), [""]),
        (WORDS.decode().encode("utf-16-be"), [""]),
        (zipped("b.xml", b"nobody"), []),
        (gzip.compress(b"nobody"), []),
        (gzip.compress(b"nobody")[:-12], ["cannot be unpacked"]),
        (zipped("part", b"PAR1" + bytes(20)), ["cannot be unpacked"]),
        (b"7z\xbc\xaf\x27\x1c", ["cannot be unpacked"]),
    ],
    ids=range(13),
)
def test_what_files_pack_is_searched(
    tmp_path: Path, content: bytes, places: list[str]
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    found = list(needles("c0000001").places_in(path))
    assert [each.partition(",")[0] for each in found] == places


@pytest.mark.parametrize("name", ["copy.db", "list.unfinished"])
def test_tables_are_known_by_how_they_begin(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    # Numbers in a row are packed, so that no single one stands in the file.
    sql = "select format('c{:07d}', i) as a from range(9000) as t (i)"
    if path.suffix == ".db":
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create table t as {sql}")
    else:
        duckdb.sql(sql).write_parquet(str(path), compression="zstd")
    assert not list(needles("c0000777").places_in(path))
    short = dict.fromkeys(("customer", "visitor", "order", "address"), frozenset())
    assert Search(Writings(frozenset(), frozenset({"c0000777"}), short)).traces(path)


@pytest.mark.parametrize(
    ("sql", "is_there"),
    [
        ("select '17' as customer_id", True),
        ("select 17 as source_customer_id", True),
        ("select 'customer:17' as node", True),
        ("select 17 as quantity", False),
        ("select '17' as order_id", False),
        ("select '4' as order_id", True),
        ("select '10000001' as conversion_id", True),
        ("select '10000001' as event_id", False),
        ("select 32123456 as order_id", False),
        ("select '32123456 is it' as message_text", False),
        ("select '32123456' as mobile_phone", True),
        ("select 'call +4532123456' as message_text", True),
        ("select 'a@b.de' as contact_email", True),
    ],
)
def test_short_ids_are_found_by_their_column(
    tmp_path: Path, sql: str, is_there: bool
) -> None:
    people = People(
        customer=frozenset({"17"}),
        order=frozenset({"4", "10000001"}),
        phones=frozenset({"+4532123456"}),
        emails=frozenset({"a@b.de"}),
    )
    writings = writings_of(people)
    path = tmp_path / "part.parquet"
    duckdb.sql(sql).write_parquet(str(path))
    found = list(Values(writings, Needles(writings)).places_in(path))
    assert found == (["part.parquet"] if is_there else [])


@pytest.mark.parametrize(
    ("came", "is_theirs"),
    [
        ({"Kundennummer": "12345", "Datum": "kein Datum"}, True),
        ({"Numéro de client": "12345"}, True),
        ({"consumer account": "12345"}, True),
        ({"order_date": "x", "line_item_id": "12345"}, True),
        ({"Menge": "12345", "Preis": "12345", "Bestelldatum": "12345"}, False),
        ({"Kundennummer": "123456"}, False),
        ("12345;kein Datum", True),
        ("12345,kein Datum,4", True),
        ("40,4,1", False),
    ],
    ids=range(9),
)
def test_refused_rows_are_theirs_in_any_language(
    tmp_path: Path, came: object, is_theirs: bool
) -> None:
    path = tmp_path / "part.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "create table refused as select 'rule' as rule, $1 as sealed_row",
            [SEALER.seal(json.dumps(came))],
        )
        connection.table("refused").write_parquet(str(path))
        people = People(customer=frozenset({"12345", "4"}))
        refused = RefusedRows(connection, SEALER, None, people.knows)
        assert bool(refused.theirs(path)) is is_theirs


def test_addresses_are_searched_for_as_platforms_write_them() -> None:
    assert {"Anna.B+c@gmail.com", "anna.b+c@gmail.com", "annab@gmail.com"} <= set(
        email_writings("Anna.B+c@gmail.com")
    )
    assert "anna.b%2Bc%40gmail.com" in set(email_writings("anna.b+c@gmail.com"))
    assert {"+493012345671", "493012345671", "03012345671", "030 12345671"} <= set(
        phone_writings("+493012345671")
    )


def test_counts_of_what_is_gone_become_erased() -> None:
    counts = [
        LoadCount("b", "stored", "orders", "", 5, Decimal(50)),
        LoadCount("a", "stored", "orders", "", 9, Decimal(90)),
        LoadCount("", "derived", "customers", "", 4),
        LoadCount("a", "refused", "quarantine", "rule", 2),
    ]
    less = lowered(counts, stored_in("orders"), 3)
    less = lowered(less, stored_in("customers"), 1)
    less = lowered(less, refused_by("rule"), 2)
    assert less == [
        LoadCount("b", "stored", "orders", "", 5, Decimal(50)),
        LoadCount("a", "stored", "orders", "", 6, None),
        LoadCount("", "derived", "customers", "", 3),
        LoadCount("a", "erased", "", "", 5),
    ]
    assert lowered(counts, stored_in("orders"), 0) == counts


def test_tombstones_name_nobody_and_last(tmp_path: Path) -> None:
    stone = Tombstone(LOADED_AT, keeps_orders=False)
    Tombstones(tmp_path, SEALER).add([("customer", "c1"), ("order", "o1")], stone)
    kept = Tombstones(tmp_path, SEALER)
    assert kept.find("customer", "c1") == stone
    assert kept.find("customer", "o1") is None
    assert kept.covers("order", "o1")
    text = (tmp_path / "tombstones.json").read_text("ascii")
    assert SEALER.pseudonym("c1") not in text and "c1" not in text.split('"')


def test_a_connector_leaves_out_whoever_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("support.LOADED_AT", datetime(2026, 12, 1))
    export = FIXTURES / "shopify" / "first"
    before, after = RawStore(tmp_path / "before"), RawStore(tmp_path / "after")
    for each in (before, after):
        each.destination.raw.mkdir(parents=True)
    whole = before.load_through("shopify", export, store=STORE_SETTINGS)
    (key,) = {
        k for id_, k in before.rows("orders", "order_id, email_key") if id_ == "7001"
    }
    Tombstones(after.destination.raw, SEALER).add(
        [("email", key)], Tombstone(datetime(2027, 1, 1), keeps_orders=False)
    )

    less = after.load_through("shopify", export, store=STORE_SETTINGS)

    assert less.rows == whole.rows
    assert sum(count.rows for count in less.counts if count.outcome == "erased") > 0
    for table in ("customers", "orders", "order_items"):
        counted = sum(count.rows for count in less.counts if count.destination == table)
        assert counted == len(after.rows(table)), table
    assert len(after.rows("order_items")) < len(before.rows("order_items"))
    orders = {order for (order,) in after.rows("orders", "order_id")}
    assert orders and "7001" not in orders
    assert {order for (order,) in after.rows("order_items", "order_id")} <= orders
    assert key not in {k for (k,) in after.rows("customers", "email_key")}
    refused = [row["came"] for row in after.refused()]
    assert not [
        row
        for row in refused
        if key
        in {
            SEALER.pseudonym(normalise_email(str(value)))
            for value in row.values()
            if value
        }
    ]


@pytest.mark.parametrize("name", ["part.csv", "part.csv.gz", "part.parquet"])
def test_files_put_there_by_hand_lose_the_person_and_keep_the_rest(
    tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    rows = duckdb.sql(
        "select * from (values ('1', 17, 'a, \"b\"', null), ('2', 18, 'c', 'd'), "
        "('3', null, null, 'e')) as t (message_id, customer_id, message_text, extra)"
    )
    if path.suffix == ".parquet":
        rows.write_parquet(str(path))
    else:
        rows.write_csv(str(path))
    path.chmod(0o640)
    with duckdb.connect() as connection:
        erased = ErasedRows(connection)
        erased.add([("customer", "18")], None, keeps_orders=False)
        found = erased.take_out(path, CONTRACT["support_messages"])
        assert (found.removed, found.anonymised, found.referred) == (1, 0, 0)
        assert not erased.take_out(path, CONTRACT["support_messages"])
        left = connection.sql(
            f"select cast(message_id as varchar), message_text, extra from '{path}'"
        ).fetchall()
    assert left == [("1", 'a, "b"', None), ("3", None, "e")]
    assert path.stat().st_mode & 0o777 == 0o640


def test_descriptions_are_read_from_the_project() -> None:
    described = read_descriptions(PROJECT_DIR)
    assert (PROJECT_DIR / CONTRACT_PATH).is_file()
    assert (
        described["orders"].columns["ordered_at"] == "When the order was placed (UTC)."
    )
    assert described["customer_profiles"].text
    assert not [
        name
        for name, table in described.items()
        for text in (table.text, *table.columns.values())
        if "{{" in text
    ]
