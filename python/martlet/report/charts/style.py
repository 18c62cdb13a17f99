"""How all charts look: the page's own colours and type, no ornament.

Colours are properties of the page, so that a drawing follows light, dark and paper.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from martlet.report.content import Rows, plain

INK = "var(--ink)"
MUTED = "var(--ink-soft)"
RULE = "var(--line)"
SURFACE = "var(--raised)"
ACCENT = "var(--accent)"
POSITIVE = "var(--positive)"
NEGATIVE = "var(--negative)"
NEUTRAL = "var(--neutral)"
SERIES = [f"var(--series-{number})" for number in range(1, 9)]

NARROW = 460

# Readers' fonts are wider or narrower than the one that drawings are measured with. Text
# is measured larger by this than it is written, so that the widest usual fonts have room.
MEASURED_LARGER = 1.14
LABEL_SIZE = 12 * MEASURED_LARGER

# The format of amounts of any size. Its G is a billion, and its m a thousandth, which a
# reader takes for a million: the axis writes both in its own way.
AMOUNTS = "~s"
_AMOUNT_LABEL = (
    "abs(datum.value) < 1000 ? format(datum.value, ',.2~f') "
    f": replace(format(datum.value, '{AMOUNTS}'), 'G', 'B')"
)

# Options of an axis from nothing to all.
SHARES: dict[str, Any] = {"format": "%", "values": [0, 0.25, 0.5, 0.75, 1]}

_CONFIG: dict[str, Any] = {
    "background": None,
    "padding": 4,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "aria": False,
        "labelColor": MUTED,
        "labelFontSize": LABEL_SIZE,
        "labelPadding": 6,
        "labelLimit": 220,
        "titleColor": MUTED,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "titlePadding": 8,
        "grid": False,
        "domain": False,
        "ticks": False,
        "gridColor": RULE,
        "labelOverlap": True,
    },
    "axisY": {"grid": True},
    "legend": {
        "aria": False,
        "labelColor": INK,
        "labelFontSize": LABEL_SIZE,
        "titleColor": MUTED,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "orient": "top",
        "direction": "horizontal",
        "symbolType": "square",
        "symbolStrokeWidth": 0,
        "symbolSize": 90,
        "offset": 8,
        "columnPadding": 14,
        "labelLimit": 200,
    },
    "header": {"labelColor": INK, "labelFontSize": LABEL_SIZE, "title": None},
}


def is_narrow(width: int) -> bool:
    """Say whether a drawing is for a phone."""
    return width < NARROW


def chart(rows: Rows, width: int, height: int, **parts: Any) -> dict[str, Any]:
    """Give a specification of a chart that is ``width`` pixels wide, labels included."""
    return drawing(
        rows,
        width=width,
        height=height,
        autosize={"type": "fit-x", "contains": "padding"},
        **parts,
    )


def drawing(rows: Rows, **parts: Any) -> dict[str, Any]:
    """Give a specification in the look of all charts, whose ``parts`` say its size."""
    return {"data": {"values": plain(rows)}, "config": _CONFIG, **parts}


def axis(**options: Any) -> dict[str, Any]:
    """Give an axis without a title, unless ``options`` have one."""
    if options.get("format") == AMOUNTS:
        options["labelExpr"] = _AMOUNT_LABEL
    return {"title": None, **options}


def diagonal() -> dict[str, Any]:
    """Give a layer with the broken line on which both axes say the same."""
    return {
        "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
        "mark": {
            "type": "line",
            "color": MUTED,
            "strokeDash": [4, 4],
            "strokeWidth": 1.5,
            "aria": False,
        },
        "encoding": {
            "x": {"field": "x", "type": "quantitative"},
            "y": {"field": "y", "type": "quantitative"},
        },
    }


def names_down(field: str) -> dict[str, Any]:
    """Give an upright axis of names, in the order of the rows."""
    return {"field": field, "type": "nominal", "sort": None, "axis": axis(grid=False)}


def series(names: Sequence[str], colours: Sequence[str] = SERIES) -> dict[str, Any]:
    """Give a scale that has a colour for each name, in this order."""
    return {"domain": list(names), "range": list(colours[: len(names)])}


def legend_columns(width: int, names: Sequence[str]) -> int:
    """Say how many entries of a legend have room side by side."""
    longest = max((len(name) for name in names), default=1)
    return max(1, width // (longest * 7 + 34))
