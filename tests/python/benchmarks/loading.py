"""Loading events from CSV: inputs, martlet's side, and proof that both stored the same."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import duckdb
from tests.python.benchmarks import inputs as shop

from martlet.contract import read_contract
from martlet.errors import CheckFailed
from martlet.loading.bringing import Destination
from martlet.loading.load import LoadOptions, load_table
from martlet.privacy.sealing import DEMO_KEY, Sealer
from martlet.settings import find_project

NOW = datetime(2100, 1, 1)


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` events as a shop would export them."""
    rows = shop.events(size).replace("as source_customer_id", "as customer_id")
    with duckdb.connect() as connection:
        connection.execute(shop.MACROS)
        connection.execute(f"copy ({rows}) to '{inputs}/events.csv' (header)")


def run(inputs: Path, outputs: Path) -> None:
    """Load the file: hash, judge, redact and write it, and count what was done."""
    contract = read_contract(find_project(Path(__file__).parent))
    load_table(
        "events",
        f"{inputs}/events.csv",
        Destination(outputs / "raw", outputs / "quarantine", contract),
        LoadOptions(),
        lambda new: Sealer(DEMO_KEY),
        NOW,
    )


def check(inputs: Path, outputs: Path) -> str:
    """Hold every event that martlet stored against DuckDB's reading of the file."""
    ours = (
        f"read_parquet('{outputs}/martlet/raw/load_id=*/events/*.parquet', "
        "hive_partitioning = false)"
    )
    theirs = f"read_parquet('{outputs}/DuckDB read_csv/events.parquet')"
    with duckdb.connect() as connection:
        compared = connection.execute(
            f"select string_agg(column_name, ', ') from (describe select * from {ours}) "
            "where column_type = 'VARCHAR' or column_name like '%\\_at' escape '\\'"
        ).fetchone()[0]
        events, unequal = connection.execute(
            f"select (select count(*) from {ours}), (select count(*) from ("
            f"select {compared} from {ours} except all select {compared} from {theirs}))"
        ).fetchone()
        (others,) = connection.execute(f"select count(*) from {theirs}").fetchone()
    if events != others or unequal:
        raise CheckFailed(
            f"martlet stored {events} events and DuckDB {others}; {unequal} of martlet's "
            "are not among DuckDB's."
        )
    return f"{events:,} events: equal ids, instants and texts"
