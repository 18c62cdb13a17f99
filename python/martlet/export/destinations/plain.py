"""Plain files, for people and for other programs.

``csv`` is opened in spreadsheets, so whatever one would run as a formula gets an
apostrophe (owasp.org/www-community/attacks/CSV_Injection). ``parquet`` is opened by
programs: it holds texts as they are, and martlet's id to join them by.
"""

from __future__ import annotations

from martlet.export.destinations.destination import Contact, Destination
from martlet.export.destinations.normalising import (
    email_address,
    formula_safe,
    one_line,
    phone_number,
)


def _email(contact: Contact) -> str:
    return email_address(contact.email)


def _phone(contact: Contact) -> str:
    return phone_number(contact.phone, contact.country)


def _csv(contact: Contact) -> list[str]:
    return [
        _email(contact),
        formula_safe(one_line(contact.first_name)),
        formula_safe(one_line(contact.last_name)),
        _phone(contact),
    ]


def _csv_removal(contact: Contact) -> list[str]:
    return [_email(contact), _phone(contact)]


def _parquet(contact: Contact) -> list[str]:
    return [
        contact.customer_id,
        _email(contact),
        one_line(contact.first_name),
        one_line(contact.last_name),
        _phone(contact),
    ]


def _parquet_removal(contact: Contact) -> list[str]:
    return [contact.customer_id, _email(contact), _phone(contact)]


CSV = Destination(
    name="csv",
    title="A CSV file",
    headers=("email", "first_name", "last_name", "phone"),
    row=_csv,
    removal_headers=("email", "phone"),
    removal_row=_csv_removal,
    identifiers={"email": _email, "phone": _phone},
    identifies_by=frozenset({"email", "phone"}),
    takes_fields=True,
    is_read_by_people=True,
)
PARQUET = Destination(
    name="parquet",
    title="A Parquet file",
    headers=("customer_id", "email", "first_name", "last_name", "phone"),
    row=_parquet,
    removal_headers=("customer_id", "email", "phone"),
    removal_row=_parquet_removal,
    identifiers={"email": _email, "phone": _phone},
    identifies_by=frozenset({"email", "phone"}),
    takes_fields=True,
    file_format="parquet",
)
