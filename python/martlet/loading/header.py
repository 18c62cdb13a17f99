"""Recognise the columns a connector expects by the names they are published under."""

from __future__ import annotations

import re
from collections.abc import Sequence

from martlet.errors import RawDataError
from martlet.loading.connector import Connector


def match_columns(found: Sequence[str], connector: Connector) -> dict[str, str]:
    """Map each declared column that is among ``found`` to its name there."""
    by_spelling = {_comparable(name): name for name in reversed(found)}
    matched = {}
    for column in connector.columns:
        spellings = [_comparable(name) for name in column.names]
        known = [by_spelling[name] for name in spellings if name in by_spelling]
        if known:
            matched[column.name] = known[0]
    return matched


def require_columns(found: Sequence[str], where: object, connector: Connector) -> None:
    """Raise ``RawDataError`` where ``found`` lacks a column the connector declares."""
    matched = match_columns(found, connector)
    missing = [
        column.title for column in connector.columns if column.name not in matched
    ]
    if not missing:
        return
    # Where nothing matches, the first line may be a customer's row: do not show it.
    listed = (
        ", ".join(found) if matched else "none of them; is the first row the header?"
    )
    raise RawDataError(
        f"{where} is not {connector.title}: it lacks {', '.join(missing)}.\n"
        f"Expected: {', '.join(column.title for column in connector.columns)}.\n"
        f"Found: {listed}",
        f"Pass the right file: martlet load {connector.name} <file>",
    )


def _comparable(name: str) -> str:
    """Reduce a name to what tells it apart: letters and digits, in one case."""
    return re.sub(r"[\W_]", "", name).casefold()
