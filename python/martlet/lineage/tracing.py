"""Follow every column of one query to the columns of relations it is made of.

A column is carried where nothing but names lie between, and computed elsewhere. Carrying
a column along uses it for nothing: an import may ``select *`` and drop most of it before
the end. Everything else is a use, since a join, a filter, an order, a window or a hash
tells of a column just as a select does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, find_all_in_scope, traverse_scope

from martlet.errors import CannotFollow
from martlet.lineage.queries import DIALECT, Column, Schema, relation_of, resolve

Origins = frozenset[Column]

# Named windows are part of the columns that use them.
_SELECT = ("select", "windows")

# Stands for every column of a table made on the spot, as by `unnest`.
_ANY = "*"


@dataclass(frozen=True)
class Value:
    """What one column of a query is made of; carried where there is no expression."""

    origins: Origins = frozenset()
    expression: exp.Expr | None = None


@dataclass(frozen=True)
class Use:
    """Something that a query does with columns, beyond carrying them along.

    ``decides_rows`` where which rows there are depends on it.
    """

    node: exp.Expr
    clause: str
    origins: Origins
    decides_rows: bool

    def __str__(self) -> str:
        """Write what is used, and where."""
        return f"{self.node.sql(DIALECT)} in {self.clause}"


@dataclass(frozen=True)
class Trace:
    """What each column that a query gives is made of, and all it makes use of."""

    columns: Mapping[str, Value]
    uses: tuple[Use, ...]


def trace(query: exp.Query, schema: Schema) -> Trace:
    """Follow the columns of a query.

    Parameters
    ----------
    query : exp.Query
        Parsed SQL whose tables are written ``schema.table``.
    schema : mapping
        Columns of every relation it reads.

    Raises
    ------
    CannotFollow
        A column cannot be followed; nothing that cannot is ever left out.
    """
    scopes = traverse_scope(resolve(query, schema))
    tracer = _Tracer(schema, _recursions(scopes))
    uses = tracer.follow(scopes)
    # What a recursion finds it reads again, until nothing new comes in.
    while tracer.has_found_more():
        uses = tracer.follow(scopes)
    # The last scope is the whole query.
    whole = scopes[-1].expression
    given = zip(whole.named_selects, tracer.found[id(whole)], strict=True)
    return Trace(dict(given), tuple(uses))


def _recursions(scopes: Iterable[Scope]) -> dict[int, int]:
    """Name, for the first branch of each recursion, the union that it begins.

    Inside a recursion its name stands for that branch alone in sqlglot's scopes.
    """
    begun = {}
    for scope in scopes:
        union, named = scope.expression, scope.expression.parent
        if (
            isinstance(union, exp.SetOperation)
            and isinstance(named, exp.CTE)
            and named.parent.recursive
        ):
            begun[id(union.this.unnest())] = id(union)
    return begun


def _merged(values: Iterable[Value]) -> Origins:
    return frozenset().union(*(value.origins for value in values))


def _united(values: Sequence[Value]) -> Value:
    """One column of a union; computed where it is in any branch."""
    expressions = [v.expression for v in values if v.expression is not None]
    return Value(_merged(values), expressions[0] if expressions else None)


def _is_within(node: exp.Expr | None, outer: exp.Expr) -> bool:
    while node is not None and node is not outer:
        node = node.parent
    return node is not None


class _Tracer:
    """What is found of each select of one query."""

    def __init__(self, schema: Schema, recursions: Mapping[int, int]) -> None:
        self.schema = schema
        self.recursions = recursions
        self.found: dict[int, list[Value]] = {}
        self.used: dict[int, Origins] = {}
        self._before: list[list[Origins]] = []

    def follow(self, scopes: Iterable[Scope]) -> list[Use]:
        """Go through all selects, innermost first; give the uses they make."""
        uses = []
        for scope in scopes:
            scan = _Scan(scope, self)
            self.found[id(scope.expression)] = scan.values
            for use in scan.uses():
                self.used[id(use.node)] = use.origins
                uses.append(use)
        return [use for use in uses if use.origins]

    def has_found_more(self) -> bool:
        """Tell whether recursions gave columns anything new since last asked."""
        now = [
            [value.origins for value in self.found[union]]
            for union in self.recursions.values()
        ]
        before, self._before = self._before, now
        return now != before

    def of(self, query: exp.Expr) -> list[Value]:
        """Give the columns of a select; of a recursion, what is known of it so far."""
        whole = self.found.get(self.recursions.get(id(query), id(query)))
        known = whole or self.found.get(id(query))
        return known or [Value() for _ in query.named_selects]


class _Scan:
    """One select of a query: what its columns are made of, and what it uses."""

    def __init__(self, scope: Scope, tracer: _Tracer) -> None:
        self._scope = scope
        self._query = scope.expression
        self._tracer = tracer
        self.values = self._values()

    def uses(self) -> Iterator[Use]:
        """Yield everything that is more than carrying columns along."""
        for column in self._scope.find_all(exp.Column, exp.TableColumn):
            origins = self._value_of(column).origins
            if not self._is_carried(column):
                yield self._use(column, origins)
        for subquery in self._scope.subquery_scopes:
            query = subquery.expression
            yield self._use(query, _merged(self._tracer.of(query)))
        for place, value in self._by_place():
            yield self._use(place, value.origins)
        is_distinct = self._query.args.get("distinct")
        if is_distinct or isinstance(self._query, (exp.Except, exp.Intersect)):
            yield Use(self._query, "distinct rows", _merged(self.values), True)

    def _use(self, node: exp.Expr, origins: Origins) -> Use:
        clause = self._clause_of(node)
        is_cosmetic = clause == "order" and not self._query.args.get("limit")
        return Use(node, clause, origins, clause not in _SELECT and not is_cosmetic)

    def _values(self) -> list[Value]:
        query = self._query
        if isinstance(query, exp.SetOperation):
            branches = [
                self._tracer.of(b.expression) for b in self._scope.set_operation_scopes
            ]
            return [_united(columns) for columns in zip(*branches, strict=True)]
        if isinstance(query, exp.Select):
            return [self._selected(column) for column in query.selects]
        if isinstance(query, (exp.Unnest, exp.Values)):
            return [Value(self._origins_in(query), query)]
        raise CannotFollow(f"{query.sql(DIALECT)} is no select")

    def _selected(self, selected: exp.Expr) -> Value:
        expression = selected.unalias()
        if isinstance(expression, exp.Column):
            return self._value_of(expression)
        windows = {
            window.alias.lower()
            for window in selected.find_all(exp.Window)
            if window.alias
        }
        named = (
            self._origins_in(window)
            for window in self._query.args.get("windows") or ()
            if window.name.lower() in windows
        )
        return Value(self._origins_in(selected).union(*named), expression)

    def _origins_in(self, node: exp.Expr) -> Origins:
        """Whatever an expression is computed from, what its subqueries use included."""
        columns = find_all_in_scope(node, exp.Column, exp.TableColumn)
        subqueries = (
            _merged(self._tracer.of(subquery.expression))
            for subquery in self._scope.subquery_scopes
            if _is_within(subquery.expression, node)
        )
        inside = (
            self._tracer.used.get(id(column), frozenset())
            for query in node.find_all(exp.Query)
            for column in query.find_all(exp.Column, exp.TableColumn)
        )
        return _merged(map(self._value_of, columns)).union(*subqueries, *inside)

    def _by_place(self) -> Iterator[tuple[exp.Expr, Value]]:
        """Yield columns that are named by their number: ``order by 2``."""
        for clause in ("order", "group"):
            named = self._query.args.get(clause)
            for each in named.expressions if named else ():
                number = each.this if isinstance(each, exp.Ordered) else each
                if isinstance(number, exp.Literal) and not number.is_string:
                    yield number, self.values[int(number.name) - 1]

    def _value_of(self, column: exp.Column | exp.TableColumn) -> Value:
        if isinstance(column, exp.TableColumn):
            return Value(_merged(self._given_by(column.name).values()), column)
        # Without a source it is a name that the select itself gives, as in `order by`.
        given = self._given_by(column.table) if column.table else self._named()
        # Whatever a table made on the spot calls its columns, they are all of one kind.
        value = given.get(column.name, given.get(_ANY))
        if value is None:
            raise CannotFollow(f"{column.sql(DIALECT)} is no column of what it reads")
        return value

    def _named(self) -> dict[str, Value]:
        return dict(zip(self._query.named_selects, self.values, strict=True))

    def _given_by(self, alias: str) -> dict[str, Value]:
        """Give the columns of a source."""
        source = self._source(alias)
        if isinstance(source, exp.Table):
            relation = relation_of(source)
            if isinstance(source.this, exp.Func):
                return {_ANY: Value(frozenset(), source.this)}
            if relation not in self._tracer.schema:
                raise CannotFollow(f"{relation} is no relation of the project")
            return {
                name: Value(frozenset({Column(relation, name)}))
                for name in self._tracer.schema[relation]
            }
        values = self._tracer.of(source.expression)
        if isinstance(source.expression, exp.UDTF):
            return {_ANY: values[0]}
        return dict(zip(source.expression.named_selects, values, strict=True))

    def _source(self, alias: str) -> exp.Table | Scope:
        scope = self._scope
        while scope is not None:
            if alias in scope.selected_sources:
                return scope.selected_sources[alias][1]
            scope = scope.parent  # Named by an outer query.
        if alias not in self._scope.sources:
            raise CannotFollow(f"{alias} is no source of {self._query.sql(DIALECT)}")
        return self._scope.sources[alias]  # The right side of a semi join.

    def _is_carried(self, column: exp.Expr) -> bool:
        if not isinstance(self._query, exp.Select) or not isinstance(
            column, exp.Column
        ):
            return False
        selected = column.parent if isinstance(column.parent, exp.Alias) else column
        return selected.parent is self._query and selected.arg_key == "expressions"

    def _clause_of(self, node: exp.Expr) -> str:
        if not isinstance(self._query, exp.Query):
            return "unnest"
        while node.parent is not self._query:
            node = node.parent
        return "select" if node.arg_key == "expressions" else node.arg_key
