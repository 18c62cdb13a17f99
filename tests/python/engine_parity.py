"""Hold the tables of a build on Spark against those of a build in DuckDB.

Spark's tables are plain Parquet, so DuckDB reads both: rows are put in one order and
compared column by column. Money, counts and texts must be equal, floating-point numbers
to 1e-9 of their size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

RELATIVE = 1e-9
# Where sums of opposite numbers come to nothing.
ABSOLUTE = 1e-12
_FLOATING = ("DOUBLE", "FLOAT")
# What pandas would turn into floating point, where some are null or too long for it.
_EXACT = ("DECIMAL", "HUGEINT", "BIGINT")


def built_tables(
    target: Path, materialized: Iterable[str] = ("table", "incremental")
) -> list[tuple[str, str]]:
    """List schema and name of the tables, or the views, that the last build made.

    Parameters
    ----------
    target
        Where dbt wrote what it did.
    materialized
        As what dbt made them.
    """
    nodes = json.loads((target / "manifest.json").read_text("utf-8"))["nodes"]
    done = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    built = [nodes[each["unique_id"]] for each in done if each["unique_id"] in nodes]
    return [
        (node["schema"], node["name"])
        for node in built
        if node["resource_type"] == "model"
        and node["config"]["materialized"] in materialized
    ]


def files_of(spark_home: Path, schema: str, name: str) -> Path:
    """Say where a table's files are, or where those of a view's rows are written to."""
    return spark_home / "spark" / "warehouse" / f"{schema}.db" / name


def differences(
    database: Path, spark_home: Path, tables: Iterable[tuple[str, str]]
) -> list[str]:
    """Tell in which tables, columns and rows the engines differ.

    Parameters
    ----------
    database
        Warehouse that DuckDB built.
    spark_home
        Home that Spark built into.
    tables
        Schema and name of each table to compare.

    Returns
    -------
    list of str
        A line for each table that differs.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        found = []
        for schema, name in tables:
            directory = files_of(spark_home, schema, name)
            difference = _difference(connection, f"{schema}.{name}", directory)
            if difference:
                found.append(f"{schema}.{name}: {difference}")
        return found


def contents(
    spark_home: Path, tables: Iterable[tuple[str, str]]
) -> dict[str, list[tuple]]:
    """Read tables that Spark built, the rows of each in an order of their own."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        return {
            name: connection.execute(
                f"{_spark_rows(files_of(spark_home, schema, name))} order by all"
            ).fetchall()
            for schema, name in tables
            if files_of(spark_home, schema, name).is_dir()
        }


def _spark_rows(directory: Path) -> str:
    if not list(directory.rglob("*.parquet")):
        return "select null where false"
    # What a table is cut into partitions by is told by folders, and is none of its own.
    return (
        f"select * from read_parquet('{directory}/**/*.parquet', union_by_name = true, "
        "hive_partitioning = false)"
    )


def _difference(
    connection: duckdb.DuckDBPyConnection, name: str, directory: Path
) -> str | None:
    if not directory.is_dir():
        return "Spark has no such table"
    types = dict(
        connection.execute(
            f"select column_name, column_type from (describe {name})"
        ).fetchall()
    )
    numbers = [column for column in types if types[column].startswith(_EXACT)]
    expected = _fetch(connection, f"select * from {name}", numbers)
    actual = _fetch(connection, _spark_rows(directory), numbers)
    if len(expected) != len(actual):
        return f"{len(expected)} rows in DuckDB, {len(actual)} on Spark"
    if expected.empty:
        return None
    if missing := sorted(set(expected.columns) ^ set(actual.columns)):
        return f"columns of one engine alone: {', '.join(missing)}"
    floating = [column for column in expected if types[column] in _FLOATING]
    exact = [column for column in expected if types[column] not in _FLOATING]
    left, right = (_in_order(frame, exact, floating) for frame in (expected, actual))
    for column in (*exact, *floating):
        differs = (
            left[column] != right[column]
            if column in exact
            else ~np.isclose(
                left[column], right[column], RELATIVE, ABSOLUTE, equal_nan=True
            )
        )
        if differs.any():
            row = int(np.argmax(differs))
            return (
                f"{column} differs in {int(differs.sum())} of {len(left)} rows, as in\n"
                f"  DuckDB {left.loc[row].to_dict()}\n"
                f"  Spark  {right.loc[row].to_dict()}"
            )
    return None


def _fetch(
    connection: duckdb.DuckDBPyConnection, query: str, numbers: list[str]
) -> pd.DataFrame:
    """Fetch a query's rows, of these numbers all digits as text."""
    relation = connection.sql(query)
    as_text = ", ".join(
        f'cast(cast("{column}" as decimal(38, 10)) as varchar) as "{column}"'
        for column in relation.columns
        if column in numbers
    )
    return relation.project(f"* replace ({as_text})" if as_text else "*").df()


def _in_order(
    frame: pd.DataFrame, exact: list[str], floating: list[str]
) -> pd.DataFrame:
    """Bring what both engines tell to one form and order."""
    told = pd.DataFrame(
        {column: frame[column].map(_as_text) for column in exact}, index=frame.index
    )
    for column in floating:
        told[column] = pd.to_numeric(frame[column]).astype(float)
    return told.sort_values([*exact, *floating]).reset_index(drop=True)


def _as_text(value: object) -> str:
    if isinstance(value, list | np.ndarray):
        return str([_as_text(each) for each in value])
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        utc = value.tz_convert("UTC").tz_localize(None) if value.tz else value
        return utc.isoformat()
    # A column of whole numbers with nulls is floating in pandas.
    if isinstance(value, float):
        return f"{value:.17g}"
    return str(value)
