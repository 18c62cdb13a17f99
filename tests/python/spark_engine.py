"""Spark on this machine: whether it can run, and builds of the project on it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from engine_parity import differences
from spark_cluster import LOOPBACK, stopping
from support import BIN, PROJECT_DIR, Shop

LOCAL = "local[2]"


def _missing() -> str | None:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed: make test-spark"
    if importlib.util.find_spec("dbt.adapters.spark") is None:
        return "dbt-spark is not installed: make test-spark"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "no Java: install 17 or newer (apt install openjdk-17-jre-headless)"
    return None


_REASON = f"SPARK WAS NOT TESTED, {_missing()}"
needs_spark = pytest.mark.skipif(_missing() is not None, reason=_REASON)


def need_spark() -> None:
    """Skip the test, and say why, where Spark cannot run."""
    if _missing():
        pytest.skip(_REASON)


def run_dbt_on_spark(
    shop: Shop, *arguments: str, master: str = LOCAL, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run dbt with the target ``spark`` on a shop's raw tables, into its home.

    ``settings`` are further variables of its environment.
    """
    return _finished(shop, *arguments, env=spark_environment(shop, master) | settings)


def run_dbt_over_thrift(
    shop: Shop, port: int, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run dbt with the target ``spark_thrift`` on a shop's raw tables."""
    env = spark_environment(shop) | {
        "MARTLET_SPARK_HOST": LOOPBACK,
        "MARTLET_SPARK_PORT": str(port),
    }
    return _finished(shop, *arguments, env=env, target="spark_thrift")


def start_dbt(
    shop: Shop, *arguments: str, env: dict[str, str], target: str = "spark"
) -> subprocess.Popen[bytes]:
    """Start dbt in a process group of its own, so that it can be killed whole.

    What it says is in ``said(shop)``: a pipe that nobody empties would stop it.
    """
    with _output(shop).open("w") as output:
        return subprocess.Popen(
            [str(BIN / "dbt"), *arguments, "--target", target],
            cwd=PROJECT_DIR,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def said(shop: Shop) -> str:
    """Read what the last dbt on Spark has said so far."""
    return _output(shop).read_text("utf-8")


def succeed(done: subprocess.CompletedProcess[str]) -> None:
    """Fail the test, and show what was said last, where a command failed."""
    assert done.returncode == 0, done.stdout[-4000:]


def hold_to_duckdb(shop: Shop, tables: Iterable[tuple[str, str]]) -> None:
    """Fail the test where tables that both engines built for a shop differ."""
    found = differences(shop.home / "warehouse.duckdb", shop.home, tables)
    assert not found, "\n".join(found)


def _output(shop: Shop) -> Path:
    return shop.directory / "dbt-on-spark.txt"


def _finished(
    shop: Shop, *arguments: str, env: dict[str, str], target: str = "spark"
) -> subprocess.CompletedProcess[str]:
    with stopping(start_dbt(shop, *arguments, env=env, target=target)) as process:
        process.wait()
    return subprocess.CompletedProcess(process.args, process.returncode, said(shop))


def spark_environment(shop: Shop, master: str = LOCAL) -> dict[str, str]:
    """Give the environment of a build on Spark."""
    _, env = shop.command()
    shop.home.mkdir(parents=True, exist_ok=True)
    return env | {
        "MARTLET_SPARK_MASTER": master,
        "SPARK_LOCAL_IP": LOOPBACK,
        # Two engines' compiled SQL must not be taken for each other's.
        "DBT_TARGET_PATH": str(shop.directory / "target-spark"),
    }
