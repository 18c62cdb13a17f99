"""Write numbers as people read them, and leave the exact value beside each.

Every number of the page is a ``data`` element with the value that the mart gave, so that
what is shown can be held against the marts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_decimal,
    format_percent,
    get_currency_precision,
)
from markupsafe import Markup

from martlet.report.content import Column, Kind, Row

ABSENT = Markup('<span class="absent" title="not known">–</span>')
Value = float | int | Decimal | date | str | bool | None

_LOCALE = "en"
# From here on, narrow places have room for three digits and a letter only.
_LARGE = 1_000_000


def count(value: Value) -> Markup:
    """Write a whole number, with separators."""
    return _data(value, lambda: format_decimal(round(value), "#,##0", _LOCALE))


def decimal(value: Value) -> Markup:
    """Write a number by three digits that say something, two places at most from 10 on."""
    return _data(value, lambda: _rounded(float(value)))


def money(value: Value, currency: str) -> Markup:
    """Write an amount in whole units, small ones by the cent."""

    def written() -> str:
        cents = 0 if abs(value) >= 100 else get_currency_precision(currency)
        pattern = "¤#,##0" + ("." + cents * "0" if cents else "")
        return format_currency(value, currency, pattern, _LOCALE, currency_digits=False)

    return _data(value, written)


def short(value: Value, kind: Kind, currency: str) -> Markup:
    """Write a value for a narrow place: millions and more by a few digits and a letter."""
    if kind not in ("count", "money") or value is None or abs(value) < _LARGE:
        return write(value, kind, currency)
    places = -len(str(int(abs(value)))) % 3
    if kind == "count":
        return _data(
            value,
            lambda: format_compact_decimal(
                value, locale=_LOCALE, fraction_digits=places
            ),
        )
    return _data(
        value,
        lambda: format_compact_currency(
            value, currency, locale=_LOCALE, fraction_digits=places
        ),
    )


def share(value: Value) -> Markup:
    """Write a share as percent."""
    return _data(value, lambda: _percent(float(value)))


def change(value: Value) -> Markup:
    """Write a relative change as percent, always with its sign."""
    return _data(value, lambda: _signed(value, _percent(abs(float(value)))))


def points(value: Value) -> Markup:
    """Write a difference of shares in percentage points, always with its sign."""
    return _data(value, lambda: _signed(value, f"{abs(100 * float(value)):.1f} pts"))


def day(value: date | None) -> Markup:
    """Write a date."""
    if value is None:
        return ABSENT
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat(), format_date(value, "d MMM y", _LOCALE)
    )


def month(value: date | None) -> Markup:
    """Write a month."""
    if value is None:
        return ABSENT
    return Markup('<time datetime="{}">{}</time>').format(
        value.isoformat()[:7], format_date(value, "MMM y", _LOCALE)
    )


def words(name: str | None) -> str:
    """Write a name of the tables as people do."""
    return (name or "").replace("_", " ")


def write(value: Value, kind: Kind, currency: str) -> Markup:
    """Write any value by its kind."""
    if value is None:
        return ABSENT
    if kind in ("text", "words"):
        text = words(str(value)) if kind == "words" else value
        return Markup("{}").format(text)
    if kind == "money":
        return money(value, currency)
    return _WRITTEN[kind](value)


def write_cell(row: Row, column: Column, currency: str) -> Markup:
    """Write a value of a table, with its interval where it has one."""
    value = write(row[column.name], column.kind, currency)
    if column.low is None or row[column.low] is None or row[column.high] is None:
        return value
    return Markup('{} <span class="interval">{} to {}</span>').format(
        value,
        write(row[column.low], column.kind, currency),
        write(row[column.high], column.kind, currency),
    )


def listed(names: Sequence[str | Markup]) -> Markup:
    """Write names one after the other, as a sentence does."""
    if len(names) <= 1:
        return Markup("").join(names)
    return Markup("{} and {}").format(Markup(", ").join(names[:-1]), names[-1])


_WRITTEN = {
    "count": count,
    "decimal": decimal,
    "share": share,
    "change": change,
    "points": points,
    "date": day,
    "month": month,
}


def _data(value: Value, written: Callable[[], str]) -> Markup:
    if value is None:
        return ABSENT
    # A minus sign is as wide as a plus sign, a hyphen is not.
    text = written().replace("-", "−")
    return Markup('<data value="{}">{}</data>').format(value, text)


def _signed(value: float | Decimal, size: str) -> str:
    return size if value == 0 else f"{'+' if value > 0 else '-'}{size}"


def _percent(value: float) -> str:
    pattern = "#,##0%" if abs(value) >= 0.1 or value == 0 else "0.0%"
    return format_percent(value, pattern, _LOCALE)


def _rounded(value: float) -> str:
    pattern = "#,##0" if abs(value) >= 100 else "0.0" if abs(value) >= 10 else "0.00"
    return format_decimal(value, pattern, _LOCALE)
