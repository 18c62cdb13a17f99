"""Loads are listed, undone, and there whole or not at all."""

from __future__ import annotations

import pytest

from martlet.errors import EnvironmentFault, UsageError
from martlet.loading.load import LoadOptions
from martlet.loading.loads import list_loads, undo_load
from martlet.loading.retrying import retry_refused
from martlet.lock import raw_lock
from support import LOADED_AT, SEALER, RawStore

PRODUCTS = "product_id,price\ntea,1\ncup,dear\npot,2.00.0\n"


def undo(store: RawStore, load_id: str) -> list[str]:
    destination = store.destination
    undone = undo_load(destination.raw, destination.quarantine, load_id)
    return [load.load_id for load in undone]


def test_loads_are_listed_in_their_order_with_what_they_did(store: RawStore) -> None:
    assert list_loads(store.destination.raw) == []
    one = store.load("products", PRODUCTS, name="ada@example.org 1.csv")
    two = store.load("reviews", "review_id,rating,reviewed_at\nr,1,2024-01-01\n")
    first, second = list_loads(store.destination.raw)
    assert (first.load_id, second.load_id) == (one.load_id, two.load_id)
    assert (first.connector, first.loaded_at) == ("products", LOADED_AT)
    assert "ada@" not in first.source_file
    assert {(c.outcome, c.rows) for c in first.counts} == {
        ("stored", 1),
        ("refused", 2),
    }


def test_undoing_takes_a_load_out_and_leaves_the_others(store: RawStore) -> None:
    store.load("products", "product_id\nlid\n")
    before = store.contents()
    report = store.load("products", PRODUCTS)
    assert undo(store, report.load_id) == [report.load_id]
    assert store.contents() == before
    assert not store.load("products", PRODUCTS).already_loaded


def test_undoing_takes_what_was_tried_again_along(store: RawStore) -> None:
    store.load("products", "product_id\nlid\n")
    before = store.contents()
    report = store.load("products", PRODUCTS)
    ids = [report.load_id]
    for _ in range(2):
        retry = retry_refused(
            store.destination, ids[-1], LoadOptions(max_refused=1.0), SEALER, LOADED_AT
        )
        ids.append(retry.load_id)
    assert sorted(undo(store, report.load_id)) == ids
    assert store.contents() == before


def test_reading_a_source_otherwise_takes_what_was_tried_again_along(
    store: RawStore,
) -> None:
    first = store.load("products", PRODUCTS)
    retry = retry_refused(
        store.destination,
        first.load_id,
        LoadOptions(max_refused=1.0),
        SEALER,
        LOADED_AT,
    )
    second = store.load("products", PRODUCTS, timezone="Europe/Berlin")
    assert second.replaced == (first.load_id, retry.load_id)
    assert [load.load_id for load in list_loads(store.destination.raw)] == [
        second.load_id
    ]
    assert len(store.refused()) == 2


def test_a_load_is_found_by_the_beginning_of_its_id(store: RawStore) -> None:
    one = store.load("products", "product_id\ntea\n").load_id
    store.load("products", "product_id\ncup\n")
    for unclear in ("0000", ""):
        with pytest.raises(UsageError, match="Several loads begin"):
            undo(store, unclear)
    with pytest.raises(UsageError, match=f"There is no load {one}x"):
        undo(store, f"{one}x")
    assert undo(store, "000001") == [one]


def test_nothing_is_undone_while_another_process_loads(store: RawStore) -> None:
    report = store.load("products", PRODUCTS)
    with raw_lock(store.destination.raw):
        with pytest.raises(EnvironmentFault, match="Another martlet is changing"):
            undo(store, report.load_id)
    assert len(list_loads(store.destination.raw)) == 1


def test_the_next_load_sweeps_what_a_killed_one_left(store: RawStore) -> None:
    store.load("products", PRODUCTS)
    destination = store.destination
    half = destination.raw / ".load_id=000002-abcdefabcdef" / "products"
    half.mkdir(parents=True)
    (half / "part-0.parquet").write_text("half")
    refused = (
        destination.quarantine / "products" / "load_id=000002-abcdefabcdef.parquet"
    )
    refused.write_text("half")
    store.load("products", "product_id\nlid\n")
    assert not half.parent.exists() and not refused.exists()
    assert len(list_loads(destination.raw)) == 2
    assert len(store.refused()) == 2


def test_a_load_killed_before_it_replaced_another_is_settled_by_the_next(
    store: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.load("products", PRODUCTS)
    with monkeypatch.context() as patched:
        patched.setattr("martlet.loading.bringing._settle", lambda *_: ())
        second = store.load("products", PRODUCTS, timezone="Europe/Berlin")
    assert len(list_loads(store.destination.raw)) == 2
    store.load("products", "product_id\nlid\n")
    left = [load.load_id for load in list_loads(store.destination.raw)]
    assert first.load_id not in left and second.load_id in left
