"""One process at a time changes a raw directory; readers never wait."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from martlet.errors import EnvironmentFault


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
    with (raw / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EnvironmentFault(
                f"Another martlet is changing {raw}.",
                "Wait until it is done, and run the same command again.",
            ) from None
        yield
