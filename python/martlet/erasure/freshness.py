"""Refuse to tell of people by a warehouse that has not taken in all raw files."""

from __future__ import annotations

import contextlib
import os

import duckdb

from martlet.contract import RawTable
from martlet.errors import EnvironmentFault
from martlet.loading.load_directory import load_ids
from martlet.settings import Settings
from martlet.sql import literal


def refuse_stale(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    contract: dict[str, RawTable],
) -> None:
    """Hold the loads that the last build saw against those that lie there now.

    Raises
    ------
    EnvironmentFault
        They differ, so that the person could not be resolved whole.
    """
    (has_ledger,) = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'ops' and table_name = 'present_loads'"
    ).fetchone()
    seen = set(
        connection.execute(
            "select raw_table, load_id from ops.present_loads"
        ).fetchall()
        if has_ledger
        else ()
    )
    if seen != _present(settings, contract):
        raise EnvironmentFault(
            f"The warehouse has not taken in what lies in {settings.raw} now, and may not "
            "know all that belongs to a person.",
            "Take it in: martlet build",
        )


def _present(settings: Settings, contract: dict[str, RawTable]) -> set[tuple[str, str]]:
    """List loads by raw table as the project's macro ``raw_loads`` does."""
    present = set()
    loads = load_ids(settings.raw)
    for table in contract:
        for load_id in loads:
            if any((settings.raw / f"load_id={load_id}" / table).glob("*")):
                present.add((table, load_id))
        if by_hand := _by_hand(settings, table):
            present.add((table, by_hand))
    return present


def _by_hand(settings: Settings, table: str) -> str | None:
    """Name the files that a person put there, by paths as dbt sees them."""
    folder = settings.raw / table
    if not any(path.is_file() for path in folder.rglob("*")):
        return None
    named = os.environ.get("MARTLET_RAW")
    home = os.environ.get("MARTLET_HOME", "data")
    pattern = f"{_literally(named or f'{home}/raw')}/{table}/**"
    with contextlib.chdir(settings.project_dir):
        (fingerprint,) = duckdb.execute(
            "select md5(string_agg(filename || size || last_modified, ',' "
            f"order by filename)) from read_blob({literal(pattern)})"
        ).fetchone()
    return f"by hand {fingerprint}"


def _literally(path: str) -> str:
    return path.replace("[", "[[]").replace("*", "[*]").replace("?", "[?]")
