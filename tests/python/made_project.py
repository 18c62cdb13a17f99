"""Small projects made by tests: a manifest as dbt writes it, of a few models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Columns by relation, each with what its `meta` says of it.
Columns = Mapping[str, Mapping[str, Mapping[str, Any]]]

SEALED = {"sealed": True}
PSEUDONYM = {"pseudonym_of": "email"}


def made_manifest(
    models: Mapping[str, str],
    sources: Columns,
    seeds: Columns | None = None,
    public: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Write a manifest of ``models``, compiled SQL by ``room.model``."""
    nodes = {}
    for relation, sql in models.items():
        room, name = relation.split(".")
        nodes[f"model.made.{name}"] = {
            "resource_type": "model",
            "schema": room,
            "name": name,
            "original_file_path": f"models/{room}/{name}.sql",
            "compiled_code": sql,
            "access": "public" if relation in public else "protected",
        }
    for relation, columns in (seeds or {}).items():
        nodes[f"seed.made.{relation}"] = _given("seed", relation, columns)
    return {
        "nodes": nodes,
        "sources": {
            f"source.made.{relation}": _given("source", relation, columns)
            for relation, columns in sources.items()
        },
    }


def _given(
    kind: str, relation: str, columns: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    schema, name = relation.split(".")
    return {
        "resource_type": kind,
        "schema": schema,
        "name": name,
        "source_name": schema,
        "columns": {
            column: {"config": {"meta": meta}} for column, meta in columns.items()
        },
    }
