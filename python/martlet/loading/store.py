"""Whose data a raw directory holds: the one row of the raw table ``store``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from zoneinfo import available_timezones

import duckdb
import phonenumbers

from martlet.contract import RawTable
from martlet.errors import UsageError
from martlet.loading.connectors.connector import Store
from martlet.loading.rules import UNKNOWN, Breach
from martlet.loading.writing import copy_to
from martlet.settings import is_sample, raw_files
from martlet.sql import identifier, literal, read_raw

_NEEDED = ("store_id", "reporting_currency", "reporting_timezone")


def settle_store(
    connection: duckdb.DuckDBPyConnection,
    raw: Path,
    declared: Store | None,
    given: Mapping[str, str | None],
) -> Store | None:
    """Decide whose data a load brings.

    Parameters
    ----------
    declared : Store, optional
        What the connector says.
    given : mapping of str to str
        What the person who loads says, by the names of the columns; takes precedence.

    Returns
    -------
    Store or None
        None where nobody has said yet.

    Raises
    ------
    UsageError
        The raw directory holds another store, or the sample, or too little was said.
    """
    said = {name: value.strip() for name, value in given.items() if value}
    for code in {"reporting_currency", "country"} & said.keys():
        said[code] = said[code].upper()
    wanted = (vars(declared) if declared else {}) | said
    held = _held(connection, raw)
    if held:
        # What nobody has said yet, such as the country, can still be said.
        differing = [
            f"{name} {value}"
            for name, value in wanted.items()
            if value and getattr(held, name) not in (value, None)
        ]
        if differing:
            raise UsageError(
                f"{raw} holds the store {held.store_id} ({held.reporting_currency}, "
                f"{held.reporting_timezone}), and this load says "
                f"{', '.join(differing)}; one raw directory holds one store.",
                "Leave these options out, pass another directory with --out, or undo "
                "what said otherwise: martlet loads",
            )
        if is_sample(held.store_id):
            raise UsageError(
                f"{raw} holds a generated sample, which is sealed with a published key.",
                "Load a real shop into a directory of its own, with --out.",
            )
        return _checked(
            connection, replace(held, **{k: v for k, v in wanted.items() if v})
        )
    if not wanted:
        return None
    missing = [name for name in _NEEDED if not wanted.get(name)]
    if missing:
        options = " ".join(f"--{name.replace('_', '-')} …" for name in missing)
        raise UsageError(
            f"The store's {', '.join(missing)} were not said, and nobody said them "
            "before.",
            f"Say them with the first load: {options}",
        )
    store = Store(**{field.name: wanted.get(field.name) for field in fields(Store)})
    if is_sample(store.store_id):
        raise UsageError(
            f"Ids such as {store.store_id} are kept for the built-in samples.",
            "Choose another --store-id.",
        )
    return _checked(connection, store)


def breaches_of_store() -> dict[str, Breach]:
    """Give what may be wrong with the columns of ``store``, by name.

    A wrong word here makes no row wrong and every number: days would begin at other
    hours, rates would not be found, phones would be read as another country's. The
    timezone is judged only on machines that have a timezone database.
    """
    found = {
        "store_id": Breach(
            "contains(cast(store_id as varchar), '@')",
            UNKNOWN,
            "store_id is an e-mail address, and is written everywhere in clear",
        ),
        "reporting_currency": Breach(
            "not regexp_full_match(cast(reporting_currency as varchar), '[A-Z]{3}')",
            UNKNOWN,
            "reporting_currency is not an ISO 4217 code like EUR",
        ),
        "country": Breach(
            f"upper(trim(cast(country as varchar))) "
            f"not in ({_listed(phonenumbers.SUPPORTED_REGIONS)})",
            UNKNOWN,
            "country is not an ISO 3166-1 code like DE",
        ),
    }
    timezones = available_timezones()
    if timezones:
        found["reporting_timezone"] = Breach(
            f"cast(reporting_timezone as varchar) not in ({_listed(timezones)})",
            UNKNOWN,
            "reporting_timezone is not an IANA timezone like Europe/Berlin",
        )
    return found


def _checked(connection: duckdb.DuckDBPyConnection, store: Store) -> Store:
    """Raise ``UsageError`` where a setting is none that days, money or phones go by."""
    for name, breach in breaches_of_store().items():
        said = f"(select {_literal(vars(store)[name])} as {name})"
        (is_wrong,) = connection.execute(
            f"select coalesce({breach.condition}, false) from {said}"
        ).fetchone()
        if is_wrong:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(
                f"{option} was not understood: {breach.reason}.",
                f"Say it as in the example: {option} …",
            )
    return store


def write_store(
    connection: duckdb.DuckDBPyConnection, store: Store, contract: RawTable, path: Path
) -> None:
    """Write the one row of the raw table ``store``."""
    values = ", ".join(
        f"cast({_literal(vars(store)[column.name])} as {column.data_type}) "
        f"as {identifier(column.name)}"
        for column in contract.written
    )
    copy_to(connection, f"select {values}", path)


def _held(connection: duckdb.DuckDBPyConnection, raw: Path) -> Store | None:
    for file in reversed(raw_files(raw, "store")):
        rows = connection.execute(f"select * from {read_raw(file)}")
        names = [column[0] for column in rows.description]
        for row in rows.fetchall():
            found = dict(zip(names, row, strict=True))
            return Store(**{f.name: found.get(f.name) for f in fields(Store)})
    return None


def _literal(value: str | None) -> str:
    return "null" if value is None else literal(value)


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(literal, sorted(values)))
