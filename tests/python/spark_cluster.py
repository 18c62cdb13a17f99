"""A cluster of Spark on loopback, and a Thrift server on it, gone with their test.

Master, workers and server each lead a process group, in which is also what they start.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
_STARTS_IN_S = 120
_DEPLOY = "org.apache.spark.deploy"
_SERVER = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"


@dataclass(frozen=True)
class Cluster:
    """A standalone master and its workers, each a process.

    Attributes
    ----------
    master : str
        Address that drivers connect to.
    status_port : int
        Where the master tells of itself.
    """

    master: str
    status_port: int
    workers: list[subprocess.Popen[bytes]]

    def status(self) -> dict:
        """Read what the master tells of its workers and applications."""
        url = f"http://{LOOPBACK}:{self.status_port}/json/"
        with urllib.request.urlopen(url, timeout=10) as response:
            return json.load(response)

    def kill_a_worker(self) -> None:
        """Kill the first worker, and the executors it started, at once."""
        kill(self.workers[0])


@contextmanager
def cluster(directory: Path, workers: int = 2, memory: str = "1g") -> Iterator[Cluster]:
    """Run a master and workers of one core each on loopback, in a ``with`` block.

    Parameters
    ----------
    directory
        Where logs and scratch files go.
    workers
        How many there are.
    memory
        What each may give to executors, as Spark writes it.
    """
    port, status_port = _free_port(), _free_port()
    running = Cluster(f"spark://{LOOPBACK}:{port}", status_port, [])
    with ExitStack() as stack:
        master = _start(
            stack,
            directory / "master.log",
            *("spark-class", f"{_DEPLOY}.master.Master", "--host", LOOPBACK),
            *("--port", str(port), "--webui-port", str(status_port)),
        )
        _wait_until(lambda: _listens(port), master, directory / "master.log")
        for number in range(workers):
            log = directory / f"worker_{number}.log"
            running.workers.append(
                _start(
                    stack,
                    log,
                    *("spark-class", f"{_DEPLOY}.worker.Worker", "--host", LOOPBACK),
                    *("--cores", "1", "--memory", memory, "--webui-port", "0"),
                    *("--work-dir", str(directory / f"worker_{number}")),
                    running.master,
                )
            )
            _wait_until(
                lambda wanted=number + 1: running.status()["aliveworkers"] == wanted,
                running.workers[-1],
                log,
            )
        yield running


@contextmanager
def thrift_server(master: str, home: Path) -> Iterator[int]:
    """Run a Thrift server whose warehouse is in ``home``; gives its port."""
    spark, port = home / "spark", _free_port()
    conf = {
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": spark / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={spark}/metastore;create=true"
        ),
        "spark.driver.extraJavaOptions": (
            f"-Dderby.stream.error.file={spark}/derby.log"
        ),
    }
    with ExitStack() as stack:
        server = _start(
            stack,
            spark / "server.log",
            *("spark-submit", "--master", master, "--class", _SERVER),
            *(part for name in conf for part in ("--conf", f"{name}={conf[name]}")),
            *("--hiveconf", f"hive.server2.thrift.port={port}"),
            *("--hiveconf", f"hive.server2.thrift.bind.host={LOOPBACK}"),
            memory="1g",
        )
        _wait_until(lambda: _listens(port), server, spark / "server.log")
        yield port


@contextmanager
def stopping(process: subprocess.Popen) -> Iterator[subprocess.Popen]:
    """End a process, and all that it started, with a ``with`` block."""
    try:
        yield process
    finally:
        kill(process)
        process.wait()


def kill(process: subprocess.Popen) -> None:
    """Kill a process that leads a group, and its group, at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _start(
    stack: ExitStack, log: Path, program: str, *arguments: str, memory: str = "256m"
) -> subprocess.Popen[bytes]:
    import pyspark

    home = Path(pyspark.__file__).parent
    log.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [str(home / "bin" / program), *arguments],
        cwd=log.parent,
        env=os.environ
        | {
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": LOOPBACK,
            # A Thrift server's too, whatever spark.driver.memory says.
            "SPARK_DAEMON_MEMORY": memory,
            "SPARK_LOCAL_DIRS": str(log.parent / "scratch"),
        },
        stdout=stack.enter_context(log.open("wb")),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stack.enter_context(stopping(process))
    return process


def _free_port() -> int:
    with socket.socket() as server:
        server.bind((LOOPBACK, 0))
        return server.getsockname()[1]


def _listens(port: int) -> bool:
    with socket.create_connection((LOOPBACK, port), 1):
        return True


def _wait_until(
    is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path
) -> None:
    deadline = time.monotonic() + _STARTS_IN_S
    while time.monotonic() < deadline and process.poll() is None:
        # A master listens before it tells anything: its first answers are empty.
        with suppress(OSError, json.JSONDecodeError):
            if is_ready():
                return
        time.sleep(0.2)
    raise RuntimeError(f"Spark did not start:\n{log.read_text('utf-8')[-3000:]}")
