"""Klaviyo lists.

Email or Phone Number first, a consent column for each channel, at most 50 MB:
help.klaviyo.com/hc/en-us/articles/360043841811 (text messages:
help.klaviyo.com/hc/en-us/articles/360035428731). A blank cell of consent changes nothing.
Whoever is taken off a list is marked as unsubscribed only from what they do not agree to.
"""

from __future__ import annotations

from martlet.export.destinations import direct
from martlet.export.destinations.destination import (
    EMAIL_MARKETING,
    SMS_MARKETING,
    Contact,
    Destination,
)
from martlet.export.destinations.normalising import country_code

_CONSENTS = ("Email Marketing Consent", "SMS Marketing Consent")


def _row(contact: Contact) -> list[str]:
    return [
        direct.email(contact),
        direct.phone(contact),
        *direct.names(contact),
        country_code(contact.country),
        "Subscribe" if EMAIL_MARKETING in contact.consents else "",
        "Subscribe" if SMS_MARKETING in contact.consents else "",
    ]


def _removal(contact: Contact) -> list[str]:
    return [
        direct.known_email(contact),
        direct.known_phone(contact),
        "" if EMAIL_MARKETING in contact.consents else "Unsubscribed",
        "" if SMS_MARKETING in contact.consents else "Unsubscribed",
    ]


KLAVIYO = Destination(
    name="klaviyo",
    title="Klaviyo",
    headers=(
        *("Email", "Phone Number", "First Name", "Last Name", "Country"),
        *_CONSENTS,
    ),
    row=_row,
    removal_headers=("Email", "Phone Number", *_CONSENTS),
    removal_row=_removal,
    identifiers={"email": direct.known_email, "phone": direct.known_phone},
    identifies_by=frozenset({"email", "phone"}),
    takes_fields=True,
    max_bytes=50_000_000,
    is_direct=True,
)
