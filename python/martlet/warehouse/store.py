"""Which store the raw files belong to, and which one the warehouse was built from.

A warehouse refuses another store, since two shops' model runs and ledgers in one file
would be told as one. Only the sample gives way: it was never anybody's data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from martlet.errors import EnvironmentFault, UsageError
from martlet.settings import LOAD_PREFIX, Settings, is_sample, raw_files
from martlet.sql import one_file
from martlet.warehouse.connection import open_warehouse

# Registrations and consents are staged whatever their date; identity leaves later ones out.
_LEFT_OUT = """
select
    (select sum(later_rows) from monitoring.raw_reconciliation) + (
        select count(*)
        from (
            select source_customer_id from staging.stg_store__customers
            union
            select source_customer_id from staging.stg_store__consents
        )
        where source_customer_id not in (
            select source_customer_id from identity.identity_customer_ids
        )
    )
"""


def raw_store_id(settings: Settings) -> str | None:
    """Read the id of the store that the raw files belong to; ``None`` if they say none."""
    for file in raw_files(settings.raw, "store"):
        reader = "read_parquet" if file.suffix == ".parquet" else "read_csv"
        row = duckdb.execute(
            f"select cast(store_id as varchar) from {reader}(?)", [str(file)]
        ).fetchone()
        if row:
            return row[0]
    return None


def warehouse_store_id(warehouse: Path) -> str | None:
    """Read the id of the store that the warehouse was built from, if it was."""
    if not warehouse.is_file():
        return None
    with open_warehouse(warehouse, read_only=True) as connection:
        return _bound_store_id(connection)


def make_way_for_store(settings: Settings) -> bool:
    """Check that the warehouse is this store's; clear the sample out of its way.

    Returns
    -------
    bool
        Whether a warehouse of the sample was removed.

    Raises
    ------
    UsageError
        The warehouse belongs to another store.
    """
    if not settings.warehouse.is_file():
        return False
    # Opened for writing, so that whoever holds the file is named before any work.
    with open_warehouse(settings.warehouse) as connection:
        built_from = _bound_store_id(connection)
    raw = raw_store_id(settings)
    if built_from is None or raw is None or built_from == raw:
        return False
    if is_sample(built_from) and not is_sample(raw):
        settings.warehouse.unlink()
        settings.warehouse.with_name("warehouse.duckdb.wal").unlink(missing_ok=True)
        return True
    raise UsageError(
        f"The warehouse {settings.warehouse} was built from store '{built_from}', and "
        f"{settings.raw} holds store '{raw}'.",
        f"Give each store a home of its own: MARTLET_HOME=data/{raw} martlet build",
    )


def refuse_untaken_loads(
    connection: duckdb.DuckDBPyConnection, raw: Path, tables: Iterable[str]
) -> None:
    """Refuse a warehouse that has not taken in what lies in the raw directory now.

    A consent withdrawn, or a person to be forgotten, may stand in a file that no build
    has read. Loads are told as :file:`macros/engine/loads.sql` tells them.

    Raises
    ------
    EnvironmentFault
        A load came or went since, or a file that was put there by hand changed.
    """
    try:
        taken = connection.execute("select raw_table, load_id from ops.present_loads")
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            "The warehouse was never built.", "Build it: martlet build"
        ) from error
    if set(taken.fetchall()) != set(_present_loads(connection, raw, tables)):
        raise EnvironmentFault(
            f"{raw} holds loads that the warehouse has not taken in, or no longer some "
            "that it has.",
            "Bring it up to date, then run the same command again: martlet build",
        )


def refuse_earlier_date(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a warehouse that tells of an earlier date than the raw files.

    It does not know which accounts were opened, and linked with others, since then.

    Raises
    ------
    EnvironmentFault
        Its ``as_of_date`` leaves rows out.
    """
    try:
        left_out = connection.execute(_LEFT_OUT).fetchone()
    except duckdb.CatalogException:
        return  # Not built yet; what says who is who may be.
    if left_out[0]:
        raise EnvironmentFault(
            "The warehouse was built as of an earlier date, and may not know all that "
            "belongs to a person.",
            "Build it as of now: martlet build",
        )


def _present_loads(
    connection: duckdb.DuckDBPyConnection, raw: Path, tables: Iterable[str]
) -> Iterator[tuple[str, str]]:
    for table in tables:
        for load in raw.glob(f"{LOAD_PREFIX}*/{table}"):
            if any(load.iterdir()):
                yield table, load.parent.name.removeprefix(LOAD_PREFIX)
        if any(path.is_file() for path in (raw / table).rglob("*")):
            start = len(str(raw)) + 2
            (content,) = connection.execute(
                f"select md5(string_agg(filename[{start}:] || size || last_modified, "
                f"',' order by filename)) from read_blob({one_file(raw / table)[:-1]}/**')"
            ).fetchone()
            yield table, f"by hand {content}"


def _bound_store_id(connection: duckdb.DuckDBPyConnection) -> str | None:
    try:
        row = connection.execute("select store_id from ops.store").fetchone()
    except duckdb.CatalogException:
        return None
    return row[0] if row else None
