"""Apache Superset shows what the marts hold, and the new numbers after a publication."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.request import urlopen

import duckdb
import pytest

from martlet.settings import Settings
from martlet.warehouse.publish import PublicModel, publish
from support import PROJECT_DIR, BuiltSample

SCRIPT = PROJECT_DIR / "docs" / "bi" / "superset.py"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (PROJECT_DIR / ".venv-superset" / "bin" / "superset").exists(),
        reason="SUPERSET IS NOT INSTALLED, so its recipe is not tried; make superset",
    ),
]


@pytest.fixture
def settings(built_sample: BuiltSample, tmp_path: Path) -> Settings:
    """A home with the sample's warehouse, to be changed and published."""
    settings = Settings(PROJECT_DIR, tmp_path / "home", tmp_path / "raw")
    settings.home.mkdir()
    shutil.copy(built_sample.home / "warehouse.duckdb", settings.warehouse)
    publish(settings, MODELS, pages={})
    return settings


MODELS = [
    PublicModel("core", "fct_orders", "Orders.", {}),
    PublicModel("marts", "customer_rfm", "RFM.", {}),
]


@pytest.fixture
def arguments(settings: Settings, tmp_path: Path) -> Iterator[list[str]]:
    """What the script is called with; Superset is stopped in the end."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    state = ["--state", str(tmp_path / "state")]
    published = settings.published / "marts.duckdb"
    yield [*state, "--port", str(port), "--published", str(published)]
    subprocess.run([sys.executable, SCRIPT, *state, "--stop"], check=True)


def start(arguments: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def script() -> ModuleType:
    spec = spec_from_file_location("superset_recipe", SCRIPT)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def in_marts(settings: Settings) -> tuple[dict, dict]:
    """Net sales by month and customers by segment, asked of the latest publication."""
    database = str((settings.published / "marts.duckdb").resolve())
    with duckdb.connect(database, read_only=True) as connection:
        months = connection.execute(
            "select cast(date_trunc('month', order_date) as date), sum(net_sales) "
            "from fct_orders group by all"
        ).fetchall()
        segments = connection.execute(
            "select rfm_segment, count(*) from customer_rfm group by all"
        ).fetchall()
    return {month: float(money) for month, money in months}, dict(segments)


def test_charts_show_the_marts_also_after_a_publication(
    settings: Settings, arguments: list[str]
) -> None:
    told = start(arguments)
    assert start(arguments) == told  # nothing is made twice
    superset = script().Superset(
        f"http://127.0.0.1:{arguments[3]}",
        (Path(arguments[1]) / "admin-password").read_text(),
    )

    def in_charts() -> tuple[dict, dict]:
        ids = {
            chart["slice_name"]: chart["id"]
            for chart in superset.call("GET", "chart/")["result"]
        }
        assert len(ids) == 2
        by_month = superset.rows(ids["Net sales by month"])
        by_segment = superset.rows(ids["Customers by RFM segment"])
        return (
            {
                datetime.fromtimestamp(row["order_date"] / 1000, UTC).date(): float(
                    row["sum(net_sales)"]
                )
                for row in by_month
            },
            {row["rfm_segment"]: row["count(*)"] for row in by_segment},
        )

    before = in_marts(settings)
    assert in_charts() == (pytest.approx(before[0]), before[1])
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update core.fct_orders set net_sales = 2 * net_sales")
        connection.execute("update marts.customer_rfm set rfm_segment = 'Everybody'")
    publish(settings, MODELS, pages={})
    after = in_marts(settings)
    assert in_charts() == (pytest.approx(after[0]), after[1])
    assert after[1].keys() == {"Everybody"} != before[1].keys()
    in_dashboard = superset.call("GET", "dashboard/")["result"]
    assert [each["dashboard_title"] for each in in_dashboard] == ["Shop"]
    no_file_but_the_marts(superset, settings)
    with urlopen(f"{superset.url}/login/") as page:
        assert "." not in page.headers["Content-Security-Policy"]  # no other host


def no_file_but_the_marts(superset: Any, settings: Settings) -> None:
    """Whoever types SQL reads the marts, writes nothing, and gets no further."""
    (database,) = superset.call("GET", "database/")["result"]

    def ask(sql: str, number: int) -> dict:
        body = {"database_id": database["id"], "sql": sql, "client_id": f"ask{number}"}
        return superset.call("POST", "sqllab/execute/", body)

    asked = ask("select count(*) as orders from fct_orders", 0)
    assert asked["data"][0]["orders"] > 2000
    for number, sql in enumerate(
        (
            f"select * from read_text('{PROJECT_DIR}/README.md')",
            f"attach '{settings.warehouse}' as w",
            "set enable_external_access = true",
            "delete from fct_orders",
        ),
        start=1,
    ):
        with pytest.raises(SystemExit, match="sqllab"):
            ask(sql, number)
