"""Read a filter that somebody typed, and make SQL of it that can do nothing else.

The text is untrusted. Its words are checked first (``words``), then sqlglot parses it, and
the filter is built anew from the tree by rules for each allowed class of node (``nodes``).
What is run has the literals bound as values; what is written into a model has them quoted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from martlet.errors import UsageError
from martlet.segments.kinds import Kind, kind_of_type, wanted
from martlet.segments.nodes import Rebuilding
from martlet.segments.rendering import in_style
from martlet.segments.words import check_words

# Columns of the profiles that tell one person from all others.
_ONE_PERSONS = {"customer_id"}


@dataclass(frozen=True)
class Filter:
    """A condition on columns of ``customer_profiles``.

    Attributes
    ----------
    sql : str
        To run in DuckDB, with ``$value_1`` and so on for the literals.
    values : dict
        What stands for them.
    rendered : str
        The same with its literals, in the house style on one line.
    columns : tuple of str
        The columns it names, in the order it does.
    """

    sql: str
    values: dict[str, object]
    rendered: str
    columns: tuple[str, ...]


def parse_filter(text: str, columns: Mapping[str, str]) -> Filter:
    """Make a filter of what somebody typed.

    Parameters
    ----------
    columns : mapping of str to str
        Names of the columns that it may use, in lower case, and their types in DuckDB.

    Raises
    ------
    UsageError
        It is no condition on these columns, or says what filters may not.
    """
    kinds = {
        name: kind
        for name in columns
        if (kind := kind_of_type(columns[name])) is not None
    }
    check_words(text, kinds)
    rules = Rebuilding(kinds)
    try:
        parsed = sqlglot.parse_one(text, read="duckdb", into=exp.Condition)
        condition = wanted(rules.build(parsed), Kind.BOOLEAN)
        rendered = in_style(condition)
    except SqlglotError as error:
        raise UsageError(
            "The filter is not complete, or its words are in no order that makes sense.",
            "A filter looks like: churn_score > 0.7 and rfm_segment = 'Champions'",
        ) from error
    except RecursionError as error:
        raise UsageError(
            "The filter is nested too deeply.", "Take brackets and negations away."
        ) from error
    if not rules.named:
        raise UsageError(
            "The filter names no column, so all customers pass it or none.",
            "Name one: orders > 0",
        )
    if _ONE_PERSONS & set(rules.named):
        raise UsageError(
            "A filter chooses customers by what they are like, and none by name: it is "
            "kept in a file, which would still name whoever is forgotten.",
            f"Leave out: {', '.join(sorted(_ONE_PERSONS & set(rules.named)))}",
        )
    binding = _Binding()
    bound = condition.transform(binding.bind)
    return Filter(in_style(bound), binding.values, rendered, tuple(rules.named))


class _Binding:
    """Takes literals out of a checked tree, and keeps what they stand for."""

    def __init__(self) -> None:
        self.values: dict[str, object] = {}

    def bind(self, node: exp.Expression) -> exp.Expression:
        """Give what to put in a node's place; the node itself where it is no literal."""
        if isinstance(node, exp.Cast):
            is_date = node.to.this is exp.DataType.Type.DATE
            told = date if is_date else datetime
            return self._value(told.fromisoformat(node.this.this))
        if isinstance(node, exp.Interval):
            amount = exp.Paren(this=self._value(int(node.this.this)))
            return exp.Interval(this=amount, unit=node.args["unit"])
        if not isinstance(node, exp.Literal):
            return node
        if node.is_string:
            return self._value(node.this)
        return self._number(node.this)

    def _number(self, text: str) -> exp.Expression:
        """Bind a number as the type that DuckDB reads its literal as."""
        if text.isdigit():
            return self._value(int(text))
        if "e" in text.lower():
            return self._value(float(text))
        whole, _, decimals = text.partition(".")
        to = f"decimal({len(whole) + len(decimals)}, {len(decimals)})"
        return exp.cast(self._value(Decimal(text)), to, dialect="duckdb")

    def _value(self, value: object) -> exp.Expression:
        name = f"value_{len(self.values) + 1}"
        self.values[name] = value
        return exp.Parameter(this=exp.Var(this=name))
