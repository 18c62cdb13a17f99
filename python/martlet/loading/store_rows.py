"""Judge what a store says of itself: its currency, its timezone, its country, its name.

A wrong word here makes no row wrong and every number: days would begin at other hours,
rates would not be found, phone numbers would be read as another country's.
"""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import available_timezones

import duckdb
import phonenumbers

from martlet.loading.problems import SEVERAL_STORES, RawProblem
from martlet.loading.raw_file import RawFile
from martlet.loading.rules import UNKNOWN, Breach
from martlet.loading.sql import literal


def breaches_of_store() -> dict[str, Breach]:
    """Give what may be wrong with the columns of ``store``, by name.

    The timezone is judged only on machines that have a timezone database.
    """
    found = {
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


def several_stores(
    connection: duckdb.DuckDBPyConnection, files: Iterable[RawFile]
) -> list[RawProblem]:
    """Tell of the first file that brings a second store."""
    named: list[str] = []
    for file in files:
        if "store_id" not in file.types:
            continue
        rows = connection.execute(
            "select distinct cast(store_id as varchar) as store_id "
            f"from {file.relation} where store_id is not null order by 1 limit 2"
        ).fetchall()
        named += [store_id for (store_id,) in rows if store_id not in named]
        if len(named) > 1:
            what = f"two stores, {named[0]!r} and {named[1]!r}"
            return [file.problem(SEVERAL_STORES, what, "store_id")]
    return []


def _listed(values: Iterable[str]) -> str:
    return ", ".join(map(literal, sorted(values)))
