"""The rooms of the warehouse, the models in them, and what each model really reads.

Read from dbt's manifest. What a model reads is taken from its compiled SQL rather than
from dbt's word for it, since that is what runs; relations are written ``schema.table``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify

DIALECT = "duckdb"

# In the order data may move.
ROOMS = (
    "staging",
    "identity",
    "intermediate",
    "core",
    "attribution",
    "features",
    "labels",
    "model_inputs",
    "predictions",
    "recommendations",
    "experiments",
    "marts",
    "releases",
    "segments",
    "monitoring",
)

Schema = Mapping[str, Mapping[str, Mapping[str, str]]]


def parse(sql: str) -> exp.Query:
    """Parse one query; relations lose their database, which all of them share.

    ``recurring`` is no schema: it says that a recursion reads all it has found so far.
    """
    query = sqlglot.parse_one(sql, dialect=DIALECT)
    for table in query.find_all(exp.Table):
        table.set("catalog", None)
        if table.db == "recurring":
            table.set("db", None)
    return query


def relation_of(table: exp.Table) -> str:
    """Write a table as ``schema.table``; a CTE has no schema."""
    return f"{table.db}.{table.name}" if table.db else table.name


def resolve(query: exp.Query, schema: Schema) -> exp.Query:
    """Spell a query out: every star expanded, every column with its source."""
    return qualify(query.copy(), schema=schema, dialect=DIALECT)


@dataclass(frozen=True)
class Model:
    """One dbt model; ``node`` is its entry in the manifest."""

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

    @property
    def raw_sql(self) -> str:
        """Its SQL as written."""
        return self.node["raw_code"]

    @cached_property
    def query(self) -> exp.Query:
        """Its SQL as compiled and parsed."""
        return parse(self.node["compiled_code"])

    @cached_property
    def reads(self) -> frozenset[str]:
        """Every relation its query names that is no CTE of its own."""
        own = {cte.alias for cte in self.query.find_all(exp.CTE)}
        named = (relation_of(table) for table in self.query.find_all(exp.Table))
        return frozenset(named) - own


class Project:
    """Models, seeds and sources of a manifest, and how they hang together."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        nodes = manifest["nodes"].values()
        self.models = {
            model.name: model
            for model in (Model(n) for n in nodes if n["resource_type"] == "model")
        }
        self.seeds = [node for node in nodes if node["resource_type"] == "seed"]
        self.tests = [node for node in nodes if node["resource_type"] == "test"]
        self.sources = list(manifest["sources"].values())
        self._relations = {
            unique_id: f"{node['schema']}.{node['name']}"
            for unique_id, node in (manifest["nodes"] | manifest["sources"]).items()
        }

    @cached_property
    def room_of(self) -> dict[str, str]:
        """Room of each relation; seeds are ``reference``, sources go by their name."""
        return (
            {f"{seed['schema']}.{seed['name']}": "reference" for seed in self.seeds}
            | {f"{s['schema']}.{s['name']}": s["source_name"] for s in self.sources}
            | {model.relation: model.room for model in self.models.values()}
        )

    def declared(self, model: Model) -> set[str]:
        """Relations that dbt says the model depends on."""
        return {self._relations[node] for node in model.node["depends_on"]["nodes"]}

    def ancestors(self, model: Model) -> set[str]:
        """Every relation that the model's data come from, however far up."""
        by_relation = {other.relation: other for other in self.models.values()}
        found: set[str] = set()
        unseen = set(model.reads)
        while unseen:
            relation = unseen.pop()
            found.add(relation)
            if relation in by_relation:
                unseen |= by_relation[relation].reads - found
        return found

    @cached_property
    def in_order(self) -> list[Model]:
        """Models, each after all that it reads."""
        by_relation = {model.relation: model for model in self.models.values()}
        order = TopologicalSorter(
            {relation: model.reads for relation, model in by_relation.items()}
        ).static_order()
        return [by_relation[relation] for relation in order if relation in by_relation]

    @cached_property
    def schema(self) -> dict[str, dict[str, dict[str, str]]]:
        """Columns of every relation: as declared upstream, as compiled for models."""
        schema: dict[str, dict[str, dict[str, str]]] = {}
        for node in [*self.sources, *self.seeds]:
            columns = {
                name: column["data_type"] or "unknown"
                for name, column in node["columns"].items()
            }
            schema.setdefault(node["schema"], {})[node["name"]] = columns
        for model in self.in_order:
            selected = resolve(model.query, schema).named_selects
            columns = dict.fromkeys(selected, "unknown")
            schema.setdefault(model.node["schema"], {})[model.name] = columns
        return schema

    def columns(self, model: Model) -> list[str]:
        """Columns that the model's compiled query gives, in order."""
        return list(self.schema[model.node["schema"]][model.name])
