"""Run filters on the customers' profiles, in a connection that can do nothing else.

A filter is checked before it comes here. Should a check ever fail, the connection still
reads no file, changes no setting, writes nothing, and stops after some seconds.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Timer

import duckdb

from martlet.errors import EnvironmentFault, UsageError

LONGEST_SECONDS = 20

_LIMITS = (
    "set enable_external_access = false",
    "set memory_limit = '2GB'",
    "set threads = 2",
    "set lock_configuration = true",
)


def profile_columns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Give the columns of ``customer_profiles`` and their types in DuckDB.

    Raises
    ------
    EnvironmentFault
        The warehouse has no profiles yet.
    """
    found = connection.execute(
        "select lower(column_name), data_type from information_schema.columns "
        "where table_schema = 'marts' and table_name = 'customer_profiles' "
        "order by ordinal_position"
    ).fetchall()
    if not found:
        raise EnvironmentFault(
            "The warehouse has no customer profiles yet.", "Build them: martlet build"
        )
    return dict(found)


def lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """Take from a connection, for good, all that reading tables does not need."""
    for limit in _LIMITS:
        connection.execute(limit)


@contextmanager
def running_a_filter(
    connection: duckdb.DuckDBPyConnection, longest_seconds: float = LONGEST_SECONDS
) -> Iterator[None]:
    """Stop what takes too long, and tell in words what DuckDB cannot compute.

    Raises
    ------
    UsageError
        The filter takes too long, or fails on some customer.
    """
    is_over = Event()

    def stop() -> None:
        is_over.set()
        connection.interrupt()

    watch = Timer(longest_seconds, stop)
    watch.start()
    try:
        yield
    except duckdb.InterruptException as error:
        if not is_over.is_set():
            raise
        raise UsageError(
            f"The filter took more than {longest_seconds:g} seconds, and was stopped.",
            "Make it simpler: fewer patterns, fewer conditions.",
        ) from error
    except (
        duckdb.OutOfRangeException,
        duckdb.ConversionException,
        duckdb.InvalidInputException,
        duckdb.BinderException,
    ) as error:
        raise UsageError(
            "The filter cannot be computed: " + str(error).strip().splitlines()[0],
            "Numbers that grow too large do this, and dates too far away.",
        ) from error
    finally:
        watch.cancel()
