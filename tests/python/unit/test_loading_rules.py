"""What the contract asks of a value, a row on each side of every edge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from martlet.contract import Column
from martlet.loading.rules import Breach, breaches, dated_after, first_breach
from martlet.sql import literal, scratch_database

NOON = datetime(2024, 5, 31, 12)


def column(data_type: str = "varchar", **declared: Any) -> Column:
    return Column("x", data_type, "For tests.", **declared)


def first_found(value: str | None, *columns: Column, **options: Any) -> dict | None:
    """Give the first breach of a row whose ``x`` is ``value``, written as text."""
    row = "null" if value is None else literal(value)
    with scratch_database() as connection:
        (breach,) = connection.execute(
            f"select {first_breach(columns, {'x'}, **options)} "
            f"from (select cast({row} as varchar) as x)"
        ).fetchone()
    return breach


def rule(value: str | None, *columns: Column, **options: Any) -> str | None:
    breach = first_found(value, *columns, **options)
    return breach and breach["rule"]


@pytest.mark.parametrize(
    ("data_type", "good", "bad"),
    [
        ("bigint", "9007199254740993", "2.5"),
        ("bigint", "3.0", "nan"),
        ("decimal(18,4)", "-4.90", "4,90"),
        ("decimal(18,4)", "99999999999999.9999", "100000000000000"),
        ("timestamp", "2024-05-31 18:00:00+00", "2024-05-31 18:00:00+02"),
        ("date", "2024-02-29", "2023-02-29"),
        ("boolean", "true", "maybe"),
    ],
)
def test_values_must_read_as_their_type(data_type: str, good: str, bad: str) -> None:
    assert first_found(good, column(data_type)) is None
    assert first_found(bad, column(data_type)) == {
        "rule": "unreadable_value",
        "reason": f"x does not read as {data_type}",
    }


def test_required_values_must_be_there() -> None:
    empty = {"rule": "missing_value", "reason": "x is empty"}
    assert first_found(None, column(required=True)) == empty
    assert first_found("", column(required=True)) is None
    assert first_found(None, column()) is None


def test_only_accepted_values_are_known() -> None:
    state = column(accepted_values=("granted", "don't know"))
    assert rule("granted", state) is rule("don't know", state) is rule(None, state)
    assert rule("Granted ", state) is None
    assert first_found("grant", state) == {
        "rule": "unknown_value",
        "reason": "x is none of granted, don't know",
    }


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("0", "x is below 1"),
        ("1", None),
        ("5", None),
        ("6", "x is above 5"),
        (None, None),
    ],
)
def test_bounds_are_included(value: str | None, reason: str | None) -> None:
    breach = first_found(value, column("bigint", min=1, max=5))
    assert (breach and breach["reason"]) == reason
    assert breach is None or breach["rule"] == "out_of_range"


def test_amounts_are_compared_exactly() -> None:
    assert rule("-0.0001", column("decimal(18,4)", min=0)) == "out_of_range"
    assert rule("0.0000", column("decimal(18,4)", min=0)) is None


@pytest.mark.parametrize(
    ("data_type", "latest", "too_late"),
    [
        ("timestamp", "2024-05-31 12:00:00", "2024-05-31 12:00:01"),
        # At noon UTC it is the next day on the islands that are 14 hours ahead.
        ("date", "2024-06-01", "2024-06-02"),
    ],
)
def test_nothing_happens_after_it_was_loaded(
    data_type: str, latest: str, too_late: str
) -> None:
    happened = column(data_type)
    later = [dated_after(happened, NOON)]
    assert rule(latest, happened, further=later) is None
    assert rule(None, happened, further=later) is None
    assert first_found(too_late, happened, further=later) == {
        "rule": "future_value",
        "reason": "x is dated after loading",
    }


def test_columns_are_judged_in_order_and_further_rules_last() -> None:
    spam = Breach("x = 'spam'", "spam", "x is spam")
    absent = Column("y", "varchar", "For tests.", required=True)
    assert rule("spam", column(), further=[spam]) == "spam"
    assert rule("spam", column("bigint"), further=[spam]) == "unreadable_value"
    assert rule("spam", column(), absent, further=[spam]) == "missing_value"
    assert rule("spam", absent, column("bigint")) == "missing_value"


def test_absent_columns_break_nothing_unless_required() -> None:
    assert rule("1", Column("y", "varchar", "For tests.")) is None
    required = Column("y", "varchar", "For tests.", required=True)
    assert first_found("1", required)["reason"] == "y is empty"


def test_every_breach_holds_of_its_own_kind_alone() -> None:
    strict = column("bigint", required=True, min=1, max=5)
    named = [(breach.rule, breach.reason) for breach in breaches(strict)]
    assert named == [
        ("unreadable_value", "x does not read as bigint"),
        ("missing_value", "x is empty"),
        ("out_of_range", "x is below 1"),
        ("out_of_range", "x is above 5"),
    ]
    with scratch_database() as connection:
        for value, broken in (("'x'", 0), ("null", 1), ("'0'", 2), ("'6'", 3)):
            conditions = ", ".join(each.condition for each in breaches(strict))
            held = connection.execute(
                f"select {conditions} from (select cast({value} as varchar) as x)"
            ).fetchone()
            assert [bool(each) for each in held] == [n == broken for n in range(4)]
