"""Whose data a load brings: said once, completed later, never contradicted."""

from __future__ import annotations

import pytest
from pyarrow import parquet

from martlet.errors import UsageError
from support import ORDERS, RawStore

SETTINGS = {
    "store_id": "corner-shop",
    "reporting_currency": "EUR",
    "reporting_timezone": "Europe/Berlin",
}


def _settings(store: RawStore) -> set[tuple]:
    return set(store.rows("store", "store_id, reporting_currency, country"))


def test_what_was_not_said_can_be_said_later(store: RawStore) -> None:
    store.load("orders", ORDERS)
    assert _settings(store) == set()
    store.load("customers", "customer_id\nc1\n", store=SETTINGS)
    store.load("customers", "customer_id\nc2\n", store={"country": "DE"})
    assert _settings(store) == {
        ("corner-shop", "EUR", None),
        ("corner-shop", "EUR", "DE"),
    }


@pytest.mark.parametrize(
    "said",
    [
        {"reporting_currency": "USD"},
        {"store_id": "other"},
        {"country": "Germany"},
        {"country": "ZZ"},
    ],
)
def test_what_was_said_is_not_contradicted(store: RawStore, said: dict) -> None:
    store.load("orders", ORDERS, store=SETTINGS)
    before = store.contents()
    with pytest.raises(UsageError):
        store.load("customers", "customer_id\nc1\n", store=said)
    assert store.contents() == before


@pytest.mark.parametrize(
    "said",
    [
        {"reporting_currency": "EURO"},
        {"reporting_timezone": "Mars/Olympus"},
        {"store_id": "sample-1500-426-7"},
        {"reporting_currency": None},
    ],
)
def test_settings_are_judged_before_anything_is_kept(
    store: RawStore, said: dict
) -> None:
    with pytest.raises(UsageError):
        store.load("orders", ORDERS, store={**SETTINGS, **said})
    assert store.contents() == {}


def test_brackets_and_stars_in_paths_mean_themselves(store: RawStore) -> None:
    named = RawStore(store.directory / "odd [2]*?")
    named.load("customers", "customer_id\nright\n", name="file[1].csv")
    named.load("customers", "customer_id\nwrong\n", name="file1.csv")
    files = sorted(named.destination.raw.rglob("customers/*.parquet"))
    ids = [parquet.read_table(file)["customer_id"].to_pylist() for file in files]
    assert ids == [["right"], ["wrong"]]
    report = named.load("customers", "customer_id\nright\n", name="file[1].csv")
    assert report.already_loaded


def test_a_country_said_later_tells_whose_phones_are_the_same(store: RawStore) -> None:
    people = "customer_id,phone\nc1,030 1234567\nc2,+49 30 1234567\n"
    first = store.load("customers", people, store=SETTINGS)
    assert len(set(store.rows("customers", "phone_key"))) == 2
    again = store.load("customers", people, store={"country": "de"})
    assert again.replaced == (first.load_id,)
    assert len(set(store.rows("customers", "phone_key"))) == 1
    assert store.load("customers", people).already_loaded
