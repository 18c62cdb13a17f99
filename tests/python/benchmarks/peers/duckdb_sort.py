"""DuckDB only sorting people's events: about the least that sessions can cost.

Once with every column that sessions are made of, once with those alone that they count;
int_sessions joins the others to the few sessions afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from tests.python.benchmarks.sessions import COUNTED, OF_FIRST_EVENT


def all_columns(inputs: Path, outputs: Path) -> None:
    """Sort what is counted and what the first event says."""
    _sort((*COUNTED, *OF_FIRST_EVENT), inputs, outputs)


def counted_columns(inputs: Path, outputs: Path) -> None:
    """Sort what is counted."""
    _sort(COUNTED, inputs, outputs)


def _sort(columns: Sequence[str], inputs: Path, outputs: Path) -> None:
    with duckdb.connect(outputs / "warehouse.duckdb") as connection:
        connection.execute(
            f"""
            create table sorted as
            select {", ".join(columns)}
            from read_parquet('{inputs}/staging/stg_store__events.parquet')
            where user_agent not in (
                select user_agent
                from read_parquet('{inputs}/intermediate/int_user_agents.parquet')
                where traffic_type <> 'person'
            )
            order by visitor_id, event_at, event_id
            """
        )
