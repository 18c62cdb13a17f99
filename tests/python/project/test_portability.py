"""What keeps models from Snowflake, BigQuery and Trino is listed, and may only shrink."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from findings import listed
from sqlglot import parse_one

from portability import (
    CONSTRUCTS,
    DIALECTS,
    is_engine_macro,
    lost_on_the_way,
    needed_macros,
    portability,
    written_elsewhere,
    written_in,
)
from portability_page import LIST, PAGE, list_text, page

COMMAND = "python tests/python/portability_page.py"
Listed = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def found(manifest: dict[str, Any]) -> Listed:
    """What is lost in truth."""
    return portability(manifest)


@pytest.fixture(scope="module")
def committed() -> Listed:
    """What the list says is lost."""
    return yaml.safe_load(LIST.read_text("utf-8"))


def entries(each_dialect: Listed) -> set[str]:
    """Every model beside what it loses where, one to a line."""
    return {
        f"{dialect}: {name}, {group}" + (f", {model}" if model else "")
        for dialect, groups in each_dialect.items()
        for group, names in groups.items()
        for name in names
        for model in (names[name] if isinstance(names, dict) else [""])
    }


def test_nothing_is_lost_that_is_not_listed(found: Listed, committed: Listed) -> None:
    grown = entries(found) - entries(committed)
    assert not grown, (
        f"Not in {LIST.name}; write it another way, or through an engine macro, and "
        f"only then list it ({COMMAND}):{listed(grown)}"
    )


def test_nothing_is_listed_that_is_not_lost(found: Listed, committed: Listed) -> None:
    gone = entries(committed) - entries(found)
    assert not gone, f"Take out of {LIST.name} ({COMMAND}):{listed(gone)}"


def test_list_and_page_are_the_projects(
    found: Listed, manifest: dict[str, Any]
) -> None:
    is_list_same = LIST.read_text("utf-8") == list_text(found)
    is_page_same = PAGE.read_text("utf-8") == page(manifest, found)
    assert is_list_same and is_page_same, f"Write list and page anew: {COMMAND}"


def test_what_is_listed_for_engine_macros_is_written_by_them_alone(
    committed: Listed, manifest: dict[str, Any]
) -> None:
    names = {name for each in committed.values() for name in each["in_engine_macros"]}
    assert names
    strays = [f"{n}: {path}" for n in names for path in written_elsewhere(manifest, n)]
    strays += [f"{n}: no engine macro" for n in names if not written_in(manifest, n)]
    assert not strays, listed(strays)


def test_every_construct_that_is_known_is_used(committed: Listed) -> None:
    used = {n for each in committed.values() for names in each.values() for n in names}
    assert set(CONSTRUCTS) == used


def test_what_an_adapter_needs_is_dispatched(manifest: dict[str, Any]) -> None:
    dispatching = {
        macro["name"]
        for macro in manifest["macros"].values()
        if is_engine_macro(macro)
        and f"adapter.dispatch('{macro['name']}', 'martlet')" in macro["macro_sql"]
    }
    assert needed_macros(manifest)
    assert needed_macros(manifest) <= dispatching


def test_nothing_outside_the_engine_room_asks_which_engine_it_is(
    project_dir: Path,
) -> None:
    outside = [
        path.relative_to(project_dir).as_posix()
        for folder in ("models", "macros/project")
        for path in (project_dir / folder).rglob("*.sql")
        if "adapter.dispatch(" in path.read_text("utf-8")
        or "target.type" in path.read_text("utf-8")
    ]
    assert not outside, listed(outside)


@pytest.mark.parametrize(
    ("dialect", "sql", "lost"),
    [
        ("snowflake", "select epoch_us(a) as b from t", {"epoch_us()"}),
        (
            "snowflake",
            "with sample as (select 1) select * from sample",
            {"not read back"},
        ),
        ("bigquery", "select sum(a) over (order by b) as c from t", {"Ordered"}),
        (
            "bigquery",
            "select sum(a) over w from t window w as (order by b)",
            {"Ordered"},
        ),
        ("trino", "select {'x': a} as s from t", {"Struct"}),
        ("trino", "select regexp_replace(a, 'b', 'c', 'g') from t", {"changes: , g"}),
        ("trino", "select a >> 2 as b from t", {"bitwise_right_shift()"}),
    ],
)
def test_the_gate_finds_what_it_is_for(dialect: str, sql: str, lost: set[str]) -> None:
    assert lost_on_the_way(parse_one(sql, dialect="duckdb"), dialect) == lost


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_gate_lets_through_what_all_engines_know(dialect: str) -> None:
    sql = """
        with seen as (select a, count(*) as n from t where b not like 'x%' group by a)
        select a, n from seen qualify row_number() over (partition by a) = 1
    """
    assert not lost_on_the_way(parse_one(sql, dialect="duckdb"), dialect)
