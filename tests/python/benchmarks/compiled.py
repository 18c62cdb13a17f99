"""martlet's own models, compiled once by dbt and built on generated inputs.

What is measured is the SQL that dbt would run, not a copy of it. Inputs are Parquet files
at ``<schema>/<table>.parquet``, seen by the models under the names they have in a
warehouse.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb

from martlet.errors import BuildFailed
from martlet.settings import find_project

# Given, so that compiling need not ask a store's tables; and of associations those that
# the peer has.
VARS = json.dumps(
    {
        "reporting_currency": "EUR",
        "reporting_timezone": "UTC",
        "association_sets": "order_product_all_time",
    }
)


def compile_models(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Compile models; return relation, kind (``table`` or ``view``) and sql by name."""
    with tempfile.TemporaryDirectory(prefix="martlet-compiled-") as home:
        return run_dbt("compile", names, Path(home))


def compile_for_spark(names: Sequence[str]) -> dict[str, dict[str, str]]:
    """Compile the same for Spark."""
    with tempfile.TemporaryDirectory(prefix="martlet-compiled-") as home:
        return run_dbt("compile", names, Path(home), target="spark")


def run_dbt(
    command: str, names: Sequence[str], home: Path, target: str = "duckdb"
) -> dict[str, dict[str, str]]:
    """Run dbt's ``command`` on models of the shop at ``home``; return them, compiled."""
    project = find_project(Path(__file__).parent)
    with tempfile.TemporaryDirectory(prefix="martlet-target-") as written:
        arguments = [
            *(sys.executable, "-m", "dbt.cli.main", "--quiet"),
            *(command, "--select", *names, "--vars", VARS),
            *("--project-dir", project, "--profiles-dir", project / "profiles"),
            *("--target", target, "--target-path", written, "--log-path", written),
        ]
        environment = {**os.environ, "MARTLET_HOME": str(home)}
        done = subprocess.run(
            arguments, cwd=project, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise BuildFailed(f"dbt could not {command}: {done.stdout}{done.stderr}")
        nodes = json.loads((Path(written) / "manifest.json").read_text("utf-8"))[
            "nodes"
        ]
        chosen = {name: nodes[f"model.martlet.{name}"] for name in names}
        return {name: _described(node, Path(written)) for name, node in chosen.items()}


def _described(node: dict, target: Path) -> dict[str, str]:
    described = {
        "relation": node["relation_name"],
        "kind": "view" if node["config"]["materialized"] == "view" else "table",
        "sql": node["compiled_code"],
    }
    written = target / "run" / "martlet" / node["original_file_path"]
    if written.exists():
        described["written_by"] = written.read_text("utf-8")
    return described


def build(inputs: Path, outputs: Path, threads: int = os.cpu_count() or 1) -> None:
    """Build the models of ``inputs/models.json``, in order, into a warehouse file.

    ``MARTLET_BENCH_MEMORY_LIMIT`` is the most that DuckDB may hold, as 4GB.
    """
    models = json.loads((inputs / "models.json").read_text("utf-8"))
    limit = os.environ.get("MARTLET_BENCH_MEMORY_LIMIT")
    config = {"threads": threads, **({"memory_limit": limit} if limit else {})}
    with duckdb.connect(outputs / "warehouse.duckdb", config=config) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for schema in (node["relation"].split(".")[1] for node in models):
            connection.execute(f"create schema if not exists {schema}")
        for file in sorted(inputs.glob("*/*.parquet")):
            connection.execute(f"create schema if not exists {file.parent.name}")
            connection.execute(
                f"create view {file.parent.name}.{file.stem} as "
                f"select * from read_parquet('{file}')"
            )
        for model in models:
            connection.execute(
                f"create {model['kind']} {model['relation']} as {model['sql']}"
            )
