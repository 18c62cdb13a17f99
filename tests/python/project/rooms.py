"""The rooms of the warehouse, and what tests ask of the models in them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from martlet.lineage.project import Model
from martlet.lineage.project import Project as Followed

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


class Project(Followed):
    """The project as its manifest tells it, with dbt's word for what reads what."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        super().__init__(manifest)
        self.tests = [
            node
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test"
        ]
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
        found: set[str] = set()
        unseen = set(model.reads)
        while unseen:
            relation = unseen.pop()
            found.add(relation)
            if relation in self.by_relation:
                unseen |= self.by_relation[relation].reads - found
        return found

    def columns(self, model: Model) -> list[str]:
        """Columns that the model's compiled query gives, in order."""
        return list(self.schema[model.relation])
