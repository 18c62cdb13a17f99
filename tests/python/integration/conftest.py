"""Small stores to build."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from event_streams import BATCHES, rows, stream, write
from martlet.settings import load_settings
from martlet.warehouse.dbt import DbtProject
from ready_parse import hand_over_parse
from support import (
    CUSTOMERS,
    ORDER_ITEMS,
    ORDERS,
    PROJECT_DIR,
    STORE,
    BuiltSample,
    Shop,
    once,
)


@pytest.fixture
def sample_shop(built_sample: BuiltSample, tmp_path: Path) -> Shop:
    """The built sample, copied so that commands may write."""
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shutil.copy(built_sample.home / "warehouse.duckdb", shop.home)
    shutil.copytree(PROJECT_DIR / "seeds" / "sample", shop.raw)
    return shop


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DbtProject:
    """The project for a shop with nothing but its name, to be built in this process.

    Its raw directory lies in its home, and its seeds are there.
    """
    home = tmp_path / "home"
    for name, path in (
        ("MARTLET_HOME", home),
        ("MARTLET_RAW", home / "raw"),
        ("DBT_TARGET_PATH", tmp_path / "target"),
        ("DBT_LOG_PATH", tmp_path / "logs"),
        ("DBT_WRITE_JSON", False),
    ):
        monkeypatch.setenv(name, str(path))
    hand_over_parse(home, tmp_path / "target")
    (home / "raw" / "store").mkdir(parents=True)
    (home / "raw" / "store" / "store.csv").write_text(STORE, "utf-8")
    project = DbtProject(load_settings(PROJECT_DIR))
    project.parse()
    project.build(["--resource-type", "seed"])
    return project


@pytest.fixture
def empty_shop(tmp_path: Path) -> Shop:
    """A shop that has handed over nothing."""
    shop = Shop(tmp_path)
    shop.raw.mkdir()
    return shop


@pytest.fixture
def corner_shop(empty_shop: Shop) -> Shop:
    """A shop of one customer and two orders, and nothing else."""
    empty_shop.write("store", STORE)
    empty_shop.write("customers", CUSTOMERS)
    empty_shop.write("orders", ORDERS)
    empty_shop.write("order_items", ORDER_ITEMS)
    return empty_shop


@pytest.fixture
def built_corner_shop(corner_shop: Shop, session_dir: Path) -> Shop:
    """The corner shop with what its first build makes, copied from one such build."""

    def build(directory: Path) -> dict[str, object]:
        shop = Shop(directory)
        shutil.copytree(corner_shop.raw, shop.raw)
        done = shop.martlet("build")
        return {"exit_code": done.returncode, "told": done.stderr}

    built = session_dir / "corner-shop"
    first = once(built, build)
    assert first["exit_code"] == 0, first["told"]
    shutil.copytree(Shop(built).home, corner_shop.home, symlinks=True)
    return corner_shop


@pytest.fixture
def clicked_shop(corner_shop: Shop) -> Shop:
    """The corner shop with events of forty streams, late and doubled, in four loads."""
    streams = [stream(seed) for seed in range(40)]
    for batch in range(BATCHES):
        write(rows(streams, batch), corner_shop.raw / f"load_id={batch:06}-made/events")
    corner_shop.home.mkdir()
    return corner_shop
