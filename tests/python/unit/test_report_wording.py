"""Numbers of the report: written for people, exact beside it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from markupsafe import Markup

from martlet.report import wording
from martlet.report.content import Column


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (wording.count(1234.4), "1,234"),
        (wording.count(0), "0"),
        (wording.money(Decimal("-1234.56"), "EUR"), "−€1,235"),
        (wording.money(Decimal("-9.5"), "USD"), "−$9.50"),
        (wording.money(99.999, "GBP"), "£100.00"),
        (wording.money(0, "EUR"), "€0.00"),
        (wording.money(Decimal("50.4"), "JPY"), "¥50"),
        (wording.short(999_999, "money", "EUR"), "€999,999"),
        (wording.short(Decimal("1234567.89"), "money", "EUR"), "€1.23M"),
        (wording.short(-13_474_688_160, "money", "JPY"), "−¥13.5B"),
        (wording.short(123_456_789, "count", "EUR"), "123M"),
        (wording.short(0.5, "share", "EUR"), "50%"),
        (wording.share(0.0412), "4.1%"),
        (wording.share(0.4449), "44%"),
        (wording.share(0), "0%"),
        (wording.change(0.0687), "+6.9%"),
        (wording.change(-0.5), "−50%"),
        (wording.change(0), "0%"),
        (wording.points(-0.0451), "−4.5 pts"),
        (wording.points(0), "0.0 pts"),
        (wording.decimal(0.4567), "0.46"),
        (wording.decimal(-45.67), "−45.7"),
        (wording.decimal(4567), "4,567"),
        (wording.day(date(2026, 7, 1)), "1 Jul 2026"),
        (wording.month(date(2026, 7, 1)), "Jul 2026"),
    ],
)
def test_numbers_are_written_for_people(written: Markup, text: str) -> None:
    assert written.striptags() == text


def test_the_exact_value_is_beside_what_is_written() -> None:
    assert wording.share(1 / 3) == Markup('<data value="0.3333333333333333">33%</data>')


@pytest.mark.parametrize("kind", ["text", "count", "money", "share", "date", "month"])
def test_what_is_not_known_is_a_dash_and_not_zero(kind: str) -> None:
    assert wording.write(None, kind, "EUR").striptags() == "–"


def test_an_estimate_brings_its_interval() -> None:
    column = Column("rate", "Rate", "share", "low", "high")
    row = {"rate": 0.5, "low": 0.4, "high": 0.6}
    assert wording.write_cell(row, column, "EUR").striptags() == "50% 40% to 60%"
    without = {"rate": 0.5, "low": None, "high": 0.6}
    assert wording.write_cell(without, column, "EUR").striptags() == "50%"


def test_names_of_a_shop_are_no_markup() -> None:
    assert wording.write("<b>Sale</b>", "text", "EUR") == "&lt;b&gt;Sale&lt;/b&gt;"
    assert wording.listed(["<b>", "a", "c"]) == "&lt;b&gt;, a and c"
    assert wording.listed([]) == ""
    assert wording.listed(["alone"]) == "alone"
