"""Google Ads Customer Match.

Headers, and country and postcode in clear: support.google.com/google-ads/answer/7659867
(hashed: support.google.com/adwords/answer/7476159). E-mail in lower case and without
spaces, at gmail.com and googlemail.com also without dots and plus tags, phone in E.164:
developers.google.com/data-manager/api/devguides/concepts/formatting. Both consents:
support.google.com/google-ads/answer/14546648. A list is served from 100 matched people on
(support.google.com/google-ads/answer/6379332), so one of fewer people never is.
"""

from __future__ import annotations

from functools import lru_cache

from martlet.export.destinations.destination import AD_CONSENTS, Contact, Destination
from martlet.export.destinations.normalising import (
    NAMES,
    country_code,
    google_email,
    lower_case,
    phone_number,
    sha256,
    upload_text,
)


def _email(contact: Contact) -> str:
    return google_email(contact.email)


def _phone(contact: Contact) -> str:
    return phone_number(contact.phone, contact.country)


def _identified(contact: Contact) -> list[str]:
    return [sha256(_email(contact)), sha256(_phone(contact))]


@lru_cache(maxsize=NAMES)
def _name(name: str) -> str:
    return sha256(lower_case(name))


def _row(contact: Contact) -> list[str]:
    return [
        *_identified(contact),
        _name(contact.first_name),
        _name(contact.last_name),
        country_code(contact.country),
        upload_text(contact.postcode),
    ]


GOOGLE_ADS = Destination(
    name="google-ads",
    title="Google Ads",
    headers=("Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
    row=_row,
    removal_headers=("Email", "Phone"),
    removal_row=_identified,
    identifiers={"email": _email, "phone": _phone},
    identifies_by=frozenset({"email", "phone"}),
    consents=AD_CONSENTS,
    min_rows=100,
)
