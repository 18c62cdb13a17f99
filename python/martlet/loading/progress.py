"""Tell how far a load is: what it does, and how much of the running query is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

# Takes what is done, how much of it, and how much there is in all; 0 where none knows.
OnStep = Callable[[str, int, int], None]

_SECONDS = 0.25
_PERCENT = 100


@contextmanager
def watched(
    connection: duckdb.DuckDBPyConnection, on_step: OnStep | None
) -> Iterator[Callable[[str], None]]:
    """Report the percentage of each query, four times a second, while the block runs.

    Yields
    ------
    callable
        Takes what the queries from now on do.
    """
    if on_step is None:
        yield lambda step: None
        return
    doing = ""
    done = Event()

    def say(step: str) -> None:
        nonlocal doing
        doing = step
        on_step(doing, 0, 0)

    def watch() -> None:
        while not done.wait(_SECONDS):
            percent = connection.query_progress()
            if percent > 0:  # not every query knows how long it is
                on_step(doing, int(percent), _PERCENT)

    watcher = Thread(target=watch, daemon=True)
    connection.execute("set enable_progress_bar = true")
    connection.execute("set enable_progress_bar_print = false")
    watcher.start()
    try:
        yield say
    finally:
        done.set()
        watcher.join()
