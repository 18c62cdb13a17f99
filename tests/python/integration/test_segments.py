"""Audiences from a filter: tried out, added to the project, built, followed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from martlet.settings import load_settings
from martlet.warehouse.dbt import DbtProject
from support import PROJECT_DIR, Shop

WHERE = "churn_score > 0.5 and city in ('Hamburg', 'Wien', 'O''Hara')"


@pytest.fixture
def own_project(tmp_path: Path) -> Path:
    """A copy of the project that may be written to."""
    copy = tmp_path / "project"
    for name in ("models", "macros", "profiles", "seeds/reference", "tests/dbt"):
        shutil.copytree(PROJECT_DIR / name, copy / name)
    shutil.copy(PROJECT_DIR / "dbt_project.yml", copy)
    return copy


def query(shop: Shop, sql: str) -> list[tuple]:
    """Ask the shop's warehouse."""
    warehouse = str(shop.home / "warehouse.duckdb")
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def files(project: Path) -> dict[Path, bytes]:
    """What lies in the folders that people edit."""
    return {
        path: path.read_bytes()
        for folder in ("models", "macros")
        for path in (project / folder).rglob("*")
        if path.is_file()
    }


def test_a_preview_tells_what_plain_queries_tell(sample_shop: Shop) -> None:
    done = sample_shop.martlet(
        "segments", "preview", "--where", WHERE, "--limit", "3", "--json"
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    ((customers, of_all, by_email, by_sms, sales, clv),) = query(
        sample_shop,
        f"select count(*) filter ({WHERE}), count(*), "
        f"count(*) filter (({WHERE}) and is_contactable_by_email), "
        f"count(*) filter (({WHERE}) and is_contactable_by_sms), "
        f"sum(net_sales) filter ({WHERE}), sum(predicted_clv_365d) filter ({WHERE}) "
        "from marts.customer_profiles",
    )
    assert customers > 3
    assert told["customers"] == customers
    assert told["all_customers"] == of_all
    assert told["share"] == pytest.approx(customers / of_all)
    assert told["contactable_by_email"] == by_email
    assert told["contactable_by_sms"] == by_sms
    assert told["net_sales"] == pytest.approx(float(sales))
    assert told["predicted_clv_365d"] == pytest.approx(clv)
    assert told["currency"] == "EUR"
    assert [list(row) for row in told["sample"]] == [
        ["customer_id", "churn_score", "city"]
    ] * 3
    overlaps = {each["segment_id"]: each for each in told["overlaps"]}
    ((segments,),) = query(
        sample_shop, "select count(*) from segments.segment_definitions"
    )
    assert len(overlaps) == segments
    for segment_id, in_both in query(
        sample_shop,
        "select segment_id, count(*) from segments.segment_membership "
        "inner join marts.customer_profiles using (customer_id) "
        f"where is_current and {WHERE} group by segment_id",
    ):
        assert overlaps[segment_id]["in_both"] == in_both
        assert overlaps[segment_id]["share"] == pytest.approx(in_both / customers)
    assert sum(each["in_both"] for each in overlaps.values()) > customers


def test_an_audience_is_added_built_and_listed(
    sample_shop: Shop, own_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "O'Hara's \"best\" – 50 % # of Köln"
    done = sample_shop.martlet(
        *("segments", "add", "keep_in_town", "--where", WHERE, "--title", title),
        *("--owner", "CRM 'team'", "--refresh", "daily", "--control-share", "0.2"),
        *("--project-dir", str(own_project), "--json"),
    )
    assert done.returncode == 0, done.stderr
    added = json.loads(done.stdout)
    assert "keep_in_town" in added["build"]
    _, env = sample_shop.command()
    for name in ("MARTLET_HOME", "MARTLET_RAW", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, env[name])
    project = DbtProject(load_settings(own_project))
    project.parse()
    selected = added["build"].partition("--select ")[2].strip("'")
    assert project.build(["--select", selected]) >= 4
    expected = query(
        sample_shop,
        f"select customer_id from marts.customer_profiles where {WHERE} order by all",
    )
    assert len(expected) == added["customers"] > 3
    members = query(
        sample_shop,
        "select customer_id, reason from segments.segment_membership "
        "where segment_id = 'keep_in_town' and is_current order by all",
    )
    assert [(customer,) for customer, _ in members] == expected
    assert all("churn_score 0." in reason for _, reason in members)
    listed = sample_shop.martlet("segments", "--json")
    assert listed.returncode == 0, listed.stderr
    audiences = {each["segment_id"]: each for each in json.loads(listed.stdout)}
    ours = audiences["keep_in_town"]
    assert (ours["title"], ours["owner"]) == (title, "CRM 'team'")
    assert (ours["refresh"], ours["control_share"]) == ("daily", 0.2)
    assert ours["members"] == ours["entered"] == len(expected)
    assert ours["departed"] == 0
    assert ours["last_exported_at"] is None and ours["is_due"] is None


def test_a_list_is_due_when_it_is_old(sample_shop: Shop) -> None:
    with duckdb.connect(str(sample_shop.home / "warehouse.duckdb")) as connection:
        connection.execute(
            "insert into ops.export_log by name from (values "
            "('a', 'champions', 'csv', timestamp '2026-01-01'), "
            "('b', 'champions', 'google-ads', timestamp '2026-02-01'), "
            "('c', 'lapsing', 'csv', timestamp '2999-01-01')) "
            "as told (export_id, segment_id, destination, exported_at)"
        )
    done = sample_shop.martlet("segments", "--json")
    assert done.returncode == 0, done.stderr
    audiences = {each["segment_id"]: each for each in json.loads(done.stdout)}
    assert audiences["champions"]["last_destination"] == "google-ads"
    assert audiences["champions"]["last_exported_at"] == "2026-02-01 00:00:00"
    assert audiences["champions"]["is_due"] is True
    assert audiences["lapsing"]["is_due"] is False
    assert audiences["win_back"]["is_due"] is None


@pytest.mark.parametrize(
    ("name", "where", "words"),
    [
        ("champions", WHERE, "'champions' already"),
        ("stolen", "email = 'x'", "no column 'email'"),
        ("stolen", "city = '{{ env_var(''HOME'') }}'", "brace"),
    ],
)
def test_what_is_refused_leaves_the_project_as_it_was(
    sample_shop: Shop, own_project: Path, name: str, where: str, words: str
) -> None:
    before = files(own_project)
    done = sample_shop.martlet(
        *("segments", "add", name, "--where", where),
        *("--project-dir", str(own_project)),
    )
    assert done.returncode == 2
    assert words in done.stderr and "Next:" in done.stderr
    assert files(own_project) == before
