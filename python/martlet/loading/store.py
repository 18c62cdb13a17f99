"""Whose data a raw directory holds: the one row of the raw table ``store``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.loading.connector import Store
from martlet.loading.sql import identifier, literal, read_raw
from martlet.settings import is_sample, raw_files

_NEEDED = ("store_id", "reporting_currency", "reporting_timezone")


def settle_store(
    connection: duckdb.DuckDBPyConnection,
    raw: Path,
    declared: Store | None,
    given: Mapping[str, str | None],
) -> Store | None:
    """Decide whose data a load brings.

    Parameters
    ----------
    declared : Store, optional
        What the connector says.
    given : mapping of str to str
        What the person who loads says, by the names of the columns; takes precedence.

    Returns
    -------
    Store or None
        None where nobody has said yet.

    Raises
    ------
    UsageError
        The raw directory holds another store, or the sample, or too little was said.
    """
    said = {name: value for name, value in given.items() if value}
    wanted = (vars(declared) if declared else {}) | said
    held = _held(connection, raw)
    if held:
        differing = [
            f"{name} {value}"
            for name, value in wanted.items()
            if value and value != getattr(held, name)
        ]
        if differing:
            raise UsageError(
                f"{raw} holds the store {held.store_id} ({held.reporting_currency}, "
                f"{held.reporting_timezone}), and this load says "
                f"{', '.join(differing)}; one raw directory holds one store.",
                "Pass another directory with --out, or leave these options out.",
            )
        if is_sample(held.store_id):
            raise UsageError(
                f"{raw} holds a generated sample, which is sealed with a published key.",
                "Load a real shop into a directory of its own, with --out.",
            )
        return held
    if not wanted:
        return None
    missing = [name for name in _NEEDED if not wanted.get(name)]
    if missing:
        options = " ".join(f"--{name.replace('_', '-')} …" for name in missing)
        raise UsageError(
            f"The store's {', '.join(missing)} were not said, and nobody said them "
            "before.",
            f"Say them with the first load: {options}",
        )
    store = Store(**{field.name: wanted.get(field.name) for field in fields(Store)})
    if is_sample(store.store_id):
        raise UsageError(
            f"Ids such as {store.store_id} are kept for the built-in samples.",
            "Choose another --store-id.",
        )
    return store


def write_store(
    connection: duckdb.DuckDBPyConnection, store: Store, contract: RawTable, path: Path
) -> None:
    """Write the one row of the raw table ``store``."""
    values = ", ".join(
        f"cast({_literal(vars(store)[column.name])} as {column.data_type}) "
        f"as {identifier(column.name)}"
        for column in contract.written
    )
    connection.execute(f"copy (select {values}) to {literal(path)} (format parquet)")


def _held(connection: duckdb.DuckDBPyConnection, raw: Path) -> Store | None:
    for file in reversed(raw_files(raw, "store")):
        rows = connection.execute(f"select * from {read_raw(file)}")
        names = [column[0] for column in rows.description]
        for row in rows.fetchall():
            found = dict(zip(names, row, strict=True))
            return Store(**{f.name: found.get(f.name) for f in fields(Store)})
    return None


def _literal(value: str | None) -> str:
    return "null" if value is None else literal(value)
