"""Metrics as MetricFlow tells them, asked in this process.

MetricFlow comes with dbt; only the command `mf` is an extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from metricflow.engine.metricflow_engine import (
    MetricFlowEngine,
    MetricFlowQueryRequest,
)
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

from support import BuiltSample

Rows = dict[tuple, tuple]


def semantic_manifest(built: BuiltSample) -> Path:
    """What dbt wrote of the metrics when the sample was built."""
    return built.home.parent / "target" / "semantic_manifest.json"


class Renderer:
    """The part of a warehouse's client that MetricFlow needs to write SQL for DuckDB."""

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()


class Metrics:
    """The metrics of a built warehouse, on a connection whose catalog is `warehouse`."""

    def __init__(
        self, built: BuiltSample, connection: duckdb.DuckDBPyConnection
    ) -> None:
        text = semantic_manifest(built).read_text("utf-8")
        self.manifest = parse_manifest_from_dbt_generated_manifest(text)
        self._engine = MetricFlowEngine(
            semantic_manifest_lookup=SemanticManifestLookup(self.manifest),
            sql_client=Renderer(),
        )
        self._connection = connection

    def ask(self, metrics: Sequence[str], dimensions: Sequence[str]) -> Rows:
        """Ask MetricFlow."""
        request = MetricFlowQueryRequest.create(
            metric_names=metrics, group_by_names=dimensions or None
        )
        return self.run(
            self._engine.explain(request).sql_statement.sql, metrics, dimensions
        )

    def run(self, sql: str, metrics: Sequence[str], dimensions: Sequence[str]) -> Rows:
        """Run SQL; give its metrics by its dimensions."""
        columns = ", ".join([*dimensions, *metrics])
        rows = self._connection.execute(f"select {columns} from ({sql})").fetchall()
        many = len(dimensions)
        found = {row[:many]: row[many:] for row in rows}
        assert len(found) == len(rows), f"{dimensions} of two rows are the same"
        return found


def open_copy(built: BuiltSample) -> duckdb.DuckDBPyConnection:
    """Open a copy of the tables that people read, to be changed as one likes."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("use warehouse")
    with duckdb.connect(str(built.home / "warehouse.duckdb"), read_only=True) as source:
        names = source.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_schema in ('core', 'marts')"
        ).fetchall()
        for schema, name in names:
            rows = source.sql(f"from {schema}.{name}").to_arrow_table()
            connection.register("rows_read", rows)
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {schema}.{name} as from rows_read")
            connection.unregister("rows_read")
    return connection
