"""The few pieces of SQL that loading and checking must write in the same way."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb


def identifier(name: str) -> str:
    """Quote a column or table name."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: object) -> str:
    """Quote a string."""
    return "'" + str(text).replace("'", "''") + "'"


def exact_cast(expression: str, data_type: str) -> str:
    """Cast in SQL, giving null where the type cannot hold what the value says.

    A plain cast turns ``2.5`` into the whole number 3 and reads ``08:26+02`` as 08:26
    UTC; both would change the data in silence. Needs the session of
    :func:`scratch_database`, whose timezone is UTC.
    """
    cast = f"try_cast({expression} as {data_type})"
    if data_type == "bigint":
        return f"case when try_cast({expression} as double) = {cast} then {cast} end"
    if data_type == "timestamp":
        instant = f"try_cast({expression} as timestamptz) at time zone 'UTC'"
        return f"case when {instant} = {cast} then {cast} end"
    return cast


def read_raw(file: Path) -> str:
    """Give what to write after ``from`` to read one raw file as the build reads it."""
    if file.suffix == ".parquet":
        return f"read_parquet({literal(file)}, hive_partitioning = false)"
    return (
        f"read_csv({literal(file)}, all_varchar = true, header = true, delim = ',', "
        "quote = '\"', escape = '\"', comment = '', strict_mode = true, "
        "hive_partitioning = false)"
    )


@contextmanager
def scratch_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB whose overflow is encrypted and goes when it closes."""
    with tempfile.TemporaryDirectory(prefix="martlet-") as overflow:
        settings = {"temp_directory": overflow, "temp_file_encryption": True}
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
