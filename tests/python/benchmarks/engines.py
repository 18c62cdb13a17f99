"""The same models on DuckDB, on one Spark process and on a Spark cluster, as a shop grows.

One shop at three sizes: what it has of visits, customers, order lines and touches follows
from its events. Every engine gets two threads, a process of its own and a few gigabytes.
Their tables were compared, row counts and the sum of each number, before they are told.
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.python.benchmarks.features import LINES_PER_CUSTOMER, SESSIONS_PER_CUSTOMER
from tests.python.benchmarks.inputs import EVENTS_OF_VISITS
from tests.python.benchmarks.timing import Benchmark, run_step

from martlet.errors import EnvironmentFault

TASKS = ("sessions", "features", "associations", "attribution")
FRACTIONS = (50, 5, 1)
THREADS = 2
LONGEST_S = 900
DUCKDB = "DuckDB"
SPARKS = {
    "Spark local[2]": "spark_side:build_locally",
    "Spark, two workers": "spark_side:build_on_workers",
}


def require_spark() -> None:
    """Refuse to measure where Spark cannot run.

    Raises
    ------
    EnvironmentFault
        Without pyspark, Java or /proc.
    """
    lacking = [
        name
        for name, is_there in (
            ("pyspark", find_spec("pyspark")),
            ("Java", shutil.which("java")),
            ("/proc", Path("/proc/self/stat").exists()),
        )
        if not is_there
    ]
    if lacking:
        raise EnvironmentFault(
            f"SKIPPED: Spark was not measured, since here is no {', no '.join(lacking)}.",
            "Install Java 17 and run make spark, or choose others with --only.",
        )


def sizes(events: int) -> dict[str, int]:
    """Say what a shop of so many events has of what other steps count."""
    visits = events * len(EVENTS_OF_VISITS) // sum(EVENTS_OF_VISITS)
    customers = visits // SESSIONS_PER_CUSTOMER
    return {
        "events": events,
        "touches": visits,
        "customers": customers,
        "order lines": customers * LINES_PER_CUSTOMER,
    }


def measure_engines(
    events: int,
    suite: Mapping[str, Benchmark],
    workspace: Path,
    on_step: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Build each task on each engine at a fiftieth, a fifth and all of ``events``.

    An engine that would need longer than fifteen minutes, by what it needed at the size
    before, is left out there, and its estimate told.

    Returns
    -------
    list of dict
        By task, engine and size: seconds, cpu_seconds, growth of both (exponents of size,
        against the size before), cold_start, shuffled_bytes, spilled_bytes, rows by
        table, parts (seconds by relation), exchanges; or what it was estimated at.
    """
    tasks = [suite[name] for name in TASKS]
    names = [name for task in tasks for name in task.models]
    compiled = {DUCKDB: run_step("compiled:compile_models", names=names)["returned"]}
    compiled |= dict.fromkeys(
        SPARKS, run_step("compiled:compile_for_spark", names=names)["returned"]
    )
    results: list[dict[str, Any]] = []
    for fraction in FRACTIONS:
        shop = workspace / str(events // fraction)
        for measured in measure_size(
            tasks, events // fraction, compiled, results, shop, on_step
        ):
            on_step(line(measured))
            results.append(measured)
        shutil.rmtree(shop)
    return results


def measure_size(
    tasks: Sequence[Benchmark],
    events: int,
    compiled: Mapping[str, Mapping[str, dict]],
    before: Sequence[dict[str, Any]],
    shop: Path,
    on_step: Callable[[str], None],
) -> Iterator[dict[str, Any]]:
    """Build tasks for a shop of so many events, engine after engine; compare tables."""
    for task in tasks:
        size = sizes(events)[task.unit]
        on_step(f"{task.name}: making {size:,} {task.unit}")
        inputs = shop / task.name / "inputs"
        inputs.mkdir(parents=True)
        _say_models(inputs, task, compiled[DUCKDB])
        run_step(task.prepare, inputs=inputs, size=size)
    for engine in (DUCKDB, *SPARKS):
        smaller = {task.name: _latest(before, task.name, engine) for task in tasks}
        estimates = {name: _estimate(one, events) for name, one in smaller.items()}
        chosen = [task for task in tasks if estimates[task.name] <= LONGEST_S]
        ran = (_run_duckdb if engine == DUCKDB else _run_spark)(
            chosen, compiled[engine], shop, engine
        )
        for task in tasks:
            told = {"task": task.name, "engine": engine, "events": events}
            if task in chosen:
                told |= ran[task.name]
                yield {**told, "growth": _growth(smaller[task.name], told)}
            else:
                yield {**told, "estimated_seconds": estimates[task.name]}


def _run_duckdb(
    tasks: Sequence[Benchmark], compiled: Mapping[str, dict], shop: Path, engine: str
) -> dict[str, dict[str, Any]]:
    told = {}
    for task in tasks:
        own = shop / task.name / "duckdb"
        own.mkdir()
        inputs = shop / task.name / "inputs"
        ran = run_step("compiled:build", inputs=inputs, outputs=own, threads=THREADS)
        told[task.name] = {
            name: ran[name] for name in ("seconds", "cpu_seconds", "peak_mib")
        }
    return told


def _run_spark(
    tasks: Sequence[Benchmark], compiled: Mapping[str, dict], shop: Path, engine: str
) -> dict[str, dict[str, Any]]:
    if not tasks:
        return {}
    own = shop / "spark"
    own.mkdir()
    for task in tasks:
        _say_models(shop / task.name / "inputs", task, compiled)
    names = [task.name for task in tasks]
    told = run_step(SPARKS[engine], shop=shop, outputs=own, tasks=names)["returned"]
    for name in names:
        told[name]["rows"] = run_step(
            "spark_side:check",
            inputs=shop / name / "inputs",
            outputs=shop / name / "duckdb",
            spark=own,
        )["returned"]
    shutil.rmtree(own)
    return told


def _latest(
    before: Sequence[dict[str, Any]], task: str, engine: str
) -> dict[str, Any] | None:
    of_both = (one for one in before if (one["task"], one["engine"]) == (task, engine))
    return max(of_both, key=lambda one: one["events"], default=None)


def _say_models(inputs: Path, task: Benchmark, compiled: Mapping[str, dict]) -> None:
    models = [compiled[name] for name in task.models]
    (inputs / "models.json").write_text(json.dumps(models), "utf-8")


def _estimate(smaller: Mapping[str, Any] | None, events: int) -> float:
    if smaller is None:
        return 0
    exponent = max(1, smaller.get("growth", {}).get("seconds", 1))
    taken = smaller.get("seconds", smaller.get("estimated_seconds"))
    return taken * (events / smaller["events"]) ** exponent


def _growth(smaller: Mapping[str, Any] | None, told: Mapping[str, Any]) -> dict:
    if smaller is None or "seconds" not in smaller:
        return {}
    return {
        measured: math.log(told[measured] / smaller[measured])
        / math.log(told["events"] / smaller["events"])
        for measured in ("seconds", "cpu_seconds")
    }


def line(told: Mapping[str, Any]) -> str:
    """Tell one measurement in a line."""
    named = f"{told['task']}, {told['events']:,} events, {told['engine']}: "
    if "estimated_seconds" in told:
        return f"{named}not run, since it would take {told['estimated_seconds']:.0f} s"
    said = f"{told['seconds']:.1f} s, {told['cpu_seconds']:.1f} processor s"
    if told["growth"]:
        exponents = told["growth"]
        said += (
            f", growth {exponents['seconds']:.2f}"
            f" (processor {exponents['cpu_seconds']:.2f})"
        )
    if "rows" in told:
        said += (
            f", {told['shuffled_bytes'] / 2**20:,.0f} MiB shuffled, "
            f"{told['spilled_bytes'] / 2**20:,.0f} MiB spilled, "
            f"{told['cold_start']:.1f} s to start and warm up; "
            f"{sum(told['rows'].values()):,} rows in {len(told['rows'])} tables equal "
            "to DuckDB's"
        )
    return named + said
