"""Run what a connector's author wrote, and name the author's mistakes as such."""

from __future__ import annotations

import duckdb

from martlet.errors import CheckFailed
from martlet.faults import is_machine_fault, sql_fault
from martlet.loading.connectors.connector import Connector


def run(
    connection: duckdb.DuckDBPyConnection, connector: Connector, file: str, sql: str
) -> duckdb.DuckDBPyConnection:
    """Run a statement that comes from ``file`` of the connector's folder."""
    try:
        return connection.execute(sql)
    except duckdb.Error as error:
        if is_machine_fault(error):
            raise
        raise mistake(connector, f"{file} fails: {sql_fault(error)}") from None


def mistake(connector: Connector, what: str) -> CheckFailed:
    """Make the error that says what is wrong with a connector."""
    return CheckFailed(
        f"The connector {connector.name} has a mistake: {what}. Nothing was loaded.",
        f"Correct it in {connector.folder}, and load the file again.",
    )


def describe(
    connection: duckdb.DuckDBPyConnection, connector: Connector, file: str, sql: str
) -> set[str]:
    """Give the names of the columns of a statement."""
    described = run(connection, connector, file, f"describe {sql}").fetchall()
    return {row[0] for row in described}
