"""Braze user import.

Attributes in lower case, E.164, ISO country codes, at most 500 MB, blank values change
nothing: braze.com/docs/user_guide/audience/manage_audience/import_users/csv_import. The
store's own id is the ``external_id``, since that is what its site hands to Braze's SDK;
without one Braze looks for the e-mail, then the phone. The import itself can be kept as a
segment, so the file names none. ``email_subscribe`` is never ``opted_in``: that would
overturn an opt-out which happened in Braze and has not come back to the store.
"""

from __future__ import annotations

from martlet.export.destinations import direct
from martlet.export.destinations.destination import (
    EMAIL_MARKETING,
    Contact,
    Destination,
)
from martlet.export.destinations.normalising import country_code, formula_safe, one_line


def _row(contact: Contact) -> list[str]:
    return [
        _external_id(contact),
        direct.email(contact),
        direct.phone(contact),
        *direct.names(contact),
        country_code(contact.country),
        _email_subscribe(contact),
    ]


def _removal(contact: Contact) -> list[str]:
    return [
        _external_id(contact),
        direct.known_email(contact),
        direct.known_phone(contact),
        _email_subscribe(contact),
    ]


def _external_id(contact: Contact) -> str:
    """Give the store's id as it is; an id that a spreadsheet would run is left out."""
    external_id = one_line(contact.source_customer_id)
    return external_id if formula_safe(external_id) == external_id else ""


def _email_subscribe(contact: Contact) -> str:
    return "" if EMAIL_MARKETING in contact.consents else "unsubscribed"


BRAZE = Destination(
    name="braze",
    title="Braze",
    headers=(
        *("external_id", "email", "phone", "first_name", "last_name"),
        *("country", "email_subscribe"),
    ),
    row=_row,
    removal_headers=("external_id", "email", "phone", "email_subscribe"),
    removal_row=_removal,
    identifiers={
        "email": direct.known_email,
        "phone": direct.known_phone,
        "source_customer_id": _external_id,
    },
    identifies_by=frozenset({"email", "phone"}),
    takes_fields=True,
    max_bytes=500_000_000,
    is_direct=True,
)
