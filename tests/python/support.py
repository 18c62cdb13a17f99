"""What tests are made of: an environment of their own, small stores, the commands."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

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


@dataclass(frozen=True)
class BuiltSample:
    """A home in which ``martlet build`` has run on the sample. For reading only."""

    home: Path
    database: Path
    summary: dict[str, Any]


def environment(directory: Path) -> dict[str, str]:
    """Give an environment in which everything is written below ``directory``."""
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
