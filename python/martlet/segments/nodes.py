"""Build a filter anew out of what a parser found, part by part.

Each class of node that a filter may hold has one rule here, which takes what it knows of
the node and makes a fresh one; nothing of the parsed tree is kept, so that whatever a rule
does not know of is lost or refused. The class has to be exactly the one of the rule: heirs
of an allowed class are other functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlglot import exp

from martlet.errors import UsageError
from martlet.segments.functions import FUNCTION_RULES
from martlet.segments.kinds import (
    IN_TIME,
    Kind,
    Term,
    alike,
    moment,
    only,
    refused,
    wanted,
)
from martlet.segments.values import VALUE_RULES
from martlet.segments.words import no_such_column

DEEPEST_TREE = 100
MOST_WILDCARDS = 4

_PREDICATES = (exp.Predicate, exp.Connector, exp.Not)


class Rebuilding:
    """Rules that make a filter on ``columns`` of what was parsed.

    Parameters
    ----------
    columns : mapping of str to Kind
        Columns that the filter may name.
    """

    def __init__(self, columns: Mapping[str, Kind]) -> None:
        self.columns = columns
        self.named: list[str] = []
        self._depth = 0

    def build(self, node: object) -> Term:
        """Build one node and what is below it.

        Raises
        ------
        UsageError
            A filter may not hold such a node, or not there.
        """
        rule = _RULES.get(type(node))
        if rule is None:
            raise refused(node)
        self._depth += 1
        if self._depth > DEEPEST_TREE:
            raise UsageError(
                f"The filter takes more than {DEEPEST_TREE} steps one after the other.",
                "Write a list: country in ('DE', 'AT', 'CH')",
            )
        term = rule(self, node)
        self._depth -= 1
        return term

    def built(self, *nodes: object) -> list[Term]:
        """Build several nodes."""
        return [self.build(node) for node in nodes]


def _paren(rules: Rebuilding, node: exp.Paren) -> Term:
    only(node, "this")
    inner = rules.build(node.this)
    return Term(exp.Paren(this=inner.expression), inner.kind)


def _connector(rules: Rebuilding, node: exp.Connector) -> Term:
    only(node, "this", "expression")
    sides = rules.built(node.this, node.expression)
    left, right = (wanted(side, Kind.BOOLEAN) for side in sides)
    return Term(type(node)(this=left, expression=right), Kind.BOOLEAN)


def _not(rules: Rebuilding, node: exp.Not) -> Term:
    only(node, "this")
    inner = wanted(rules.build(node.this), Kind.BOOLEAN)
    return Term(exp.Not(this=inner), Kind.BOOLEAN)


def _operand(term: Term) -> exp.Expression:
    """Put a condition that is compared in brackets: databases bind it differently."""
    inner = term.expression
    return exp.Paren(this=inner) if isinstance(inner, _PREDICATES) else inner


def _comparison(rules: Rebuilding, node: exp.Binary) -> Term:
    only(node, "this", "expression")
    left, right = alike(rules.built(node.this, node.expression))
    return Term(
        type(node)(this=_operand(left), expression=_operand(right)), Kind.BOOLEAN
    )


def _between(rules: Rebuilding, node: exp.Between) -> Term:
    only(node, "this", "low", "high")
    value, low, high = map(
        _operand, alike(rules.built(node.this, node.args["low"], node.args["high"]))
    )
    return Term(exp.Between(this=value, low=low, high=high), Kind.BOOLEAN)


def _in(rules: Rebuilding, node: exp.In) -> Term:
    only(node, "this", "expressions")
    literals = (exp.Literal, exp.Neg, exp.Cast, exp.Boolean)
    if not node.expressions or any(
        type(each) not in literals or each.find(exp.Column) for each in node.expressions
    ):
        raise UsageError(
            "The list after 'in' holds something else than numbers, texts and dates.",
            "Write it out: country in ('DE', 'AT'). For no value at all: is null",
        )
    value, *listed = alike(rules.built(node.this, *node.expressions))
    return Term(
        exp.In(this=_operand(value), expressions=[each.expression for each in listed]),
        Kind.BOOLEAN,
    )


def _is(rules: Rebuilding, node: exp.Is) -> Term:
    only(node, "this", "expression")
    value = rules.build(node.this)
    if type(node.expression) is exp.Null:
        return Term(exp.Is(this=_operand(value), expression=exp.Null()), Kind.BOOLEAN)
    if type(node.expression) is not exp.Boolean:
        raise refused(node)
    wanted(value, Kind.BOOLEAN)
    side = rules.build(node.expression).expression
    return Term(exp.Is(this=_operand(value), expression=side), Kind.BOOLEAN)


def _like(rules: Rebuilding, node: exp.Like | exp.ILike) -> Term:
    only(node, "this", "expression", "negate")
    wording = rules.build(node.expression).expression
    # What ilike becomes is a filter again.
    pattern = wording.this if type(wording) is exp.Lower else wording
    if type(pattern) is not exp.Literal or not pattern.is_string:
        raise UsageError(
            "The pattern after 'like' is no text.", "Write it out: city like 'Ham%'"
        )
    if len(re.findall("%+", pattern.this)) > MOST_WILDCARDS:
        raise UsageError(
            f"The pattern '{pattern.this}' has more than {MOST_WILDCARDS} times %.",
            "Join shorter patterns by and: city like '%a%' and city like '%b%'",
        )
    value = wanted(rules.build(node.this), Kind.TEXT)
    if type(node) is exp.ILike:
        value, wording = exp.Lower(this=value), exp.Lower(this=wording)
    negate = bool(node.args.get("negate"))
    return Term(exp.Like(this=value, expression=wording, negate=negate), Kind.BOOLEAN)


def _sum(rules: Rebuilding, node: exp.Add | exp.Sub) -> Term:
    only(node, "this", "expression")
    left, right = rules.built(node.this, node.expression)
    if right.kind is Kind.INTERVAL:
        kind = Kind.TIMESTAMP
        if left.is_text_literal:
            left = moment(left.expression.this)
        sides = wanted(left, *IN_TIME), right.expression
    else:
        kind = Kind.NUMBER
        sides = wanted(left, kind), wanted(right, kind)
    return Term(type(node)(this=sides[0], expression=sides[1]), kind)


def _product(rules: Rebuilding, node: exp.Mul) -> Term:
    only(node, "this", "expression")
    left, right = rules.built(node.this, node.expression)
    sides = wanted(left, Kind.NUMBER), wanted(right, Kind.NUMBER)
    return Term(exp.Mul(this=sides[0], expression=sides[1]), Kind.NUMBER)


def _ratio(rules: Rebuilding, node: exp.Div) -> Term:
    """Divide; over zero that is null, as everywhere in the project."""
    only(node, "this", "expression", "typed", "safe")
    left, right = rules.built(node.this, node.expression)
    over, under = wanted(left, Kind.NUMBER), wanted(right, Kind.NUMBER)
    zero = exp.Literal.number(0)
    is_safe = isinstance(under, exp.Literal) and float(under.this)
    if not is_safe and not (isinstance(under, exp.Nullif) and under.expression == zero):
        under = exp.Nullif(this=under, expression=zero)
    return Term(exp.Div(this=over, expression=under), Kind.NUMBER)


def _negative(rules: Rebuilding, node: exp.Neg) -> Term:
    only(node, "this")
    inner = wanted(rules.build(node.this), Kind.NUMBER)
    return Term(exp.Neg(this=inner), Kind.NUMBER)


def _column(rules: Rebuilding, node: exp.Column) -> Term:
    only(node, "this")
    only(node.this, "this")
    name = node.name.lower()
    if type(node.this) is not exp.Identifier or name not in rules.columns:
        raise no_such_column(name, rules.columns)
    if name not in rules.named:
        rules.named.append(name)
    return Term(exp.column(name), rules.columns[name])


_COMPARISONS = (
    *(exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
    *(exp.NullSafeEQ, exp.NullSafeNEQ),
)
_RULES: dict[type, Callable[[Rebuilding, Any], Term]] = {
    **FUNCTION_RULES,
    **VALUE_RULES,
    **dict.fromkeys(_COMPARISONS, _comparison),
    exp.Paren: _paren,
    exp.And: _connector,
    exp.Or: _connector,
    exp.Not: _not,
    exp.Between: _between,
    exp.In: _in,
    exp.Is: _is,
    exp.Like: _like,
    exp.ILike: _like,
    exp.Add: _sum,
    exp.Sub: _sum,
    exp.Mul: _product,
    exp.Div: _ratio,
    exp.Neg: _negative,
    exp.Column: _column,
}
