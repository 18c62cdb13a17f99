"""Tell a person what is held of them, in one file that a person can read.

The answer to a request under article 15 of the GDPR: every raw row, every refused row,
every row of every table, with what each column means, and where data were sent.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from martlet.disk import write_private
from martlet.erasure.describing import Description, read_descriptions
from martlet.erasure.exports import Search, files_with_them
from martlet.erasure.person import People
from martlet.erasure.planning import Store, find_people
from martlet.erasure.warehouse import exported_files, given_to_platforms
from martlet.erasure.writings import writings_of
from martlet.errors import UsageError
from martlet.faults import machine_faults
from martlet.privacy.sealing import PREFIX, Sealer
from martlet.sql import identifier, literal
from martlet.warehouse.connection import fetch_dicts, open_warehouse

# By which column a table is a person's, the best first, and what it holds.
_OWNED_BY = (
    ("customer_id", "surrogates"),
    ("source_customer_id", "customer"),
    ("order_id", "order"),
    ("visitor_id", "visitor"),
    ("contact_key", "email"),
)
# Raw rows are told from the files themselves, the same in steps on the way are not.
_NOT_TOLD = {"raw", "staging", "intermediate", "labels", "model_inputs"}


@dataclass(frozen=True)
class Told:
    """Where the answer is, and how much it tells."""

    path: Path
    raw_rows: int
    tables: int


def tell(store: Store, customer: str, told_at: datetime, out: Path | None) -> Told:
    """Write all that is held of one person.

    Parameters
    ----------
    out : Path, optional
        A file, or a directory for one; the exports' directory if not given.

    Raises
    ------
    UsageError
        Nobody goes by ``customer``, or ``out`` cannot be a file.
    EnvironmentFault
        The warehouse is not up to date, or the key is not this store's.
    """
    with machine_faults("Gathering what is held", "Nothing was written."):
        people = find_people(store, [customer])
        with store.raw_store() as raw:
            rows = raw.rows_of(people)
            refused = raw.refused_rows_of(people)
        described = read_descriptions(store.settings.project_dir)
        with open_warehouse(store.settings.warehouse, read_only=True) as connection:
            tables = _tables(connection, people, described, store.sealer)
            written = exported_files(connection)
            audiences = sorted(given_to_platforms(connection, people))
        search = Search(writings_of(people))
        files = files_with_them(store.settings.exports, written, search)
        answer = {
            "what_this_is": "All that this shop's marketing warehouse holds of a person.",
            "told_at": told_at,
            "known_by": {
                "customer_id": people.surrogates,
                "source_customer_id": people.customer,
                "visitor_id": people.visitor,
                "order_id": people.order,
                "email": people.emails,
                "phone": people.phones,
            },
            "handed_over": {
                name: {
                    **_described(described.get(name, Description()), found),
                    "rows": [_opened(row, store.sealer) for row in found],
                }
                for name, found in rows.items()
            },
            "refused": refused,
            "derived": tables,
            "lists_they_are_on": files,
            "platforms_that_hold_them": audiences,
        }
        path = _place(store, out)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(answer, indent=2, ensure_ascii=False, default=_plain)
        write_private(path, f"{text}\n".encode())
    return Told(
        path,
        sum(map(len, rows.values())),
        sum(len(found) for found in tables.values()),
    )


def _tables(
    connection: duckdb.DuckDBPyConnection,
    people: People,
    described: dict[str, Description],
    sealer: Sealer,
) -> dict[str, dict[str, object]]:
    """Read their rows of every table, by room and name."""
    found: dict[str, dict[str, object]] = {}
    for schema, table, columns in _owned_tables(connection):
        column, kind = next((name, kind) for name, kind in _OWNED_BY if name in columns)
        values = sorted(getattr(people, kind))
        if not values:
            continue
        listed = ", ".join(map(literal, values))
        rows = fetch_dicts(
            connection,
            f"select * from {identifier(schema)}.{identifier(table)} "
            f"where cast({identifier(column)} as varchar) in ({listed})",
        )
        if rows:
            found.setdefault(schema, {})[table] = {
                **_described(described.get(table, Description()), rows),
                "rows": [_opened(row, sealer) for row in rows],
            }
    return found


def _owned_tables(
    connection: duckdb.DuckDBPyConnection,
) -> Iterator[tuple[str, str, Sequence[str]]]:
    tables = connection.execute(
        "select table_schema, table_name, list(lower(column_name)) "
        "from information_schema.columns where table_catalog = current_database() "
        "group by all order by all"
    ).fetchall()
    owners = {name for name, _ in _OWNED_BY}
    for schema, table, columns in tables:
        if schema not in _NOT_TOLD and owners & set(columns):
            yield schema, table, columns


def _described(told: Description, rows: Sequence[dict]) -> dict[str, object]:
    names = rows[0].keys() if rows else ()
    meanings = {name: told.columns[name] for name in names if name in told.columns}
    return {"description": told.text, "columns": meanings}


def _opened(row: dict[str, object], sealer: Sealer) -> dict[str, object]:
    return {
        name: sealer.unseal(value)
        if isinstance(value, str) and value.startswith(PREFIX)
        else value
        for name, value in row.items()
        if value is not None
    }


def _place(store: Store, out: Path | None) -> Path:
    """Tell the file to write; its name says nothing of whom it is about."""
    folder = out or store.settings.exports
    if out is not None and not out.is_dir() and out.suffix:
        if out.suffix != ".json":
            raise UsageError(
                f"{out} is no JSON file.", "Name it … .json, or a directory."
            )
        return out
    return folder / f"access-{secrets.token_hex(8)}.json"


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset | set) else str(value)
