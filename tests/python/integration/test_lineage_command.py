"""``martlet lineage`` as a person runs it, on a project without a warehouse."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support import BIN, PROJECT_DIR, environment


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands below keep what they compile."""
    return tmp_path_factory.mktemp("lineage")


def lineage(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "martlet"), "lineage", *arguments],
        cwd=PROJECT_DIR,
        env=environment(directory),
        capture_output=True,
        text=True,
        check=False,
    )


def test_lineage_needs_no_warehouse_and_makes_none(directory: Path) -> None:
    told = lineage(directory, "raw.orders.email")
    assert told.returncode == 0, told.stderr
    up, down = told.stdout.split("raw.orders.email goes to")
    assert "nothing else" in up
    assert "(source, sealed)" in up
    assert "carried into identity.identity_contacts.email" in down
    assert "decides which rows identity.identity_contacts has (" in down
    assert not (directory / "home" / "warehouse.duckdb").exists()


def test_lineage_compiles_once_and_tells_as_json(directory: Path) -> None:
    compiled = directory / "target" / "lineage" / "manifest.json"
    before = compiled.stat().st_mtime_ns
    told = lineage(directory, "customer_rfm.monetary", "--up", "--depth", "2", "--json")
    assert told.returncode == 0, told.stderr
    assert compiled.stat().st_mtime_ns == before
    (tree,) = json.loads(told.stdout).values()
    assert tree["column"] == "marts.customer_rfm.monetary"
    (history,) = tree["steps"]
    assert history["column"] == "marts.customer_rfm_history.monetary"
    assert history["how"] == "carried"
    assert history["rows"]
    assert history["steps"][0]["is_cut"]


def test_what_is_not_there_is_told_with_the_nearest(directory: Path) -> None:
    told = lineage(directory, "custmer_rfm.monetary")
    assert told.returncode == 2
    assert "There is no model, source or reference table custmer_rfm." in told.stderr
    assert "customer_rfm" in told.stderr.partition("Next:")[2]
