"""One process at a time changes a raw directory or a home; readers never wait."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from martlet.errors import EnvironmentFault
from martlet.faults import machine_faults


@contextmanager
def raw_lock(raw: Path) -> Iterator[None]:
    """Hold a raw directory, made where it is missing, against other loads.

    The lock goes with the process that holds it, however that ends.

    Raises
    ------
    EnvironmentFault
        Another process holds it.
    """
    raw.mkdir(parents=True, exist_ok=True)
    with _held(raw / ".lock", f"Another martlet is changing {raw}."):
        yield


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Hold a home, made where it is missing, against other builds and publications.

    Raises
    ------
    EnvironmentFault
        Another process holds it, or this one may not write there.
    """
    with machine_faults(f"Making {home} (MARTLET_HOME)"):
        home.mkdir(parents=True, exist_ok=True)
    refusal = f"Another martlet is building or publishing in {home}."
    with _held(home / ".build.lock", refusal):
        yield


@contextmanager
def _held(lock: Path, refusal: str) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFault(
                refusal, "Wait until it is done, and run the same command again."
            ) from None
        yield
