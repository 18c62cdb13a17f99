"""How each platform wants a list: its headers, its normalisation, the consent it needs.

Google's Customer Match takes SHA-256 of the trimmed, lower-cased e-mail (for Gmail
addresses without dots and plus tags), names and E.164 phone, and country and postcode in
clear (support.google.com/google-ads/answer/7659867).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from martlet.privacy.normalising import normalise_email, normalise_phone

# Marketing by e-mail; advertising needs both of its purposes (Google's EU user consent).
Consent = tuple[str, str]

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_GMAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Contact:
    """One person's contact data, opened, and what the segment says of them beside."""

    email: str
    phone: str
    first_name: str
    last_name: str
    country: str
    postcode: str
    fields: tuple[str, ...] = ()

    @property
    def is_reachable(self) -> bool:
        """Whether there is an e-mail address that can be one."""
        return bool(_EMAIL.fullmatch(self.email.strip()))


@dataclass(frozen=True)
class Destination:
    """A platform: its headers, a row of cells for a contact, the consents it needs.

    ``consents`` are pairs of channel and purpose that must all be granted; empty where
    the segment's own channel and purpose decide. ``takes_fields`` says whether columns
    that a segment brings beside its members go into the file.
    """

    name: str
    headers: tuple[str, ...]
    row: Callable[[Contact], Iterable[str]]
    consents: tuple[Consent, ...] = ()
    takes_fields: bool = False


def formula_safe(cell: str) -> str:
    """Keep a spreadsheet from running a cell: prefix it where it looks like a formula."""
    return "'" + cell if cell.startswith(_FORMULA_STARTS) else cell


def valid_phone(phone: str) -> str:
    """Return the phone as E.164, or nothing where it cannot be written so."""
    normalised = normalise_phone(phone) if phone else ""
    return normalised if _E164.fullmatch(normalised) else ""


def _plain(contact: Contact) -> list[str]:
    names = (contact.first_name, contact.last_name)
    return [
        contact.email.strip(),
        *(formula_safe(name) for name in names),
        valid_phone(contact.phone),
    ]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def _google_email(email: str) -> str:
    local, _, domain = normalise_email(email).rpartition("@")
    if domain in _GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return f"{local}@{domain}"


def _google(contact: Contact) -> list[str]:
    return [
        _sha256(_google_email(contact.email)),
        _sha256(valid_phone(contact.phone)),
        _sha256(contact.first_name.strip().lower()),
        _sha256(contact.last_name.strip().lower()),
        formula_safe(contact.country),
        formula_safe(contact.postcode),
    ]


DESTINATIONS = {
    destination.name: destination
    for destination in (
        Destination(
            "csv",
            ("email", "first_name", "last_name", "phone"),
            _plain,
            takes_fields=True,
        ),
        Destination(
            "google-ads",
            ("Email", "Phone", "First Name", "Last Name", "Country", "Zip"),
            _google,
            (("ads", "ad_user_data"), ("ads", "ad_personalization")),
        ),
    )
}
