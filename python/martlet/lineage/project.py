"""Models, seeds and sources of dbt's manifest, and how their columns hang together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from sqlglot import exp

from martlet.errors import CannotFollow
from martlet.lineage.queries import Column, parse, relations_in
from martlet.lineage.tracing import Trace, trace


@dataclass(frozen=True)
class Model:
    """One dbt model; ``node`` is its entry in the manifest, with compiled SQL."""

    node: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Name of the model."""
        return self.node["name"]

    @property
    def relation(self) -> str:
        """Table it makes, as ``schema.table``."""
        return f"{self.node['schema']}.{self.name}"

    @property
    def path(self) -> Path:
        """Its file, from the root of the project."""
        return Path(self.node["original_file_path"])

    @property
    def room(self) -> str:
        """The folder of ``models`` it lives in."""
        return self.path.parts[1]

    @cached_property
    def query(self) -> exp.Query:
        """Its SQL as compiled and parsed."""
        try:
            return parse(self.node["compiled_code"])
        except CannotFollow as error:
            raise _in_model(self, error) from error

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every relation its query names that is no CTE of its own."""
        return relations_in(self.query)


class Project:
    """What a manifest tells, and what follows from the SQL in it.

    What a model reads is taken from its compiled SQL rather than from dbt's word for it,
    since that is what runs.
    """

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        nodes = manifest["nodes"].values()
        self.models = {
            model.name: model
            for model in (Model(n) for n in nodes if n["resource_type"] == "model")
        }
        self.seeds = [node for node in nodes if node["resource_type"] == "seed"]
        self.sources = list(manifest["sources"].values())

    @cached_property
    def by_relation(self) -> dict[str, Model]:
        """Models by the table they make."""
        return {model.relation: model for model in self.models.values()}

    @cached_property
    def in_order(self) -> list[Model]:
        """Models, each after all that it reads."""
        models = self.by_relation
        order = TopologicalSorter(
            {relation: model.reads for relation, model in models.items()}
        ).static_order()
        return [models[relation] for relation in order if relation in models]

    @property
    def schema(self) -> dict[str, list[str]]:
        """Columns of every relation: as declared upstream, as compiled for models."""
        return self._followed[0]

    @property
    def traces(self) -> dict[str, Trace]:
        """What the columns of each model are made of, by relation, in order."""
        return self._followed[1]

    @cached_property
    def contacts(self) -> dict[Column, str]:
        """Columns of sources and seeds marked as contact data: sealed, or a pseudonym."""
        return {
            Column(f"{node['schema']}.{node['name']}", name.lower()): mark
            for node in (*self.sources, *self.seeds)
            for name, column in node["columns"].items()
            if (mark := _mark(column["config"]["meta"]))
        }

    @cached_property
    def _followed(self) -> tuple[dict[str, list[str]], dict[str, Trace]]:
        schema = {
            f"{node['schema']}.{node['name']}": list(map(str.lower, node["columns"]))
            for node in (*self.sources, *self.seeds)
        }
        traces = {}
        for model in self.in_order:
            try:
                traced = trace(model.query, schema)
            except CannotFollow as error:
                raise _in_model(model, error) from error
            traces[model.relation] = traced
            schema[model.relation] = list(traced.columns)
        return schema, traces


def _mark(meta: Mapping[str, Any]) -> str | None:
    if meta.get("sealed"):
        return "sealed"
    return "pseudonym" if meta.get("pseudonym_of") else None


def _in_model(model: Model, error: CannotFollow) -> CannotFollow:
    return CannotFollow(
        f"The columns of {model.relation} cannot be followed: {error.message}.",
        f"Write its columns out in {model.path}: no pivot, lateral join, natural join, "
        "union by name, or function that reads.",
    )
