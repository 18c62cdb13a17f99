"""Keep what was refused: where it stood, why, and the row as it came, sealed whole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from martlet.loading.ledger import Load
from martlet.loading.load_directory import LoadDirectory
from martlet.loading.refusals import MALFORMED
from martlet.loading.sources.source import Malformed, Source, numbered
from martlet.loading.writing import copy_to
from martlet.privacy.redaction import redact
from martlet.sql import literal

_LINES = pa.schema([("source_row", pa.int64()), ("source_line", pa.int64())])
_MALFORMED = pa.schema(
    [("source_line", pa.int64()), ("reason", pa.string()), ("text", pa.string())]
)


class Quarantine:
    """The refused rows of one load, gathered source by source.

    Needs the function ``seal`` of :mod:`martlet.privacy.in_sql`. Its tables lie beside
    those of a connector, which has its own names for them.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, load: Load) -> None:
        self._connection = connection
        self._load = load
        connection.execute("""
            create temp table quarantined_rows (
                place varchar,
                load_id varchar,
                source_file varchar,
                source_row bigint,
                source_line bigint,
                rule varchar,
                reason varchar,
                sealed_row varchar
            )
        """)

    def take_rows(self, source: Source, refused: str) -> None:
        """Take rows of a source.

        Parameters
        ----------
        refused : str
            A query of ``source_row``, ``place`` (what they were refused for, a raw table
            or a connector), ``rule`` and ``reason``.
        """
        connection = self._connection
        connection.execute(f"create or replace temp table quarantined_now as {refused}")
        rows = connection.execute("select source_row from quarantined_now").fetchall()
        if not rows:
            return
        lines = source.lines_of([row for (row,) in rows], connection)
        connection.register("quarantined_lines", _table(lines.items(), _LINES))
        connection.execute(f"""
            insert into quarantined_rows
            select
                place,
                {self._told(source)},
                source_row,
                source_line,
                rule,
                reason,
                seal(cast(to_json(row) as varchar)),
            from quarantined_now
            inner join {numbered(source)} using (source_row)
            left join quarantined_lines using (source_row)
        """)
        connection.unregister("quarantined_lines")

    def take_lines(
        self, source: Source, malformed: Sequence[Malformed], place: str
    ) -> None:
        """Take lines of a source that are no rows."""
        if not malformed:
            return
        lines = [(each.source_line, each.reason, each.text) for each in malformed]
        self._connection.register("quarantined_lines", _table(lines, _MALFORMED))
        self._connection.execute(f"""
            insert into quarantined_rows
            select
                {literal(place)},
                {self._told(source)},
                null,
                source_line,
                {literal(MALFORMED)},
                reason,
                seal(cast(to_json(text) as varchar)),
            from quarantined_lines
        """)
        self._connection.unregister("quarantined_lines")

    def write(self, directory: LoadDirectory) -> None:
        """Write one file for each place that has rows."""
        places = self._connection.execute("select distinct place from quarantined_rows")
        for (place,) in places.fetchall():
            copy_to(
                self._connection,
                "select * exclude (place) from quarantined_rows "
                f"where place = {literal(place)}"
                " order by source_file, source_line nulls last, source_row",
                directory.refused(place),
            )

    def _told(self, source: Source) -> str:
        return f"{literal(self._load.load_id)}, {literal(redact(source.name))}"


def _table(rows: Iterable[tuple], schema: pa.Schema) -> pa.Table:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [
        pa.array(cells, field.type)
        for cells, field in zip(columns, schema, strict=True)
    ]
    return pa.table(arrays, schema=schema)
