"""A cluster on loopback: a standalone master and two workers of one core each."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

from martlet.errors import EnvironmentFault

LOOPBACK = "127.0.0.1"
WORKERS = 2
WORKER_MEMORY = "2g"
LONGEST_START_S = 120


@contextmanager
def two_workers(folder: Path) -> Iterator[str]:
    """Run a cluster whose files are in ``folder``; give its master's address.

    Raises
    ------
    EnvironmentFault
        Where master or workers do not start in time.
    """
    folder.mkdir(parents=True)
    with socket.socket() as free:
        free.bind((LOOPBACK, 0))
        port = free.getsockname()[1]
    address = f"spark://{LOOPBACK}:{port}"
    with ExitStack() as running:
        log = running.enter_context((folder / "cluster.log").open("w"))
        where = ("--host", LOOPBACK, "--webui-port", "0")
        _start(running, log, folder, "master.Master", *where, *("--port", str(port)))
        _wait_for(folder / "cluster.log", "Starting Spark master", 1)
        for number in range(WORKERS):
            _start(
                running,
                log,
                folder,
                "worker.Worker",
                *where,
                *("--cores", "1", "--memory", WORKER_MEMORY),
                *("--work-dir", str(folder / f"worker{number}")),
                address,
            )
        _wait_for(folder / "cluster.log", "Successfully registered", WORKERS)
        yield address


def _start(running: ExitStack, log, folder: Path, daemon: str, *arguments: str) -> None:
    home = Path(pyspark.__file__).parent
    process = subprocess.Popen(
        [
            str(home / "bin" / "spark-class"),
            f"org.apache.spark.deploy.{daemon}",
            *arguments,
        ],
        env={
            **os.environ,
            "SPARK_HOME": str(home),
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(folder / "scratch"),
        },
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    running.callback(process.wait)
    running.callback(process.terminate)


def _wait_for(log: Path, words: str, times: int) -> None:
    until = time.monotonic() + LONGEST_START_S
    while log.read_text("utf-8").count(words) < times:
        if time.monotonic() > until:
            raise EnvironmentFault(
                "Spark's master and workers did not start: "
                + log.read_text("utf-8")[-500:]
            )
        time.sleep(0.2)
