"""Write tables piece by piece, so that any store passes through little memory.

Both formats give the same bytes for the same rows: the gzip header carries neither name
nor time, and Parquet files hold nothing but the rows and the library's version.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from martlet.contract import RawTable
from martlet.sample.columns import DECIMAL

_TYPES = {
    "varchar": pa.string(),
    "bigint": pa.int64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "decimal(18,4)": DECIMAL,
}
CSV_OPTIONS = pa_csv.WriteOptions(quoting_style="needed")


def contract_schemas(contract: Mapping[str, RawTable]) -> dict[str, pa.Schema]:
    """Return the Arrow schema of each raw table, columns in declared order."""
    return {
        name: pa.schema(
            [(column.name, _TYPES[column.data_type]) for column in raw.written]
        )
        for name, raw in contract.items()
    }


def arrow_table(columns: Mapping[str, pa.Array | None], schema: pa.Schema) -> pa.Table:
    """Put ``columns`` in the schema's order and types; ``None`` is a column of nulls.

    Raises
    ------
    KeyError
        The columns are not exactly those of the schema.
    """
    if unexpected := set(columns) ^ set(schema.names):
        raise KeyError(f"columns and schema differ in {sorted(unexpected)}")
    rows = next(len(column) for column in columns.values() if column is not None)
    arrays = [
        pa.nulls(rows, field.type)
        if columns[field.name] is None
        else columns[field.name].cast(field.type)
        for field in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


class StoreWriter:
    """Appends rows to the raw tables under a directory; use it as a context.

    Parameters
    ----------
    directory : Path
        Gets ``<table>/part-<n>.parquet`` files, or one ``<table>/<table>.csv.gz`` each.
    schemas : Mapping[str, pa.Schema]
        The tables that may be written.
    file_format : str
        ``parquet`` or ``csv``.
    """

    def __init__(
        self, directory: Path, schemas: Mapping[str, pa.Schema], file_format: str
    ) -> None:
        self.rows: Counter[str] = Counter()
        self._directory = directory
        self._schemas = schemas
        self._append = self._append_csv if file_format == "csv" else self._add_part
        self._parts: Counter[str] = Counter()
        self._streams: dict[str, pa_csv.CSVWriter] = {}
        self._open_files = ExitStack()

    def __enter__(self) -> StoreWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._open_files.close()

    def write(self, table: str, columns: Mapping[str, pa.Array | None]) -> None:
        """Append rows to ``table``."""
        rows = arrow_table(columns, self._schemas[table])
        self._append(table, rows)
        self.rows[table] += rows.num_rows

    def _add_part(self, table: str, rows: pa.Table) -> None:
        path = self._directory / table / f"part-{self._parts[table]:05d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, path, compression="zstd")
        self._parts[table] += 1

    def _append_csv(self, table: str, rows: pa.Table) -> None:
        if table not in self._streams:
            self._streams[table] = self._open_csv(table)
        self._streams[table].write_table(rows)

    def _open_csv(self, table: str) -> pa_csv.CSVWriter:
        path = self._directory / table / f"{table}.csv.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        file = self._open_files.enter_context(path.open("wb"))
        stream = self._open_files.enter_context(
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)
        )
        writer = pa_csv.CSVWriter(
            stream, self._schemas[table], write_options=CSV_OPTIONS
        )
        return self._open_files.enter_context(writer)
