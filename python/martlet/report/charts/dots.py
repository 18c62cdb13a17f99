"""Estimates as points with their intervals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from martlet.report.charts.bars import zero_line
from martlet.report.charts.style import (
    ACCENT,
    MUTED,
    SHARES,
    axis,
    chart,
    diagonal,
    is_narrow,
    legend_columns,
    names_down,
    series,
)
from martlet.report.content import Rows


def intervals(
    rows: Rows,
    width: int,
    *,
    name: str,
    value: str,
    low: str,
    high: str,
    number: str,
    title: str,
    stressed: str,
) -> dict[str, Any]:
    """Draw an estimate per name with its interval, and a line where nothing differs.

    Rows of which ``stressed`` is true are in full colour. Rows have ``tip``.
    """
    y = names_down(name)
    colour = {
        "condition": {"test": f"datum['{stressed}']", "value": ACCENT},
        "value": MUTED,
    }
    layers = [
        zero_line(),
        {
            "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
            "encoding": {
                "y": y,
                "x": {
                    "field": low,
                    "type": "quantitative",
                    "axis": axis(
                        grid=True,
                        format=number,
                        title=title,
                        tickCount=3 if is_narrow(width) else 6,
                    ),
                },
                "x2": {"field": high},
                "color": colour,
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
            "encoding": {
                "y": y,
                "x": {"field": value, "type": "quantitative"},
                "color": colour,
                "description": {"field": "tip"},
            },
        },
    ]
    return chart(rows, width, max(60, 28 * len(rows)), layer=layers)


def calibration(rows: Rows, width: int, *, names: Sequence[str]) -> dict[str, Any]:
    """Draw how often what was foretold came true, a point per tenth of the scores.

    On the broken line, scores say exactly how likely something is.
    """
    x = {
        "field": "mean_score",
        "type": "quantitative",
        "axis": axis(title="Foretold", **SHARES),
    }
    colour = {
        "field": "model_name",
        "type": "nominal",
        "scale": series(names),
        "legend": {
            "title": None,
            "columns": legend_columns(width, names),
            "symbolType": "circle",
            "symbolOpacity": 1,
        },
    }
    spans = {
        "mark": {"type": "rule", "opacity": 0.55, "aria": False},
        "encoding": {
            "x": x,
            "y": {
                "field": "ci_low",
                "type": "quantitative",
                "axis": axis(title="Came true", **SHARES),
            },
            "y2": {"field": "ci_high"},
            "color": colour,
        },
    }
    points = {
        "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
        "encoding": {
            "x": x,
            "y": {"field": "positive_rate", "type": "quantitative"},
            "color": colour,
            "description": {"field": "tip"},
        },
    }
    return chart(rows, width, 300, layer=[diagonal(), spans, points])


def moves(rows: Rows, width: int, *, name: str, number: str) -> dict[str, Any]:
    """Draw what is spent (hollow) and what is advised (full), within what was observed.

    Rows have ``current_spend``, ``recommended_spend``, ``lower_bound``, ``upper_bound``
    and ``tip``.
    """
    y = names_down(name)
    layers = [
        {
            "mark": {
                "type": "rule",
                "color": MUTED,
                "strokeWidth": 6,
                "opacity": 0.3,
                "strokeCap": "round",
                "aria": False,
            },
            "encoding": {
                "y": y,
                "x": {
                    "field": "lower_bound",
                    "type": "quantitative",
                    "axis": axis(grid=True, format=number, tickCount=5),
                },
                "x2": {"field": "upper_bound"},
            },
        },
        {
            "mark": {"type": "point", "size": 80, "color": MUTED, "aria": False},
            "encoding": {
                "y": y,
                "x": {"field": "current_spend", "type": "quantitative"},
            },
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "color": ACCENT},
            "encoding": {
                "y": y,
                "x": {"field": "recommended_spend", "type": "quantitative"},
                "description": {"field": "tip"},
            },
        },
    ]
    return chart(rows, width, max(60, 30 * len(rows)), layer=layers)
