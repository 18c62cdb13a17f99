"""Look over the machine, the project, the raw files and the warehouse before a build."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from martlet.checking.check import (
    absent_tables,
    check_raw,
    has_contact_data,
    raise_on_problems,
)
from martlet.contract import read_contract
from martlet.erasure.journal import refuse_unfinished
from martlet.errors import EnvironmentFault, MartletError
from martlet.privacy.keys import find_sealer
from martlet.settings import Settings
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.store import raw_store_id

_PACKAGES = ("dbt-core", "dbt-duckdb", "duckdb", "pandas", "scikit-learn", "typer")
_LEAST_FREE_BYTES = 1_000_000_000


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``error`` where it is not well."""

    what: str
    detail: str
    error: MartletError | None = None


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything a build needs, one finding at a time."""
    checks: tuple[tuple[str, Callable[[Settings], str]], ...] = (
        ("python", _python),
        ("packages", _packages),
        ("project", lambda settings: str(settings.project_dir)),
        ("erasure", _erasure),
        ("raw files", _raw),
        ("key", _key),
        ("disk", _disk),
        ("warehouse", _warehouse),
        ("published", _published),
    )
    for what, check in checks:
        try:
            yield Finding(what, check(settings))
        except MartletError as error:
            yield Finding(what, error.message, error)


def _python(settings: Settings) -> str:
    return sys.version.split()[0]


def _packages(settings: Settings) -> str:
    return ", ".join(f"{package} {version(package)}" for package in _PACKAGES)


def _erasure(settings: Settings) -> str:
    refuse_unfinished(settings.home)
    return "none is unfinished"


def _raw(settings: Settings) -> str:
    contract = read_contract(settings.project_dir)
    raise_on_problems(check_raw(settings.raw, contract))
    absent = absent_tables(settings.raw, contract)
    store = raw_store_id(settings) or "unnamed"
    return f"{settings.raw} (store {store})" + (
        f"; absent: {', '.join(absent)}" if absent else ""
    )


def _key(settings: Settings) -> str:
    contract = read_contract(settings.project_dir)
    if not has_contact_data(settings.raw, contract):
        return "not needed: this store has no contact data"
    find_sealer(settings.home, raw_store_id(settings) or "")
    return "found"


def _disk(settings: Settings) -> str:
    nearest = next(
        path for path in (settings.home, settings.project_dir) if path.exists()
    )
    if not (nearest.is_dir() and os.access(nearest, os.W_OK)):
        raise EnvironmentFault(
            f"{nearest} is not a directory that this user may write to.",
            "Set MARTLET_HOME to one that is.",
        )
    free = shutil.disk_usage(nearest).free
    if free < _LEAST_FREE_BYTES:
        raise EnvironmentFault(
            f"Only {free / 1e9:.1f} GB are free at {nearest}.",
            f"Free some space (df -h {nearest}), or set MARTLET_HOME to another disk.",
        )
    return f"{free / 1e9:.0f} GB free at {nearest}"


def _warehouse(settings: Settings) -> str:
    if not settings.warehouse.is_file():
        return "not built yet (martlet build)"
    with open_warehouse(settings.warehouse):
        return f"{settings.warehouse}, {settings.warehouse.stat().st_size / 1e6:.0f} MB"


def _published(settings: Settings) -> str:
    database = settings.published_database
    return str(database) if database.is_file() else "nothing yet (martlet build)"
