"""Load one file of a shop through a connector: every row stored or refused, or nothing.

The steps, each in its own module: read the rows as they came (``files``), type them
(``parsing``), run the connector's SQL and hold the result to the contract (``tables``),
count (``ledger``), and write all of it at once, sealed (``writing``, ``outputs``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.faults import machine_faults
from martlet.loading.connector import find_connector
from martlet.loading.files import check_source, read_rows
from martlet.loading.ledger import (
    Load,
    earlier_counts,
    has_store,
    identify,
    make_ledger,
    make_store,
    superseded_loads,
)
from martlet.loading.outputs import Outputs
from martlet.loading.parsing import parse_rows
from martlet.loading.report import LoadCount, LoadReport
from martlet.loading.sql import scratch_database
from martlet.loading.tables import MadeTable, make_tables, summarise
from martlet.loading.writing import (
    needs_key,
    register_functions,
    write_quarantine,
    write_table,
)
from martlet.sealing import Sealer


def load_connector(
    connector: str | Path,
    source: Path,
    out: Path,
    contract: dict[str, RawTable],
    *,
    quarantine: Path,
    sealer_factory: Callable[[], Sealer],
    progress: Callable[[str, int, int], None] | None = None,
) -> LoadReport:
    """Load ``source`` into the raw directory ``out``.

    Writes ``out/<table>/load-<load_id>.parquet`` for each raw table the connector
    makes, for ``store`` and for ``loads``, and the refused rows to
    ``quarantine/<connector or raw table>/load-<load_id>.parquet``. All of them appear,
    or none. Loading the same file again changes nothing.

    Parameters
    ----------
    connector : str or Path
        Name of a built-in connector, or the folder of another one.
    source : Path
        The shop's file.
    out, quarantine : Path
        Directories for raw tables and for refused rows; made where they are missing.
    contract : dict of str to RawTable
        What :func:`martlet.contract.read_contract` gives.
    sealer_factory : callable
        Gives the sealer; asked only where there is something to seal.
    progress : callable, optional
        Called before each step with what it does, its number from 0, and their number.

    Raises
    ------
    UsageError
        No such connector or file, or ``out`` holds another store.
    RawDataError
        The file is not what the connector reads.
    CheckFailed
        The connector has a mistake, such as losing a row.
    EnvironmentFault
        The machine stood in the way: disk, memory, keys, an interruption.
    """
    with (
        machine_faults(f"Loading {source}", "Nothing of it was kept."),
        scratch_database() as connection,
    ):
        check_source(source)
        load = identify(find_connector(connector, contract), source)
        superseded = superseded_loads(connection, load, out)
        report = LoadReport(
            load_id=load.load_id,
            connector=load.connector.name,
            source=source,
            counts=earlier_counts(connection, load, out),
            replaced=superseded,
        )
        if report.counts:
            report = replace(report, already_loaded=True)
        else:
            step = progress or _say_nothing
            step("read the file", 0, 3)
            read_rows(connection, source, load.connector)
            step("judge its rows", 1, 3)
            parse_rows(connection, source, load.connector)
            made = make_tables(connection, load.connector, contract)
            summary = summarise(connection, load.connector)
            step("seal and write", 2, 3)
            sealer = sealer_factory() if needs_key(connection, made) else None
            counts = _write(connection, load, made, contract, sealer, out, quarantine)
            report = replace(
                report,
                counts=counts,
                summary=summary,
                made_key_file=sealer and sealer.made_key_file,
            )
        for load_id in superseded:
            _remove(load_id, out, quarantine)
    return report


def _write(
    connection: duckdb.DuckDBPyConnection,
    load: Load,
    made: list[MadeTable],
    contract: dict[str, RawTable],
    sealer: Sealer | None,
    out: Path,
    quarantine: Path,
) -> tuple[LoadCount, ...]:
    """Write everything of the load, and give the counts it recorded of itself."""
    register_functions(connection, sealer)
    tables = list(made)
    if not has_store(connection, load.connector.store, out):
        tables.append(make_store(connection, load.connector.store, contract["store"]))
    ledger, counts = make_ledger(connection, load, made, contract["loads"])
    with Outputs(load.load_id) as outputs:
        for table in tables:
            write_table(connection, table, outputs, out)
        write_quarantine(connection, load, outputs, quarantine)
        # Last, because its presence says that the load is complete.
        write_table(connection, ledger, outputs, out)
    return counts


def _remove(load_id: str, out: Path, quarantine: Path) -> None:
    """Remove a load that this one replaces; the store's own row stays."""
    for root in (out, quarantine):
        for file in root.glob(f"*/load-{load_id}.parquet"):
            if file.parent.name != "store":
                file.unlink()


def _say_nothing(step: str, done: int, total: int) -> None:
    """Report no progress."""
