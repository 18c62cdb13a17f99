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

RELATIVE = 1e-9
# Where sums of opposite numbers come to nothing.
ABSOLUTE = 1e-12
_FLOATING = ("DOUBLE", "FLOAT")
# Engines differ in how wide they make them.
_EXACT = ("DECIMAL", "HUGEINT", "BIGINT", "INTEGER")


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
    rows = {"ours": f"(from {name})", "theirs": f"({_spark_rows(directory)})"}
    ours, theirs = (
        connection.sql(f"select count(*) from {each}").fetchone()[0]
        for each in rows.values()
    )
    if ours != theirs:
        return f"{ours} rows in DuckDB, {theirs} on Spark"
    if not ours:
        return None
    if missing := sorted(set(types) ^ set(connection.sql(rows["theirs"]).columns)):
        return f"columns of one engine alone: {', '.join(missing)}"
    for table, each in rows.items():
        connection.execute(
            f"create or replace temp table {table} as {_told(types, each)}"
        )
    differing = [f"({_differs(column, types)})" for column in types]
    wrong = connection.sql(
        f"select {', '.join(f'count(*) filter ({each})' for each in differing)}, "
        f"min(place) filter ({' or '.join(differing)}) "
        "from ours inner join theirs using (place)"
    ).fetchone()
    if not any(wrong[:-1]):
        return None
    columns = [
        f"{column} differs in {rows} of {ours} rows"
        for column, rows in zip(types, wrong[:-1], strict=True)
        if rows
    ]
    examples = [
        str(
            connection.sql(f"from {table} where place = {wrong[-1]}")
            .df()
            .to_dict("records")
        )
        for table in ("ours", "theirs")
    ]
    return (
        f"{'; '.join(columns)}, as in\n  DuckDB {examples[0]}\n  Spark  {examples[1]}"
    )


def _told(types: dict[str, str], rows: str) -> str:
    """Select rows with what both engines tell in one form, and their place in order."""
    columns = [
        f'{_in_one_form(column, types[column])} as "{column}"' for column in types
    ]
    # Floating-point numbers differ in their last digits: they decide where all else is
    # equal.
    order = sorted(types, key=lambda column: types[column] in _FLOATING)
    in_order = ", ".join(map(_quoted, order))
    return (
        f"select *, row_number() over (order by {in_order}) as place "
        f"from (select {', '.join(columns)} from {rows})"
    )


def _in_one_form(column: str, kind: str) -> str:
    if kind in _FLOATING:
        return f"cast({_quoted(column)} as double)"
    if kind.startswith("TIMESTAMP"):
        return f"cast({_quoted(column)} as timestamp)"
    if kind.startswith(_EXACT) and not kind.endswith("[]"):
        return f"cast({_quoted(column)} as decimal(38, 10))"
    return f"cast({_quoted(column)} as varchar)"


def _differs(column: str, types: dict[str, str]) -> str:
    ours, theirs = f"ours.{_quoted(column)}", f"theirs.{_quoted(column)}"
    if types[column] not in _FLOATING:
        return f"{ours} is distinct from {theirs}"
    is_near = (
        f"{ours} = {theirs} or abs({ours} - {theirs}) "
        f"<= {ABSOLUTE} + {RELATIVE} * abs({theirs})"
    )
    return f"({ours} is null) <> ({theirs} is null) or not coalesce({is_near}, true)"


def _quoted(name: str) -> str:
    return f'"{name}"'
