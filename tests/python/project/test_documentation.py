"""Every table says what it is, what one row of it is, and proves its key."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

from findings import listed
from rooms import ROOMS, Project

from martlet.lineage.project import Model

# Keys in which an absent value is a value: a visit may come by no source at all, and a
# recommendation be shown nobody says where.
NULLABLE_KEYS = {"int_session_channels", "recommendation_performance"}


def generic_tests(project: Project, model: Model) -> list[tuple[str, dict]]:
    """Name and arguments of every generic test of a model."""
    return [
        (test["test_metadata"]["name"], test["test_metadata"]["kwargs"])
        for test in project.tests
        if test.get("attached_node") == model.node["unique_id"]
        and test.get("test_metadata")
    ]


def has_tested_key(project: Project, model: Model) -> bool:
    tests = generic_tests(project, model)

    def columns_with(name: str) -> set[str]:
        return {arguments["column_name"] for test, arguments in tests if test == name}

    not_null = columns_with("not_null")
    combinations = [
        set(arguments["columns"])
        for test, arguments in tests
        if test == "unique_combination"
    ]
    one_row = any(test == "row_count" and a["rows"] == 1 for test, a in tests)
    return (
        one_row
        or bool(columns_with("unique") & not_null)
        or any(key <= not_null or model.name in NULLABLE_KEYS for key in combinations)
    )


def test_every_model_is_described(project: Project) -> None:
    silent = [m.name for m in project.models.values() if not m.node["description"]]
    assert not silent, listed(silent)


def test_every_model_says_its_grain(project: Project) -> None:
    silent = [
        m.name for m in project.models.values() if "-- Grain:" not in m.node["raw_code"]
    ]
    assert not silent, listed(silent)


def test_every_model_has_a_tested_key(project: Project) -> None:
    keyless = [
        m.name for m in project.models.values() if not has_tested_key(project, m)
    ]
    assert not keyless, listed(keyless)


def test_every_described_column_exists_and_is_described(project: Project) -> None:
    wrong = [
        f"{model.name}.{name}"
        for model in project.models.values()
        for name, column in model.node["columns"].items()
        if name not in project.columns(model) or not column["description"]
    ]
    assert not wrong, listed(wrong)


def test_what_people_read_has_an_enforced_contract(project: Project) -> None:
    public = [m for m in project.models.values() if m.node["access"] == "public"]
    assert {model.room for model in public} == {"core", "marts", "monitoring"}
    loose = [m.name for m in public if not m.node["contract"]["enforced"]]
    assert not loose, listed(loose)


def test_what_people_read_describes_and_types_every_column(project: Project) -> None:
    incomplete = [
        f"{model.name}.{name}"
        for model in project.models.values()
        if model.node["access"] == "public"
        for name in project.columns(model)
        if not (column := model.node["columns"].get(name))
        or not column["description"]
        or not column["data_type"]
    ]
    assert not incomplete, listed(incomplete)


def test_every_seed_column_is_described(project: Project, project_dir: Path) -> None:
    undescribed = []
    for seed in project.seeds:
        path = project_dir / seed["original_file_path"]
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        described = [n for n, c in seed["columns"].items() if c["description"]]
        undescribed += [f"{seed['name']}.{n}" for n in header if n not in described]
        undescribed += [seed["name"]] if not seed["description"] else []
    assert project.seeds
    assert not undescribed, listed(undescribed)


def test_every_source_column_is_described_and_typed(project: Project) -> None:
    incomplete = [
        f"{source['source_name']}.{source['name']}.{name}"
        for source in project.sources
        for name, column in source["columns"].items()
        if not column["description"] or not column["data_type"]
    ]
    assert not incomplete, listed(incomplete)


def test_no_description_only_repeats_the_name(manifest: dict[str, Any]) -> None:
    repeating = [
        f"{node['name']}: {named['name']}"
        for kind in ("nodes", "sources", "exposures", "macros")
        for node in manifest[kind].values()
        for named in (
            node,
            *node.get("columns", {}).values(),
            *(node.get("arguments", ()) if kind == "macros" else ()),
        )
        if node["package_name"] == "martlet"
        and named["description"]
        and _letters(named["description"]) == _letters(named["name"])
    ]
    assert not repeating, listed(repeating)


def test_every_macro_says_what_it_takes(manifest: dict[str, Any]) -> None:
    """Those that begin with a line are a file's own, and engines' are the macro's own."""
    silent = []
    for macro in manifest["macros"].values():
        name = macro["name"]
        if macro["package_name"] != "martlet" or name.startswith(("_", "test_")):
            continue
        taken = _arguments(macro)
        if taken and "__" not in name:
            told = {a["name"] for a in macro["arguments"] if a["description"]}
            silent += [f"{name}: {argument}" for argument in taken - told]
            silent += [f"{name}: no {argument}" for argument in told - taken]
            silent += [] if macro["description"] else [name]
    assert not silent, listed(silent)


def test_the_site_has_a_page_to_begin_with(manifest: dict[str, Any]) -> None:
    overview = manifest["docs"]["doc.martlet.__overview__"]["block_contents"]
    for room in ROOMS:
        assert f"`{room}`" in overview, room


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.lower())


def _arguments(macro: dict[str, Any]) -> set[str]:
    head = re.search(r"macro\s+\w+\((.*?)\)\s*-?%}", macro["macro_sql"], re.DOTALL)
    return {a.partition("=")[0].strip() for a in head[1].split(",") if a.strip()}
