"""What tests are made of: an environment of their own, small stores, the commands."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from martlet.contract import read_contract
from martlet.loading.bringing import Destination
from martlet.loading.connectors.connector import find_connector
from martlet.loading.load import LoadOptions, load_connector, load_table
from martlet.loading.report import LoadReport
from martlet.loading.sources.source import Hints
from martlet.privacy.sealing import Sealer
from ready_parse import hand_over_parse

PROJECT_DIR = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

# What a person says of a shop with its first load.
STORE_OPTIONS = (
    *("--store-id", "pottery", "--country", "US"),
    *("--reporting-currency", "EUR", "--reporting-timezone", "Europe/Berlin"),
)
STORE = (
    "store_id,reporting_currency,reporting_timezone\ncorner-shop,EUR,Europe/Berlin\n"
)
CUSTOMERS = "customer_id,country,registered_at\nc1,DE,2026-01-01 08:00:00\n"
ORDERS = (
    "order_id,customer_id,ordered_at,status,currency\n"
    "o1,c1,2026-01-05 10:00:00,completed,EUR\n"
    "o2,c1,2026-02-05 10:00:00,completed,EUR\n"
)
ORDER_ITEMS = (
    "order_id,line_number,product_id,quantity,unit_price\n"
    "o1,1,tea,2,3.50\n"
    "o1,2,cup,1,9.00\n"
    "o2,1,tea,1,3.50\n"
)


CONTRACT = read_contract(PROJECT_DIR)
FIXTURES = PROJECT_DIR / "tests" / "python" / "fixtures"
SEALER = Sealer("test key that is long enough to be one")
LOADED_AT = datetime(2026, 1, 1)


@dataclass(frozen=True)
class RawStore:
    """A raw directory and its quarantine, and what the loader does to them."""

    directory: Path

    @property
    def destination(self) -> Destination:
        """Where its loads go."""
        return Destination(
            self.directory / "raw", self.directory / "quarantine", CONTRACT
        )

    def load(
        self,
        table: str,
        source: str | bytes | Path,
        *,
        name: str = "export",
        delimiter: str | None = None,
        encoding: str | None = None,
        sheet: str | None = None,
        **options: Any,
    ) -> LoadReport:
        """Load a file, or what stands in one, into a raw table.

        Tests of single rows want all of them judged, so that any share may be refused.
        """
        if isinstance(source, str | bytes):
            text = source.encode() if isinstance(source, str) else source
            source = self.directory / name
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(text)
        hints = Hints(delimiter, encoding, sheet)
        return self.load_location(table, str(source), hints=hints, **options)

    def load_location(self, table: str, location: str, **options: Any) -> LoadReport:
        """Load a path or URL into a raw table."""
        told = LoadOptions(**{"max_refused": 1.0, **options})
        return load_table(
            table, location, self.destination, told, lambda new: SEALER, LOADED_AT
        )

    def load_through(
        self, connector: str | Path, *paths: Path, **options: Any
    ) -> LoadReport:
        """Load files through a connector."""
        return load_connector(
            find_connector(connector, CONTRACT),
            paths,
            self.destination,
            LoadOptions(**options),
            lambda new: SEALER,
            LOADED_AT,
        )

    def rows(self, table: str, columns: str = "*", order: str = "all") -> list[tuple]:
        """Read what is stored of a raw table."""
        files = f"{self.destination.raw}/load_id=*/{table}/*.parquet"
        if not list(self.destination.raw.glob(f"load_id=*/{table}/*.parquet")):
            return []
        return duckdb.sql(
            f"select {columns} from read_parquet('{files}') order by {order}"
        ).fetchall()

    def refused(self) -> list[dict[str, Any]]:
        """Read the quarantine, its rows opened as ``came``."""
        files = sorted(self.destination.quarantine.glob("*/*.parquet"))
        if not files:
            return []
        relation = duckdb.read_parquet([str(file) for file in files]).order(
            "source_file, source_line nulls last, source_row"
        )
        found = [
            dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()
        ]
        for row in found:
            row["came"] = json.loads(SEALER.unseal(row["sealed_row"]))
        return found

    def reasons(self) -> list[tuple[int | None, str]]:
        """Give line and reason of what is in quarantine."""
        return [(row["source_line"], row["reason"]) for row in self.refused()]

    def contents(self) -> dict[Path, bytes]:
        """Give what all files of both hold, locks and sources left out."""
        roots = (self.destination.raw, self.destination.quarantine)
        return {
            path: path.read_bytes()
            for root in roots
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".lock"
        }


@dataclass(frozen=True)
class Shop:
    """One store's raw files and the home that is built from them."""

    directory: Path

    @property
    def raw(self) -> Path:
        """Directory of the raw tables."""
        return self.directory / "raw"

    @property
    def home(self) -> Path:
        """Directory of everything that a build makes."""
        return self.directory / "home"

    @property
    def published(self) -> Path:
        """The published database."""
        return self.home / "published" / "marts.duckdb"

    def write(self, table: str, text: str, name: str = "part.csv") -> Path:
        """Write one raw file."""
        path = self.raw / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def command(self, *arguments: str) -> tuple[list[str], dict[str, str]]:
        """Give a ``martlet`` command line and its environment."""
        env = environment(self.directory) | {"MARTLET_RAW": str(self.raw)}
        return [str(BIN / "martlet"), *arguments], env

    def martlet(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run ``martlet`` and return how it ended and what it printed."""
        command, env = self.command(*arguments)
        return subprocess.run(
            command,
            cwd=PROJECT_DIR,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def load(self, what: str, *arguments: str | Path) -> dict[str, Any]:
        """Load files through a connector or into a table; give the report."""
        loaded = self.martlet(
            "load", what, *map(str, arguments), "--out", str(self.raw), "--json"
        )
        assert loaded.returncode == 0, loaded.stderr
        return json.loads(loaded.stdout)

    def rows(self, query: str) -> list[tuple]:
        """Run a query whose tables are the loaded raw tables."""
        with self.raw_tables() as connection:
            return connection.execute(query).fetchall()

    def raw_tables(self) -> duckdb.DuckDBPyConnection:
        """Open a database with the loaded raw tables as views."""
        connection = duckdb.connect()
        for table in {path.name for path in self.raw.glob("load_id=*/*")}:
            files = f"{self.raw}/load_id=*/{table}/*.parquet"
            connection.execute(f"create view {table} as select * from '{files}'")
        return connection


class LineProcess:
    """A Python program that takes orders and answers them, a line each.

    It imports once and forks for each order, so that many kills take seconds.
    """

    def __init__(self, program: str, argument: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", program, argument],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )

    def order(self, line: str) -> None:
        """Give an order."""
        self._process.stdin.write(f"{line}\n")

    def answer(self) -> str:
        """Wait for the next line of what it says."""
        return self._process.stdout.readline()

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def run_dbt(shop: Shop, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run plain dbt on a shop's raw tables, into its home."""
    _, env = shop.command()
    return subprocess.run(
        [str(BIN / "dbt"), *arguments],
        cwd=PROJECT_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True)
class BuiltSample:
    """A home in which ``martlet build`` has run on the sample. For reading only."""

    home: Path
    database: Path
    summary: dict[str, Any]


def environment(directory: Path) -> dict[str, str]:
    """Give an environment in which everything is written below ``directory``."""
    hand_over_parse(directory / "home", directory / "target")
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MARTLET_", "DBT_"))
    }
    return inherited | {
        "MARTLET_HOME": str(directory / "home"),
        "DBT_TARGET_PATH": str(directory / "target"),
        "DBT_LOG_PATH": str(directory / "logs"),
    }


def once(directory: Path, make: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Make ``directory`` in the first worker that asks; give its result to all."""
    result = directory / "result.json"
    directory.mkdir(exist_ok=True)
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not result.exists():
            made = make(directory)
            result.write_text(json.dumps(made), "utf-8")
    return json.loads(result.read_text("utf-8"))
