"""Database servers that a test starts for itself, and that are gone after it."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sql

_SECONDS = 60


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run PostgreSQL on loopback; gives the URL of an empty database."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb") or (programs and str(programs[-1] / "initdb"))
    initdb = Path(found) if found else None
    if initdb is None:
        raise FileNotFoundError("initdb of PostgreSQL")
    data, port = folder / "data", _free_port()
    as_user = _as_user("postgres", folder)
    subprocess.run(
        [*as_user, initdb, "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
    )
    server = [initdb.with_name("postgres"), "-D", data, "-p", str(port), "-k", folder]
    server += ["-c", "listen_addresses=127.0.0.1"]
    url = f"postgresql://shop@127.0.0.1:{port}/postgres"
    with _running([*as_user, *server]):
        _wait_for(f"postgresql+psycopg{url.removeprefix('postgresql')}")
        yield url


@contextmanager
def mysql(folder: Path) -> Iterator[str]:
    """Run MariaDB, which speaks MySQL's protocol; gives the URL of an empty database."""
    install, server = map(shutil.which, ("mariadb-install-db", "mariadbd"))
    if not (install and server):
        raise FileNotFoundError("mariadb-install-db and mariadbd")
    data, port = folder / "data", _free_port()
    as_user = _as_user("mysql", folder)
    subprocess.run(
        [
            *as_user,
            install,
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ],
        check=True,
        capture_output=True,
    )
    command = [
        server,
        "--no-defaults",
        f"--datadir={data}",
        f"--port={port}",
        "--bind-address=127.0.0.1",
        f"--socket={folder}/socket",
    ]
    root = f"mysql+pymysql://root@127.0.0.1:{port}"
    with _running([*as_user, *command]):
        _wait_for(f"{root}/mysql")
        engine = sql.create_engine(f"{root}/mysql")
        with engine.begin() as connection:
            connection.execute(sql.text("create database shop character set utf8mb4"))
        engine.dispose()
        yield f"mysql://root@127.0.0.1:{port}/shop"


def _as_user(user: str, folder: Path) -> Sequence[str]:
    """Servers refuse to run as root."""
    if getpass.getuser() != "root":
        return []
    for path in (folder, *folder.parents):
        if path.stat().st_mode & 0o005 != 0o005 and path != Path("/"):
            path.chmod(path.stat().st_mode | 0o005)
    shutil.chown(folder, user)
    return ["runuser", "-u", user, "--"]


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def _running(command: Sequence[str | Path]) -> Iterator[None]:
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + _SECONDS
    engine = sql.create_engine(url)
    while True:
        try:
            engine.connect().close()
            engine.dispose()
            return
        except sql.exc.SQLAlchemyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
