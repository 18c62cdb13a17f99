"""A connector of one's own: sealed, held to the contract, all or nothing."""

from __future__ import annotations

import errno
import json
import textwrap
from pathlib import Path

import duckdb
import pytest

from martlet.contract import read_contract
from martlet.errors import CheckFailed, EnvironmentFault, MartletError, UsageError
from martlet.loading.connector import find_connector
from martlet.loading.load import load_connector
from martlet.loading.report import LoadReport
from martlet.normalising import normalise_email, normalise_phone
from martlet.sealing import Sealer

CONTRACT = read_contract(Path(__file__).parents[3])
SEALER = Sealer("test key that is long enough to be one")

SETTINGS = """
title: a shop's customers and reviews
description: For tests.
formats: [csv]
store:
  store_id: corner-shop
  reporting_currency: EUR
  reporting_timezone: Europe/Berlin
columns:
  id: {names: [Id], type: code, required: true}
  email: {names: [E-Mail]}
  phone: {names: [Phone]}
  stars: {names: [Stars]}
  words: {names: [Words]}
  written_at: {names: [Written], type: timestamp}
"""

STATEMENTS = {
    "input": """
        select *, 1.5 as amount,
            case when id = 'spam' then 'spam' end as refused_rule
        from source_file
    """,
    "reviews": """
        select source_row, id as review_id, stars as rating, words as review_text,
            written_at as reviewed_at,
        from accepted
        -- a comment at the end, and a semicolon
        ;
    """,
    "customers": """
        select distinct lower(email) as customer_id, email, phone from accepted
        where email is not null
    """,
}

HEADER = "id,e mail,phone,stars,words,written\n"
GOOD = (
    "1,Ada@Example.org,+49 30 123456,5,write to bob@example.org,2024-05-31 18:00:00\n"
    "2,,,1,poor,2024-06-01 08:00:00\n"
)


class Shop:
    """A folder with a connector, a file, and where its load goes."""

    def __init__(self, folder: Path) -> None:
        self.connector = folder / "corner_shop"
        self.source = folder / "reviews.csv"
        self.out, self.quarantine = folder / "raw", folder / "quarantine"
        self.connector.mkdir()
        (self.connector / "connector.yml").write_text(SETTINGS)
        for name, sql in STATEMENTS.items():
            self.write_sql(name, sql)
        self.write_rows(GOOD)

    def write_sql(self, name: str, sql: str) -> None:
        (self.connector / f"{name}.sql").write_text(textwrap.dedent(sql))

    def write_rows(self, rows: str) -> None:
        self.source.write_text(HEADER + rows)

    def load(self) -> LoadReport:
        return load_connector(
            self.connector,
            self.source,
            self.out,
            CONTRACT,
            quarantine=self.quarantine,
            sealer_factory=lambda: SEALER,
        )

    def rows(self, table: str) -> list[dict[str, object]]:
        relation = duckdb.sql(f"from read_parquet('{self.out}/{table}/*.parquet')")
        return [
            dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
        ]

    def refused(self) -> list[tuple[int, str, str, dict[str, str]]]:
        found = duckdb.sql(
            "select source_row, rule, reason, sealed_row "
            f"from read_parquet('{self.quarantine}/*/*.parquet') order by source_row"
        ).fetchall()
        return [(*place, json.loads(SEALER.unseal(sealed))) for *place, sealed in found]

    def files(self) -> list[Path]:
        roots = (self.out, self.quarantine)
        return sorted(path for root in roots for path in root.rglob("*"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def contents(shop: Shop) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in shop.files() if path.is_file()}


def test_contact_data_is_sealed_keyed_and_redacted(shop: Shop) -> None:
    shop.load()
    (customer,) = shop.rows("customers")
    assert SEALER.unseal(customer["email"]) == "Ada@Example.org"
    assert customer["email_key"] == SEALER.pseudonym(normalise_email("ada@example.org"))
    assert customer["phone_key"] == SEALER.pseudonym(normalise_phone("+4930123456"))
    assert shop.rows("reviews")[0]["review_text"] == "write to [email]"


def test_no_file_holds_contact_data_in_clear(shop: Shop) -> None:
    shop.write_sql("customers", "select id as customer_id, email, phone from accepted")
    shop.write_rows(GOOD + "spam,eve@example.org,+4930999999,1,eve@example.org,\n")
    shop.load()
    written = b"".join(contents(shop).values())
    for clear in (b"Ada@", b"bob@", b"eve@", b"123456", b"999999"):
        assert clear not in written


def test_every_table_has_the_contracts_columns_in_order(shop: Shop) -> None:
    shop.load()
    for table in ("customers", "reviews", "store", "loads"):
        relation = duckdb.sql(f"from read_parquet('{shop.out}/{table}/*.parquet')")
        declared = CONTRACT[table].columns
        assert relation.columns == [column.name for column in declared]
        types = [str(kind).lower().replace(", ", ",") for kind in relation.types]
        assert types == [column.data_type for column in declared]


def test_rows_that_break_the_contract_are_refused_with_rule_and_reason(
    shop: Shop,
) -> None:
    shop.write_rows(
        GOOD
        + "3,,,9,too many,2024-06-01 08:00:00\n"
        + "4,,,many,unread,2024-06-01 08:00:00\n"
        + "5,,,2.5,between,2024-06-01 08:00:00\n"
        + "6,,,,none,2024-06-01 08:00:00\n"
        + "spam,,,1,buy,2024-06-01 08:00:00\n"
    )
    report = shop.load()
    refused = shop.refused()
    assert [row[:3] for row in refused] == [
        (3, "out_of_range", "rating is above 5"),
        (4, "unreadable_value", "rating does not read as bigint"),
        (5, "unreadable_value", "rating does not read as bigint"),
        (6, "missing_value", "rating is empty"),
        (7, "spam", "spam"),
    ]
    assert refused[1][3]["stars"] == "many"
    assert len(shop.rows("reviews")) == 2
    assert (report.rows, float(report.amount)) == (7, 10.5)
    folders = {path.name for path in shop.quarantine.iterdir()}
    assert folders == {"reviews", "corner-shop"}


def test_what_the_contract_refuses_is_not_derived_from_either(shop: Shop) -> None:
    shop.write_rows("1,ada@example.org,,9,x,2024-06-01 08:00:00\n" + GOOD)
    shop.load()
    assert [row["customer_id"] for row in shop.rows("customers")] == ["ada@example.org"]
    shop.write_rows("1,only@example.org,,9,x,2024-06-01 08:00:00\n" + GOOD)
    shop.load()
    assert "only@example.org" not in [
        row["customer_id"] for row in shop.rows("customers")
    ]


def test_key_is_not_asked_for_where_nothing_is_sealed(shop: Shop) -> None:
    def refuse() -> Sealer:
        raise AssertionError("asked for a key")

    shop.write_rows("2,,,1,poor,2024-06-01 08:00:00\n")
    report = load_connector(
        shop.connector,
        shop.source,
        shop.out,
        CONTRACT,
        quarantine=shop.quarantine,
        sealer_factory=refuse,
    )
    assert report.rows == 1
    assert not shop.quarantine.exists()


@pytest.mark.parametrize(
    ("name", "sql", "says"),
    [
        ("reviews", "select source_row, 1 as stars from accepted", "column stars"),
        (
            "reviews",
            "select source_row from accepted where id <> '2'",
            "not in exactly",
        ),
        ("input", "select * from source_file where id <> '2'", "not in exactly one"),
        ("input", "select * from source_file, range(2)", "not in exactly one"),
        ("input", "select id from source_file", "no column source_row"),
        ("reviews", "select source_row from nowhere", "nowhere does not exist"),
        ("customers", "select email from accepted", "customer_id is empty"),
        ("customers", "select 'x' as email_key from accepted", "column email_key"),
        (
            "customers",
            "select email::int as customer_id from accepted",
            "reading the rows",
        ),
    ],
)
def test_mistakes_of_a_connector_write_nothing(
    shop: Shop, name: str, sql: str, says: str
) -> None:
    shop.write_sql(name, sql)
    with pytest.raises(CheckFailed, match=says) as raised:
        shop.load()
    assert not shop.out.exists() and not shop.quarantine.exists()
    assert "Ada" not in raised.value.message


def test_same_file_twice_changes_nothing_and_says_so(shop: Shop) -> None:
    first = shop.load()
    before = contents(shop)
    second = shop.load()
    assert (first.already_loaded, second.already_loaded) == (False, True)
    assert second.counts == first.counts
    assert contents(shop) == before


def test_equal_loads_write_equal_bytes(tmp_path: Path) -> None:
    shops = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shops.append(Shop(tmp_path / name))
        shops[-1].load()
    one, two = ([data for _, data in sorted(contents(shop).items())] for shop in shops)
    assert one == two


def test_corrected_connector_replaces_what_it_loaded_before(shop: Shop) -> None:
    first = shop.load()
    shop.write_sql("customers", STATEMENTS["customers"] + " and true")
    second = shop.load()
    assert second.replaced == (first.load_id,)
    assert len(shop.rows("reviews")) == 2
    assert len(shop.rows("store")) == 1
    assert {row["load_id"] for row in shop.rows("loads")} == {second.load_id}


def test_second_file_is_added_and_the_store_written_once(shop: Shop) -> None:
    shop.load()
    shop.write_rows("7,,,4,good,2024-06-02 08:00:00\n")
    shop.load()
    assert len(shop.rows("reviews")) == 3
    assert len(shop.rows("store")) == 1


def test_another_stores_directory_is_refused(shop: Shop) -> None:
    shop.load()
    before = contents(shop)
    settings = shop.connector / "connector.yml"
    settings.write_text(SETTINGS.replace("corner-shop", "other-shop"))
    with pytest.raises(UsageError, match=r"holds the store corner-shop .* other-shop"):
        shop.load()
    assert contents(shop) == before


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EACCES, "Permission denied", "raw"), "Permission denied"),
        (KeyboardInterrupt(), "was interrupted"),
    ],
)
@pytest.mark.parametrize("after", [0, 2])
def test_a_fault_while_files_appear_leaves_everything_as_it_was(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    fault: BaseException,
    says: str,
    after: int,
) -> None:
    shop.load()
    before, moves = contents(shop), []
    move = Path.replace

    def fail(path: Path, target: Path) -> Path:
        if len(moves) == after:
            raise fault
        moves.append(target)
        return move(path, target)

    monkeypatch.setattr(Path, "replace", fail)
    shop.write_rows(GOOD + "spam,,,1,buy,2024-06-01 08:00:00\n")
    with pytest.raises(EnvironmentFault, match=says) as raised:
        shop.load()
    assert raised.value.hint
    assert contents(shop) == before
    assert not list(shop.out.glob(".*")) and not shop.quarantine.exists()


@pytest.mark.parametrize(
    "fault",
    [
        duckdb.IOException("IO Error: Could not write: No space left on device"),
        RuntimeError("Query interrupted"),
        duckdb.OutOfMemoryException("Out of Memory Error"),
    ],
)
def test_a_fault_while_writing_is_one_clear_error(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr("martlet.loading.writing._copy", fail)
    with pytest.raises(EnvironmentFault, match="Nothing of it was kept"):
        shop.load()
    assert not shop.out.exists()


def test_progress_tells_each_step(shop: Shop) -> None:
    told: list[tuple[str, int, int]] = []
    load_connector(
        shop.connector,
        shop.source,
        shop.out,
        CONTRACT,
        quarantine=shop.quarantine,
        sealer_factory=lambda: SEALER,
        progress=lambda *step: told.append(step),
    )
    assert [number for _, number, _ in told] == list(range(told[0][2]))


def test_unknown_connector_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no connector online-retial.*online-retail"):
        find_connector("online-retial", CONTRACT)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title:", "titel:", "lacks 'title'"),
        ("[csv]", "[pdf]", "unknown format pdf"),
        ("{names: [Phone]}", "{name: [Phone]}", "unknown setting 'name'"),
        ("{names: [Phone]}", "{names: Phone}", "names of column phone is not a list"),
        ("corner-shop", "sample-1-60-1", "kept for the built-in samples"),
        ("reporting_currency", "currency", "currency"),
        ("columns:", "columns: [", "not a connector's settings"),
    ],
)
def test_mistakes_in_settings_are_named(
    shop: Shop, old: str, new: str, says: str
) -> None:
    (shop.connector / "connector.yml").write_text(SETTINGS.replace(old, new))
    with pytest.raises(UsageError, match=says):
        shop.load()


def test_sql_for_no_raw_table_is_named(shop: Shop) -> None:
    shop.write_sql("order", "select 1")
    with pytest.raises(MartletError, match=r"order\.sql makes order, which is no raw"):
        shop.load()


def test_type_that_does_not_exist_is_a_mistake_of_the_settings(shop: Shop) -> None:
    settings = shop.connector / "connector.yml"
    settings.write_text(SETTINGS.replace("type: timestamp", "type: timestep"))
    with pytest.raises(CheckFailed, match=r"connector\.yml fails: .*timestep"):
        shop.load()
