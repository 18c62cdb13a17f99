"""A connector of one's own: all of its rows somewhere, its mistakes named."""

from __future__ import annotations

import errno
import textwrap
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from martlet.errors import (
    CheckFailed,
    EnvironmentFault,
    MartletError,
    RawDataError,
    UsageError,
)
from martlet.loading.connectors.connector import find_connector
from martlet.loading.report import LoadReport
from support import CONTRACT, RawStore

SETTINGS = """
title: a shop's reviews and its customers
description: For tests.
store:
  store_id: corner-shop
  reporting_currency: EUR
  reporting_timezone: Europe/Berlin
inputs:
  reviews:
    files: ["reviews*"]
    columns:
      id: {names: [Id], type: code, required: true}
      person: {names: [Customer]}
      stars: {names: [Stars], optional: true}
      written_at: {names: [Written], type: timestamp, written_as: ["%d.%m.%Y"]}
  people:
    files: ["people*", "users"]
    optional: true
    columns:
      id: {type: code, required: true}
      mail: {names: [E-Mail]}
  countries:
    files: ["countries"]
    optional: true
    consulted: true
    columns:
      code: {}
      mail_ending: {}
"""

STATEMENTS = {
    "inputs/reviews": """
        select *, 1.5 as amount,
            case when id = 'spam' then 'spam' end as refused_rule,
            'is advertising' as refused_reason
        from source_reviews
        -- a comment at the end, and a semicolon
        ;
    """,
    "tables/reviews": """
        select 'reviews' as source_input, source_row, id as review_id,
            person as customer_id, stars as rating, written_at as reviewed_at
        from accepted_reviews
    """,
    "tables/customers": """
        select 'people' as source_input, accepted_people.source_row,
            id as customer_id, mail as email, code as country
        from accepted_people
        left join countries on ends_with(mail, mail_ending)
    """,
    "tables/products": """
        select distinct 'review of ' || person as product_id from accepted_reviews
        where person is not null
    """,
    "summary": "select 'Reviews' as label, count(*) as rows, null as amount from reviews",
}

REVIEWS = "id,customer,stars,written\n1.0,c1,5,31.05.2024\n2,,1,2024-06-01 08:00:00\n"
PEOPLE = "id,e mail\nc1,ada@example.org\nc2,bob@example.com\n"
COUNTRIES = "code,mail_ending\nDE,.org\nFR,.net\n"


class Shop(RawStore):
    """A raw store, a connector and the folder of files that it reads."""

    @property
    def connector(self) -> Path:
        return self.directory / "corner_shop"

    @property
    def export(self) -> Path:
        return self.directory / "export"

    def write(self, name: str, text: str) -> None:
        path = self.export / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def write_sql(self, name: str, sql: str) -> None:
        path = self.connector / f"{name}.sql"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(sql))

    def write_settings(self, text: str) -> None:
        (self.connector / "connector.yml").write_text(text)

    def bring(self, **options: object) -> LoadReport:
        return self.load_through(self.connector, self.export, **options)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = Shop(tmp_path)
    for name, sql in STATEMENTS.items():
        shop.write_sql(name, sql)
    shop.write_settings(SETTINGS)
    shop.write("reviews.csv", REVIEWS)
    shop.write("People-2024.csv", PEOPLE)
    shop.write("countries.csv", COUNTRIES)
    shop.write("_hidden.csv", "x\n")
    return shop


def counts(report: LoadReport) -> set[tuple]:
    return {(c.outcome, c.input, c.destination, c.rule, c.rows) for c in report.counts}


def test_several_inputs_become_raw_tables(shop: Shop) -> None:
    report = shop.bring()
    assert shop.rows("reviews", "review_id, customer_id, rating, reviewed_at") == [
        ("1", "c1", 5, datetime(2024, 5, 31)),
        ("2", None, 1, datetime(2024, 6, 1, 8)),
    ]
    assert shop.rows("customers", "customer_id, country") == [
        ("c1", "DE"),
        ("c2", None),
    ]
    assert shop.rows("store", "store_id") == [("corner-shop",)]
    assert counts(report) == {
        ("stored", "reviews", "reviews", "", 2),
        ("stored", "people", "customers", "", 2),
        ("consulted", "countries", "", "", 2),
        ("derived", "", "products", "", 1),
    }
    assert (report.rows, report.amount) == (6, Decimal(3))
    assert [(line.label, line.rows) for line in report.summary] == [("Reviews", 2)]


def test_optional_inputs_are_empty_where_they_are_absent(shop: Shop) -> None:
    for name in ("People-2024.csv", "countries.csv"):
        (shop.export / name).unlink()
    assert shop.bring().rows == 2
    assert shop.rows("customers") == []


def test_files_of_one_input_are_read_one_after_the_other(shop: Shop) -> None:
    shop.write("reviews_2.csv", "Written,ID,Customer\nnever,7,\n2024-06-03,8,c9\nx\n")
    report = shop.bring()
    assert {row[0] for row in shop.rows("reviews", "review_id")} == {"1", "2"}
    refused = [
        (row["source_file"], row["source_row"], row["source_line"], row["reason"])
        for row in shop.refused()
    ]
    assert refused == [
        ("reviews_2.csv", 1, 2, "Written does not read as timestamp"),
        ("reviews_2.csv", 2, 3, "rating is empty"),
        ("reviews_2.csv", None, 4, "it has fewer fields than the header"),
    ]
    assert shop.refused()[1]["came"] == {
        "Written": "2024-06-03",
        "ID": "8",
        "Customer": "c9",
    }
    assert report.rows == 9


def test_one_of_several_files_does_not_replace_all_of_them(shop: Shop) -> None:
    shop.write("reviews_2.csv", "id,customer,stars,written\n7,c7,1,2024-06-01\n")
    for name in ("People-2024.csv", "countries.csv"):
        (shop.export / name).unlink()
    shop.bring()
    report = shop.load_through(shop.connector, shop.export / "reviews_2.csv")
    assert not report.replaced
    ids = [review_id for (review_id,) in shop.rows("reviews", "review_id")]
    assert ids == ["1", "2", "7", "7"]


def test_refused_by_the_connector_and_by_the_contract(shop: Shop) -> None:
    shop.write(
        "reviews.csv",
        REVIEWS
        + "spam,only-spam,1,2024-06-01\n3,only-bad,9,2024-06-01\n4,c1,2.5,2024-06-01\n"
        + "5,c1,5,2026-02-01\n,c1,5,2024-06-01\n",
    )
    report = shop.bring()
    assert [
        (row["source_line"], row["rule"], row["reason"]) for row in shop.refused()
    ] == [
        (4, "spam", "is advertising"),
        (5, "out_of_range", "rating is above 5"),
        (6, "unreadable_value", "rating does not read as bigint"),
        (7, "future_value", "reviewed_at is dated after loading")
        if CONTRACT["reviews"].happened_at
        else None,
        (8, "missing_value", "Id is empty"),
    ]
    places = {path.parent.name for path in shop.destination.quarantine.glob("*/*")}
    assert places == {"corner-shop", "reviews"}
    assert shop.rows("products", "product_id") == [("review of c1",)]
    assert report.rows == 11


@pytest.mark.parametrize("name", ["lines", "taken", "malformed", "quarantined"])
def test_an_input_may_go_by_any_name(shop: Shop, name: str) -> None:
    shop.write_settings(SETTINGS.replace("  people:", f"  {name}:"))
    sql = STATEMENTS["tables/customers"].replace("people", name)
    shop.write_sql("tables/customers", sql)
    summary = f"select 'x' as label, count(*) as rows, 1 as amount from {name}"
    shop.write_sql("summary", summary)
    shop.write("reviews.csv", REVIEWS + "spam,,1,2024-06-01\nmalformed\n")
    shop.write("People-2024.csv", PEOPLE + ",x\n")
    report = shop.bring()
    assert report.rows == 2 + 2 + 3 + 2
    assert len(shop.refused()) == 3


MISTAKES = [
    (
        "tables/reviews",
        "select source_row, 1 as stars from accepted_reviews",
        "column stars",
    ),
    (
        "tables/reviews",
        STATEMENTS["tables/reviews"] + "where id <> '2'",
        "1 rows of reviews are not in exactly one .* first is row 2",
    ),
    (
        "tables/reviews",
        STATEMENTS["tables/reviews"] + ", range(2)",
        "2 rows of reviews are not in exactly one",
    ),
    (
        "inputs/reviews",
        "select * from source_reviews where id <> '2'",
        "first is row 2",
    ),
    ("inputs/reviews", "select id from source_reviews", "gives no column source_row"),
    (
        "inputs/reviews",
        "select * from nowhere",
        r"inputs/reviews\.sql fails: .*nowhere",
    ),
    (
        "tables/reviews",
        "select source_row, id as review_id from accepted_reviews",
        "source_row and no source_input, .* reviews, people",
    ),
    ("tables/products", "select 'x' as product_name", "product_id is empty"),
    ("tables/products", "select 'p' as product_id, -1 as price", "price is below 0"),
    ("tables/products", "select 1 as email_key", "column email_key"),
    (
        "tables/products",
        "select person::int as product_id from accepted_reviews",
        r"tables/products\.sql fails: ConversionException while reading the rows",
    ),
    ("summary", "select nothing", r"summary\.sql fails"),
]


@pytest.mark.parametrize(("name", "sql", "says"), MISTAKES)
def test_mistakes_in_sql_are_named_and_nothing_is_loaded(
    shop: Shop, name: str, sql: str, says: str
) -> None:
    shop.write_sql(name, sql)
    with pytest.raises(CheckFailed, match=says) as raised:
        shop.bring()
    assert "c1" not in raised.value.message
    assert shop.contents() == {} or name == "summary"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title:", "titel:", "lacks 'title'"),
        ("inputs:", "imports:", "lacks 'inputs'"),
        ("{names: [E-Mail]}", "{name: [E-Mail]}", "unknown setting 'name'"),
        ("{names: [E-Mail]}", "{names: E-Mail}", "names of mail is not a list"),
        ('files: ["countries"]', "files: countries", "files of input countries is not"),
        ("consulted: true", "consulting: true", "consulting"),
        ("corner-shop", "sample-1-60-1", "kept for the built-in samples"),
        ("reporting_currency", "currency", "currency"),
        ("inputs:", "inputs: [", "not a connector's settings"),
    ],
)
def test_mistakes_in_settings_are_named(
    shop: Shop, old: str, new: str, says: str
) -> None:
    shop.write_settings(SETTINGS.replace(old, new, 1))
    with pytest.raises(UsageError, match=says):
        shop.bring()


def test_type_that_does_not_exist_is_a_mistake_of_the_settings(shop: Shop) -> None:
    shop.write_settings(SETTINGS.replace("type: timestamp", "type: timestep"))
    with pytest.raises(MartletError, match="timestep"):
        shop.bring()


def test_sql_for_no_raw_table_is_named(shop: Shop) -> None:
    shop.write_sql("tables/order", "select 1")
    with pytest.raises(UsageError, match=r"order\.sql makes order, which is no raw"):
        shop.bring()


def test_unknown_connector_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"no connector online-retial.*online-retail"):
        find_connector("online-retial", CONTRACT)


def test_files_that_are_not_the_connectors(shop: Shop) -> None:
    with pytest.raises(
        UsageError, match=r"countries\.txt is none of the files|no file"
    ):
        shop.load_through(shop.connector, shop.directory / "countries.txt")
    (shop.export / "reviews.csv").unlink()
    with pytest.raises(RawDataError, match=r"lacks reviews\*\. corner-shop reads"):
        shop.bring()
    shop.write_settings(
        SETTINGS.replace('["reviews*"]', '["reviews*"]\n    optional: true')
    )
    for file in shop.export.iterdir():
        file.unlink()
    with pytest.raises(RawDataError, match=r"lacks reviews\*, people"):
        shop.bring()


def test_input_without_a_row_is_refused(shop: Shop) -> None:
    shop.write("reviews.csv", REVIEWS.splitlines()[0])
    with pytest.raises(RawDataError, match="the expected columns and not one row"):
        shop.bring()


def test_many_rows_that_do_not_read_stop_a_load(shop: Shop) -> None:
    bad = "".join(f"{number},c1,5,never\n" for number in range(11))
    shop.write("reviews.csv", REVIEWS + bad)
    with pytest.raises(RawDataError, match="11 of the 13 rows of corner-shop reviews"):
        shop.bring()
    assert shop.contents() == {}
    assert shop.bring(max_refused=0.9).rows == 13 + 4


def test_same_files_twice_and_a_corrected_connector(shop: Shop) -> None:
    first = shop.bring()
    before = shop.contents()
    assert shop.bring().already_loaded and shop.contents() == before
    shop.write_sql("tables/products", "select 'other' as product_id")
    second = shop.bring()
    assert second.replaced == (first.load_id,)
    assert shop.rows("products", "product_id") == [("other",)]
    assert len(shop.rows("reviews")) == 2


def test_another_stores_directory_is_refused(shop: Shop) -> None:
    shop.bring()
    before = shop.contents()
    shop.write_settings(SETTINGS.replace("corner-shop", "other-shop"))
    with pytest.raises(UsageError, match=r"holds the store corner-shop .* other-shop"):
        shop.bring()
    assert shop.contents() == before


FAULTS = [
    (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
    (OSError(errno.EACCES, "Permission denied", "raw"), "Permission denied"),
    (KeyboardInterrupt(), "was interrupted"),
    (duckdb.IOException("Could not write: No space left on device"), "disk is full"),
    (RuntimeError("Query interrupted"), "was interrupted"),
    (duckdb.OutOfMemoryException("Out of Memory Error"), "more memory"),
]


@pytest.mark.parametrize(("fault", "says"), FAULTS)
@pytest.mark.parametrize(
    "where",
    [
        "martlet.loading.connectors.connector_load.copy_to",
        "martlet.loading.quarantine.copy_to",
        "martlet.loading.load_directory.to_disk",
        "pathlib.Path.rename",
    ],
)
def test_a_fault_leaves_everything_as_it_was(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    fault: BaseException,
    says: str,
) -> None:
    shop.bring()
    before = shop.contents()

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(where, fail)
    shop.write("reviews.csv", REVIEWS + "spam,,1,2024-06-01\n")
    with pytest.raises(EnvironmentFault, match=says) as raised:
        shop.bring()
    assert "Nothing of it was kept" in raised.value.message and raised.value.hint
    assert shop.contents() == before
