"""Every table has an owner, and is open to as few as it is for."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from findings import listed
from rooms import Project

from martlet.lineage.project import Model

# Whoever reads tables by dbt's word. Tests are of the table's own group.
READERS = ("nodes", "exposures", "metrics", "semantic_models", "saved_queries")
# The one room whose tables for people are of many subjects, each with its own owner.
PARTED_ROOM = "marts"


def groups_that_read(manifest: dict[str, Any]) -> dict[str, set[str | None]]:
    """Groups of what reads each node; None for what is of no group."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for kind in READERS:
        for node in manifest[kind].values():
            if node["resource_type"] != "test":
                for read in node["depends_on"].get("nodes", ()):
                    found[read].add(node.get("group"))
    return found


def subject(model: Model) -> str:
    """The room of a model, or within the marts the folder."""
    if model.room != PARTED_ROOM:
        return model.room
    return model.node["fqn"][2]


def test_every_model_and_seed_is_its_rooms(project: Project) -> None:
    wrong = [
        f"{model.name} is of {model.node['group']}"
        for model in project.models.values()
        if model.node["group"] != subject(model)
    ]
    wrong += [s["name"] for s in project.seeds if s["group"] != "reference"]
    assert not wrong, listed(wrong)


def test_every_group_is_described_owned_and_used(
    project: Project, manifest: dict[str, Any]
) -> None:
    used = {node["group"] for node in (*project.seeds, *manifest["nodes"].values())}
    for group in manifest["groups"].values():
        assert group["name"] in used, group["name"]
        assert group["description"], group["name"]
        assert group["owner"]["name"], group["name"]


def test_what_only_its_own_room_reads_is_private(
    project: Project, manifest: dict[str, Any]
) -> None:
    """Dbt refuses readers of private models; this refuses models open for nobody."""
    readers = groups_that_read(manifest)
    needlessly_open = [
        model.name
        for model in project.models.values()
        if model.node["access"] == "protected"
        and readers[model.node["unique_id"]] == {model.node["group"]}
    ]
    assert not needlessly_open, listed(needlessly_open)


def test_private_models_are_read_by_their_own_group(
    project: Project, manifest: dict[str, Any]
) -> None:
    readers = groups_that_read(manifest)
    private = [m for m in project.models.values() if m.node["access"] == "private"]
    wrong = [
        model.name
        for model in private
        if not readers[model.node["unique_id"]] <= {model.node["group"]}
    ]
    assert private
    assert not wrong, listed(wrong)
