"""What a mark says of itself when it is pointed at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from martlet.report.content import Row, Rows


def tipped(rows: Rows, told: Callable[[Row], Markup]) -> list[dict[str, Any]]:
    """Give rows with a ``tip``, the text of what is ``told`` of each."""
    return [{**row, "tip": told(row).striptags()} for row in rows]
