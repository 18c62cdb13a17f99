"""What leaves dbt is declared: who reads which tables, and under which name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from findings import listed
from rooms import ROOMS, Project
from sources import read_package

import martlet.build

EXPORTS = ("ad_audiences", "mailing_lists", "list_files")
_READ = re.compile(rf"\b({'|'.join(ROOMS)})\.(\w+)\b")
_SELECTOR = re.compile(r"selector:(\w+)")


def read_by(manifest: dict[str, Any], exposure: str) -> set[str]:
    """Names of the models that an exposure says it reads."""
    node = manifest["exposures"][f"exposure.martlet.{exposure}"]
    return {manifest["nodes"][each]["name"] for each in node["depends_on"]["nodes"]}


def test_exposures_say_what_they_are_and_whose(manifest: dict[str, Any]) -> None:
    exposures = manifest["exposures"].values()
    assert exposures
    silent = [
        exposure["name"]
        for exposure in exposures
        if not exposure["description"]
        or not exposure["label"]
        or not exposure["maturity"]
        or not exposure["owner"]["name"]
        or not exposure["depends_on"]["nodes"]
    ]
    assert not silent, listed(silent)


def test_bi_tools_read_everything_public(
    project: Project, manifest: dict[str, Any]
) -> None:
    """So every public table is in an exposure, and the list is what is published."""
    public = {m.name for m in project.models.values() if m.node["access"] == "public"}
    assert read_by(manifest, "business_intelligence") == public


def test_exports_read_what_their_sql_names(
    project: Project, manifest: dict[str, Any], project_dir: Path
) -> None:
    """Private tables are left out: dbt lets nothing outside their room name them."""
    named = {
        table
        for module in read_package(project_dir)
        if module.room == "export"
        for text in module.texts()
        for room, table in _READ.findall(text)
        if (model := project.models.get(table))
        and model.room == room
        and model.node["access"] != "private"
    }
    assert named
    for exposure in EXPORTS:
        assert read_by(manifest, exposure) == named, exposure


def test_releases_read_their_room(project: Project, manifest: dict[str, Any]) -> None:
    room = {
        model.name
        for model in project.models.values()
        if model.room == "releases" and model.node["access"] != "private"
    }
    assert read_by(manifest, "released_tables") == room


def test_selectors_are_described_and_those_of_python_exist(project_dir: Path) -> None:
    text = (project_dir / "selectors.yml").read_text("utf-8")
    selectors = {each["name"]: each for each in yaml.safe_load(text)["selectors"]}
    silent = [name for name, each in selectors.items() if not each.get("description")]
    assert not silent, listed(silent)
    python = "".join(module.text for module in read_package(project_dir))
    named = {*_SELECTOR.findall(python), *_SELECTOR.findall(text)}
    assert martlet.build.WITHOUT_MODELS.removeprefix("selector:") in named
    assert named <= selectors.keys(), named - selectors.keys()
