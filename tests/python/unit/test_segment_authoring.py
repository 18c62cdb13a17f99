"""An audience is added whole or not at all, and nothing that it says becomes code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
import sqlglot
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.errors import CheckFailed, EnvironmentFault, UsageError
from martlet.segments.authoring import add_audience
from martlet.segments.filters import parse_filter
from martlet.segments.naming import LONGEST_TITLE, Audience
from martlet.segments.writing import model_text, with_audience, yaml_text
from support import PROJECT_DIR

COLUMNS = {
    "as_of_date": "DATE",
    "customer_id": "VARCHAR",
    "orders": "BIGINT",
    "city": "VARCHAR",
    "churn_score": "DOUBLE",
    "net_sales": "DECIMAL(18,4)",
    "last_ordered_at": "TIMESTAMP",
    "is_guest": "BOOLEAN",
}
LISTING = (PROJECT_DIR / "macros" / "project" / "audiences.sql").read_text("utf-8")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse with one customer, who was asked for e-mails alone."""
    with duckdb.connect() as made:
        made.execute("create schema marts")
        made.execute("create schema identity")
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        made.execute(f"create table marts.customer_profiles ({columns})")
        made.execute(
            "insert into marts.customer_profiles by name select 'c1' as customer_id, "
            "3 as orders, 'Köln' as city"
        )
        made.execute(
            "create table identity.identity_consents as "
            "select 'email' as channel, 'marketing' as purpose"
        )
        yield made


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the list of audiences, and nothing else."""
    listing = tmp_path / "macros" / "project" / "audiences.sql"
    listing.parent.mkdir(parents=True)
    listing.write_text(LISTING, "utf-8")
    (tmp_path / "models" / "segments").mkdir(parents=True)
    return tmp_path


def audience(**changes: Any) -> Audience:
    """An audience that may be added, but for the changes."""
    said = {
        "name": "loyal",
        "title": "Loyal",
        "owner": "CRM",
        "channel": "email",
        "purpose": "marketing",
        "refresh": "weekly",
        "control_share": 0.1,
    }
    return Audience(**{**said, **changes})


def contents(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def reading(project: Path) -> Callable[[], set[str]]:
    """Read the project's names as dbt would: those of its models."""
    return lambda: {path.stem for path in project.rglob("models/**/*.sql")} | {"dim_x"}


def test_an_audience_is_three_files(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    added = add_audience(
        connection, project, audience(), "orders > 2", reading(project)
    )
    assert added.customers == 1
    assert {path.relative_to(project).as_posix() for path in added.files} == {
        "models/segments/loyal.sql",
        "models/segments/_segments_loyal__models.yml",
        "macros/project/audiences.sql",
    }
    assert set(contents(project)) == set(added.files)
    assert (
        "        'likely_to_churn',\n        'loyal',\n" in added.files[2].read_text()
    )


@pytest.mark.parametrize("name", ["loyal", "dim_x", "select", "order", "members"])
def test_names_that_are_taken_are_refused(
    connection: duckdb.DuckDBPyConnection, project: Path, name: str
) -> None:
    (project / "models" / "segments" / "loyal.sql").write_text("select 1")
    before = contents(project)
    with pytest.raises(UsageError) as refusal:
        add_audience(
            connection, project, audience(name=name), "orders > 2", reading(project)
        )
    assert refusal.value.hint
    assert contents(project) == before


@pytest.mark.parametrize(
    "said",
    [
        {"name": "ab"},
        {"name": "Loyal"},
        {"name": "1st"},
        {"name": "a-b-c"},
        {"name": "../../etc/x"},
        {"name": "loyal\n"},
        {"name": "lоyal"},
        {"name": "l" * 51},
        {"title": ""},
        {"title": "  "},
        {"title": "x" * (LONGEST_TITLE + 1)},
        {"title": "{{ env_var('MARTLET_KEY') }}"},
        {"title": "{% raw %}"},
        {"title": "a\nb"},
        {"title": "a\u202eb"},
        {"title": "a\\"},
        {"owner": "{# x #}"},
        {"owner": "a\x00b"},
        {"channel": "e-mail"},
        {"channel": "email', 'x"},
        {"purpose": ""},
        {"refresh": "hourly"},
        {"control_share": -0.1},
        {"control_share": 0.6},
        {"control_share": float("nan")},
    ],
)
def test_what_cannot_be_written_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as refusal:
        audience(**said)
    assert refusal.value.hint


def test_consents_that_nobody_was_asked_for_are_refused(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    with pytest.raises(UsageError, match="Nobody was ever asked"):
        add_audience(
            connection,
            project,
            audience(channel="sms"),
            "orders > 2",
            reading(project),
        )


@pytest.mark.parametrize(
    "text", ["1 = 1", " * ".join(["orders"] + ["999999999999999"] * 3) + " > 1"]
)
def test_a_filter_that_is_refused_writes_nothing(
    connection: duckdb.DuckDBPyConnection, project: Path, text: str
) -> None:
    before = contents(project)
    with pytest.raises(UsageError):
        add_audience(connection, project, audience(), text, reading(project))
    assert contents(project) == before


def test_a_project_that_cannot_be_read_is_put_back(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    before = contents(project)
    calls = []

    def failing() -> set[str]:
        calls.append(set(contents(project)) - set(before))
        if len(calls) == 2:
            raise EnvironmentFault("dbt could not run.")
        return set()

    with pytest.raises(EnvironmentFault, match="dbt could not run"):
        add_audience(connection, project, audience(), "orders > 2", failing)
    assert [len(new) for new in calls] == [0, 2]
    assert contents(project) == before


def test_an_audience_that_dbt_does_not_find_is_taken_out_again(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    before = contents(project)
    with pytest.raises(CheckFailed, match="does not find"):
        add_audience(connection, project, audience(), "orders > 2", set)
    assert contents(project) == before


def test_a_list_in_another_shape_is_left_alone(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    listing = project / "macros" / "project" / "audiences.sql"
    listing.write_text("{% macro audiences() %}{{ return(var('x')) }}{% endmacro %}")
    before = contents(project)
    with pytest.raises(UsageError, match="has no list"):
        add_audience(connection, project, audience(), "orders > 2", reading(project))
    assert contents(project) == before


def test_a_file_that_dbt_does_not_read_is_not_overwritten(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    (project / "models" / "segments" / "loyal.sql").write_text("-- somebody's draft")
    before = contents(project)
    with pytest.raises(UsageError, match="is there already"):
        add_audience(connection, project, audience(), "orders > 2", set)
    assert contents(project) == before


def test_the_list_gains_one_name_and_keeps_all_else() -> None:
    longer = with_audience(LISTING, "loyal")
    assert longer.replace("        'loyal',\n", "") == LISTING
    assert with_audience(longer, "loyal") == longer


TEXTS = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="{}\\"),
    min_size=1,
    max_size=LONGEST_TITLE,
).filter(lambda text: text.isprintable() and text.strip())


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(title=TEXTS, owner=TEXTS, city=TEXTS)
def test_texts_arrive_as_they_were_typed(title: str, owner: str, city: str) -> None:
    quoted = "'" + city[:29].replace("'", "''") + "'"
    condition = parse_filter(f"city = {quoted} and orders > 2", COLUMNS)
    said = audience(title=title, owner=owner)
    metas: list[dict] = []
    rendered = jinja2.Template(model_text(said, condition, COLUMNS)).render(
        config=lambda meta: metas.append(meta) or "", ref=lambda name: f"marts.{name}"
    )
    assert [(meta["title"], meta["owner"]) for meta in metas] == [(title, owner)]
    assert re.match(r"-- [A-Z].*\n(?:-- .*\n)*-- Grain: ", rendered)
    written = sqlglot.parse_one(rendered, read="duckdb").find(sqlglot.exp.Where)
    expected = sqlglot.parse_one(condition.rendered, read="duckdb")
    assert written.this == expected
    (model,) = yaml.safe_load(yaml_text(said))["models"]
    description = model["description"].strip()
    assert jinja2.Template(description).render() == description
    assert "".join(title.split()) in "".join(description.split())


@pytest.mark.parametrize(
    "text",
    [
        "orders > 2",
        "orders > 2 and churn_score > 0.5 and net_sales > 1 and is_guest and "
        "last_ordered_at >= '2026-01-01'",
        " or ".join(f"city = 'city number {number}'" for number in range(40)),
        "city in (" + ", ".join(f"'{'x' * 50} {n}'" for n in range(20)) + ")",
    ],
)
def test_models_keep_to_the_house_style(text: str) -> None:
    lines = model_text(
        audience(title="x " * 30), parse_filter(text, COLUMNS), COLUMNS
    ).splitlines()
    assert max(map(len, lines)) <= 88
    assert len(lines) <= 150
    assert lines[-1] == "select * from members"


def test_reasons_tell_what_the_filter_saw(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    condition = parse_filter("churn_score is null or city = 'x' or orders > 2", COLUMNS)
    text = model_text(audience(), condition, COLUMNS)
    reason = re.search(r"customer_id,\n(.*?) as reason", text, re.DOTALL)
    told = connection.execute(f"select {reason[1]} from marts.customer_profiles")
    assert told.fetchall() == [("churn_score unknown, city Köln, orders 3",)]
