"""Follow contact data through compiled SQL, column by column.

A column of a query is tainted where anything it is computed from is. Carrying a tainted
column along unchanged (``select *`` in an import) is harmless as long as it is dropped
before the end; putting it to any use is not, since a join, a filter, an order, a window
or a hash tells of it just as a select does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from rooms import Schema, relation_of, resolve
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, find_all_in_scope, traverse_scope

Tainted = Mapping[str, Collection[str]]

# These name columns in ways that cannot be followed before the query runs.
_OPAQUE = (exp.Columns, exp.Pivot, exp.Lateral)


class CannotFollow(Exception):
    """The query says what it selects in a way that only running it would tell."""


@dataclass(frozen=True)
class Trace:
    """Tainted columns that a query gives, and uses it makes of tainted ones."""

    outputs: frozenset[str]
    uses: tuple[str, ...]


def trace(query: exp.Query, schema: Schema, tainted: Tainted) -> Trace:
    """Follow ``tainted`` columns, given by ``schema.table``, through a query.

    Parameters
    ----------
    query : exp.Query
        Parsed SQL whose tables are written ``schema.table``.
    schema : mapping
        Columns of every relation it reads.
    tainted : mapping
        Tainted columns of each relation that has some.

    Raises
    ------
    CannotFollow
        It pivots, picks columns by a pattern, unites by name, or joins laterally.
    """
    opaque = query.find(*_OPAQUE)
    by_name = (
        union for union in query.find_all(exp.Union) if union.args.get("by_name")
    )
    if unclear := opaque or next(by_name, None):
        raise CannotFollow(unclear.sql())
    uses: list[str] = []
    outputs: dict[int, list[bool]] = {}
    for scope in traverse_scope(resolve(query, schema)):
        scanned = _Scan(scope, outputs, tainted)
        outputs[id(scope.expression)] = scanned.outputs
        uses += scanned.uses()
    # The last scope is the whole query.
    given = zip(scope.expression.named_selects, scanned.outputs, strict=True)
    return Trace(frozenset(name for name, is_tainted in given if is_tainted), (*uses,))


class _Scan:
    """One select of a query: which of its columns are tainted, and what it uses."""

    def __init__(
        self, scope: Scope, below: Mapping[int, list[bool]], tainted: Tainted
    ) -> None:
        self._scope = scope
        self._below = below
        self._tainted = tainted
        self.outputs = (
            self._of_branches(scope)
            if isinstance(scope.expression, exp.SetOperation)
            else [self._taints(column) for column in scope.expression.selects]
        )

    def uses(self) -> Iterator[str]:
        """Yield every use of a tainted column that is more than carrying it along."""
        for column in self._scope.find_all(exp.Column, exp.TableColumn):
            if self._is_tainted(column) and not self._is_carried(column):
                yield f"{column.sql()} in {self._clause_of(column)}"
        for subquery in self._scope.subquery_scopes:
            if any(self._below[id(subquery.expression)]):
                yield f"a subquery in {self._clause_of(subquery.expression)}"
        if self._scope.expression.args.get("distinct") and any(self.outputs):
            yield "distinct rows"

    def _of_branches(self, scope: Scope) -> list[bool]:
        branches = [self._below[id(b.expression)] for b in scope.set_operation_scopes]
        return [any(column) for column in zip(*branches, strict=True)]

    def _taints(self, selected: exp.Expression) -> bool:
        columns = find_all_in_scope(selected, exp.Column, exp.TableColumn)
        queries = selected.find_all(exp.Query)
        return any(self._is_tainted(column) for column in columns) or any(
            any(self._below.get(id(query), ())) for query in queries
        )

    def _is_tainted(self, column: exp.Column | exp.TableColumn) -> bool:
        if isinstance(column, exp.TableColumn):
            return any(self._columns_of(column.name).values())
        if not column.table:  # In `order by`, a name that the select itself gives.
            given = zip(self._scope.expression.named_selects, self.outputs, strict=True)
            return dict(given).get(column.name, False)
        return self._columns_of(column.table).get(column.name, False)

    def _columns_of(self, alias: str) -> dict[str, bool]:
        """Tell for each column of a source whether it is tainted."""
        source = self._source(alias)
        if isinstance(source, Scope):
            names = source.expression.named_selects
            return dict(zip(names, self._below[id(source.expression)], strict=True))
        return dict.fromkeys(self._tainted.get(relation_of(source), ()), True)

    def _source(self, alias: str) -> exp.Table | Scope:
        scope = self._scope
        while scope is not None:
            if alias in scope.selected_sources:
                return scope.selected_sources[alias][1]
            scope = scope.parent  # Named by an outer query.
        return self._scope.sources[alias]  # The right side of a semi join.

    def _is_carried(self, column: exp.Expression) -> bool:
        if isinstance(column, exp.TableColumn):
            return False
        selected = column.parent if isinstance(column.parent, exp.Alias) else column
        return selected.parent is self._scope.expression and (
            selected.arg_key == "expressions"
        )

    def _clause_of(self, node: exp.Expression) -> str:
        while node.parent is not self._scope.expression:
            node = node.parent
        return "select" if node.arg_key == "expressions" else node.arg_key
