"""What the tools have in common from which people are written to.

An address goes there only with a consent for e-mail and a phone only with one for text
messages, whatever the segment is for: once it is there, somebody will use it. Only who is
to be taken off is named by what the tool has already.
"""

from __future__ import annotations

from martlet.export.destinations.destination import CHANNELS, Contact
from martlet.export.destinations.normalising import (
    email_address,
    phone_number,
    upload_text,
)


def known_email(contact: Contact) -> str:
    """Give the address that the tool knows the person by."""
    return email_address(contact.email)


def known_phone(contact: Contact) -> str:
    """Give the number that the tool knows the person by."""
    return phone_number(contact.phone, contact.country)


def email(contact: Contact) -> str:
    """Give the address of somebody who agreed to any e-mail."""
    return known_email(contact) if contact.allows(CHANNELS["email"]) else ""


def phone(contact: Contact) -> str:
    """Give the number of somebody who agreed to any text message."""
    return known_phone(contact) if contact.allows(CHANNELS["phone"]) else ""


def names(contact: Contact) -> tuple[str, str]:
    """Give the names as the tool will greet with them."""
    return upload_text(contact.first_name), upload_text(contact.last_name)
