"""Name loads, count what each did, and know what earlier ones did.

The raw table ``loads`` is the proof that nothing was lost: the rows and amounts of its
``stored``, ``refused``, ``consulted`` and ``erased`` lines add up to the source.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from martlet import __version__
from martlet.contract import RawTable
from martlet.loading.load_directory import load_ids
from martlet.loading.report import LoadCount
from martlet.loading.writing import write_rows
from martlet.privacy.redaction import redact
from martlet.privacy.sealing import Sealer
from martlet.settings import raw_files
from martlet.sql import one_file

_DIGITS = 6

# Sealed with every load, so that another key is noticed before it seals anything.
KEY_CHECK = "sealed with the key of this store"


@dataclass(frozen=True)
class LoadedInput:
    """One input of a load: its name, the source it came from, and its content."""

    name: str
    source_file: str
    sha256: str


@dataclass(frozen=True)
class Load:
    """One source going through one connector, or into one raw table."""

    load_id: str
    connector: str
    inputs: tuple[LoadedInput, ...]
    options: Mapping[str, Any]
    loaded_at: datetime
    retried_load_id: str | None = None

    @property
    def source(self) -> str:
        """How to speak of where it came from."""
        first, *others = dict.fromkeys(each.source_file for each in self.inputs)
        return f"{first} and {len(others)} more" if others else first


@dataclass(frozen=True)
class EarlierLoad:
    """A load that is in the raw store."""

    load_id: str
    connector: str
    source_file: str
    source_sha256: tuple[str, ...]
    options: str
    loaded_at: datetime
    retried_load_id: str | None
    key_check: str
    counts: tuple[LoadCount, ...]


def name_load(
    raw: Path,
    connector: str,
    text: str,
    inputs: Sequence[LoadedInput],
    options: Mapping[str, Any],
    loaded_at: datetime,
    retried_load_id: str | None = None,
) -> Load:
    """Name a load after its place in the order of loads, and what it brings how.

    ``text`` is what else decides what becomes of the rows: a connector's SQL. A source
    that was loaded in the same way before gets the name it got then.
    """
    contents = [f"{each.name} {each.sha256}" for each in inputs]
    identity = [connector, text, _as_json(options), retried_load_id or "", __version__]
    fingerprint = hashlib.sha256("\n".join([*identity, *contents]).encode())
    short = fingerprint.hexdigest()[:12]
    known = load_ids(raw)
    before = [load_id for load_id in known if load_id.endswith(f"-{short}")]
    last = max((int(load_id.partition("-")[0]) for load_id in known), default=0)
    load_id = before[0] if before else f"{last + 1:0{_DIGITS}d}-{short}"
    return Load(load_id, connector, tuple(inputs), options, loaded_at, retried_load_id)


def earlier_loads(
    connection: duckdb.DuckDBPyConnection, raw: Path
) -> list[EarlierLoad]:
    """Read what the loads of a raw store say of themselves, in their order."""
    ledgers = raw_files(raw, "loads")
    if not ledgers:
        return []
    files = ", ".join(map(one_file, ledgers))
    rows = connection.execute(f"""
        select
            regexp_extract(filename, '.*/load_id=([^/]+)/', 1) as load_id,
            any_value(connector),
            string_agg(distinct source_file, ', ' order by source_file),
            list(distinct source_sha256 order by source_sha256),
            any_value(options),
            any_value(loaded_at),
            any_value(retried_load_id),
            any_value(key_check),
            list(
                (input, outcome, destination, rule, rows, amount)
                order by outcome = 'derived', outcome, destination, input, rule
            )
        from read_parquet([{files}], hive_partitioning = false, filename = true)
        group by all
        order by load_id
    """).fetchall()
    return [
        EarlierLoad(*row[:3], tuple(row[3]), *row[4:8], _counts(row[8])) for row in rows
    ]


def superseded(earlier: Sequence[EarlierLoad]) -> list[str]:
    """List loads whose source was loaded again later in another way.

    What was tried again from their quarantine goes with them.
    """
    latest = {
        (load.connector, load.source_sha256): load.load_id
        for load in earlier
        if load.retried_load_id is None
    }
    replaced = {
        load.load_id
        for load in earlier
        if load.retried_load_id is None
        and latest[load.connector, load.source_sha256] != load.load_id
    }
    return with_retries(replaced, earlier)


def with_retries(chosen: set[str], earlier: Sequence[EarlierLoad]) -> list[str]:
    """Add the loads that tried again what these refused, and theirs in turn."""
    for other in earlier:  # a retry comes after what it retries
        if other.retried_load_id in chosen:
            chosen = chosen | {other.load_id}
    return sorted(chosen)


def write_ledger(
    connection: duckdb.DuckDBPyConnection,
    load: Load,
    counts: Sequence[LoadCount],
    contract: RawTable,
    sealer: Sealer,
    path: Path,
) -> None:
    """Write the rows of the raw table ``loads``."""
    inputs = {each.name: each for each in load.inputs}
    first = load.inputs[0]
    rows = []
    for count in counts:
        source = inputs.get(count.input, first)
        row = {
            **vars(count),
            "connector": load.connector,
            "source_file": redact(source.source_file),
            "source_sha256": source.sha256,
            "options": _as_json(load.options),
            "loaded_at": load.loaded_at.isoformat(sep=" "),
            "retried_load_id": load.retried_load_id,
            "key_check": sealer.seal(KEY_CHECK),
        }
        rows.append(row)
    write_rows(connection, contract, rows, path)


def _counts(rows: Sequence[Sequence[Any]]) -> tuple[LoadCount, ...]:
    return tuple(
        LoadCount(*(row.values() if isinstance(row, dict) else row)) for row in rows
    )


def _as_json(options: Mapping[str, Any]) -> str:
    return json.dumps(options, sort_keys=True, ensure_ascii=False)
