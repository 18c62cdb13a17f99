"""Compiled SQL as trees in which every column says which source it is of.

Relations are written ``schema.table``: all of them share one database.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify

from martlet.errors import CannotFollow

DIALECT = "duckdb"

# Columns of each relation, in order.
Schema = Mapping[str, Collection[str]]

# Tables that a query makes from numbers; any other function might read anything.
_SERIES = ("generate_series", "range")


class Column(NamedTuple):
    """One column of one relation."""

    relation: str
    name: str

    def __str__(self) -> str:
        """Write it as SQL names it."""
        return f"{self.relation}.{self.name}"


def parse(sql: str) -> exp.Query:
    """Parse one query; relations lose their database.

    ``recurring`` is no schema: it says that a recursion reads all it has found so far.

    Raises
    ------
    CannotFollow
        It is no SQL, or not one query.
    """
    try:
        statements = sqlglot.parse(sql, dialect=DIALECT)
    except SqlglotError as error:
        raise CannotFollow(f"it is not read as SQL ({error})") from error
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise CannotFollow("it is not one query")
    for table in statements[0].find_all(exp.Table):
        table.set("catalog", None)
        if table.db == "recurring":
            table.set("db", None)
    return statements[0]


def relation_of(table: exp.Table) -> str:
    """Write a table as ``schema.table``; a CTE has no schema."""
    return f"{table.db}.{table.name}" if table.db else table.name


def relations_in(query: exp.Query) -> frozenset[str]:
    """Name every relation that a query reads and that is no CTE of its own."""
    own = {cte.alias for cte in query.find_all(exp.CTE)}
    named = (relation_of(table) for table in query.find_all(exp.Table))
    return frozenset(named) - own


def resolve(query: exp.Query, schema: Schema) -> exp.Query:
    """Spell a query out: every star expanded, every column with its source.

    Raises
    ------
    CannotFollow
        What it selects shows only when it runs: it pivots, picks columns by a pattern,
        joins laterally or by equal names, unites by name, groups or orders by all that
        there is, or reads what is no relation of ``schema``.
    """
    query = query.transform(_as_whole_row)
    _refuse_what_hides_columns(query)
    nested: dict[str, dict[str, dict[str, str]]] = {}
    # Only what is read: giving a whole project's columns takes longer than all else.
    for relation in relations_in(query) & schema.keys():
        database, _, table = relation.rpartition(".")
        columns = dict.fromkeys(schema[relation], "unknown")
        nested.setdefault(database, {})[table] = columns
    try:
        resolved = qualify(
            query, schema=nested, dialect=DIALECT, quote_identifiers=False
        )
    except SqlglotError as error:
        raise CannotFollow(str(error)) from error
    for select in resolved.find_all(exp.Select):
        for selected in select.expressions:
            if selected.is_star:
                raise CannotFollow(
                    f"{selected.sql(DIALECT)} stands for unknown columns"
                )
    return resolved


def _as_whole_row(node: exp.Expression) -> exp.Expression:
    """Read ``*columns(relation.*)``, among a function's arguments, as the relation's row.

    Whatever it leaves out is followed too: that says too much rather than too little.
    """
    star = node.this if isinstance(node, exp.Columns) else None
    if isinstance(star, exp.Column) and star.is_star and star.table:
        return exp.column(star.args["table"].copy())
    return node


def _refuse_what_hides_columns(query: exp.Query) -> None:
    for node in query.walk():
        if (
            isinstance(node, (exp.Columns, exp.Pivot, exp.Lateral))
            or (isinstance(node, exp.SetOperation) and node.args.get("by_name"))
            or (isinstance(node, exp.Group) and node.args.get("all"))
            or (isinstance(node, exp.Ordered) and isinstance(node.this, exp.Var))
            or (isinstance(node, exp.Join) and node.method == "NATURAL")
            or (isinstance(node, exp.Table) and not _is_named(node))
        ):
            raise CannotFollow(
                f"{node.sql(DIALECT)} tells its columns only when it runs"
            )


def _is_named(table: exp.Table) -> bool:
    """Tell a relation or a series of constants from any other function or a file."""
    if isinstance(table.this, exp.Identifier):
        return True
    return (
        isinstance(table.this, exp.Func)
        and table.this.sql_name().lower() in _SERIES
        and not table.find(exp.Column)
    )
