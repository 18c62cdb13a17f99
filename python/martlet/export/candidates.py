"""Read the sealed contact data of people who may be listed, and of who has to leave.

Needs the temporary tables of the export: ``judged``, ``held``, ``leaving``, ``granted``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import duckdb

from martlet.sql import column_types, identifier

_BATCH = 10_000
_TOLD_OF_EVERY_SEGMENT = ("as_of_date", "customer_id", "reason")

_CANDIDATES = """
select
    judged.customer_id,
    judged.is_control,
    case when judged.gives_email then contacts.email end as email,
    case when judged.gives_phone then contacts.phone end as phone,
    contacts.email_key,
    contacts.phone_key,
    contacts.first_name,
    contacts.last_name,
    contacts.source_customer_id,
    contacts.country,
    contacts.postcode,
    contacts.city,
    contacts.birth_date,
    contacts.gender,
    profiles.net_sales as value,
    granted.consents,
    emails_held.contact_key is not null as is_email_held,
    phones_held.contact_key is not null as is_phone_held
    {fields}
from judged
left join identity.identity_contacts as contacts
    on judged.customer_id = contacts.customer_id
left join marts.customer_profiles as profiles
    on judged.customer_id = profiles.customer_id
left join granted on judged.customer_id = granted.customer_id
left join held as emails_held
    on contacts.email_key = emails_held.contact_key
    and emails_held.contact_type = 'email'
left join held as phones_held
    on contacts.phone_key = phones_held.contact_key
    and phones_held.contact_type = 'phone'
{members}
where judged.exclusion is null
order by judged.is_assigned desc, judged.customer_id
"""

_LEAVING = """
select
    leaving.contact_type,
    leaving.sealed_address,
    leaving.customer_id,
    leaving.source_customer_id,
    granted.consents
from leaving
left join granted on leaving.customer_id = granted.customer_id
where leaving.sealed_address is not null
order by leaving.customer_id, leaving.contact_type, leaving.contact_key
"""


class Candidate(NamedTuple):
    """A row of ``_CANDIDATES``."""

    customer_id: str
    is_control: bool
    email: str | None
    phone: str | None
    email_key: str | None
    phone_key: str | None
    first_name: str | None
    last_name: str | None
    source_customer_id: str | None
    country: str | None
    postcode: str | None
    city: str | None
    birth_date: date | None
    gender: str | None
    value: Decimal | None
    consents: str | None
    is_email_held: bool
    is_phone_held: bool
    fields: tuple


class Leaving(NamedTuple):
    """An address that the platform has to remove, and what its person agrees to still."""

    contact_type: str
    sealed_address: str
    customer_id: str
    source_customer_id: str | None
    consents: str | None


def candidates(
    connection: duckdb.DuckDBPyConnection, segment_id: str, names: tuple[str, ...]
) -> Iterator[Candidate]:
    """Yield who may be listed, with the segment's fields ``names``.

    First come those who were before, so that they stay.
    """
    fields = "".join(f", members.{identifier(name)}" for name in names)
    members = (
        f"left join segments.{identifier(segment_id)} as members "
        "on judged.customer_id = members.customer_id"
        if names
        else ""
    )
    query = _CANDIDATES.format(fields=fields, members=members)
    known = len(Candidate._fields) - 1
    for row in _rows(connection, query):
        yield Candidate(*row[:known], row[known:])


def leaving_addresses(connection: duckdb.DuckDBPyConnection) -> Iterator[Leaving]:
    """Yield the addresses that the platform has to remove and can be told."""
    return (Leaving(*row) for row in _rows(connection, _LEAVING))


def store_country(connection: duckdb.DuckDBPyConnection) -> str:
    """Country whose prefixes phone numbers are meant to have where nothing else says."""
    (country,) = connection.execute(
        "select store_country from segments.export_rules"
    ).fetchone()
    return country or ""


def field_names(
    connection: duckdb.DuckDBPyConnection, segment_id: str
) -> tuple[str, ...]:
    """List what a segment brings beside who is in it and why."""
    names = column_types(connection, f"segments.{identifier(segment_id)}")
    return tuple(name for name in names if name not in _TOLD_OF_EVERY_SEGMENT)


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple]:
    """Give rows as they are fetched; no other statement may run meanwhile."""
    result = connection.execute(query)
    while batch := result.fetchmany(_BATCH):
        yield from batch
