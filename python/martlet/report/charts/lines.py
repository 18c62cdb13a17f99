"""Something over time or along a share, one line per name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from martlet.report.charts.style import (
    ACCENT,
    AMOUNTS,
    MUTED,
    SHARES,
    SURFACE,
    axis,
    chart,
    diagonal,
    drawing,
    is_narrow,
    legend_columns,
    series,
)
from martlet.report.content import Rows


def stacked_weeks(
    rows: Rows, width: int, *, value: str, name: str, names: Sequence[str], number: str
) -> dict[str, Any]:
    """Draw what adds up week by week, a band per name, the first at the bottom.

    ``number`` is the format of the axis (d3-format).
    """
    return chart(
        rows,
        width,
        220 if is_narrow(width) else 280,
        mark={
            "type": "area",
            "line": {"color": SURFACE, "strokeWidth": 1},
            "aria": False,
        },
        encoding={
            "x": {
                "field": "week",
                "type": "temporal",
                "axis": axis(format="%b %y", tickCount=4 if is_narrow(width) else 6),
            },
            "y": {
                "field": value,
                "type": "quantitative",
                "stack": True,
                "axis": axis(format=number, tickCount=5),
            },
            "color": {
                "field": name,
                "type": "nominal",
                "scale": series(names),
                "legend": {"title": None, "columns": legend_columns(width, names)},
            },
            "order": {"field": "position", "type": "quantitative"},
        },
    )


def gains(rows: Rows, width: int, *, names: Sequence[str]) -> dict[str, Any]:
    """Draw how much of the outcome the best-scored part holds, a line per model.

    The broken line is what scores by chance would hold.
    """
    models = {
        "mark": {"type": "line", "strokeWidth": 2.5, "aria": False},
        "encoding": {
            "x": {
                "field": "contacted_share",
                "type": "quantitative",
                "axis": axis(title="Best-scored share", **SHARES),
            },
            "y": {
                "field": "captured_share",
                "type": "quantitative",
                "axis": axis(title="Share of outcomes", **SHARES),
            },
            "color": {
                "field": "model_name",
                "type": "nominal",
                "scale": series(names),
                "legend": {
                    "title": None,
                    "columns": legend_columns(width, names),
                    "symbolType": "stroke",
                    "symbolStrokeWidth": 3,
                },
            },
        },
    }
    return chart(rows, width, 300, layer=[diagonal(), models])


def response_curves(rows: Rows, width: int) -> dict[str, Any]:
    """Draw what more spend is expected to return, a small chart per channel.

    The band is the interval, and the point is what is spent now.
    """
    columns = 1 if is_narrow(width) else 3
    spend = {
        "field": "spend",
        "type": "quantitative",
        "axis": axis(format=AMOUNTS, tickCount=3),
    }
    layers = [
        {
            "mark": {"type": "area", "opacity": 0.2, "color": ACCENT, "aria": False},
            "encoding": {
                "x": spend,
                "y": {
                    "field": "revenue_ci_low",
                    "type": "quantitative",
                    "axis": axis(format=AMOUNTS, tickCount=3),
                },
                "y2": {"field": "revenue_ci_high"},
            },
        },
        {
            "mark": {"type": "line", "strokeWidth": 2, "color": ACCENT, "aria": False},
            "encoding": {
                "x": spend,
                "y": {"field": "revenue", "type": "quantitative"},
            },
        },
        {
            "mark": {
                "type": "rule",
                "strokeDash": [3, 3],
                "color": MUTED,
                "aria": False,
            },
            "encoding": {
                "x": {
                    "field": "current_spend",
                    "type": "quantitative",
                    "aggregate": "max",
                }
            },
        },
    ]
    return drawing(
        rows,
        facet={"field": "channel_group", "type": "nominal"},
        columns=columns,
        spec={
            "width": (width - 60 * columns) // columns,
            "height": 120,
            "layer": layers,
        },
        resolve={"scale": {"x": "independent", "y": "independent"}},
    )
