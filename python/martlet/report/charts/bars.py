"""Amounts side by side, and how one amount became another."""

from __future__ import annotations

from typing import Any

from martlet.report.charts.style import (
    INK,
    LABEL_SIZE,
    MUTED,
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    axis,
    chart,
    is_narrow,
    names_down,
)
from martlet.report.content import Rows


def waterfall(rows: Rows, width: int, *, number: str) -> dict[str, Any]:
    """Draw how effects lead from one total to another.

    Rows have ``label``, ``starts_at``, ``ends_at``, ``amount``, ``kind`` (``total``,
    ``up`` or ``down``) and ``written``, and come in order. Bars lie, so that labels have
    room also on a phone.
    """
    colour = {
        "field": "kind",
        "type": "nominal",
        "scale": {
            "domain": ["total", "up", "down"],
            "range": [NEUTRAL, POSITIVE, NEGATIVE],
        },
        "legend": None,
    }
    y = names_down("label")
    ends = [float(row[end]) for row in rows for end in ("starts_at", "ends_at")]
    room_for_labels = 0.12 if not is_narrow(width) else 0.35
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.62}, "cornerRadius": 2},
        "encoding": {
            "y": y,
            "x": {
                "field": "starts_at",
                "type": "quantitative",
                "axis": axis(grid=True, format=number, tickCount=4),
                "scale": {
                    "domain": [min(0, *ends), (1 + room_for_labels) * max(0, *ends)],
                    "nice": False,
                },
            },
            "x2": {"field": "ends_at"},
            "color": colour,
            "description": {"field": "tip"},
        },
    }
    labels = {
        "transform": [
            {"calculate": "max(datum.starts_at, datum.ends_at)", "as": "end"}
        ],
        "mark": {
            "type": "text",
            "align": "left",
            "dx": 5,
            "color": INK,
            "fontSize": LABEL_SIZE,
            "aria": False,
        },
        "encoding": {
            "y": y,
            "x": {"field": "end", "type": "quantitative"},
            "text": {"field": "written"},
        },
    }
    return chart(rows, width, 30 * len(rows), layer=[bars, labels])


def ranged_bars(
    rows: Rows,
    width: int,
    *,
    name: str,
    value: str,
    low: str,
    high: str,
    number: str,
    title: str,
) -> dict[str, Any]:
    """Draw a value per name as a bar from zero, and the range it may lie in as a line.

    Rows have ``tip``; those above zero are good and those below are not.
    """
    y = names_down(name)
    layers = [
        {
            "mark": {"type": "bar", "height": {"band": 0.55}, "cornerRadius": 2},
            "encoding": {
                "y": y,
                "x": {
                    "field": value,
                    "type": "quantitative",
                    "axis": axis(
                        grid=True,
                        format=number,
                        title=title,
                        tickCount=3 if is_narrow(width) else 5,
                    ),
                },
                "color": {
                    "condition": {"test": f"datum['{value}'] < 0", "value": NEGATIVE},
                    "value": POSITIVE,
                },
                "description": {"field": "tip"},
            },
        },
        {
            "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5, "aria": False},
            "encoding": {
                "y": y,
                "x": {"field": low, "type": "quantitative"},
                "x2": {"field": high},
            },
        },
        zero_line(),
    ]
    return chart(rows, width, max(60, 28 * len(rows)), layer=layers)


def zero_line() -> dict[str, Any]:
    """Give a layer with a line where nothing changed."""
    return {
        "data": {"values": [{"zero": 0}]},
        "mark": {"type": "rule", "color": MUTED, "aria": False},
        "encoding": {"x": {"field": "zero", "type": "quantitative"}},
    }
