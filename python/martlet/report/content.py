"""What a report consists of, before anything is drawn.

A section reads rows from marts, says in a headline what they mean and in an action what to
do, and names the parts that show them. The page and ``--json`` are made from the same
sections, so that they cannot tell different numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from markupsafe import Markup

from martlet.report.marts import PublishedMarts

Row = Mapping[str, Any]
Rows = Sequence[Row]

Kind = Literal[
    "text",
    "words",
    "count",
    "decimal",
    "money",
    "share",
    "change",
    "points",
    "date",
    "month",
]


@dataclass(frozen=True)
class Column:
    """A column of a table: which value, under which heading, written how.

    ``low`` and ``high`` name the ends of its interval. ``is_bar`` draws the value as a
    bar behind it, the greatest being the longest.
    """

    name: str
    label: str
    kind: Kind = "text"
    low: str | None = None
    high: str | None = None
    is_bar: bool = False


@dataclass(frozen=True)
class Tile:
    """A headline number, with its change against the period before."""

    label: str
    value: Any
    unit: Kind
    previous_value: Any
    change: float | None
    ci_low: float | None
    ci_high: float | None
    verdict: str | None
    is_good: bool | None


@dataclass(frozen=True)
class Tiles:
    """Headline numbers side by side."""

    tiles: Sequence[Tile]


@dataclass(frozen=True)
class Table:
    """Rows as a table."""

    title: str
    rows: Rows
    columns: Sequence[Column]
    is_wide: bool = False
    note: str = ""


@dataclass(frozen=True)
class Grid:
    """Values by two keys, the greater the deeper the colour.

    ``steps`` are the limits between the colours; with ``is_diverging`` the middle one
    is what is usual, and both sides get a colour of their own.
    """

    title: str
    rows: Rows
    row: Column
    column: Column
    value: Column
    steps: Sequence[float]
    is_diverging: bool = False
    is_wide: bool = False
    beside: Sequence[Column] = ()
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A chart of rows, and the columns of the table that tells the same.

    ``draw`` takes the rows and a width in pixels and gives a Vega-Lite specification.
    """

    title: str
    rows: Rows
    draw: Callable[[Rows, int], dict[str, Any]]
    columns: Sequence[Column]
    is_wide: bool = False
    note: str = ""


Part = Tiles | Table | Grid | Figure


@dataclass(frozen=True)
class Period:
    """What the whole report tells of, from the mart ``reporting_period``."""

    store_id: str | None
    first_date: Any
    last_date: Any
    as_of_date: Any
    currency: str
    reporting_timezone: str
    is_margin_assumed: bool


@dataclass(frozen=True)
class Findings:
    """What a section found in its marts.

    ``missing`` is set where there is nothing to tell, and says what data it takes.
    ``data`` holds the rows of each query, as the marts gave them.
    """

    headline: Markup = field(default_factory=Markup)
    action: Markup = field(default_factory=Markup)
    data: Mapping[str, Rows] = field(default_factory=dict)
    parts: Sequence[Part] = ()
    missing: Markup | None = None


@dataclass(frozen=True)
class Section:
    """A part of the report on one question: which marts it may read, and who asks them."""

    section_id: str
    title: str
    marts: tuple[str, ...]
    find: Callable[[PublishedMarts, Period], Findings]


@dataclass(frozen=True)
class Report:
    """All sections with what they found, in the order they are read."""

    period: Period
    sections: Sequence[tuple[Section, Findings]]

    def as_dict(self) -> dict[str, Any]:
        """Give every number of the report as plain dicts and lists."""
        return {
            "period": plain([vars(self.period)])[0],
            "sections": [
                {
                    "section_id": section.section_id,
                    "title": section.title,
                    "marts": list(section.marts),
                    "headline": found.headline.striptags(),
                    "action": found.action.striptags(),
                    "missing": found.missing.striptags() if found.missing else None,
                    "data": {name: plain(rows) for name, rows in found.data.items()},
                }
                for section, found in self.sections
            ],
        }


def plain(rows: Rows) -> list[dict[str, Any]]:
    """Give rows in types that JSON has: amounts as numbers, days as text."""
    return [{name: _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if hasattr(value, "isoformat") else value
