"""The warehouse in a DuckDB file, as models see it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import duckdb
import pandas as pd

from martlet.sql import transaction
from martlet.warehouse.connection import fetch_dicts
from martlet.warehouse.interface import Work


@dataclass(frozen=True)
class DuckDBWarehouse:
    """See :class:`martlet.warehouse.interface.Warehouse`."""

    connection: duckdb.DuckDBPyConnection

    def has(self, schema: str, table: str) -> bool:
        """See the interface."""
        found = self.connection.execute(
            "select 1 from information_schema.tables "
            "where table_schema = ? and table_name = ?",
            [schema, table],
        )
        return found.fetchone() is not None

    def rows(self, query: str, values: Sequence[object] = ()) -> list[dict]:
        """See the interface."""
        return fetch_dicts(self.connection, query, values)

    def frame(self, query: str, values: Sequence[object] = ()) -> pd.DataFrame:
        """See the interface."""
        return self.connection.execute(query, values).df()

    def described(self, query: str, values: Sequence[object] = ()) -> tuple[int, str]:
        """See the interface."""
        rows, hashes = self.connection.execute(
            "select count(*), coalesce(sum(cast(hash(input) as hugeint)), 0) "
            f"from ({query}) as input",
            values,
        ).fetchone()
        return rows, f"{int(hashes) % 2**128:032x}"

    def in_batches(
        self,
        query: str,
        values: Sequence[object],
        work: Work,
        *,
        table: str,
        batch_rows: int,
    ) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """See the interface; reads over a connection of its own, a batch at a time."""
        del table
        with self.connection.cursor() as reader:
            for batch in reader.execute(query, values).to_arrow_reader(batch_rows):
                yield work(batch.to_pandas())

    def appending(self, run_id: str) -> AbstractContextManager[None]:
        """See the interface: one transaction, so that nothing is ever left."""
        del run_id
        return transaction(self.connection)

    def append(self, table: str, rows: pd.DataFrame, run_id: str) -> int:
        """See the interface."""
        appended = rows.assign(run_id=run_id)
        # DuckDB finds the frame by the name of its variable. One that is registered
        # would be held in memory until the transaction ends.
        self.connection.execute(
            f"insert into ml.{table} by name select * from appended"
        )
        return len(appended)
