"""A rotation seals everything anew, or goes on where it stopped; pseudonyms stay."""

from __future__ import annotations

import csv
import gzip
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb
import pytest

from martlet.contract import read_contract
from martlet.errors import EnvironmentFault, RawDataError, UsageError
from martlet.lock import raw_lock
from martlet.privacy.keys import find_sealer, key_file, make_key, read_key
from martlet.privacy.rotation import Rotation, rotate_key
from martlet.privacy.sealing import DEMO_KEY, PREFIX, Key, Sealer
from support import PROJECT_DIR

CONTRACT = read_contract(PROJECT_DIR)
PLAIN = "a plain secret that is long enough"
SEALED = (
    "raw/customers/hand-made.csv",
    "raw/customers/packed.csv.gz",
    "raw/load_id=000001-abcdefabcdef/customers/part-0.parquet",
    "raw/load_id=000001-abcdefabcdef/loads/part-0.parquet",
    "quarantine/orders/load_id=000001-abcdefabcdef.parquet",
)
VALUES = 7
# The key with both secrets, every file, and the key with the new secret alone.
REPLACEMENTS = len(SEALED) + 2


class Killed(BaseException):
    """What kill -9 would be if a test could survive it."""


@dataclass(frozen=True)
class Store:
    """A store with sealed values in every kind of file."""

    directory: Path

    @property
    def home(self) -> Path:
        return self.directory / "home"

    @property
    def raw(self) -> Path:
        return self.directory / "raw"

    def rotate(self, **options: object) -> Rotation:
        quarantines = (self.directory / "quarantine", self.directory / "missing")
        return rotate_key(self.home, self.raw, quarantines, CONTRACT, **options)

    def files(self) -> dict[str, bytes]:
        """Give the content of every file of the store, whatever its name."""
        return {
            str(path.relative_to(self.directory)): path.read_bytes()
            for path in sorted(self.directory.rglob("*"))
            if path.is_file() and path.name != ".lock" and self.home not in path.parents
        }

    def rows(self) -> dict[str, list[dict[str, object]]]:
        """Give the rows of every file that has sealed values."""
        return {name: read_rows(self.directory / name) for name in SEALED}

    def opened(self, sealer: Sealer) -> dict[str, list[dict[str, object]]]:
        """Give the same rows, opened."""
        return {
            name: [
                {column: opened(sealer, value) for column, value in row.items()}
                for row in rows
            ]
            for name, rows in self.rows().items()
        }

    def sealed_values(self) -> list[str]:
        return [
            value
            for rows in self.rows().values()
            for row in rows
            for value in row.values()
            if isinstance(value, str) and value.startswith(PREFIX)
        ]


def opened(sealer: Sealer, value: object) -> object:
    is_sealed = isinstance(value, str) and value.startswith(PREFIX)
    return sealer.unseal(value) if is_sealed else value


def read_rows(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".parquet":
        relation = duckdb.read_parquet(str(path), hive_partitioning=False)
        return [
            dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
        ]
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_parquet(path: Path, rows: str) -> None:
    path.parent.mkdir(parents=True)
    duckdb.sql(rows).write_parquet(str(path))


def fill(store: Store, sealer: Sealer) -> None:
    """Write every kind of file that may hold sealed values, and some that do not."""
    hand_made, packed, loaded, ledger, refused = (
        store.directory / name for name in SEALED
    )
    email, phone, name = (
        sealer.seal(value) for value in ("ada@example.org", "030 123456", "Ada, “Б”")
    )
    key = sealer.pseudonym("ada@example.org")
    hand_made.parent.mkdir(parents=True)
    hand_made.write_text(
        "customer_id,Email,email_key,city,phone,first_name\n"
        f'c1,{email},{key},"Bad\n""Ems"", Lahn",,\n'
        f"c2,,,Ödön,,{name}\n",
        "utf-8",
    )
    packed.write_bytes(gzip.compress(f"customer_id,phone\nc3,{phone}\n".encode()))
    write_parquet(
        loaded,
        f"""
        select * from (values
            ('c4', '{email}', '{key}', '{name}', date '2000-02-29'),
            ('c5', null, null, '', null),
        ) as rows (customer_id, email, email_key, first_name, birth_date)
        """,
    )
    write_parquet(ledger, f"select 'x' as load_id, 1 as rows, '{name}' as key_check")
    write_parquet(
        refused, f"select 'x' as rule, 7 as source_row, '{phone}' as sealed_row"
    )
    write_parquet(store.raw / "products" / "p.parquet", "select 'tea' as product_id")
    (store.raw / "campaigns").mkdir()
    (store.raw / "campaigns" / "c.csv").write_text("campaign_id\nspring\n")


@pytest.fixture(autouse=True)
def no_key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARTLET_KEY", raising=False)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store whose key is in its key file."""
    store = Store(tmp_path)
    store.home.mkdir()
    key_file(store.home).write_text(PLAIN + "\n")
    fill(store, Sealer(PLAIN))
    return store


@pytest.fixture
def variable_store(store: Store, monkeypatch: pytest.MonkeyPatch) -> Store:
    """A store whose key is in MARTLET_KEY."""
    key_file(store.home).unlink()
    monkeypatch.setenv("MARTLET_KEY", PLAIN)
    return store


@pytest.fixture
def kill_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], None]:
    """Let the n-th replacement of a file kill who does it: before it, or just after."""
    replace = os.replace

    def kill_at(number: int, is_done: bool) -> None:
        numbers = count(1)

        def replace_or_die(source: Path, target: Path) -> None:
            is_last = next(numbers) == number
            if is_done or not is_last:
                replace(source, target)
            if is_last:
                raise Killed

        monkeypatch.setattr(os, "replace", replace_or_die)

    return kill_at


def assert_rotated(store: Store, before: dict, old: Sealer, new: Sealer) -> None:
    assert store.opened(new) == before
    values = store.sealed_values()
    assert len(values) == VALUES
    assert [value for value in values if old.reseal(value)] == []
    assert new.pseudonym("ada@example.org") == old.pseudonym("ada@example.org")
    assert [name for name in store.files() if Path(name).name.startswith(".")] == []


def test_every_value_opens_with_the_new_key_and_none_with_the_old(store: Store) -> None:
    old = find_sealer(store.home)
    before, files = store.opened(old), store.files()
    rotation = store.rotate()
    assert rotation == Rotation(key_file(store.home), len(SEALED), VALUES)
    assert_rotated(store, before, old, find_sealer(store.home))
    changed = {
        name for name, content in store.files().items() if files[name] != content
    }
    assert changed == set(SEALED)
    assert read_key(key_file(store.home)).previous is None
    assert stat.S_IMODE(key_file(store.home).stat().st_mode) == 0o600


def test_types_and_texts_of_other_columns_stay(store: Store) -> None:
    before = store.rows()
    store.rotate()
    after = store.rows()
    hand_made, loaded = SEALED[0], SEALED[2]
    assert after[hand_made][0]["city"] == 'Bad\n"Ems", Lahn'
    assert list(after[hand_made][0]) == list(before[hand_made][0])
    assert after[loaded][0]["birth_date"] == before[loaded][0]["birth_date"]
    assert after[loaded][1]["first_name"] == ""


def test_keys_are_rotated_again_and_again(store: Store) -> None:
    first = find_sealer(store.home)
    before = store.opened(first)
    for _ in range(3):
        old = find_sealer(store.home)
        store.rotate()
        assert_rotated(store, before, old, find_sealer(store.home))
    assert find_sealer(store.home).pseudonym("x") == first.pseudonym("x")


@pytest.mark.parametrize("is_done", [False, True])
@pytest.mark.parametrize("number", range(1, REPLACEMENTS + 1))
def test_a_killed_rotation_loses_nothing_and_is_finished_by_the_next(
    store: Store,
    kill_at: Callable[[int, bool], None],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    is_done: bool,
) -> None:
    old = find_sealer(store.home)
    before = store.opened(old)
    kill_at(number, is_done)
    with pytest.raises(Killed):
        store.rotate()
    monkeypatch.undo()
    monkeypatch.delenv("MARTLET_KEY", raising=False)
    assert store.opened(find_sealer(store.home)) == before
    is_begun = number > 1 or is_done
    is_finished = number == REPLACEMENTS and is_done
    key = read_key(key_file(store.home))
    assert (key.previous is not None) == (is_begun and not is_finished)
    if not is_finished:
        store.rotate()
    if is_begun:
        assert read_key(key_file(store.home)) == key.settled()
    assert_rotated(store, before, old, find_sealer(store.home))


@pytest.mark.parametrize("number", range(1, REPLACEMENTS + 1))
def test_a_killed_rotation_of_a_variable_goes_on_from_its_file(
    variable_store: Store,
    kill_at: Callable[[int, bool], None],
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    store, out = variable_store, variable_store.directory / "kept" / "new.key"
    old = Sealer(PLAIN)
    before = store.opened(old)
    kill_at(number, False)
    with pytest.raises(Killed):
        store.rotate(out=out)
    monkeypatch.undo()
    monkeypatch.setenv("MARTLET_KEY", PLAIN)
    assert store.opened(Sealer(str(read_key(out))) if number > 1 else old) == before
    store.rotate(out=out)
    assert_rotated(store, before, old, Sealer(str(read_key(out))))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert not key_file(store.home).exists()
    # Once more, before anybody has set the variable.
    files = store.files()
    assert store.rotate(out=out) == Rotation(out, 0, 0)
    assert store.files() == files


def test_a_rotation_goes_on_also_where_the_variable_was_set_meanwhile(
    variable_store: Store,
    kill_at: Callable[[int, bool], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store, out = variable_store, variable_store.directory / "new.key"
    before = store.opened(Sealer(PLAIN))
    kill_at(3, False)
    with pytest.raises(Killed):
        store.rotate(out=out)
    monkeypatch.undo()
    monkeypatch.setenv("MARTLET_KEY", out.read_text().strip())
    store.rotate(out=out)
    assert_rotated(store, before, Sealer(PLAIN), Sealer(str(read_key(out))))


def test_a_file_with_another_key_is_not_overwritten(
    variable_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = variable_store
    first, second = (store.directory / name for name in ("first.key", "second.key"))
    store.rotate(out=first)
    monkeypatch.setenv("MARTLET_KEY", first.read_text().strip())
    store.rotate(out=second)
    monkeypatch.setenv("MARTLET_KEY", second.read_text().strip())
    other = make_key(store.home, store.directory / "other.key")
    files = store.files()
    for out in (first, second, other):
        with pytest.raises(UsageError, match="never overwritten"):
            store.rotate(out=out)
    assert store.files() == files


def test_the_new_key_needs_a_place_where_the_variable_is_set(
    variable_store: Store,
) -> None:
    with pytest.raises(UsageError, match="no command can change"):
        variable_store.rotate()


def test_a_key_file_is_replaced_where_it_is(store: Store) -> None:
    with pytest.raises(UsageError, match="is not set"):
        store.rotate(out=store.directory / "new.key")


@pytest.mark.parametrize("value", ["ada@example.org", "sealed:x", None])
def test_a_value_that_does_not_open_stops_it_before_anything_changed(
    store: Store, value: str | None
) -> None:
    strange = value or Sealer(str(Key.new())).seal("ada@example.org")
    path = store.raw / "orders" / "o.csv"
    path.parent.mkdir()
    path.write_text(f"order_id,email\no1,{strange}\n")
    files, key = store.files(), key_file(store.home).read_text()
    with pytest.raises(EnvironmentFault, match=r"1 values in .*o\.csv") as refusal:
        store.rotate()
    assert strange not in refusal.value.message
    assert store.files() == files
    assert key_file(store.home).read_text() == key


def test_a_damaged_file_stops_it_before_anything_changed(store: Store) -> None:
    path = store.raw / "orders" / "o.parquet"
    path.parent.mkdir()
    path.write_bytes(b"PAR1 cut short")
    files = store.files()
    with pytest.raises(RawDataError, match=r"o\.parquet cannot be read"):
        store.rotate()
    assert store.files() == files


def test_the_sample_has_no_secret_to_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="published"):
        store.rotate(store_id="sample-1-60-1")
    monkeypatch.setenv("MARTLET_KEY", DEMO_KEY)
    with pytest.raises(UsageError, match="published"):
        store.rotate(out=store.directory / "new.key")


def test_the_key_of_a_store_that_is_elsewhere_is_kept(store: Store) -> None:
    elsewhere = Store(store.directory / "elsewhere")
    quarantine = elsewhere.directory / "quarantine"
    with pytest.raises(UsageError, match=r"Nothing in .*elsewhere.* is sealed"):
        rotate_key(store.home, elsewhere.raw, [quarantine], CONTRACT)
    assert read_key(key_file(store.home)) == Key.parse(PLAIN)


def test_nothing_is_rotated_while_a_load_runs(store: Store) -> None:
    files = store.files()
    with raw_lock(store.raw), pytest.raises(EnvironmentFault, match="Another martlet"):
        store.rotate()
    assert store.files() == files


def test_progress_counts_every_file_twice(store: Store) -> None:
    steps = []
    store.rotate(progress=lambda label, done, total: steps.append((label, done, total)))
    names = [Path(name).name for name in SEALED]
    assert [label for label, _, _ in steps] == names * 2
    assert [done for _, done, _ in steps] == list(range(2 * len(SEALED)))
    assert {total for _, _, total in steps} == {2 * len(SEALED)}
