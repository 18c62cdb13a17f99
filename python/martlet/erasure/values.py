"""Find what names a person in values that files hold packed.

Parquet and DuckDB compress, so that a word may be in a file whose bytes do not show it.
Every column that can hold text is read and searched, in every table of every file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb

from martlet.erasure.searching import Needles
from martlet.erasure.unpacking import begins, is_duckdb, is_parquet
from martlet.erasure.writings import Writings
from martlet.errors import CheckFailed
from martlet.faults import is_machine_fault
from martlet.settings import RAW_SUFFIXES
from martlet.sql import identifier, literal, one_file, read_raw

_BATCH = 50_000
_DUCKDB = ".duckdb"

# Columns whose values name somebody, or an order, by an id of any length.
_NAMING = {
    "customer": re.compile("customer_id$"),
    "visitor": re.compile("visitor_id$"),
    "order": re.compile("(order|conversion)_id$"),
    "address": re.compile("phone|mobile|telefon|^tel|mail"),
}


class Values:
    """Searches tables for what names people."""

    def __init__(self, writings: Writings, needles: Needles) -> None:
        self._writings = writings
        self._needles = needles

    def places_in(self, path: Path) -> Iterator[str]:
        """Yield the tables of a file that hold a trace; its name alone for a flat file.

        Raises
        ------
        CheckFailed
            A file that should be a table cannot be read, so that nothing is proved.
        """
        head = begins(path)
        is_database = path.suffix == _DUCKDB or is_duckdb(head)
        is_table = path.suffix == ".parquet" or is_parquet(head)
        try:
            if is_database:
                yield from self._in_database(path)
            elif is_table or path.name.endswith(RAW_SUFFIXES):
                yield from self._in_flat_file(path, is_parquet=is_table)
        except duckdb.Error as error:
            if is_machine_fault(error):
                raise
            if is_table or is_database:
                raise CheckFailed(
                    f"{path} cannot be read, so nobody can say what it holds.",
                    "Remove it if it is damaged, then run the same command again.",
                ) from None
            # Text that is no table was searched as bytes.

    def _in_database(self, path: Path) -> Iterator[str]:
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() order by all"
            ).fetchall()
            for schema, table in tables:
                relation = f"{identifier(schema)}.{identifier(table)}"
                if self._is_in(connection, relation):
                    yield f"{schema}.{table}"

    def _in_flat_file(self, path: Path, *, is_parquet: bool) -> Iterator[str]:
        relation = f"read_parquet({one_file(path)})" if is_parquet else read_raw(path)
        with duckdb.connect() as connection:
            if self._is_in(connection, relation):
                yield path.name

    def _is_in(self, connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
        described = connection.execute(f"describe select * from {relation}")
        columns = {name: type_ for name, type_, *_ in described.fetchall()}
        return self._ids_are_in(connection, relation, columns) or any(
            self._needles.are_in(text) for text in _texts(connection, relation, columns)
        )

    def _ids_are_in(
        self,
        connection: duckdb.DuckDBPyConnection,
        relation: str,
        columns: dict[str, str],
    ) -> bool:
        """Look for ids that are too short to be searched for anywhere."""
        short = self._writings.short
        conditions = []
        for name in columns:
            value = f"cast({identifier(name)} as varchar)"
            for kind, pattern in _NAMING.items():
                if short[kind] and pattern.search(name.lower()):
                    conditions.append(f"{value} in ({_listed(short[kind])})")
            if short["customer"] and "node" in name.lower():
                nodes = {f"customer:{each}" for each in short["customer"]}
                conditions.append(f"{value} in ({_listed(nodes)})")
        if not conditions:
            return False
        found = connection.execute(
            f"select 1 from {relation} where {' or '.join(conditions)} limit 1"
        ).fetchone()
        return found is not None


def _texts(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: dict[str, str]
) -> Iterator[bytes]:
    """Give all that can hold words as bytes, values divided by a byte that none has."""
    texts = [
        f"cast({identifier(name)} as varchar)"
        for name, type_ in columns.items()
        if re.search("VARCHAR|BLOB|JSON|ENUM|UUID", type_)
    ]
    if not texts:
        return
    # An absent value is passed over by concat_ws, and the last one needs an end too.
    joined = f"concat_ws(chr(0), {', '.join(texts)}, '')"
    reader = connection.execute(
        f"select encode({joined}) as text from {relation}"
    ).to_arrow_reader(_BATCH)
    for batch in reader:
        _, _, data = batch.column(0).buffers()
        if data is not None:
            yield data.to_pybytes()


def _listed(values: frozenset[str] | set[str]) -> str:
    return ", ".join(map(literal, sorted(values)))
