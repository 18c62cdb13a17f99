"""Functions that a filter may call: each takes kinds of values, and gives one.

All of them mean the same on every engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sqlglot import exp

from martlet.segments.kinds import IN_TIME, Kind, Term, alike, only, refused, wanted

if TYPE_CHECKING:
    from martlet.segments.nodes import Rebuilding

MOST_DECIMALS = 6

_PARTS = ("YEAR", "QUARTER", "MONTH", "DAY")


def _of(takes: Kind, gives: Kind) -> Callable[[Rebuilding, Any], Term]:
    """Make the rule of a function of one argument."""

    def rule(rules: Rebuilding, node: exp.Func) -> Term:
        only(node, "this")
        argument = wanted(rules.build(node.this), takes)
        return Term(type(node)(this=argument), gives)

    return rule


def _round(rules: Rebuilding, node: exp.Round) -> Term:
    only(node, "this", "decimals")
    number = wanted(rules.build(node.this), Kind.NUMBER)
    decimals = node.args.get("decimals")
    if decimals is None:
        return Term(exp.Round(this=number), Kind.NUMBER)
    if (
        type(decimals) is not exp.Literal
        or decimals.this not in map(str, range(MOST_DECIMALS + 1))
        or decimals.is_string
    ):
        raise refused(decimals)
    places = exp.Literal.number(decimals.this)
    return Term(exp.Round(this=number, decimals=places), Kind.NUMBER)


def _coalesce(rules: Rebuilding, node: exp.Coalesce) -> Term:
    only(node, "this", "expressions")
    terms = alike(rules.built(node.this, *node.expressions))
    first, *others = [term.expression for term in terms]
    return Term(exp.Coalesce(this=first, expressions=others), _widest(terms))


def _nullif(rules: Rebuilding, node: exp.Nullif) -> Term:
    only(node, "this", "expression")
    terms = alike(rules.built(node.this, node.expression))
    first, second = (term.expression for term in terms)
    return Term(exp.Nullif(this=first, expression=second), terms[0].kind)


def _widest(terms: list[Term]) -> Kind:
    kinds = [term.kind for term in terms]
    return Kind.TIMESTAMP if Kind.TIMESTAMP in kinds else kinds[0]


def _extract(rules: Rebuilding, node: exp.Extract) -> Term:
    only(node, "this", "expression")
    if type(node.this) is not exp.Var or node.this.name.upper() not in _PARTS:
        raise refused(node)
    return _part(node.this.name.upper(), rules.build(node.expression))


def _part_of_date(rules: Rebuilding, node: exp.Func) -> Term:
    """Write ``year(x)`` as ``extract(year from x)``, which all engines know."""
    only(node, "this")
    return _part(type(node).__name__.upper(), rules.build(node.this))


def _part(name: str, moment: Term) -> Term:
    of = wanted(moment, *IN_TIME)
    return Term(exp.Extract(this=exp.Var(this=name), expression=of), Kind.NUMBER)


FUNCTION_RULES: dict[type, Callable[[Rebuilding, Any], Term]] = {
    exp.Lower: _of(Kind.TEXT, Kind.TEXT),
    exp.Upper: _of(Kind.TEXT, Kind.TEXT),
    exp.Trim: _of(Kind.TEXT, Kind.TEXT),
    exp.Length: _of(Kind.TEXT, Kind.NUMBER),
    exp.Abs: _of(Kind.NUMBER, Kind.NUMBER),
    exp.Ceil: _of(Kind.NUMBER, Kind.NUMBER),
    exp.Floor: _of(Kind.NUMBER, Kind.NUMBER),
    exp.Round: _round,
    exp.Coalesce: _coalesce,
    exp.Nullif: _nullif,
    exp.Extract: _extract,
    exp.Year: _part_of_date,
    exp.Quarter: _part_of_date,
    exp.Month: _part_of_date,
    exp.Day: _part_of_date,
}
