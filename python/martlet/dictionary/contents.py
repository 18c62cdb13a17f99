"""What the dictionary tells of, taken from dbt's manifest.

The manifest is read as data rather than as dbt's own objects, so that one written to a
file does as well.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_GRAIN = re.compile(r"\s*Grain: (?P<grain>.+?)(?:\.(?=\s|$)|$)", re.DOTALL)
# Seeds that people edit are told of last: they are read least.
SEEDS = "reference"


@dataclass(frozen=True)
class Column:
    """A column of a table; ``data_type`` is empty where nothing declares it."""

    name: str
    data_type: str
    description: str
    is_key: bool


@dataclass(frozen=True)
class Table:
    """A public model, or a seed.

    Attributes
    ----------
    group
        Who answers for it, by the group's name; see ``Group``.
    key
        Columns that tell a row from all others; none where there is one row only.
    reads, read_by
        Names of tables it is made of, and of tables, metrics and exposures that are made
        of it. Sources are left out: what asks them for the store's settings reads no row.
    """

    name: str
    schema: str
    group: str
    description: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    reads: tuple[str, ...]
    read_by: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """A part of the published tables that one function of the company answers for."""

    name: str
    description: str
    owner: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Metric:
    """A figure that is defined once, for every tool to ask for."""

    name: str
    label: str
    description: str
    kind: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Exposure:
    """What is made of the tables outside of dbt."""

    name: str
    label: str
    description: str
    kind: str
    owner: str
    reads: tuple[str, ...]


@dataclass(frozen=True)
class Dictionary:
    """Everything that people may read, and what becomes of it."""

    groups: tuple[Group, ...]
    metrics: tuple[Metric, ...]
    exposures: tuple[Exposure, ...]

    @property
    def tables(self) -> list[Table]:
        """All tables, in the order of their groups."""
        return [table for group in self.groups for table in group.tables]


def read_dictionary(manifest: Mapping[str, Any]) -> Dictionary:
    """Take the dictionary from a manifest.

    Parameters
    ----------
    manifest : mapping
        The content of dbt's ``manifest.json``.
    """
    reader = _Reader(manifest)
    return Dictionary(
        groups=tuple(reader.groups()),
        metrics=tuple(reader.metrics()),
        exposures=tuple(reader.exposures()),
    )


class _Reader:
    """Follows what a manifest says of each node to the names that people know."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self._manifest = manifest
        nodes = manifest["nodes"].values()
        self._shown = [node for node in nodes if _is_shown(node)]
        self._names = {
            unique_id: node["name"]
            for kind in ("nodes", "metrics", "exposures")
            for unique_id, node in manifest[kind].items()
            if node["resource_type"] not in ("test", "analysis", "operation")
        }
        self._keys = _tested_keys(nodes)
        self._read_by: dict[str, set[str]] = defaultdict(set)
        for kind in ("nodes", "metrics", "exposures"):
            for unique_id, node in manifest[kind].items():
                if unique_id in self._names:
                    for read in self._reads(node):
                        self._read_by[read].add(self._names[unique_id])

    def groups(self) -> Iterable[Group]:
        """Give the groups that have something to show, seeds last, else by name."""
        tables: dict[str, list[Table]] = defaultdict(list)
        for node in sorted(self._shown, key=lambda node: node["name"]):
            tables[node["group"]].append(self._table(node))
        for group in sorted(
            self._manifest["groups"].values(),
            key=lambda group: (group["name"] == SEEDS, group["name"]),
        ):
            if group["name"] in tables:
                yield Group(
                    name=group["name"],
                    description=_text(group),
                    owner=group["owner"]["name"],
                    tables=tuple(tables[group["name"]]),
                )

    def metrics(self) -> Iterable[Metric]:
        """Give the metrics, by name."""
        for metric in _by_name(self._manifest["metrics"]):
            yield Metric(
                name=metric["name"],
                label=metric["label"] or metric["name"],
                description=_text(metric),
                kind=metric["type"],
                reads=self._names_read(metric),
            )

    def exposures(self) -> Iterable[Exposure]:
        """Give the exposures, by name."""
        for exposure in _by_name(self._manifest["exposures"]):
            yield Exposure(
                name=exposure["name"],
                label=exposure["label"] or exposure["name"],
                description=_text(exposure),
                kind=exposure["type"],
                owner=exposure["owner"]["name"],
                reads=self._names_read(exposure),
            )

    def _table(self, node: Mapping[str, Any]) -> Table:
        key = self._keys.get(node["unique_id"], ())
        types = node["config"].get("column_types") or {}
        description, grain = _parted(_text(node))
        return Table(
            name=node["name"],
            schema=node["schema"],
            group=node["group"],
            description=description,
            grain=grain,
            key=key,
            columns=tuple(
                Column(
                    name=column["name"],
                    data_type=column["data_type"] or types.get(column["name"], ""),
                    description=_text(column),
                    is_key=column["name"] in key,
                )
                for column in node["columns"].values()
            ),
            reads=self._names_read(node),
            read_by=tuple(sorted(self._read_by[node["unique_id"]])),
        )

    def _reads(self, node: Mapping[str, Any]) -> Iterable[str]:
        """Give what a node reads; where that is a semantic model, what it is of."""
        for read in node.get("depends_on", {}).get("nodes", ()):
            semantic = self._manifest["semantic_models"].get(read)
            if semantic:
                yield from self._reads(semantic)
            else:
                yield read

    def _names_read(self, node: Mapping[str, Any]) -> tuple[str, ...]:
        read = {self._names[each] for each in self._reads(node) if each in self._names}
        return tuple(sorted(read))


def _is_shown(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] == "seed" or (
        node["resource_type"] == "model" and node["access"] == "public"
    )


def _tested_keys(nodes: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Give the columns of each model that a test holds to be its key."""
    keys: dict[str, tuple[str, ...]] = {}
    for node in nodes:
        test = node.get("test_metadata") or {}
        if test.get("name") == "unique_combination":
            keys[node["attached_node"]] = tuple(test["kwargs"]["columns"])
        elif test.get("name") == "unique":
            keys.setdefault(node["attached_node"], (test["kwargs"]["column_name"],))
    return keys


def _parted(description: str) -> tuple[str, str]:
    """Part what one row is from the rest of a description."""
    found = _GRAIN.search(description)
    if not found:
        return description, ""
    rest = description[: found.start()] + description[found.end() :]
    return rest.strip(), found["grain"]


def _by_name(nodes: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return sorted(nodes.values(), key=lambda node: node["name"])


def _text(node: Mapping[str, Any]) -> str:
    return " ".join((node["description"] or "").split())
