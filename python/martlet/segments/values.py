"""Values that a filter may hold: numbers, texts, dates, spans of time."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from martlet.errors import UsageError
from martlet.segments.kinds import Kind, Term, moment, only, refused
from martlet.segments.rendering import in_style

if TYPE_CHECKING:
    from martlet.segments.nodes import Rebuilding

MOST_DIGITS = 15
LONGEST_SPAN = 10_000

_UNITS = {
    f"{unit}{ending}": unit
    for unit in ("DAY", "WEEK", "MONTH", "YEAR")
    for ending in ("", "S")
}


def _literal(rules: Rebuilding, node: exp.Literal) -> Term:
    if node.is_string:
        return Term(exp.Literal.string(node.this), Kind.TEXT)
    number, _, exponent = node.this.lower().partition("e")
    whole, _, decimals = number.partition(".")
    whole = whole.lstrip("0") or "0"
    power = int(exponent or 0)
    if len(whole + decimals) > MOST_DIGITS or abs(power) > MOST_DIGITS:
        raise UsageError(
            f"The number {node.this[:20]} is longer than anything here counts.",
            f"Numbers have up to {MOST_DIGITS} digits.",
        )
    written = whole + (f".{decimals}" if decimals else "")
    if exponent:
        written += f"e{power}"
    return Term(exp.Literal.number(written), Kind.NUMBER)


def _boolean(rules: Rebuilding, node: exp.Boolean) -> Term:
    return Term(exp.Boolean(this=bool(node.this)), Kind.BOOLEAN)


def _null(rules: Rebuilding, node: exp.Null) -> Term:
    raise UsageError(
        "The filter compares with null, which is never true.",
        "Ask for it: churn_score is null, or is not null",
    )


def _cast(rules: Rebuilding, node: exp.Cast) -> Term:
    """Take ``date '2026-01-31'``, which is a cast to the parser; other casts are not."""
    only(node, "this", "to")
    if type(node.this) is not exp.Literal or not node.this.is_string:
        raise refused(node)
    term = moment(node.this.this)
    if in_style(node.args["to"]) != term.kind.name.lower():
        raise refused(node)
    return term


def _interval(rules: Rebuilding, node: exp.Interval) -> Term:
    only(node, "this", "unit")
    amount, unit = node.this, node.args.get("unit")
    if (
        type(amount) is not exp.Literal
        or type(unit) is not exp.Var
        or unit.name.upper() not in _UNITS
        or not re.fullmatch("[0-9]{1,5}", amount.this)
        or int(amount.this) > LONGEST_SPAN
    ):
        raise UsageError(
            "The filter holds a span of time that is not understood.",
            "Write it as: last_ordered_at >= as_of_date - interval '30' day",
        )
    span = exp.Interval(
        this=exp.Literal.string(str(int(amount.this))),
        unit=exp.Var(this=_UNITS[unit.name.upper()]),
    )
    return Term(span, Kind.INTERVAL)


VALUE_RULES: dict[type, Callable[[Rebuilding, Any], Term]] = {
    exp.Literal: _literal,
    exp.Boolean: _boolean,
    exp.Null: _null,
    exp.Cast: _cast,
    exp.Interval: _interval,
}
