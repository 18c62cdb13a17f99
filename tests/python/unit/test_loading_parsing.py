"""Texts are read exactly or not at all: nothing is rounded, cut or shifted in silence."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from martlet.errors import UsageError
from martlet.loading.columns import SourceColumn
from martlet.loading.parsing import Reading, typed_rows
from martlet.sql import identifier, scratch_database
from support import RawStore

REFUSED = "refused"


def read(texts: list[str], data_type: str, reading: Reading = Reading()) -> list[Any]:
    """Read texts as a type; one that does not read is ``REFUSED``."""
    column = SourceColumn("value", ("value",), data_type)
    with scratch_database() as connection:
        connection.execute("create table texts (position integer, given varchar)")
        connection.executemany(
            "insert into texts values (?, ?)", list(enumerate(texts))
        )
        typed = typed_rows(
            "(select position, texts as row from texts)",
            [column],
            {"value": "given"},
            reading,
            keep=["position"],
        )
        rows = connection.execute(
            f"select {identifier('value')}, unread is not null from ({typed}) "
            "order by position"
        ).fetchall()
    return [REFUSED if unread else value for value, unread in rows]


AMOUNTS = {
    "12.50": Decimal("12.5"),
    " -0.0001 ": Decimal("-0.0001"),
    "1,234,567.89": Decimal("1234567.89"),
    "1e3": Decimal(1000),
    ".5": Decimal("0.5"),
    "99999999999999.9999": Decimal("99999999999999.9999"),
    "0.30000000000000004": Decimal("0.3"),
    "NaN": None,
    "-": None,
    "N/A": None,
    "1.23456": Decimal("1.2346"),
    "0.00004": Decimal(0),
    "5.55e-17": Decimal(0),
    "-2.5e-1": Decimal("-0.25"),
    "100000000000000": REFUSED,
    "1,234": REFUSED,
    "12,5": REFUSED,
    "12-": REFUSED,
    "inf": REFUSED,
    "-Infinity": REFUSED,
    "1e400": REFUSED,
    "0x1F": REFUSED,
    "٣": REFUSED,
    "€ 5": REFUSED,
}


def test_amounts() -> None:
    assert dict(zip(AMOUNTS, read([*AMOUNTS], "decimal(18,4)"), strict=True)) == AMOUNTS


AMOUNTS_WITH_COMMA = {
    "12,50": Decimal("12.5"),
    "1.234.567,8901": Decimal("1234567.8901"),
    "-1.234": Decimal(-1234),
    "7": Decimal(7),
    "12.50": REFUSED,
    "1,234.50": REFUSED,
    "1.23,4": REFUSED,
    "0.125": REFUSED,
    "01.234": REFUSED,
    "1,23456": Decimal("1.2346"),
}


def test_amounts_with_a_decimal_comma() -> None:
    found = read([*AMOUNTS_WITH_COMMA], "decimal(18,4)", Reading(decimal_comma=True))
    assert dict(zip(AMOUNTS_WITH_COMMA, found, strict=True)) == AMOUNTS_WITH_COMMA


WHOLE = {
    "9223372036854775807": 9223372036854775807,
    "9007199254740993": 9007199254740993,
    "3.0": 3,
    "1e3": 1000,
    "nan": None,
    "9223372036854775808": REFUSED,
    "2.5": REFUSED,
    "0.0000001": REFUSED,
    "inf": REFUSED,
}


def test_whole_numbers() -> None:
    assert dict(zip(WHOLE, read([*WHOLE], "bigint"), strict=True)) == WHOLE


MOMENTS = {
    "2024-05-31": datetime(2024, 5, 31),
    "2024-05-31 18:00:00.123456": datetime(2024, 5, 31, 18, 0, 0, 123456),
    "2024-05-31T18:00:00Z": datetime(2024, 5, 31, 18),
    "2024-05-31 18:00:00 UTC": datetime(2024, 5, 31, 18),
    "2024-05-31T18:00:00+02:00": datetime(2024, 5, 31, 16),
    "2024-05-31 18:00:00 -0500": datetime(2024, 5, 31, 23),
    "2024-05-31 18:00:00 America/New_York": datetime(2024, 5, 31, 22),
    "1000-01-01": datetime(1000, 1, 1),
    "0999-12-31": REFUSED,
    "31-12-23": REFUSED,
    "12/05/24": REFUSED,
    "24-12-31T10:00:00Z": REFUSED,
    "epoch": REFUSED,
    "9999-12-31 23:59:59.999999": datetime.max,
    "NaT": None,
    "2016-12-31 23:59:60": REFUSED,
    "0000-01-01": REFUSED,
    "10000-01-01": REFUSED,
    "0044-03-15 (BC) 00:00:00": REFUSED,
    "290309-12-22 (BC) 00:00:00": REFUSED,
    "0001-01-01 00:30:00+02": REFUSED,
    "9999-12-31 23:30:00-02": REFUSED,
    "infinity": REFUSED,
    "2023-02-29": REFUSED,
    "31.05.2024": REFUSED,
    "1717171717": REFUSED,
    "now": REFUSED,
}


def test_moments() -> None:
    assert dict(zip(MOMENTS, read([*MOMENTS], "timestamp"), strict=True)) == MOMENTS


MOMENTS_IN_BERLIN = {
    "2024-01-15": datetime(2024, 1, 14, 23),
    "2024-01-15 12:00:00": datetime(2024, 1, 15, 11),
    "    2024-07-15 12:00:00": datetime(2024, 7, 15, 10),
    "2024-07-15 12:00:00Z": datetime(2024, 7, 15, 12),
    "2024-07-15 12:00:00 utc": datetime(2024, 7, 15, 12),
    "2024-07-15 12:00:00+00": datetime(2024, 7, 15, 12),
    "2024-07-15 12:00:00 America/New_York": datetime(2024, 7, 15, 16),
    # On either side of the hour that clocks leave out in spring.
    "2024-03-31 01:59:59": datetime(2024, 3, 31, 0, 59, 59),
    "2024-03-31 02:00:00": REFUSED,
    "2024-03-31 02:59:59": REFUSED,
    "2024-03-31 03:00:00": datetime(2024, 3, 31, 1),
    # The hour that clocks go through twice in autumn is taken for the second.
    "2024-10-27 02:30:00": datetime(2024, 10, 27, 1, 30),
    "2024-10-27 02:30:00+02:00": datetime(2024, 10, 27, 0, 30),
}


def test_moments_in_a_timezone_with_summer_time() -> None:
    found = read([*MOMENTS_IN_BERLIN], "timestamp", Reading(timezone="Europe/Berlin"))
    assert dict(zip(MOMENTS_IN_BERLIN, found, strict=True)) == MOMENTS_IN_BERLIN


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
def test_moments_in_a_spelling_of_their_own(timezone: str) -> None:
    formats = ("%d/%m/%Y %H:%M %z", "%A %d-%m-%Y %H:%M")
    texts = [
        "05/02/2024 10:00 +0300",
        "05/02/2024 10:00 -0300",
        "Monday 05-02-2024 10:00",
    ]
    local = datetime(2024, 2, 5, 10 if timezone == "UTC" else 9)
    assert read(texts, "timestamp", Reading(False, timezone, formats)) == [
        datetime(2024, 2, 5, 7),
        datetime(2024, 2, 5, 13),
        local,
    ]


DAYS = {
    "2024-05-31": date(2024, 5, 31),
    " 2024-05-31 ": date(2024, 5, 31),
    "2024-05-31 00:00:00": date(2024, 5, 31),
    "31.05.2024": date(2024, 5, 31),
    "": None,
    "31.05.2024 18:00": REFUSED,
    "2024-05-31 18:00:00": REFUSED,
    "2024-05-31T23:00:00+02": REFUSED,
    "2024-05-31x": REFUSED,
    "0000-01-01": REFUSED,
    "10000-01-01": REFUSED,
}


def test_days() -> None:
    reading = Reading(timestamp_formats=("%d.%m.%Y", "%d.%m.%Y %H:%M"))
    assert dict(zip(DAYS, read([*DAYS], "date", reading), strict=True)) == DAYS


def test_other_types() -> None:
    assert read([" yes ", "0", "TRUE", "", "maybe"], "boolean") == [
        *(True, False, True, None),
        REFUSED,
    ]
    assert read([" a b ", "a ", "", "  ", r"\N", "nan", "NULL"], "varchar") == [
        *("a b", "a", None, None, None, "nan", "NULL")
    ]
    assert read([" 17850.0", "0017", "nan", "A.0"], "code") == [
        "17850",
        "0017",
        None,
        "A.0",
    ]


@pytest.mark.parametrize(
    ("prices", "stored"),
    [
        (["12,50", "1.234,5", "3"], [Decimal("12.5"), Decimal("1234.5"), Decimal(3)]),
        (["12.50", "1,234.5", "3"], [Decimal("12.5"), Decimal("1234.5"), Decimal(3)]),
        (["12,50", "12.50"], [Decimal("12.5")]),
        (["1.234", "7"], [Decimal("1.234"), Decimal(7)]),
    ],
)
def test_decimal_comma_is_seen_and_never_misread(
    store: RawStore, prices: list[str], stored: list[Decimal]
) -> None:
    rows = "".join(f"p{number};{price}\n" for number, price in enumerate(prices))
    report = store.load("products", f"product_id;price\n{rows}")
    assert [
        price for (price,) in store.rows("products", "price", "product_id")
    ] == stored
    assert len(store.refused()) == len(prices) - len(stored)
    comma_first = prices[0] == "12,50" and len(stored) > 1
    assert report.options == ({"decimal_comma": True} if comma_first else {})


def test_unknown_timezone(store: RawStore) -> None:
    with pytest.raises(UsageError, match="no timezone Europe/Atlantis"):
        store.load("products", "product_id\ntea\n", timezone="Europe/Atlantis")


def test_a_named_spelling_goes_before_the_usual_ones() -> None:
    named = Reading(timestamp_formats=("%d-%m-%y",))
    assert read(["31-12-23", "2024-05-31"], "timestamp", named) == [
        datetime(2023, 12, 31),
        datetime(2024, 5, 31),
    ]
    assert read(["31-12-23"], "date", named) == [date(2023, 12, 31)]
