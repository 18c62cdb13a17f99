"""Shopify customers.

Headers with their capitals, yes or no, tags parted by commas, the last row wins where an
e-mail or phone repeats, at most 15 MB:
help.shopify.com/en/manual/customers/import-export-customers. The import knows no other
columns. It adds tags and cannot take one away: whoever is removed is listed with what
they still agree to, and the tag is taken off in the admin.
"""

from __future__ import annotations

from martlet.export.destinations import direct
from martlet.export.destinations.destination import (
    EMAIL_MARKETING,
    SMS_MARKETING,
    Consent,
    Contact,
    Destination,
)
from martlet.export.destinations.normalising import tag

_LONGEST_TAG = 255


def _row(contact: Contact) -> list[str]:
    return [
        *direct.names(contact),
        direct.email(contact),
        _accepts(contact, EMAIL_MARKETING),
        direct.phone(contact),
        _accepts(contact, SMS_MARKETING),
        tag(contact.segment_id, _LONGEST_TAG),
    ]


def _removal(contact: Contact) -> list[str]:
    return [
        direct.known_email(contact),
        _accepts(contact, EMAIL_MARKETING),
        direct.known_phone(contact),
        _accepts(contact, SMS_MARKETING),
    ]


def _accepts(contact: Contact, consent: Consent) -> str:
    return "yes" if consent in contact.consents else "no"


SHOPIFY = Destination(
    name="shopify",
    title="Shopify",
    headers=(
        *("First Name", "Last Name", "Email", "Accepts Email Marketing"),
        *("Phone", "Accepts SMS Marketing", "Tags"),
    ),
    row=_row,
    removal_headers=(
        *("Email", "Accepts Email Marketing"),
        *("Phone", "Accepts SMS Marketing"),
    ),
    removal_row=_removal,
    identifiers={"email": direct.known_email, "phone": direct.known_phone},
    identifies_by=frozenset({"email", "phone"}),
    max_bytes=15_000_000,
    is_direct=True,
)
