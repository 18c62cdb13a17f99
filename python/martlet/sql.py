"""The few pieces of SQL that several rooms must write in the same way."""

from __future__ import annotations

import contextlib
import re
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


def one_file(path: object) -> str:
    """Quote the path of one file to read, its brackets and stars taken literally."""
    return literal(re.sub(r"[\[*?]", r"[\g<0>]", str(path)))


def exact_cast(expression: str, data_type: str) -> str:
    """Cast in SQL, giving null where the type cannot hold what the value says.

    A plain cast turns ``2.5`` into the whole number 3, ``5.55e-17`` into 0.0001, a moment
    into its day, and reads ``08:26+02`` as 08:26 UTC; all would change the data in
    silence. Amounts are rounded to their decimals, as unit prices may have more; of a
    moment, only what is shorter than a microsecond is cut. Needs the session of
    :func:`scratch_database`, whose timezone is UTC.
    """
    cast = f"try_cast({expression} as {data_type})"
    if data_type == "bigint":
        return f"case when try_cast({expression} as double) = {cast} then {cast} end"
    if data_type.startswith("decimal"):
        # Comparing wide decimals would be exact, and takes a hundred times as long.
        number = f"try_cast({expression} as double)"
        rounding = f"0.5000001e-4 + 1e-15 * abs({number})"
        return f"case when abs({number} - {cast}) <= {rounding} then {cast} end"
    if data_type == "date":
        midnight = f"try_cast({expression} as timestamp)"
        return f"case when {midnight} = {cast} then {cast} end"
    if data_type == "timestamp":
        # Far moments, such as 290000 BC, are cast and have no time in UTC.
        instant = f"try(try_cast({expression} as timestamptz) at time zone 'UTC')"
        return f"case when {instant} = {cast} then {cast} end"
    return cast


def read_raw(file: Path) -> str:
    """Give what to write after ``from`` to read one raw file as the build reads it."""
    if file.suffix == ".parquet":
        return f"read_parquet({one_file(file)}, hive_partitioning = false)"
    return (
        f"read_csv({one_file(file)}, all_varchar = true, header = true, delim = ',', "
        "quote = '\"', escape = '\"', comment = '', strict_mode = true, "
        "hive_partitioning = false)"
    )


def column_types(
    connection: duckdb.DuckDBPyConnection, relation: str
) -> dict[str, str]:
    """Give the columns of what may stand after ``from``, with their types, in order."""
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {name: data_type for name, data_type, *_ in described}


@contextmanager
def scratch_database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open an in-memory DuckDB whose overflow is encrypted and goes when it closes."""
    with tempfile.TemporaryDirectory(prefix="martlet-") as overflow:
        settings = {"temp_directory": overflow, "temp_file_encryption": True}
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute("set TimeZone = 'UTC'")
            # DuckDB draws one of its own on stdout where it takes Python for a shell.
            connection.execute("set enable_progress_bar = false")
            yield connection


@contextmanager
def transaction(
    connection: duckdb.DuckDBPyConnection, *, is_kept: bool = True
) -> Iterator[None]:
    """Keep what the block writes whole, or nothing of it where it fails.

    Parameters
    ----------
    is_kept : bool
        Whether it is kept at all; a trial is taken back.
    """
    connection.begin()
    try:
        yield
        if is_kept:
            connection.commit()
        else:
            connection.rollback()
    except BaseException:
        # A failed commit has ended the transaction by itself.
        with contextlib.suppress(duckdb.Error):
            connection.rollback()
        raise
