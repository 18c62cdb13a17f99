"""Write a checked filter as SQL in the house style, and fill lines with it."""

from __future__ import annotations

import re

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB

MOST_COLUMNS = 88

_TEXT = re.compile(r"('(?:[^']|'')*')")
# What is not broken: all between spaces, with the texts in it and what joins it before.
_CHUNK = re.compile(r"(?:(?:\|\||and|or) )?(?:'(?:[^']|'')*'|[^\s'])+")


class _HouseStyle(DuckDB.Generator):
    """DuckDB's SQL, with ``x is not null`` for ``not x is null`` and its like."""

    def not_sql(self, expression: exp.Not) -> str:
        inner = expression.this
        if isinstance(inner, exp.Is | exp.In | exp.Between):
            subject, rest = self.sql(inner, "this"), self.sql(inner)
            word, _, rest = rest.removeprefix(subject).strip().partition(" ")
            return (
                f"{subject} IS NOT {rest}"
                if isinstance(inner, exp.Is)
                else f"{subject} NOT {word} {rest}"
            )
        return super().not_sql(expression)


def in_style(expression: exp.Expression) -> str:
    """Write an expression on one line, in lower case but for its texts."""
    sql = _HouseStyle(dialect="duckdb").generate(expression)
    return "".join(
        part if part.startswith("'") else part.lower() for part in _TEXT.split(sql)
    )


def filled(sql: str, indent: int) -> str:
    """Break SQL between its words, so that no line is longer than the style allows.

    Texts stay whole: only a text that is longer than a line makes a longer line.
    """
    margin = " " * indent
    lines, line = [], margin
    for chunk in _CHUNK.findall(sql):
        if line != margin and len(line) + 1 + len(chunk) > MOST_COLUMNS:
            lines.append(line)
            line = margin
        line += chunk if line == margin else f" {chunk}"
    return "\n".join([*lines, line])
