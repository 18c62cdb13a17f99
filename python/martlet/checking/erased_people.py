"""Refuse files that were put into the raw directory by hand and bring erased people back.

The loader leaves them out by itself; a file that goes around it is only refused. Plain
dbt knows no key, and cannot tell.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from martlet.contract import RawTable
from martlet.errors import RawDataError
from martlet.faults import machine_faults
from martlet.loading.erased.judging import PERSONAL_TABLES
from martlet.loading.erased.rows import ErasedRows
from martlet.loading.erased.tombstones import Tombstones, has_tombstones
from martlet.privacy.sealing import Sealer
from martlet.settings import load_id_of, raw_files
from martlet.sql import scratch_database


def refuse_erased(
    raw: Path, contract: dict[str, RawTable], find_sealer: Callable[[], Sealer]
) -> None:
    """Look for rows of erased people in files that were put there by hand.

    Raises
    ------
    RawDataError
        A file holds some; it is named, and nobody else.
    EnvironmentFault
        There are such files and people were erased, but the key is not there.
    """
    by_hand = [
        (path, contract[name])
        for name in PERSONAL_TABLES
        for path in raw_files(raw, name)
        if load_id_of(path) is None
    ]
    if not by_hand or not has_tombstones(raw):
        return
    with machine_faults(f"Checking {raw}"), scratch_database() as connection:
        tombstones = Tombstones(raw, find_sealer())
        erased = ErasedRows(connection)
        for path, table in by_hand:
            erased.look_up(path, table, tombstones)
        for path, table in by_hand:
            if erased.count(path, table):
                raise RawDataError(
                    f"{path} holds rows of people who were erased.",
                    f"Take it out and load it instead, which leaves them out: "
                    f"martlet load {table.name} {path.name}",
                )
