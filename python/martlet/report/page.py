"""Put a report on one page that needs no network: style, drawings and text in one file."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from martlet.pages.rendering import render
from martlet.report.content import (
    Column,
    Figure,
    Findings,
    Grid,
    Report,
    Section,
    Tiles,
)
from martlet.report.drawing import draw
from martlet.report.grids import laid_out
from martlet.report.wording import change, day, short, write_cell

# Drawn for paper and screens, once across the page and once beside another, and for phones.
FULL_WIDTH = 880
HALF_WIDTH = 460
PHONE_WIDTH = 340

# Kinds of values that stand to the left, as text does.
_WORDS = ("text", "words", "date", "month")

# Called with what was just drawn, how much is done, and how much there is to do.
OnPart = Callable[[str, int, int], None]


def render_page(report: Report, on_part: OnPart | None = None) -> str:
    """Give the whole report as HTML, the same bytes for the same report."""
    currency = report.period.currency
    helpers = {
        "is_figure": lambda part: isinstance(part, Figure),
        "is_grid": lambda part: isinstance(part, Grid),
        "is_tiles": lambda part: isinstance(part, Tiles),
        "cell": lambda row, column: write_cell(row, column, currency),
        "written": lambda value, kind: short(value, kind, currency),
        "change": change,
        "day": day,
        "laid_out": laid_out,
        "greatest": _greatest,
        "is_number": lambda column: column.kind not in _WORDS,
    }
    return render(
        "martlet.report",
        "report",
        helpers,
        report=report,
        period=report.period,
        drawings=_draw_all(report, on_part),
    )


def _draw_all(report: Report, on_part: OnPart | None) -> dict[str, Markup]:
    """Draw every figure, in each width, by its section and title."""
    figures = [
        (section, found, part)
        for section, found in report.sections
        for part in found.parts
        if isinstance(part, Figure)
    ]
    drawings = {}
    for number, (section, found, figure) in enumerate(figures, start=1):
        drawings[f"{section.section_id}/{figure.title}"] = _draw(
            section, found, figure, number
        )
        if on_part:
            on_part(figure.title, number, len(figures))
    return drawings


def _draw(section: Section, found: Findings, figure: Figure, number: int) -> Markup:
    widths = {
        "for-screen": FULL_WIDTH if figure.is_wide else HALF_WIDTH,
        "for-phone": PHONE_WIDTH,
    }
    label = f"{figure.title}. {found.headline.striptags()}"
    drawn = Markup("")
    for audience, width in widths.items():
        svg = draw(figure.draw(figure.rows, width), name=f"f{number}{audience}")
        drawn += Markup(
            '<div class="drawing {}" role="img" aria-label="{}">{}</div>'
        ).format(audience, label, Markup(svg))
    return drawn


def _greatest(rows: list[dict], column: Column) -> float:
    """Give the greatest value of a column, by which its bars are drawn."""
    return max((abs(float(row[column.name] or 0)) for row in rows), default=0) or 1
