"""Keep people off every list by hand: who complained, bounced or asked to be left alone.

The ledger holds pseudonyms of addresses, whether or not anybody is known to have them yet,
and surrogates of customers. Of several rows of one the latest holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import duckdb

from martlet.errors import UsageError
from martlet.export.barring import SUPPRESSIONS
from martlet.export.candidates import store_country
from martlet.faults import machine_faults
from martlet.privacy.normalising import normalise_email, normalise_phone, region_of
from martlet.privacy.sealing import Sealer
from martlet.sql import transaction

_CUSTOMERS = """
select distinct customer_id from identity.identity_customer_ids
where list_contains($given, source_customer_id)
union
select distinct customer_id from marts.customer_profiles
where list_contains($given, customer_id)
"""

_NOTE = f"""
insert into ops.suppressions by name
select
    given.contact_type,
    given.contact_key,
    $is_suppressed as is_suppressed,
    $reason as reason,
    $changed_at as changed_at
from (
    select distinct unnest($types) as contact_type, unnest($keys) as contact_key
) as given
left join ({SUPPRESSIONS}) as states using (contact_type, contact_key)
where coalesce(states.is_suppressed, false) <> $is_suppressed
"""


def suppress(
    connection: duckdb.DuckDBPyConnection,
    given: list[str],
    file: Path | None,
    find_sealer: Callable[[], Sealer],
    *,
    reason: str,
    is_suppressed: bool,
    changed_at: datetime,
) -> dict[str, int]:
    """Suppress addresses and customers, or set them free again: all, or none.

    Parameters
    ----------
    given : list of str
        E-mail addresses, phone numbers, the store's customer ids or surrogates.
    file : Path, optional
        Text file with more of them, one on each line.
    find_sealer : callable
        Gives what makes pseudonyms; asked only where there are addresses.

    Returns
    -------
    dict of str to int
        How many were ``changed`` and ``unchanged``, and are ``suppressed`` in all.

    Raises
    ------
    UsageError
        Nothing was given, or something that is neither an address nor a customer.
    """
    texts = [each.strip() for each in (*given, *_lines(file)) if each.strip()]
    if not texts:
        raise UsageError(
            "Nobody was named.",
            "Name addresses, phone numbers or customer ids: martlet suppress WHO",
        )
    keys = list(_keys(connection, texts, cache(find_sealer)))
    with transaction(connection):
        (changed,) = connection.execute(
            _NOTE,
            {
                "types": [kind for kind, _ in keys],
                "keys": [key for _, key in keys],
                "is_suppressed": is_suppressed,
                "reason": reason,
                "changed_at": changed_at.astimezone(UTC).replace(tzinfo=None),
            },
        ).fetchone()
    (suppressed,) = connection.execute(
        f"select count(*) from ({SUPPRESSIONS}) where is_suppressed"
    ).fetchone()
    return {
        "changed": changed,
        "unchanged": len(set(keys)) - changed,
        "suppressed": suppressed,
    }


def _lines(file: Path | None) -> Iterable[str]:
    if file is None:
        return ()
    with machine_faults(f"Reading {file}", "Nobody was suppressed."):
        try:
            return file.read_text("utf-8-sig").splitlines()
        except UnicodeDecodeError:
            raise UsageError(
                f"{file} is not text in UTF-8; nobody was suppressed.",
                "Save it as text in UTF-8, one address on each line.",
            ) from None


def _keys(
    connection: duckdb.DuckDBPyConnection,
    texts: list[str],
    find_sealer: Callable[[], Sealer],
) -> Iterable[tuple[str, str]]:
    """Give kind and key of each; a text that is a customer's id is that first."""
    region = region_of(store_country(connection))
    strangers = 0
    for text in texts:
        customers = connection.execute(_CUSTOMERS, {"given": [text]}).fetchall()
        if customers:
            yield from (("customer", customer_id) for (customer_id,) in customers)
        elif "@" in text and (email := normalise_email(text)):
            yield "email", find_sealer().pseudonym(email)
        elif (phone := normalise_phone(text, region)).startswith("+"):
            yield "phone", find_sealer().pseudonym(phone)
        else:
            strangers += 1
    if strangers:
        raise UsageError(
            f"{strangers:,} of {len(texts):,} are neither e-mail addresses nor phone "
            "numbers nor customers; nobody was suppressed.",
            "Write numbers with their country: +49 30 123456",
        )
