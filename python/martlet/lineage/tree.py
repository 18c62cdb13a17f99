"""Tell of one column where it comes from and where it goes to, step by step.

A model's rows may depend on columns that none of its own is made of: those that it joins,
filters, groups or ranks by. They are told beside each step and not followed further,
since sooner or later everything decides on the rows of everything below it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from martlet.errors import UsageError
from martlet.lineage.project import Project
from martlet.lineage.queries import DIALECT, Column
from martlet.lineage.tracing import Value

_MOST_NAMED = 12

# The room whose models `martlet export` hands to platforms.
_EXPORTED = "segments"

_IN_WORDS = {
    "joins": "join",
    "group": "group by",
    "order": "order by and limit",
    "from_": "from",
}


@dataclass(frozen=True)
class Deciding:
    """What decides which rows there are: columns of a relation, in some clauses.

    On the way up ``relation`` is the one read; on the way down the one whose rows the
    column decides.
    """

    relation: str
    columns: tuple[str, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One column on the way.

    ``how`` says how data come from the step before, or go to it on the way up: carried
    along, or computed. ``expression`` is what this column itself is computed by, as SQL;
    absent where it is carried, or no model makes it. ``is_repeated`` where its steps
    are told at another place, ``is_cut`` where it has more of them than were asked for.
    """

    column: str
    how: str | None
    expression: str | None
    about: tuple[str, ...]
    rows: tuple[Deciding, ...]
    steps: tuple[Step, ...]
    is_repeated: bool = False
    is_cut: bool = False


class Lineage:
    """Every column of a project, and what leads from one to another."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._values = {
            Column(relation, name): value
            for relation, traced in project.traces.items()
            for name, value in traced.columns.items()
        }

    def find(self, name: str) -> Column:
        """Find the column that a person means.

        Parameters
        ----------
        name : str
            ``relation.column``, with or without the schema, or a column of one
            relation only.

        Raises
        ------
        UsageError
            There is none of the name, or there are several.
        """
        relation, _, column = name.strip().lower().rpartition(".")
        schema = self._project.schema
        among = _named(relation, schema) if relation else list(schema)
        if not among:
            whole = [*schema, *(known.partition(".")[2] for known in schema)]
            raise UsageError(
                f"There is no model, source or reference table {relation}.",
                _nearest(relation, whole) or "List the models: dbt ls",
            )
        found = [Column(each, column) for each in among if column in schema[each]]
        if len(found) == 1:
            return found[0]
        if found:
            raise UsageError(
                f"{column} is a column of {len(found)} tables.",
                f"Say which: {_listed(map(str, found))}",
            )
        if not relation and (tables := _named(column, schema)):
            raise UsageError(
                f"{column} is a table, not a column.",
                f"Name one of its columns: {_listed(schema[tables[0]])}",
            )
        columns = [known for each in among for known in schema[each]]
        where = f"{relation} has no column" if relation else "There is no column"
        raise UsageError(
            f"{where} {column}.",
            _nearest(column, columns)
            or (f"It has: {_listed(columns)}" if relation else ""),
        )

    def up(self, column: Column, depth: int | None = None) -> Step:
        """Tell what a column is made of, up to the sources, at most ``depth`` steps."""
        return self._step(column, None, depth, set(), is_up=True)

    def down(self, column: Column, depth: int | None = None) -> Step:
        """Tell what is made of a column, down to the last models."""
        return self._step(column, None, depth, set(), is_up=False)

    def _step(
        self,
        column: Column,
        how: str | None,
        depth: int | None,
        told: set[Column],
        *,
        is_up: bool,
    ) -> Step:
        value = self._values.get(column, Value())
        further = sorted(value.origins) if is_up else self._below.get(column, [])
        is_repeated = bool(further) and column in told
        is_cut = bool(further) and not is_repeated and depth == 0
        rows: tuple[Deciding, ...] = ()
        if column not in told and not is_cut:
            rows = self._rows(column, told, is_up=is_up)
            told.add(column)
        steps = []
        for each in further if not (is_repeated or is_cut) else ():
            made = value if is_up else self._values[each]
            how_made = "computed" if made.expression is not None else "carried"
            left = None if depth is None else depth - 1
            steps.append(self._step(each, how_made, left, told, is_up=is_up))
        return Step(
            column=str(column),
            how=how,
            expression=_as_sql(value),
            about=self._about(column),
            rows=rows,
            steps=tuple(steps),
            is_repeated=is_repeated,
            is_cut=is_cut,
        )

    @cached_property
    def _below(self) -> dict[Column, list[Column]]:
        below: dict[Column, list[Column]] = {}
        for column, value in self._values.items():
            for origin in value.origins:
                below.setdefault(origin, []).append(column)
        return below

    @cached_property
    def _deciding(self) -> dict[str, dict[Column, set[str]]]:
        """For each model the columns that decide on its rows, and in which clauses."""
        deciding: dict[str, dict[Column, set[str]]] = {}
        for relation, traced in self._project.traces.items():
            columns = deciding.setdefault(relation, {})
            for use in traced.uses:
                for origin in use.origins if use.decides_rows else ():
                    clause = _IN_WORDS.get(use.clause, use.clause)
                    columns.setdefault(origin, set()).add(clause)
        return deciding

    def _rows(
        self, column: Column, told: set[Column], *, is_up: bool
    ) -> tuple[Deciding, ...]:
        if not is_up:
            return tuple(
                Deciding(relation, (column.name,), tuple(sorted(deciding[column])))
                for relation, deciding in self._deciding.items()
                if column in deciding
            )
        if any(each.relation == column.relation for each in told):
            return ()
        by_relation: dict[str, dict[str, set[str]]] = {}
        for origin, clauses in self._deciding.get(column.relation, {}).items():
            by_relation.setdefault(origin.relation, {})[origin.name] = clauses
        return tuple(
            Deciding(
                relation,
                tuple(sorted(columns)),
                tuple(sorted(set().union(*columns.values()))),
            )
            for relation, columns in sorted(by_relation.items())
        )

    def _about(self, column: Column) -> tuple[str, ...]:
        model = self._project.by_relation.get(column.relation)
        if model is None:
            mark = self._project.contacts.get(column)
            return ("source", mark) if mark else ("source",)
        is_public = model.node["access"] == "public"
        about = {"published": is_public, "exported": model.room == _EXPORTED}
        return tuple(word for word, is_so in about.items() if is_so)


def _as_sql(value: Value) -> str | None:
    if value.expression is None:
        return None
    return value.expression.sql(DIALECT, normalize_functions="lower")


def _named(name: str, schema: Iterable[str]) -> list[str]:
    """Relations of a name that has a schema or not."""
    return [each for each in schema if name in (each, each.partition(".")[2])]


def _nearest(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, set(known), n=3)
    return f"Did you mean {' or '.join(near)}?" if near else ""


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown
