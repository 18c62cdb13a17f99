"""Spark on this machine: whether it can run, builds on it, a cluster of it."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from support import BIN, PROJECT_DIR, Shop

LOCAL = "local[2]"
_STARTS_IN_S = 60


def _missing() -> str | None:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed: make test-spark"
    if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        return "no Java: install 17 or newer (apt install openjdk-17-jre-headless)"
    return None


needs_spark = pytest.mark.skipif(
    _missing() is not None, reason=f"SPARK WAS NOT TESTED, {_missing()}"
)


def run_dbt_on_spark(
    shop: Shop, *arguments: str, master: str = LOCAL
) -> subprocess.CompletedProcess[str]:
    """Run dbt with the target ``spark`` on a shop's raw tables, into its home."""
    return subprocess.run(
        [str(BIN / "dbt"), *arguments, "--target", "spark"],
        cwd=PROJECT_DIR,
        env=spark_environment(shop, master),
        capture_output=True,
        text=True,
        check=False,
    )


def spark_environment(shop: Shop, master: str = LOCAL) -> dict[str, str]:
    """Give the environment of a build on Spark."""
    _, env = shop.command()
    (shop.home / "spark").mkdir(parents=True, exist_ok=True)
    return env | {
        "MARTLET_SPARK_MASTER": master,
        # Two engines' compiled SQL must not be taken for each other's.
        "DBT_TARGET_PATH": str(shop.directory / "target-spark"),
    }


@dataclass(frozen=True)
class Cluster:
    """A standalone master and its workers, each a process."""

    master: str
    workers: list[subprocess.Popen[bytes]]

    def kill_a_worker(self) -> None:
        """Kill the first worker, and the executors it started, at once."""
        with suppress(ProcessLookupError):
            os.killpg(self.workers[0].pid, signal.SIGKILL)


@contextmanager
def cluster(directory: Path, workers: int = 2) -> Iterator[Cluster]:
    """Run a master and workers of one core each on loopback, in a ``with`` block."""
    started: list[subprocess.Popen[bytes]] = []
    try:
        port = _free_port()
        started.append(
            _start(
                directory / "master",
                "org.apache.spark.deploy.master.Master",
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--webui-port", str(_free_port())),
            )
        )
        _wait_for(port)
        master = f"spark://127.0.0.1:{port}"
        for number in range(workers):
            started.append(
                _start(
                    directory / f"worker-{number}",
                    "org.apache.spark.deploy.worker.Worker",
                    *("--host", "127.0.0.1", "--cores", "1", "--memory", "1g"),
                    *("--webui-port", str(_free_port())),
                    *("--work-dir", str(directory / f"work-{number}"), master),
                )
            )
        yield Cluster(master, started[1:])
    finally:
        for process in reversed(started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _start(log: Path, main_class: str, *arguments: str) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            [str(home / "bin" / "spark-class"), main_class, *arguments],
            env=os.environ | {"SPARK_HOME": str(home), "SPARK_LOCAL_IP": "127.0.0.1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own: what a worker starts ends with it.
            start_new_session=True,
        )


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise TimeoutError(f"Nothing listens at port {port} after {_STARTS_IN_S} s.")
