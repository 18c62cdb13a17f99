"""What kinds of values a filter compares, and that it compares like with like.

DuckDB turns a text into a number, and Spark in another way. A filter is held to kinds of
its own, so that it means one thing wherever it runs, and a person is told in words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from sqlglot import exp

from martlet.errors import UsageError
from martlet.segments.rendering import in_style


class Kind(Enum):
    """A kind of value, by the name that people know it by."""

    NUMBER = "a number"
    TEXT = "a text"
    DATE = "a date"
    TIMESTAMP = "a point in time"
    BOOLEAN = "true or false"
    INTERVAL = "a span of time"


IN_TIME = (Kind.DATE, Kind.TIMESTAMP)
_OF_TYPE = (
    (r"(tiny|small|big|huge|u\w*)?int(eger)?|double|float|real|decimal.*", Kind.NUMBER),
    (r"varchar", Kind.TEXT),
    (r"boolean", Kind.BOOLEAN),
    (r"date", Kind.DATE),
    (r"timestamp.*", Kind.TIMESTAMP),
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?")


@dataclass(frozen=True)
class Term:
    """A part of a filter, built anew, and the kind of value it has."""

    expression: exp.Expression
    kind: Kind

    @property
    def is_text_literal(self) -> bool:
        """Whether it is a text as it was typed, which may be meant as a date."""
        return isinstance(self.expression, exp.Literal) and self.kind is Kind.TEXT


def kind_of_type(data_type: str) -> Kind | None:
    """Give the kind of a column's type; ``None`` where filters know none."""
    for pattern, kind in _OF_TYPE:
        if re.fullmatch(pattern, data_type, re.IGNORECASE):
            return kind
    return None


def moment(text: str) -> Term:
    """Read a date or a point in time, as ``2026-01-31`` or ``2026-01-31 12:00``.

    Raises
    ------
    UsageError
        The text is neither.
    """
    try:
        if _DATE.fullmatch(text):
            return _cast(date.fromisoformat(text).isoformat(), Kind.DATE)
        if _TIMESTAMP.fullmatch(text):
            told = datetime.fromisoformat(text)
            return _cast(told.isoformat(sep=" "), Kind.TIMESTAMP)
    except ValueError:
        pass  # told of below, with what is no date in words
    raise UsageError(
        f"'{text}' is no date.", "Write dates as '2026-01-31' or '2026-01-31 12:00'."
    )


def alike(terms: list[Term]) -> list[Term]:
    """Give terms that can be compared, a text beside dates read as a date.

    Raises
    ------
    UsageError
        They are of different kinds.
    """
    if any(term.kind in IN_TIME for term in terms):
        terms = [
            moment(term.expression.this) if term.is_text_literal else term
            for term in terms
        ]
    kinds = {Kind.DATE if term.kind in IN_TIME else term.kind for term in terms}
    if len(kinds) > 1 or Kind.INTERVAL in kinds:
        first = terms[0]
        other = next((term for term in terms if term.kind is not first.kind), first)
        told = " with ".join(
            f"{in_style(term.expression)} ({term.kind.value})"
            for term in (first, other)
        )
        raise UsageError(
            f"The filter compares what cannot be compared: {told}.",
            "Numbers stand without quotes, texts and dates in single ones.",
        )
    return terms


def wanted(term: Term, *kinds: Kind) -> exp.Expression:
    """Give the expression of a term of one of ``kinds``; ``UsageError`` for others."""
    if term.kind in kinds:
        return term.expression
    raise UsageError(
        f"The filter says {in_style(term.expression)} ({term.kind.value}) where "
        f"{' or '.join(kind.value for kind in kinds)} is needed.",
        "A condition compares: orders > 2, city = 'Hamburg', is_guest",
    )


def refused(node: object) -> UsageError:
    """Say that a filter may not hold a node of the parser."""
    what = type(node).__name__.lower()
    return UsageError(
        f"A filter cannot hold this: {what}.",
        "It compares columns, numbers, texts and dates, joined by and, or and not.",
    )


def only(node: exp.Expression, *known: str) -> None:
    """Refuse a node that says more than the ``known`` of its arguments."""
    if any(value for name, value in node.args.items() if name not in known):
        raise refused(node)


def _cast(text: str, kind: Kind) -> Term:
    to = exp.DataType.build(kind.name.lower(), dialect="duckdb")
    return Term(exp.Cast(this=exp.Literal.string(text), to=to), kind)
