"""Rows from the quarantine, opened to be tried again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from martlet.loading.sources.source import Malformed, Source, unique
from martlet.sql import one_file


class RefusedRows(Source):
    """The refused rows of one load into one raw table, as they came.

    Lines that were no rows stay so.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        unseal: Callable[[str], str],
    ) -> None:
        refused = connection.execute(
            "select source_file, source_line, reason, sealed_row "
            f"from read_parquet({one_file(path)}) "
            "order by source_file, source_line nulls last, source_row"
        ).fetchall()
        self._lines: list[int | None] = []
        self._malformed: list[Malformed] = []
        rows: list[dict[str, str | None]] = []
        for _, line, reason, sealed in refused:
            came = json.loads(unseal(sealed))
            if isinstance(came, dict):
                rows.append(came)
                self._lines.append(line)
            else:
                self._malformed.append(Malformed(line, reason, came))
        columns = list(dict.fromkeys(name for row in rows for name in row))
        relation = unique("retried")
        schema = pa.schema([(name, pa.string()) for name in columns or ["nothing"]])
        connection.register(relation, pa.Table.from_pylist(rows, schema=schema))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        super().__init__(refused[0][0], sha256, columns, relation)

    def malformed(self, connection: duckdb.DuckDBPyConnection) -> list[Malformed]:
        """List the lines that were no rows."""
        return self._malformed

    def lines_of(
        self, rows: Sequence[int], connection: duckdb.DuckDBPyConnection
    ) -> dict[int, int]:
        """Give the lines they stood on in the file they came from."""
        found = {row: self._lines[row - 1] for row in rows}
        return {row: line for row, line in found.items() if line is not None}
