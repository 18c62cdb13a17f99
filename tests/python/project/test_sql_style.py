"""SQL has one shape: imports at the top, one job per step, engines kept apart."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from findings import listed, places
from rooms import Project
from sqlglot import exp

from martlet.lineage.project import Model
from martlet.lineage.queries import relation_of

MOST_LINES = 150
MOST_COLUMNS = 88

# Functions and operators of DuckDB that other engines lack, or mean something else by.
# `macros/engine` gives each a name that holds everywhere.
ENGINE_OWN = re.compile(
    r"""
    \b(?:
        epoch(?:_\w+)? | to_(?:microseconds|seconds|minutes|hours|days|months|years)
        | timezone | date_?diff | date_?add | date_?sub | strf?p?time | make_date
        | regexp_\w+ | string_split\w* | str_split\w* | string_agg | strlen
        | list(?:_\w+)? | array_agg | unnest | generate_series | range | struct_pack
        | arg_(?:min|max) | hash | md5_number | quantile\w* | mode | printf | format
        | read_(?:csv|parquet|json)\w* | glob
    )\s*\(
    | :: | // | \bilike\b | \bglob\b | \bexclude\s*\( | \bcolumns\s*\( | \bpositional\s
    """,
    re.IGNORECASE | re.VERBOSE,
)
CLOCK = re.compile(
    r"\b(?:current_date|current_time|current_timestamp|localtime|localtimestamp)\b"
    r"|\b(?:now|today|getdate|get_current_\w+|transaction_timestamp)\s*\(",
    re.IGNORECASE,
)


def sql_files(project_dir: Path, *folders: str) -> list[Path]:
    files = [p for folder in folders for p in (project_dir / folder).rglob("*.sql")]
    assert files
    return sorted(files)


def without_comments(sql: str) -> str:
    """Leave out what is said about the SQL, keeping its lines."""
    sql = re.sub(r"\{#.*?#\}", lambda m: "\n" * m[0].count("\n"), sql, flags=re.DOTALL)
    return re.sub(r"--.*", "", sql)


def found(pattern: re.Pattern[str], project_dir: Path, *folders: str) -> list[str]:
    """Every place in the SQL of some folders where the pattern occurs."""
    return [
        place
        for path in sql_files(project_dir, *folders)
        for place in places(
            without_comments(path.read_text("utf-8")),
            pattern,
            path.relative_to(project_dir),
        )
    ]


def steps(model: Model) -> list[exp.CTE]:
    """The CTEs of a model in order."""
    return model.query.ctes


def imported(step: exp.CTE, model: Model) -> list[str]:
    """Relations outside the model that a step reads."""
    tables = (relation_of(table) for table in step.this.find_all(exp.Table))
    return [relation for relation in tables if relation in model.reads]


def test_models_begin_with_what_they_are(project: Project) -> None:
    headless = [
        model.name
        for model in project.models.values()
        if not re.match(r"-- [A-Z].*\n(?:-- .*\n)*-- Grain: ", model.node["raw_code"])
    ]
    assert not headless, listed(headless)


def test_models_end_with_their_last_step(project: Project) -> None:
    wrong = [
        model.name
        for model in project.models.values()
        if model.node["raw_code"].rstrip().splitlines()[-1]
        != f"select * from {steps(model)[-1].alias}"
    ]
    assert not wrong, listed(wrong)


def test_relations_are_read_only_in_imports_one_for_each(project: Project) -> None:
    """An import selects from one relation and does nothing else with it."""
    wrong = []
    for model in project.models.values():
        read = Counter(r for step in steps(model) for r in imported(step, model))
        wrong += [f"{model.name} imports {r} twice" for r, n in read.items() if n > 1]
        for step in steps(model):
            tables = list(step.this.find_all(exp.Table))
            if imported(step, model) and len(tables) != 1:
                wrong.append(f"{model.name}.{step.alias} imports and joins")
    assert not wrong, listed(wrong)


def test_imports_stand_at_the_top(project: Project) -> None:
    wrong = []
    for model in project.models.values():
        are_imports = [bool(imported(step, model)) for step in steps(model)]
        if are_imports != sorted(are_imports, reverse=True):
            late = steps(model)[len(are_imports) - 1 - are_imports[::-1].index(True)]
            wrong.append(f"{model.name}: import {late.alias} stands below other steps")
    assert not wrong, listed(wrong)


def test_files_and_lines_are_short(project_dir: Path) -> None:
    too_long = []
    for path in sql_files(project_dir, "models", "macros", "tests/dbt"):
        lines = path.read_text("utf-8").splitlines()
        name = path.relative_to(project_dir)
        if len(lines) > MOST_LINES:
            too_long.append(f"{name} has {len(lines)} lines")
        too_long += [
            f"{name}:{number} has {len(line)} columns"
            for number, line in enumerate(lines, start=1)
            if len(line) > MOST_COLUMNS
        ]
    assert not too_long, listed(too_long)


def test_engines_differ_only_in_engine_macros(project_dir: Path) -> None:
    own = found(ENGINE_OWN, project_dir, "models", "macros/project")
    assert not own, listed(own)


def test_sql_never_reads_the_clock(project_dir: Path) -> None:
    reading = found(CLOCK, project_dir, "models", "macros", "python")
    assert not reading, listed(reading)


@pytest.mark.parametrize(
    ("pattern", "sql"),
    [
        (ENGINE_OWN, "select epoch_us(seen_at) as t"),
        (ENGINE_OWN, "select seen_at::date as day"),
        (ENGINE_OWN, "select unnest(generate_series(1, 2)) as n"),
        (CLOCK, "where day < current_date"),
        (CLOCK, "where seen_at < now()"),
    ],
)
def test_the_patterns_find_what_they_are_for(
    pattern: re.Pattern[str], sql: str
) -> None:
    assert pattern.search(sql)
