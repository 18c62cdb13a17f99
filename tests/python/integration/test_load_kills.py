"""Loads that are killed at any moment leave the raw store as before, or as after."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import PROJECT_DIR, LineProcess

KILLS = 50
ROWS = 20_000

# Imports once, and forks a process for each load, so that 50 kills take seconds.
DRIVER = """
import os
import sys
from datetime import datetime
from pathlib import Path

from martlet.contract import read_contract
from martlet.loading.bringing import Destination
from martlet.loading.load import LoadOptions, load_table
from martlet.privacy.sealing import DEMO_KEY, Sealer

contract = read_contract(Path(sys.argv[1]))
for line in sys.stdin:
    home, source = map(Path, line.split())
    process = os.fork()
    if process == 0:
        load_table(
            "orders",
            str(source),
            Destination(home / "raw", home / "quarantine", contract),
            LoadOptions(max_refused=1.0),
            lambda new: Sealer(DEMO_KEY),
            datetime(2026, 6, 1),
        )
        os._exit(0)
    print(process, flush=True)
    os.waitpid(process, 0)
    print("ended", flush=True)
"""


class Driver(LineProcess):
    """Begins loads, and ends them."""

    def load(self, home: Path, source: Path, kill_after: float | None = None) -> None:
        """Load a file, wholly or for so many seconds."""
        self.order(f"{home} {source}")
        loading = int(self.answer())
        if kill_after is not None:
            time.sleep(kill_after)
            with contextlib.suppress(ProcessLookupError):  # done already
                os.kill(loading, signal.SIGKILL)
        assert self.answer() == "ended\n"


@pytest.fixture
def driver() -> Iterator[Driver]:
    driver = Driver(DRIVER, PROJECT_DIR)
    yield driver
    driver.close()


def _orders(path: Path, first: int) -> Path:
    """Orders of which every tenth cannot be read."""
    lines = ["order_id,email,ordered_at,status,currency"]
    lines += [
        f"{number},buyer{number}@example.com,"
        f"{'soon' if number % 10 == 0 else '2026-01-02 10:00:00'},completed,EUR"
        for number in range(first, first + ROWS)
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _state(home: Path) -> dict[str, str]:
    """What readers of the raw store and of the quarantine of its loads see."""
    raw = home / "raw"
    loads = {path.name for path in raw.glob("load_id=*")}
    files = [path for path in raw.glob("load_id=*/*/*") if path.is_file()]
    refused = [path for path in home.glob("quarantine/*/*") if path.stem in loads]
    return {
        path.relative_to(home).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (*files, *refused)
    }


def test_a_killed_load_leaves_the_old_raw_store_or_the_new_one(driver, tmp_path):
    home, clean = tmp_path / "home", tmp_path / "clean"
    before = _orders(tmp_path / "before.csv", 1)
    source = _orders(tmp_path / "source.csv", ROWS)
    driver.load(home, before)
    old = _state(home)
    driver.load(clean, before)
    began = time.monotonic()
    driver.load(clean, source)
    seconds = time.monotonic() - began
    new = _state(clean)
    moments = random.Random(7)
    kept = 0
    for _ in range(KILLS):
        driver.load(home, source, kill_after=moments.uniform(0, 1.2 * seconds))
        state = _state(home)
        assert state in (old, new)
        if state == new:
            kept += 1
            (load,) = home.glob("raw/load_id=000002-*")
            load.rename(load.with_name(f".{load.name}"))  # as before, for the next
    assert kept < KILLS
    driver.load(home, source)
    assert _state(home) == new
    left = {path.name for path in (home / "raw").iterdir()}
    assert left == {".lock", *(path.name for path in (clean / "raw").glob("load_id=*"))}
