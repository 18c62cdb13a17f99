"""Amounts on axes: read alike in a kiosk and in a department store."""

from __future__ import annotations

import re

import pytest

from martlet.report.charts.bars import waterfall
from martlet.report.charts.style import AMOUNTS
from martlet.report.drawing import draw

LABEL = re.compile(r"<text[^>]*>([\d.,]+[a-zA-Z]?)</text>")


@pytest.mark.parametrize(
    ("total", "labels"),
    [
        (2, {"0", "1", "2"}),
        (0.9, {"0", "0.2", "0.8"}),
        (5_000, {"0", "2k", "4k"}),
        (13_000_000_000, {"0", "5B", "10B"}),
    ],
)
def test_amounts_on_axes_have_letters_that_people_know(
    total: float, labels: set[str]
) -> None:
    bar = {"label": "Now", "kind": "total", "amount": total, "written": "", "tip": ""}
    rows = [{**bar, "starts_at": 0, "ends_at": total}]
    svg = draw(waterfall(rows, 880, number=AMOUNTS), name="a")
    assert labels <= set(LABEL.findall(svg))
    assert not re.search(r">[\d.]+[Gm]<", svg)
