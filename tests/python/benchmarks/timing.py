"""Time martlet and its peers in turns, and tell them as ratios.

Turns, because a machine's speed drifts: each ratio is of two runs of the same round, and
the median over rounds is told. This module stays light: on Linux a child's peak memory
never reads lower than what its parent held.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from martlet.errors import CheckFailed

MARTLET = "martlet"
LAST_LINES = 15


@dataclass(frozen=True)
class Benchmark:
    """One task, done by martlet and by its peers.

    Attributes
    ----------
    name : str
        What ``--only`` calls it.
    unit : str
        What its size counts.
    sides : mapping of str to str
        Steps by name, martlet's first. A step is ``module:function`` of this package,
        takes ``inputs`` and ``outputs`` directories, and may return seconds by part.
    prepare : str
        Step that takes ``inputs`` and ``size`` and writes the inputs.
    check : str
        Step that takes ``inputs`` and ``outputs``, which here holds each side's, raises
        ``CheckFailed`` where they differ, and returns what it found equal.
    models : tuple of str
        dbt models that martlet's side builds, in order.
    """

    name: str
    unit: str
    sides: Mapping[str, str]
    prepare: str
    check: str
    models: tuple[str, ...] = ()


def run_step(target: str, **keywords: Any) -> dict[str, Any]:
    """Run a step in its own process; return seconds, cpu_seconds, peak_mib, returned."""
    given = json.dumps(keywords, default=str)
    command = [sys.executable, "-m", f"{__package__}.step", target, given]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = "\n".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise CheckFailed(f"{target} failed: {said}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def measure(
    benchmark: Benchmark,
    size: int,
    rounds: int,
    workspace: Path,
    compiled: Mapping[str, dict],
    on_step: Callable[[str], None],
) -> dict[str, Any]:
    """Prepare, run every side, check that they agree, then time the other rounds.

    Returns
    -------
    dict
        benchmark, size, unit, check, and sides: name, median seconds, cpu_seconds and
        peak_mib, martlet's as multiples of the side's, and seconds by part.
    """
    inputs, outputs = workspace / "inputs", workspace / "outputs"
    inputs.mkdir(parents=True)
    on_step(f"{benchmark.name}: making {size:,} {benchmark.unit}")
    models = [compiled[name] for name in benchmark.models]
    (inputs / "models.json").write_text(json.dumps(models))
    run_step(benchmark.prepare, inputs=inputs, size=size)

    runs: dict[str, list[dict]] = {name: [] for name in benchmark.sides}
    for number in range(rounds):
        for name, step in benchmark.sides.items():
            on_step(f"{benchmark.name}: {name}, round {number + 1} of {rounds}")
            own = outputs / name
            shutil.rmtree(own, ignore_errors=True)
            own.mkdir(parents=True)
            runs[name].append(run_step(step, inputs=inputs, outputs=own))
        if number == 0:
            on_step(f"{benchmark.name}: comparing what came out")
            agreed = run_step(benchmark.check, inputs=inputs, outputs=outputs)[
                "returned"
            ]
    return {
        "benchmark": benchmark.name,
        "size": size,
        "unit": benchmark.unit,
        "check": agreed,
        "sides": [_told(name, runs) for name in benchmark.sides],
    }


def _told(name: str, runs: Mapping[str, list[dict]]) -> dict[str, Any]:
    own, martlets = runs[name], runs[MARTLET]
    return {
        "name": name,
        "seconds": median(run["seconds"] for run in own),
        "cpu_seconds": median(run["cpu_seconds"] for run in own),
        "peak_mib": median(run["peak_mib"] for run in own),
        "martlet_time_ratio": _ratio("seconds", martlets, own),
        "martlet_cpu_ratio": _ratio("cpu_seconds", martlets, own),
        "martlet_memory_ratio": _ratio("peak_mib", martlets, own),
        "parts": {
            part: median(run["returned"][part] for run in own)
            for part in own[0]["returned"] or {}
        },
    }


def _ratio(measured: str, martlets: list[dict], others: list[dict]) -> float:
    pairs = zip(martlets, others, strict=True)
    return median(martlet[measured] / other[measured] for martlet, other in pairs)
