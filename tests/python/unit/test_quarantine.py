"""What was refused is shown without contact data, and tried again after a fix."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from martlet.errors import UsageError
from martlet.loading.load import LoadOptions
from martlet.loading.loads import undo_load
from martlet.loading.report import LoadReport
from martlet.loading.retrying import list_refused, retry_refused, show_refused
from support import LOADED_AT, SEALER, RawStore

CUSTOMERS = (
    "customer_id,email,first_name,city,registered_at\n"
    "c1,ada@example.org,Ada,Ulm,2024-01-01 08:00:00\n"
    "c2,bob@example.org,Bob,call 030 1234567,31.05.2024\n"
    "c3,cyd@example.org,Cyd,Kiel,32.05.2024\n"
    "c4,eve@example.org\n"
)


def retry(store: RawStore, load_id: str, **options: object) -> LoadReport:
    told = LoadOptions(**{"max_refused": 1.0, **options})
    return retry_refused(store.destination, load_id, told, SEALER, LOADED_AT)


def listed(store: RawStore) -> list[tuple[str, str, int]]:
    destination = store.destination
    counted = list_refused(destination.raw, destination.quarantine)
    return [(each.load_id, each.rule, each.rows) for each in counted]


def test_refused_rows_are_counted_and_shown_without_contact_data(
    store: RawStore,
) -> None:
    load = store.load("customers", CUSTOMERS, name="people.csv").load_id
    assert listed(store) == [(load, "unreadable_value", 2), (load, "malformed_line", 1)]
    shown = show_refused(store.destination, load, SEALER, 10)
    assert [(row.source_line, row.source_row) for row in shown] == [
        (3, 2),
        (4, 3),
        (5, None),
    ]
    assert shown[0].values == {
        "customer_id": "c2",
        "email": "•••",
        "first_name": "•••",
        "city": "call [phone]",
        "registered_at": "31.05.2024",
    }
    assert shown[2].values == {}
    assert len(show_refused(store.destination, load, SEALER, 1)) == 1
    written = b"".join(store.contents().values())
    for clear in (b"bob@", b"cyd@", b"eve@", b"Bob", b"Cyd", b"1234567"):
        assert clear not in written


def test_rows_are_stored_once_a_fix_lets_them_read(store: RawStore) -> None:
    load = store.load("customers", CUSTOMERS, name="people.csv").load_id
    report = retry(store, load, timestamp_formats=("%d.%m.%Y",))
    assert (report.rows, report.source) == (3, "people.csv")
    assert store.rows("customers", "customer_id, registered_at") == [
        ("c1", datetime(2024, 1, 1, 8)),
        ("c2", datetime(2024, 5, 31)),
    ]
    assert listed(store) == [
        (report.load_id, "malformed_line", 1),
        (report.load_id, "unreadable_value", 1),
    ]
    lines = [
        row.source_line
        for row in show_refused(store.destination, report.load_id, SEALER, 9)
    ]
    assert lines == [4, 5]
    with pytest.raises(UsageError, match="is in quarantine"):
        retry(store, load)


def test_a_retry_can_be_tried_again_and_undone(store: RawStore) -> None:
    load = store.load("customers", CUSTOMERS, timezone="Europe/Berlin").load_id
    first = retry(store, load)
    assert listed(store)[0][0] == first.load_id
    second = retry(store, first.load_id, timestamp_formats=("%d.%m.%Y",))
    assert second.options["timezone"] == "Europe/Berlin"
    moment = store.rows("customers", "registered_at", "customer_id")[1][0]
    assert moment == datetime(2024, 5, 30, 22)
    undo_load(store.destination.raw, store.destination.quarantine, second.load_id)
    assert len(store.rows("customers")) == 1
    assert listed(store) == [
        (first.load_id, "unreadable_value", 2),
        (first.load_id, "malformed_line", 1),
    ]
    undo_load(store.destination.raw, store.destination.quarantine, first.load_id)
    assert listed(store)[0] == (load, "unreadable_value", 2)
    again = retry(store, load, timestamp_formats=("%d.%m.%Y",))
    assert len(store.rows("customers")) == 2
    assert listed(store)[0][0] == again.load_id


def test_rows_dated_after_loading_are_stored_later(store: RawStore) -> None:
    header, row = (
        "visitor_id,event_at,event_name\n",
        "v,2026-01-01 12:00:00,page_view\n",
    )
    load = store.load("events", header + row + row).load_id
    assert listed(store) == [(load, "future_value", 2)]
    retry_refused(
        store.destination,
        load,
        LoadOptions(),
        SEALER,
        LOADED_AT + timedelta(days=1),
    )
    assert len({event_id for (event_id,) in store.rows("events", "event_id")}) == 2
    assert listed(store) == []


def test_a_row_tried_again_takes_no_id_of_an_equal_one_stored_before(
    store: RawStore,
) -> None:
    told = [*["2025-12-01 10:00:00"] * 2, "01.12.2025 10:00", "1 Dec 2025 10:00"]
    rows = "".join(f"v,{moment},page_view\n" for moment in told)
    load = store.load("events", "visitor_id,event_at,event_name\n" + rows).load_id
    again = retry(store, load, timestamp_formats=("%d.%m.%Y %H:%M",))
    retry(store, again.load_id, timestamp_formats=("%d %b %Y %H:%M",))
    assert listed(store) == []
    assert len({event_id for (event_id,) in store.rows("events", "event_id")}) == 4


def test_rows_are_tried_again_as_they_were_read(store: RawStore) -> None:
    text = "No;Cost;Made\np1;1.234,5;2024-01-01\np2;12,50;yesterday\np3;7;01/02/2024\n"
    names = {"product_id": "No", "price": "Cost", "launched_at": "Made"}
    load = store.load("products", text, mapping=names).load_id
    report = retry(store, load, timestamp_formats=("%d/%m/%Y",))
    assert report.matched["price"] == "Cost"
    prices = store.rows("products", "product_id, price::double, launched_at")
    assert prices[1] == ("p3", 7.0, datetime(2024, 2, 1))
    assert listed(store) == [(report.load_id, "unreadable_value", 1)]


def test_lines_that_are_no_rows_cannot_be_tried_again(store: RawStore) -> None:
    load = store.load("products", "product_id,price\ntea,1\ncup\n").load_id
    with pytest.raises(UsageError, match="are lines that are no rows"):
        retry(store, load)


def test_what_was_not_refused_cannot_be_tried_again(store: RawStore) -> None:
    load = store.load("products", "product_id\ntea\n").load_id
    with pytest.raises(UsageError, match="is in quarantine"):
        retry(store, load)
    with pytest.raises(UsageError, match="There is no load 9"):
        retry(store, "9")
    assert listed(store) == []
    assert show_refused(store.destination, load, SEALER, 5) == []
