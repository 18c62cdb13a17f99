"""A build is deterministic, survives being killed, and never disturbs readers."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import pytest

from support import STORE, BuiltSample, Shop

_TABLES = """
select table_schema, table_name
from information_schema.tables
where table_schema not in ('raw', 'ops', 'information_schema')
order by all
"""


def contents(warehouse: Path) -> dict[str, tuple[list[str], int, str]]:
    """Columns, row count and a hash of every value of every table, rows in any order."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(_TABLES).fetchall()
        found = {}
        for schema, table in tables:
            relation = f'"{schema}"."{table}"'
            columns = [
                name
                for name, *_ in connection.execute(f"describe {relation}").fetchall()
            ]
            rows, digest = connection.execute(
                f"select count(*), cast(sum(hash(t)) as varchar) from {relation} as t"
            ).fetchone()
            found[f"{schema}.{table}"] = (columns, rows, digest)
    return found


def differing(one: Path, other: Path) -> list[str]:
    """List the tables in which two warehouses differ in any value."""
    first, second = (
        contents(one / "warehouse.duckdb"),
        contents(other / "warehouse.duckdb"),
    )
    assert first.keys() == second.keys()
    assert sum(rows for _, rows, _ in first.values()) > 100_000
    return [table for table in first if first[table] != second[table]]


def test_two_builds_of_the_same_input_give_identical_tables(
    built_sample: BuiltSample, tmp_path: Path, project_dir: Path
) -> None:
    again = Shop(tmp_path)
    shutil.copytree(project_dir / "seeds" / "sample", again.raw)
    done = again.martlet("build")
    assert done.returncode == 0, done.stderr
    assert not differing(built_sample.home, again.home)


def test_shuffled_doubled_and_split_files_give_the_same_tables(
    built_sample: BuiltSample, tmp_path: Path, project_dir: Path
) -> None:
    shuffled = Shop(tmp_path)
    for folder in sorted((project_dir / "seeds" / "sample").iterdir()):
        target = shuffled.raw / folder.name
        target.mkdir(parents=True)
        rows = duckdb.sql(
            f"select * from read_csv('{folder}/*', all_varchar = true, header = true)"
        )
        for part in (1, 2):
            duckdb.sql(
                f"select * from rows order by md5('{part}' || cast(rows as varchar))"
            ).write_csv(str(target / f"part-{part}.csv"))
        del rows
    done = shuffled.martlet("build")
    assert done.returncode == 0, done.stderr
    counting_raw_rows = ["monitoring.event_quality", "monitoring.raw_reconciliation"]
    assert differing(built_sample.home, shuffled.home) == counting_raw_rows


def test_a_build_that_adds_nothing_changes_no_mart(built_corner_shop: Shop) -> None:
    before = contents(built_corner_shop.published)
    assert built_corner_shop.martlet("build").returncode == 0
    assert contents(built_corner_shop.published) == before


@pytest.mark.parametrize("seconds", [2.5, 6, 10])
def test_killed_build_leaves_the_publication_and_the_next_build_works(
    built_corner_shop: Shop, seconds: float
) -> None:
    before = contents(built_corner_shop.published)
    command, env = built_corner_shop.command("build")
    with duckdb.connect(str(built_corner_shop.published), read_only=True) as reader:
        build = subprocess.Popen(
            command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and build.poll() is None:
            assert reader.execute("select count(*) from fct_orders").fetchone() == (2,)
            time.sleep(0.05)
        build.send_signal(signal.SIGKILL)
        build.wait()
    assert contents(built_corner_shop.published) == before
    done = built_corner_shop.martlet("build")
    assert done.returncode == 0, done.stderr
    assert contents(built_corner_shop.published) == before


def test_a_warehouse_of_an_older_version_gains_the_columns_it_lacks(
    corner_shop: Shop,
) -> None:
    event = "e{0},v1,2026-03-01T10:0{0}:00Z,2026-03-01T10:0{0}:01Z,page_view\n"
    header = "event_id,visitor_id,event_at,received_at,event_name\n"
    corner_shop.write("events", header + event.format(1))
    assert corner_shop.martlet("build").returncode == 0
    warehouse = corner_shop.home / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("alter table ops.changed_visitors drop column changed_from")
        connection.execute("alter table ml.model_runs drop column code_fingerprint")
    corner_shop.write("events", header + event.format(2), "later.csv")
    done = corner_shop.martlet("build")
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (sessions,) = connection.execute(
            "select events from core.fct_sessions"
        ).fetchall()
    assert sessions == (2,)


def test_the_sample_gives_way_to_a_real_store(corner_shop: Shop) -> None:
    corner_shop.write("store", STORE.replace("corner-shop", "sample-1-60-1"))
    assert corner_shop.martlet("build").returncode == 0
    corner_shop.write("store", STORE)
    done = corner_shop.martlet("build")
    assert done.returncode == 0, done.stderr
    assert "made anew" in done.stderr


def test_publications_are_pruned_and_the_link_names_the_latest(
    built_corner_shop: Shop,
) -> None:
    somebodys_own = built_corner_shop.home / "published-2024-01"
    somebodys_own.mkdir()
    for _ in range(4):
        assert (
            built_corner_shop.martlet("build", "--select", "champions").returncode == 0
        )
    somebodys_own.rmdir()
    kept = sorted(path.name for path in built_corner_shop.home.glob("published-*"))
    assert kept == ["published-000003", "published-000004", "published-000005"]
    assert built_corner_shop.published.resolve().parent.name == "published-000005"


def test_raw_path_with_quotes_and_wildcards(corner_shop: Shop) -> None:
    odd = corner_shop.directory / "it's [1] *odd?"
    shutil.copytree(corner_shop.raw, odd)
    command, env = corner_shop.command("build", "--json")
    done = subprocess.run(
        command,
        env=env | {"MARTLET_RAW": str(odd)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = {mart["name"]: mart["rows"] for mart in json.loads(done.stdout)["marts"]}
    assert rows["fct_orders"] == 2


def test_published_file_tells_of_itself(built_sample: BuiltSample) -> None:
    with duckdb.connect(str(built_sample.database), read_only=True) as connection:
        untold = connection.execute(
            "select table_name from duckdb_tables() where comment is null "
            "union all select table_name || '.' || column_name from duckdb_columns() "
            "where comment is null and not internal"
        ).fetchall()
        tables = {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables()"
            ).fetchall()
        }
    assert not untold
    published = {path.stem for path in built_sample.database.parent.glob("*.parquet")}
    assert published == tables
    assert {"fct_sessions", "customer_rfm", "product_associations"} <= tables
