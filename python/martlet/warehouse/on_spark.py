"""The warehouse on Spark, as models see it.

Plain files know no transaction. A run's rows go to partitions of that run alone, and
whoever reads them asks ``ml.model_runs`` for its runs. A run that was killed leaves no
row there, and the next run, which takes its number, clears away what it left.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pyarrow as pa

from martlet.errors import ModelRefused
from martlet.sql import literal
from martlet.warehouse.interface import Work

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

_NOTE = "note_of_batch"


class SparkWarehouse:
    """See :class:`martlet.warehouse.interface.Warehouse`."""

    def __init__(self, session: SparkSession) -> None:
        self._session = session
        # What workers run is what runs here, with the packages that are here.
        session.sparkContext.pythonExec = sys.executable
        self._begun: set[str] = set()

    def has(self, schema: str, table: str) -> bool:
        """See the interface."""
        return self._session.catalog.tableExists(f"{schema}.{table}")

    def rows(self, query: str, values: Sequence[object] = ()) -> list[dict]:
        """See the interface."""
        return self._read(query, values).to_pylist()

    def frame(self, query: str, values: Sequence[object] = ()) -> pd.DataFrame:
        """See the interface; DuckDB makes the frame, so that types are as there."""
        return duckdb.from_arrow(self._read(query, values)).df()

    def described(self, query: str, values: Sequence[object] = ()) -> tuple[int, str]:
        """See the interface."""
        (told,) = self.rows(
            # As JSON, since hashing columns passes over nulls, wherever they stand.
            "select count(*) as counted, coalesce(sum(cast("
            "xxhash64(to_json(struct(*))) as decimal(38, 0))), 0) as hashes "
            f"from ({query}) as input",
            values,
        )
        return told["counted"], f"{int(told['hashes']) % 2**128:032x}"

    def in_batches(
        self,
        query: str,
        values: Sequence[object],
        work: Work,
        *,
        table: str,
        batch_rows: int,
    ) -> Iterator[tuple[DataFrame, pd.DataFrame]]:
        """See the interface; all batches at once, on the workers."""
        from pyspark.sql.types import BinaryType, StructType

        ledger = self._columns(table)
        made = StructType(ledger.fields).add(_NOTE, BinaryType())
        schema = _in_arrow(made)

        def worked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                parts = []
                try:
                    rows, note = work(_without_zones(batch).to_pandas())
                    parts.append(rows)
                except ModelRefused as refusal:
                    note = refusal
                parts.append(pd.DataFrame({_NOTE: [pickle.dumps(note)]}))
                for part in parts:
                    yield from _as_table(part, schema).to_batches()

        self._session.conf.set(
            "spark.sql.execution.arrow.maxRecordsPerBatch", str(batch_rows)
        )
        source = self._session.sql(query, args=list(values))
        # Kept, since rows and notes are read apart and made only once.
        mapped = source.mapInArrow(worked, made).persist()
        try:
            told = mapped.where(f"{_NOTE} is not null").select(_NOTE).toArrow()
            notes = [pickle.loads(each) for each in told[_NOTE].to_pylist()]
            for refusal in notes:
                if isinstance(refusal, ModelRefused):
                    raise refusal
            if notes:
                rows = mapped.where(f"{_NOTE} is null").select(ledger.names)
                yield rows, pd.concat(notes)
        finally:
            mapped.unpersist()

    @contextmanager
    def appending(self, run_id: str) -> Iterator[None]:
        """See the interface."""
        for table in self._ledgers_by_run:
            self._session.sql(
                f"alter table ml.{table} drop if exists "
                f"partition (run_id = {literal(run_id)})"
            )
        self._begun = set()
        yield

    def append(self, table: str, rows: pd.DataFrame | DataFrame, run_id: str) -> int:
        """See the interface."""
        from pyspark.sql.functions import lit

        if isinstance(rows, pd.DataFrame):
            columns = self._columns(table)
            # They fit in memory here, and so in one file.
            table_rows = _as_table(rows, _in_arrow(columns))
            rows = self._session.createDataFrame(table_rows, columns).coalesce(1)
        written = rows.withColumn("run_id", lit(run_id)).select(
            self._session.table(f"ml.{table}").columns
        )
        # Files that the metastore was not told of go with the first rows of a run.
        is_first = table in self._ledgers_by_run - self._begun
        self._begun.add(table)
        written.write.insertInto(f"ml.{table}", overwrite=is_first)
        return rows.count()

    def _read(self, query: str, values: Sequence[object]) -> pa.Table:
        return _without_zones(self._session.sql(query, args=list(values)).toArrow())

    def _columns(self, table: str) -> StructType:
        from pyspark.sql.types import StructType

        fields = self._session.table(f"ml.{table}").schema.fields
        return StructType([field for field in fields if field.name != "run_id"])

    @cached_property
    def _ledgers_by_run(self) -> set[str]:
        catalog = self._session.catalog
        return {
            table.name
            for table in catalog.listTables("ml")
            # Those of the session, such as dbt leaves, are listed in every schema.
            if not table.isTemporary
            and any(c.isPartition for c in catalog.listColumns(f"ml.{table.name}"))
        }


def _without_zones(rows: pa.Table | pa.RecordBatch) -> pa.Table | pa.RecordBatch:
    """Tell instants as they are in UTC, as everywhere in martlet."""
    plain = pa.schema(
        [
            field.with_type(pa.timestamp(field.type.unit))
            if pa.types.is_timestamp(field.type)
            else field
            for field in rows.schema
        ]
    )
    return rows.cast(plain)


def _in_arrow(columns: StructType) -> pa.Schema:
    from pyspark.sql.pandas.types import to_arrow_schema

    return to_arrow_schema(columns, timezone="UTC")


def _as_table(rows: pd.DataFrame, schema: pa.Schema) -> pa.Table:
    lacking = dict.fromkeys(set(schema.names) - set(rows))
    return pa.Table.from_pandas(rows.assign(**lacking), schema, preserve_index=False)
