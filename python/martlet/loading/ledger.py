"""Count what a load did, and know what earlier loads did.

The raw table ``loads`` is the proof that nothing was lost: the rows and amounts of its
``stored`` and ``refused`` lines add up to the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import duckdb

from martlet import __version__
from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.loading.connector import Connector, Store
from martlet.loading.report import LoadCount
from martlet.loading.sql import literal, read_raw
from martlet.loading.tables import MadeTable
from martlet.settings import raw_files


@dataclass(frozen=True)
class Load:
    """One file going through one connector."""

    load_id: str
    connector: Connector
    source: Path
    source_sha256: str


def identify(connector: Connector, source: Path) -> Load:
    """Name the load of ``source`` after the file's content and the connector's."""
    with source.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    identity = "\n".join([content, connector.name, connector.text, __version__])
    load_id = hashlib.sha256(identity.encode()).hexdigest()[:12]
    return Load(load_id, connector, source, content)


def earlier_counts(
    connection: duckdb.DuckDBPyConnection, load: Load, out: Path
) -> tuple[LoadCount, ...]:
    """Read what this very load counted before; empty where it never completed."""
    name = f"load-{load.load_id}.parquet"
    ledger = out / "loads" / name
    if not ledger.is_file():
        return ()
    counts = _counts(connection, read_raw(ledger))
    tables = {count.destination for count in counts if count.outcome != "refused"}
    return counts if all((out / table / name).is_file() for table in tables) else ()


def superseded_loads(
    connection: duckdb.DuckDBPyConnection, load: Load, out: Path
) -> tuple[str, ...]:
    """List loads of the same file by an earlier state of the same connector."""
    found: set[str] = set()
    for ledger in raw_files(out, "loads"):
        rows = connection.execute(
            f"select distinct load_id from {read_raw(ledger)} "
            "where connector = ? and source_sha256 = ? and load_id <> ?",
            [load.connector.name, load.source_sha256, load.load_id],
        ).fetchall()
        found |= {load_id for (load_id,) in rows}
    return tuple(sorted(found))


def has_store(connection: duckdb.DuckDBPyConnection, store: Store, out: Path) -> bool:
    """Say whether ``out`` holds this store's data; ``UsageError`` where another's."""
    declared = (store.store_id, store.reporting_currency, store.reporting_timezone)
    files = raw_files(out, "store")
    for file in files:
        rows = connection.execute(
            "select distinct store_id, reporting_currency, reporting_timezone "
            f"from {read_raw(file)}"
        ).fetchall()
        for row in rows:
            if row != declared:
                raise UsageError(
                    f"{out} holds the store {' '.join(row)}, and this file belongs to "
                    f"{' '.join(declared)}; one raw directory holds one store.",
                    "Pass another directory with --out.",
                )
    return bool(files)


def make_store(
    connection: duckdb.DuckDBPyConnection, store: Store, contract: RawTable
) -> MadeTable:
    """Create the one row of the raw table ``store``."""
    table = MadeTable(contract, set(vars(store)))
    values = ", ".join(
        f"{literal(value)} as {name}" for name, value in vars(store).items()
    )
    connection.execute(f"create table {table.relation} as select {values}")
    return table


def make_ledger(
    connection: duckdb.DuckDBPyConnection,
    load: Load,
    made: list[MadeTable],
    contract: RawTable,
) -> tuple[MadeTable, tuple[LoadCount, ...]]:
    """Create the rows of the raw table ``loads`` from what the load made."""
    ledger = MadeTable(contract, {column.name for column in contract.columns})
    counts = [_count_of(table) for table in made]
    counts.append("""
        select 'refused', 'quarantine', rule, count(*), sum(amount)
        from refused
        left join input using (source_row)
        group by rule
    """)
    connection.execute(f"""
        create table {ledger.relation} as
        select
            {literal(load.load_id)} as load_id,
            {literal(load.connector.name)} as connector,
            {literal(load.source.name)} as source_file,
            {literal(load.source_sha256)} as source_sha256,
            counts.*,
        from ({" union all ".join(counts)})
            as counts (outcome, destination, rule, rows, amount)
    """)
    return ledger, _counts(connection, ledger.relation)


def _count_of(table: MadeTable) -> str:
    name = literal(table.contract.name)
    if table.is_stored:
        return (
            f"select 'stored', {name}, '', count(*), sum(amount) "
            f"from {table.relation} inner join input using (source_row)"
        )
    return f"select 'derived', {name}, '', count(*), null from {table.relation}"


def _counts(
    connection: duckdb.DuckDBPyConnection, relation: str
) -> tuple[LoadCount, ...]:
    rows = connection.execute(f"""
        select outcome, destination, rule, rows, cast(amount as decimal(18, 4))
        from {relation}
        order by outcome = 'derived', outcome = 'refused', destination, rule
    """)
    return tuple(LoadCount(*row) for row in rows.fetchall())
