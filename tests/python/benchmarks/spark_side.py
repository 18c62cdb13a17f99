"""martlet's own models, built by Spark on the inputs that DuckDB builds them on.

What is run is dbt's compilation of the same model files for Spark. Seconds of processors
are those of every process beneath this one, so planning, collecting garbage and
compiling at run time count; they are read from /proc.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
from tests.python.spark_cluster import LOOPBACK, cluster

from martlet.errors import CheckFailed

# More than there are cores, so that a part fits in memory; Spark joins small ones.
PARTITIONS = 32
DRIVER_MEMORY = "3g"
DRIVER_MEMORY_OF_CLUSTER = "1g"
WORKER_MEMORY = "2g"
EXECUTOR_MEMORY = "1536m"
KEPT_STAGES = 10_000
WARMING_ROWS = 1000
TOLERANCE = 1e-9
NUMBERS = {
    *("tinyint", "smallint", "integer", "bigint", "hugeint"),
    *("utinyint", "usmallint", "uinteger", "ubigint", "decimal", "double", "float"),
}


def build_locally(shop: Path, outputs: Path, tasks: list[str]) -> dict[str, Any]:
    """Build each task's models with two threads of one process.

    Parameters
    ----------
    shop : Path
        Holds ``<task>/inputs`` of each task, with its ``models.json``.
    outputs : Path
        Where tables and scratch files go.
    tasks : list of str
        What to build, in order.

    Returns
    -------
    dict
        By task: seconds, cpu_seconds, cold_start of them all, shuffled_bytes,
        spilled_bytes, seconds by relation (parts) and what each moves (exchanges).
    """
    return _build(shop, outputs, tasks, "local[2]", DRIVER_MEMORY)


def build_on_workers(shop: Path, outputs: Path, tasks: list[str]) -> dict[str, Any]:
    """Build them on a master and two workers of their own."""
    with cluster(outputs / "cluster", memory=WORKER_MEMORY) as running:
        return _build(shop, outputs, tasks, running.master, DRIVER_MEMORY_OF_CLUSTER)


def _build(
    shop: Path, outputs: Path, tasks: list[str], master: str, memory: str
) -> dict[str, Any]:
    models = {
        task: json.loads((shop / task / "inputs" / "models.json").read_text("utf-8"))
        for task in tasks
    }
    started = time.perf_counter()
    with closing(_Session(outputs, master, memory)) as session:
        # A build has hundreds of models, and the first few alone wait for Java to load
        # and compile what all of them run: here those of a few rows do.
        for task in tasks:
            session.see(shop / task / "inputs", f"limit {WARMING_ROWS}")
            for model in models[task]:
                session.create(model)
        for model in (
            model for task in reversed(tasks) for model in models[task][::-1]
        ):
            session.spark.sql(f"drop {model['kind']} {model['relation']}")
        cold_start = time.perf_counter() - started
        told = {}
        for task in tasks:
            session.see(shop / task / "inputs")
            told[task] = {"cold_start": cold_start, **session.measured(models[task])}
    return told


class _Session:
    def __init__(self, outputs: Path, master: str, memory: str) -> None:
        from pyspark.sql import SparkSession

        self.spark = (
            SparkSession.builder.master(master)
            .appName("martlet benchmark")
            .config("spark.driver.host", LOOPBACK)
            .config("spark.driver.bindAddress", LOOPBACK)
            .config("spark.driver.memory", memory)
            .config("spark.executor.memory", EXECUTOR_MEMORY)
            .config("spark.scheduler.minRegisteredResourcesRatio", "1")
            .config("spark.local.dir", str(outputs / "scratch"))
            .config("spark.sql.warehouse.dir", str(outputs / "warehouse"))
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.parquet.inferTimestampNTZ.enabled", "false")
            .config("spark.sql.shuffle.partitions", str(PARTITIONS))
            .config("spark.ui.port", "0")
            .config("spark.ui.retainedStages", str(KEPT_STAGES))
            .config("spark.ui.showConsoleProgress", "false")
            .getOrCreate()
        )
        self.spark.sparkContext.setLogLevel("ERROR")

    def close(self) -> None:
        self.spark.stop()

    def see(self, inputs: Path, few: str = "") -> None:
        """Give files, or a few rows of each, the names that the models read them by."""
        for file in sorted(inputs.glob("*/*.parquet")):
            self.spark.sql(f"create database if not exists {file.parent.name}")
            self.spark.sql(
                f"create or replace view {file.parent.name}.{file.stem} "
                f"as select * from parquet.`{file}` {few}"
            )

    def create(self, model: dict[str, str]) -> None:
        """Create a model's table or view."""
        using = "using parquet" if model["kind"] == "table" else ""
        schema = model["relation"].split(".")[0]
        self.spark.sql(f"create database if not exists {schema}")
        self.spark.sql(
            f"create {model['kind']} {model['relation']} {using} as {model['sql']}"
        )

    def measured(self, models: list[dict[str, str]]) -> dict[str, Any]:
        """Create models in order; say what that took."""
        parts, exchanges = {}, {}
        before, cpu_before = self.done(), _processors()
        for model in models:
            started = time.perf_counter()
            self.create(model)
            parts[model["relation"]] = time.perf_counter() - started
        cpu_after, after = _processors(), self.done()
        for model in models:
            exchanges[model["relation"]] = self.exchanges(model["sql"])
        return {
            "seconds": sum(parts.values()),
            "cpu_seconds": cpu_after - cpu_before,
            **{measured: after[measured] - before[measured] for measured in after},
            "parts": parts,
            "exchanges": exchanges,
        }

    def exchanges(self, sql: str) -> list[str]:
        """Say what the plan moves between processes: how it is cut, and by what."""
        plan = self.spark.sql(f"explain {sql}").collect()[0][0]
        moved = re.findall(
            r"(?<!Reused)Exchange (\w+)(?:\((.*?), \d+\))?|(BroadcastExchange)", plan
        )
        return [
            broadcast or f"{how}({re.sub(r'#[0-9]+L?', '', keys)})"
            for how, keys, broadcast in moved
        ]

    def done(self) -> dict[str, int]:
        """Add up what stages have written and spilled, once all are counted."""
        while True:
            stages = self._told("stages")
            if all(stage["status"] not in ("ACTIVE", "PENDING") for stage in stages):
                break
            time.sleep(0.1)
        return {
            "shuffled_bytes": sum(stage["shuffleWriteBytes"] for stage in stages),
            "spilled_bytes": sum(stage["diskBytesSpilled"] for stage in stages),
        }

    def _told(self, what: str) -> Any:
        context = self.spark.sparkContext
        address = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}"
        with urllib.request.urlopen(f"{address}/{what}") as answer:
            return json.load(answer)


def _processors() -> float:
    """Add up the processor seconds of all processes beneath this one."""
    of_parent: dict[int, list[int]] = {}
    ticks: dict[int, int] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            told = file.read_text("utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        number = int(file.parent.name)
        of_parent.setdefault(int(told[1]), []).append(number)
        ticks[number] = int(told[11]) + int(told[12])
    beneath, waiting = 0, [os.getpid()]
    while waiting:
        number = waiting.pop()
        beneath += ticks[number]
        waiting += of_parent.get(number, [])
    return beneath / os.sysconf("SC_CLK_TCK")


def check(inputs: Path, outputs: Path, spark: Path) -> dict[str, int]:
    """Hold Spark's tables against DuckDB's: rows, and the sum of each number.

    Returns
    -------
    dict of str to int
        Rows by table.

    Raises
    ------
    CheckFailed
        Where rows differ, decimals or whole numbers differ at all, or fractions by more
        than a billionth.
    """
    models = json.loads((inputs / "models.json").read_text("utf-8"))
    rows = {}
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            f"attach '{outputs / 'warehouse.duckdb'}' as warehouse (read_only)"
        )
        for model in models:
            if model["kind"] == "view":
                continue
            schema, table = model["relation"].split(".")[-2:]
            files = f"{spark / 'warehouse' / (schema + '.db') / table}/*.parquet"
            ours = connection.table(f"warehouse.{schema}.{table}")
            columns = [
                name
                for name, kind in zip(ours.columns, ours.types, strict=True)
                if kind.id in NUMBERS
            ]
            sums = ", ".join(["count(*)", *(f"sum({name})" for name in columns)])
            told, theirs = (
                connection.execute(f"select {sums} from {source}").fetchone()
                for source in (
                    f"warehouse.{schema}.{table}",
                    f"read_parquet('{files}')",
                )
            )
            for name, one, other in zip(["rows", *columns], told, theirs, strict=True):
                if one != other and not _near(one, other):
                    raise CheckFailed(
                        f"{schema}.{table} differs in {name}: DuckDB {one}, "
                        f"Spark {other}."
                    )
            rows[table] = told[0]
    return rows


def _near(one: Any, other: Any) -> bool:
    return (
        isinstance(one, float)
        and isinstance(other, float)
        and abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
    )
