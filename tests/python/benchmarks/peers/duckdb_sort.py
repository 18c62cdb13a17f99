"""DuckDB only sorting what int_sessions sorts: about the least that sessions can cost."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks.sessions import CARRIED


def run(inputs: Path, outputs: Path) -> None:
    """Write people's events, sorted by visitor and time, to a table."""
    with duckdb.connect(outputs / "warehouse.duckdb") as connection:
        connection.execute(
            f"""
            create table sorted as
            select {", ".join(CARRIED)}
            from read_parquet('{inputs}/staging/stg_store__events.parquet')
            where user_agent not in (
                select user_agent
                from read_parquet('{inputs}/intermediate/int_user_agents.parquet')
                where is_bot
            )
            order by visitor_id, event_at, event_id
            """
        )
