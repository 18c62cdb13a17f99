"""`docs/metrics.md` names every metric and dimension there is, and no other."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from metrics_by_hand import GROUPS

Tables = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def tables(project_dir: Path) -> Tables:
    """Rows of the page's tables by what their first column is called."""
    found: Tables = {}
    rows: list[list[str]] = []
    for line in (project_dir / "docs" / "metrics.md").read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")]
        if not line.startswith("|"):
            rows = []
        elif not rows:
            rows = found.setdefault(cells[0], [])
            rows.append(cells)
        elif not line.startswith("|---"):
            rows.append(cells)
    return {
        name: [row for row in rows if row[0] != name] for name, rows in found.items()
    }


def names(cell: str) -> set[str]:
    """Everything that a cell names as code."""
    return set(re.findall(r"`(\w+)`", cell))


def test_the_page_names_every_metric(tables: Tables, manifest: dict[str, Any]) -> None:
    told = [row[0].strip("`") for row in tables["metric"]]
    assert sorted(told) == sorted(m["name"] for m in manifest["metrics"].values())


def test_the_page_says_what_each_metric_is_told_by(tables: Tables) -> None:
    by: dict[str, set[str]] = {}
    for group in GROUPS.values():
        entities = {name.split("__")[0] for name in group.dimensions}
        for metric in group.metrics:
            by.setdefault(metric, set()).update(entities)
    assert {row[0].strip("`"): names(row[-1]) for row in tables["metric"]} == by


def test_the_page_names_every_dimension(
    tables: Tables, manifest: dict[str, Any]
) -> None:
    there: dict[str, set[str]] = {}
    for model in manifest["semantic_models"].values():
        keys = {
            e["name"]: e["type"] for e in model["entities"] if e["type"] != "foreign"
        }
        for key, kind in (keys or {model["primary_entity"]: "primary"}).items():
            found = there.setdefault(key, set())
            found |= {
                dimension["name"]
                for dimension in model["dimensions"]
                if dimension["type"] == "categorical"
            }
            if kind == "unique":
                # What it leads to: campaign and channel of orders and sessions.
                found |= {e["name"] for e in model["entities"]} - keys.keys()
    there["channel"] = set()
    told = {name.strip("`"): names(cell) for name, cell in tables["entity"]}
    assert told == {key: there[key] for key in told}
    untold = {key for key in there.keys() - told.keys() if there[key]}
    assert untold == {"campaign_day", "customer_stage"}, (
        "each metric chooses those itself"
    )


def test_every_metric_is_described(manifest: dict[str, Any]) -> None:
    silent = [
        metric["name"]
        for metric in manifest["metrics"].values()
        if not metric["description"] or metric["label"] == metric["name"]
    ]
    assert not silent


def test_metrics_rest_on_what_people_may_read(manifest: dict[str, Any]) -> None:
    for model in manifest["semantic_models"].values():
        for unique_id in model["depends_on"]["nodes"]:
            assert manifest["nodes"][unique_id]["access"] == "public", unique_id


def test_snapshots_are_never_added_up_over_time(manifest: dict[str, Any]) -> None:
    """A measure that counts by the date of a snapshot takes the latest one."""
    measures = [
        measure
        for model in manifest["semantic_models"].values()
        if (model["defaults"] or {}).get("agg_time_dimension") == "as_of_date"
        for measure in model["measures"]
    ]
    assert measures
    for measure in measures:
        chosen = measure["non_additive_dimension"]
        assert (chosen["name"], chosen["window_choice"]) == ("as_of_date", "max")


def test_mf_is_an_extra() -> None:
    asked = [Requirement(text) for text in requires("martlet") or []]
    markers = [str(r.marker) for r in asked if r.name == "dbt-metricflow"]
    assert markers == ['extra == "metrics"']
