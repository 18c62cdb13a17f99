"""One table's rows: all stored or refused, ids that last, and nothing done twice."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest

from martlet.errors import CheckFailed, EnvironmentFault, RawDataError, UsageError
from martlet.loading.load import LoadOptions
from martlet.loading.preview import preview_table
from martlet.lock import raw_lock
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.sealing import Sealer
from support import CONTRACT, LOADED_AT, SEALER, RawStore

REVIEWS = (
    "review_id,rating,review_text,reviewed_at\n"
    "r1,5,write to bob@example.org,2024-05-31 18:00:00\n"
    "r2,9,too many,2024-06-01\n"
    "r3,many,unread,2024-06-01\n"
    ",3,no id,2024-06-01\n"
    "r5,,no stars,2024-06-01\n"
    "r6,4,of tomorrow,2026-01-01 00:00:01\n"
    "r7,4,of today,2026-01-01 00:00:00\n"
)
EVENTS = (
    "visitor_id,event_at,event_name,value,search_term\n"
    "v1,2024-05-31 18:00:00,page_view,1.50,\n"
    "v1,2024-05-31 18:00:00,page_view,1.50,\n"
    "v1,2024-05-31 18:00:00,page_view,,NULL\n"
    "v2,2024-05-31 18:00:00,search,,\"tea, 'green'\"\n"
)


def test_rows_in_are_rows_stored_and_refused(store: RawStore) -> None:
    report = store.load("reviews", REVIEWS)
    assert store.rows("reviews", "review_id, rating, review_text") == [
        ("r1", 5, "write to [email]"),
        ("r7", 4, "of today"),
    ]
    refused = [(r["source_line"], r["rule"], r["reason"]) for r in store.refused()]
    assert refused == [
        (3, "out_of_range", "rating is above 5"),
        (4, "unreadable_value", "rating does not read as bigint"),
        (5, "missing_value", "review_id is empty"),
        (6, "missing_value", "rating is empty"),
        (7, "future_value", "reviewed_at is dated after loading"),
    ]
    assert {(c.outcome, c.destination, c.rule, c.rows) for c in report.counts} == {
        ("stored", "reviews", "", 2),
        ("refused", "quarantine", "out_of_range", 1),
        ("refused", "quarantine", "unreadable_value", 1),
        ("refused", "quarantine", "missing_value", 2),
        ("refused", "quarantine", "future_value", 1),
    }
    assert report.rows == 7


def test_loaded_files_have_the_contracts_columns_and_types(store: RawStore) -> None:
    store.load(
        "reviews",
        REVIEWS,
        store={
            "store_id": "corner-shop",
            "reporting_currency": "EUR",
            "reporting_timezone": "Europe/Berlin",
        },
    )
    for table in ("reviews", "store", "loads"):
        (file,) = store.destination.raw.glob(f"load_id=*/{table}/part-0.parquet")
        relation = duckdb.read_parquet(str(file), hive_partitioning=False)
        written = CONTRACT[table].written
        assert relation.columns == [column.name for column in written]
        types = [str(kind).lower().replace(", ", ",") for kind in relation.types]
        assert types == [column.data_type for column in written]


def test_contact_data_is_sealed_keyed_and_nowhere_in_clear(store: RawStore) -> None:
    store.load(
        "customers",
        "customer_id,email,phone,first_name,country,city\n"
        "Ada@Example.org,Ada@Example.org,030 123456,Adalgisa,DE,call +49 30 123456\n"
        ",eve@example.org,+4930999999,Evelina,DE,\n",
    )
    ((customer_id, email, email_key, phone_key),) = store.rows(
        "customers", "customer_id, email, email_key, phone_key"
    )
    assert SEALER.unseal(email) == "Ada@Example.org"
    assert email_key == SEALER.pseudonym(normalise_email("ada@example.org"))
    assert phone_key == SEALER.pseudonym(normalise_phone("+4930123456"))
    assert "@" not in customer_id
    assert store.refused()[0]["came"]["email"] == "eve@example.org"
    written = b"".join(store.contents().values()).lower()
    for clear in (b"ada@", b"eve@", b"999999", b"adalgisa", b"evelina"):
        assert clear not in written


def test_same_file_twice_changes_nothing(store: RawStore) -> None:
    first = store.load("reviews", REVIEWS)
    before = store.contents()
    again = store.load("reviews", REVIEWS)
    assert (first.already_loaded, again.already_loaded) == (False, True)
    assert again.load_id == first.load_id
    assert set(again.counts) == set(first.counts)
    renamed = store.load("reviews", REVIEWS, name="renamed")
    assert renamed.already_loaded and store.contents() == before


def test_equal_loads_write_equal_bytes(tmp_path: Path) -> None:
    stores = [RawStore(tmp_path / name) for name in ("one", "two")]
    for store in stores:
        store.load("reviews", REVIEWS)
        store.load("products", products(300, 5))
    one, two = (list(store.contents().values()) for store in stores)
    assert one == two


def test_same_file_read_otherwise_replaces(store: RawStore) -> None:
    text = "customer_id,registered_at\nc1,2024-07-01 12:00:00\n"
    first = store.load("customers", text)
    second = store.load("customers", text, timezone="Europe/Berlin")
    assert second.replaced == (first.load_id,)
    assert second.options == {"timezone": "Europe/Berlin"}
    assert store.rows("customers", "registered_at") == [(datetime(2024, 7, 1, 10),)]
    third = store.load("customers", text)
    assert third.load_id.split("-")[1] == first.load_id.split("-")[1]
    assert third.replaced == (second.load_id,)
    assert store.rows("customers", "registered_at") == [(datetime(2024, 7, 1, 12),)]


def test_loads_are_ordered_by_their_ids(store: RawStore) -> None:
    reports = [
        store.load("products", f"product_id,price\ntea,{price}\n")
        for price in (3, 1, 2)
    ]
    ids = [report.load_id for report in reports]
    assert ids == sorted(ids)
    assert store.rows("products", "price", "load_id") == [
        (Decimal(price),) for price in (3, 1, 2)
    ]


def event_ids(store: RawStore) -> set[str]:
    return {event_id for (event_id,) in store.rows("events", "event_id")}


def test_made_event_ids_are_of_content_and_occurrence(store: RawStore) -> None:
    store.load("events", EVENTS)
    ids = event_ids(store)
    assert len(ids) == 4
    repeated = [event_id for event_id in ids if event_id.endswith("-2")]
    assert len(repeated) == 1 and repeated[0].removesuffix("-2") in ids


@pytest.mark.parametrize(
    "spelling", ["shuffled", "json", "parquet", "columns", "twice"]
)
def test_made_event_ids_outlast_the_spelling_of_a_feed(
    tmp_path: Path, spelling: str
) -> None:
    one, two = RawStore(tmp_path / "one"), RawStore(tmp_path / "two")
    one.load("events", EVENTS)
    header, *rows = EVENTS.splitlines(keepends=True)
    relation = f"read_csv('{one.directory}/export', all_varchar = true)"
    copied = tmp_path / "copied"
    match spelling:
        case "shuffled":
            two.load("events", header + "".join(reversed(rows)))
        case "json":
            duckdb.sql(f"copy (from {relation}) to '{copied}' (format json)")
            two.load("events", copied)
        case "parquet":
            typed = (
                "* replace (value::double as value, event_at::timestamptz as event_at)"
            )
            duckdb.sql("set timezone = 'UTC'")
            duckdb.sql(
                f"copy (select {typed} from {relation}) to '{copied}' (format parquet)"
            )
            two.load("events", copied)
        case "columns":
            duckdb.sql(
                f"copy (select value, '' as event_id, 'x' as more, * exclude (value) "
                f"from {relation}) to '{copied}' (format csv, delimiter ';')"
            )
            two.load("events", copied)
        case "twice":
            two.load("events", EVENTS)
            two.load("events", EVENTS + rows[3])
            assert len(two.rows("events")) == 9
            again = event_ids(two) - event_ids(one)
            assert len(again) == 1
            return
    assert event_ids(two) == event_ids(one)


def test_given_event_ids_stay_beside_made_ones(store: RawStore) -> None:
    header, *rows = EVENTS.splitlines()
    named = [f"e1,{rows[0]}", *(f",{row}" for row in rows[1:]), "e9,v,never,x,,"]
    report = store.load("events", "\n".join([f"event_id,{header}", *named]))
    assert "e1" in event_ids(store) and len(event_ids(store)) == 4
    assert (report.rows, len(store.refused())) == (5, 1)


def test_columns_are_mapped_as_told(store: RawStore) -> None:
    text = "Order No,order_id,Placed,state,cur\n17,x,2024-01-01,paid,EUR\n"
    names = {"order_id": "order no", "ordered_at": "Placed", "status": "state"}
    report = store.load("orders", text, mapping={**names, "currency": "cur"})
    assert store.rows("orders", "order_id, status, currency") == [("17", "paid", "EUR")]
    assert report.matched["order_id"] == "Order No"
    assert report.unused == ("order_id",)
    with pytest.raises(RawDataError, match="lacks status, currency") as raised:
        store.load("orders", text, mapping={"ordered_at": "Placed"})
    assert "--map raw_column=their_column" in raised.value.hint
    with pytest.raises(UsageError, match=r"stat is not among .* Did you mean state"):
        store.load("orders", text, mapping={"status": "stat"})
    with pytest.raises(UsageError, match=r"ordered is no column to map to"):
        store.load("orders", text, mapping={"ordered": "Placed"})


def products(good: int, bad: int) -> str:
    prices = ["1"] * good + ["dear"] * bad
    rows = (f"p{number},{price}" for number, price in enumerate(prices))
    return "\n".join(["product_id,price", *rows])


@pytest.mark.parametrize(
    ("good", "bad", "limit"),
    [(0, 10, None), (209, 11, None), (95, 5, 0.05), (1, 0, 0.0), (0, 3, 1.0)],
)
def test_few_refused_rows_let_a_load_pass(
    store: RawStore, good: int, bad: int, limit: float | None
) -> None:
    report = store.load("products", products(good, bad), max_refused=limit)
    assert report.rows == good + bad and len(store.refused()) == bad


@pytest.mark.parametrize(
    ("good", "bad", "limit"), [(208, 11, None), (94, 5, 0.05), (99, 1, 0.0)]
)
def test_many_refused_rows_stop_a_load(
    store: RawStore, good: int, bad: int, limit: float | None
) -> None:
    store.load("products", "product_id\ntea\n")
    before = store.contents()
    says = f"{bad} of the {good + bad} rows .* price does not read .* in {bad}"
    with pytest.raises(RawDataError, match=says) as raised:
        store.load("products", products(good, bad), max_refused=limit)
    assert store.contents() == before
    share = float(raised.value.hint.split()[-1].rstrip("%")) / 100
    store.load("products", products(good, bad), max_refused=share)


def test_preview_tells_what_a_load_would_do_and_does_nothing(
    store: RawStore, tmp_path: Path
) -> None:
    text = (
        "customer_id,email,city,registered_at,shoe size\n"
        "ada@example.org,ada@example.org,a@example.org,2024-01-01,41\n"
        "c2,,,yesterday,42\n"
    )
    (tmp_path / "people.csv").write_text(text)
    location = str(tmp_path / "people.csv")
    before = sorted(tmp_path.rglob("*"))
    preview = preview_table(
        "customers", location, store.destination, LoadOptions(), LOADED_AT
    )
    assert sorted(tmp_path.rglob("*")) == before
    assert preview.columns == ("customer_id", "email", "city", "registered_at")
    (first, second) = preview.rows
    assert first == ("[email]", "•••", "[email]", "2024-01-01 00:00:00")
    assert second == ("c2", None, None, None)
    assert preview.reasons == {"registered_at does not read as timestamp": 1}
    assert preview.unused == ("shoe size",)
    report = store.load("customers", tmp_path / "people.csv")
    assert [(c.outcome, c.rule, c.rows) for c in preview.counts] == [
        (c.outcome, c.rule, c.rows) for c in report.counts
    ]


def test_source_that_changes_while_it_is_read_is_not_loaded(
    store: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from martlet.loading import table_load

    write = table_load.copy_to

    def write_and_change(*told: object) -> int:
        written = write(*told)
        (store.directory / "export").write_text("product_id,price\ntea,dear\n")
        return written

    monkeypatch.setattr(table_load, "copy_to", write_and_change)
    with pytest.raises(CheckFailed, match="does not add up"):
        store.load("products", products(2, 1))
    assert store.contents() == {}


def test_another_key_is_refused_before_it_seals(
    store: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.load("products", "product_id\ntea\n")
    before = store.contents()
    monkeypatch.setattr("support.SEALER", Sealer("another key that is long enough too"))
    with pytest.raises(EnvironmentFault, match="key"):
        store.load("products", "product_id\ncup\n")
    assert store.contents() == before


def test_one_process_at_a_time_loads(store: RawStore) -> None:
    with raw_lock(store.destination.raw):
        with pytest.raises(EnvironmentFault, match="Another martlet is changing"):
            store.load("products", "product_id\ntea\n")
    store.load("products", "product_id\ntea\n")


SHOP = SimpleNamespace(
    first={"store_id": "corner-shop", "reporting_currency": "EUR"},
    rest={"reporting_timezone": "Europe/Berlin", "country": "DE"},
)


def test_store_is_said_once_and_kept(store: RawStore) -> None:
    with pytest.raises(UsageError, match="reporting_timezone were not said") as raised:
        store.load("products", "product_id\ntea\n", store=SHOP.first)
    assert "--reporting-timezone" in raised.value.hint
    store.load("products", "product_id\ntea\n", store=SHOP.first | SHOP.rest)
    store.load("products", "product_id\ncup\n")
    columns = "store_id, reporting_currency, reporting_timezone, country"
    assert set(store.rows("store", columns)) == {
        ("corner-shop", "EUR", "Europe/Berlin", "DE")
    }
    with pytest.raises(UsageError, match=r"corner-shop .* says reporting_currency GBP"):
        store.load("products", "product_id\npot\n", store={"reporting_currency": "GBP"})
    with pytest.raises(UsageError, match="kept for the built-in samples"):
        RawStore(store.directory / "other").load(
            "products",
            "product_id\ntea\n",
            store=SHOP.first | SHOP.rest | {"store_id": "sample-1-2-3"},
        )
