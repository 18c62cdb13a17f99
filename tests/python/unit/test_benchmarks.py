"""Every side of every benchmark runs, and gives what martlet gives; nothing is timed."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[3]
PEERS = {
    "loading": {"martlet", "DuckDB read_csv"},
    "sessions": {
        "martlet",
        "Polars streaming",
        "only sorting, all columns",
        "only sorting, counted ones",
    },
    "increment-last-day": {"martlet", "a full build"},
    "increment-spread": {"martlet", "a full build"},
    "associations": {"martlet", "implicit"},
    "pairs": {"martlet", "counting all"},
    "serving": {"martlet", "implicit"},
    "features": {"martlet", "one date more"},
    "attribution": {"martlet", "a tenth of it", "Polars last touch"},
    "rfm": {"martlet", "pandas"},
    "exporting": {"martlet", "DuckDB COPY"},
    "publishing": {"martlet", "COPY FROM DATABASE", "the same, and Parquet"},
    "reporting": {"martlet", "its own queries"},
    "clustering": {"martlet", "scikit-learn"},
    "scoring": {"martlet", "scikit-learn"},
    "training": {"martlet", "scikit-learn"},
}
SMALL = (
    "--events 20000 --order-lines 20000 --customers 2000 --touches 20000 "
    "--repeat 1 --json"
)


@pytest.mark.skipif(
    not find_spec("polars"),
    reason="the peers are in requirements-bench.lock only; try: make bench",
)
def test_every_side_agrees_before_it_is_told():
    done = subprocess.run(
        [sys.executable, "-m", "tests.python.benchmarks", *SMALL.split()],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    results = {result["benchmark"]: result for result in json.loads(done.stdout)}
    assert results.keys() == PEERS.keys()
    for name, result in results.items():
        assert result["check"]
        assert {side["name"] for side in result["sides"]} == PEERS[name]
