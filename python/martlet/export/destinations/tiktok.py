"""TikTok Customer File audiences.

Headers, e-mail in lower case, phone in E.164 with its plus, hashed by SHA-256, fewer than
1 GB a file and at least 1,000 entries: ads.tiktok.com/help/article/
how-to-create-a-custom-audience-with-a-customer-file and ads.tiktok.com/help/article/
customer-file.
"""

from __future__ import annotations

from martlet.export.destinations.destination import AD_CONSENTS, Contact, Destination
from martlet.export.destinations.normalising import email_address, phone_number, sha256

_HEADERS = ("Email_SHA256", "Phone_SHA256")


def _email(contact: Contact) -> str:
    return email_address(contact.email)


def _phone(contact: Contact) -> str:
    return phone_number(contact.phone, contact.country)


def _row(contact: Contact) -> list[str]:
    return [sha256(_email(contact)), sha256(_phone(contact))]


TIKTOK = Destination(
    name="tiktok",
    title="TikTok",
    headers=_HEADERS,
    row=_row,
    removal_headers=_HEADERS,
    removal_row=_row,
    identifiers={"email": _email, "phone": _phone},
    identifies_by=frozenset({"email", "phone"}),
    consents=AD_CONSENTS,
    min_rows=1_000,
    max_bytes=999_999_999,
)
