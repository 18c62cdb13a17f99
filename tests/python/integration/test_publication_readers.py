"""Twenty readers ask all the time while builds and publications run beside them.

They must never fail, never see two publications mixed or half of one, and never wait for
a writer. Each question adds up the same money in three tables.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import duckdb
import pytest

from martlet.build import publish_built
from martlet.errors import EnvironmentFault
from martlet.lock import home_lock
from martlet.settings import load_settings
from published_readers import PAUSE_SECONDS, TABLES
from support import ORDER_ITEMS, ORDERS, PROJECT_DIR, Shop

PROCESSES, READERS_EACH = 4, 5
READER = PROJECT_DIR / "tests" / "python" / "published_readers.py"


@contextmanager
def reading(link: Path) -> Iterator[list[dict]]:
    """Let twenty readers read while the block runs; then give all that they met."""
    told: list[dict] = []
    processes = [
        subprocess.Popen(
            [sys.executable, READER, link, str(READERS_EACH)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(PROCESSES)
    ]
    try:
        yield told
    finally:
        for number, process in enumerate(processes):
            output, _ = process.communicate("stop\n")
            for question in json.loads(output):
                told.append(question | {"reader": (number, question["reader"])})


def faults(told: list[dict]) -> list[dict]:
    """Give the questions that failed, or whose three sums differ."""
    return [
        question
        for question in told
        if question["failure"] or len(set(question["answer"])) != 1
    ]


def readers_answered(told: list[dict], since: float, until: float) -> int:
    """Count the readers of whom a whole question fell between two moments.

    The monotonic clock of Linux is one for all processes.
    """
    return len(
        {
            question["reader"]
            for question in told
            if since <= question["started"] and question["ended"] <= until
        }
    )


def earn(warehouse: Path, amount: int) -> None:
    """Change all three tables of the warehouse by the same amount."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(f"""
            begin;
            update core.fct_orders set net_sales = net_sales + {amount}
            where order_id = 'o1';
            update core.fct_order_lines set net_sales = net_sales + {amount}
            where order_id = 'o1' and line_number = 1;
            update marts.customer_rfm set monetary = monetary + {amount};
            commit;
        """)


def publish_by_the_library(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Publish as the command does, without its start."""
    _, env = shop.command()
    for name, value in env.items():
        if name.startswith(("MARTLET_", "DBT_")):
            monkeypatch.setenv(name, value)
    settings = load_settings(PROJECT_DIR)
    return lambda: publish_built(settings)


@pytest.mark.slow
def test_readers_beside_ten_publications_and_two_builds(
    corner_shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert corner_shop.martlet("build").returncode == 0
    publish = publish_by_the_library(corner_shop, monkeypatch)
    warehouse = corner_shop.home / "warehouse.duckdb"
    builds = []
    with reading(corner_shop.home / "published") as told:
        for number in (3, 4):
            for _ in range(5):
                earn(warehouse, amount=number)
                publish()
            corner_shop.write(
                "orders",
                ORDERS.splitlines()[0]
                + f"\no{number},c1,2026-03-0{number} 10:00:00,completed,EUR\n",
                f"{number}.csv",
            )
            corner_shop.write(
                "order_items",
                ORDER_ITEMS.splitlines()[0] + f"\no{number},1,tea,{number},100\n",
                f"{number}.csv",
            )
            started = time.monotonic()
            built = corner_shop.martlet("build")
            assert built.returncode == 0, built.stderr
            builds.append((started, time.monotonic()))
        time.sleep(4 * PAUSE_SECONDS)
    assert not faults(told)
    # The shop at the start, after each change, and with each new order.
    seen = {question["answer"][0] for question in told}
    assert len(seen) == 13 and 19.5 + 300 + 400 in seen
    for since, until in builds:
        assert readers_answered(told, since, until) == PROCESSES * READERS_EACH


def test_readers_answer_while_a_writer_holds_every_lock(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    replace_in_place(home, amount=1)
    warehouse = home / "warehouse.duckdb"
    with duckdb.connect(str(warehouse)) as writer, home_lock(home):
        writer.execute("begin; create table held (i integer)")
        attempt = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True)"
        refused = subprocess.run(
            [sys.executable, "-c", attempt, str(warehouse)],
            capture_output=True,
            text=True,
        )
        assert "Could not set lock" in refused.stderr
        with pytest.raises(EnvironmentFault), home_lock(home):
            pytest.fail("somebody else holds it as well")
        started = time.monotonic()
        with reading(home / "published") as told:
            time.sleep(3)
        assert readers_answered(told, started, time.monotonic()) == 20
    assert not faults(told)


def test_readers_notice_a_publication_that_is_not_made_in_one_step(
    tmp_path: Path,
) -> None:
    """What the tests above look for is found where it is."""
    replace_in_place(tmp_path, amount=0)
    with reading(tmp_path / "published") as told:
        deadline = time.monotonic() + 6
        for amount in count(1):
            replace_in_place(tmp_path, amount)
            if time.monotonic() > deadline:
                break
    found = faults(told)
    torn = [each for each in found if each["answer"]]
    failed = [each for each in found if each["failure"]]
    assert torn and failed


def replace_in_place(home: Path, amount: int) -> None:
    """Write publication 1 file by file, whoever reads it."""
    directory = home / "published-000001"
    directory.mkdir(exist_ok=True)
    link = home / "published"
    if not link.is_symlink():
        link.symlink_to(directory.name)
    database = directory / "marts.duckdb"
    database.unlink(missing_ok=True)
    with duckdb.connect(str(database)) as connection:
        for table in TABLES:
            column = "monetary" if table == "customer_rfm" else "net_sales"
            connection.execute(f"create table {table} as select {amount} as {column}")
            connection.execute(
                f"copy {table} to '{directory}/{table}.parquet' (format parquet)"
            )
            time.sleep(0.05)
