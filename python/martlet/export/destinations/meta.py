"""Meta Custom Audiences (Facebook, Instagram).

Headers, and lists of fewer than 100 people discouraged:
facebook.com/business/help/2082575038703844. Normalisation before the hash (names without
punctuation, places also without spaces, UK postcodes by sector, m or f, YYYYMMDD, phone
in digits with its country code): developers.facebook.com/docs/marketing-api/
custom-audience-api and /docs/marketing-api/conversions-api/parameters/
customer-information-parameters. ``value`` is what a lookalike audience is weighed by, a
number that is not below zero and is not hashed. Gmail's dots stay: Meta does not drop
them. There is no state: stores do not hand one over.
"""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache

from martlet.export.destinations.destination import AD_CONSENTS, Contact, Destination
from martlet.export.destinations.normalising import (
    NAMES,
    country_code,
    email_address,
    letters_and_digits,
    matching_postcode,
    phone_number,
    sha256,
    without_punctuation,
)

_GENDERS = {"f": "f", "female": "f", "m": "m", "male": "m"}


def _email(contact: Contact) -> str:
    return email_address(contact.email)


def _phone(contact: Contact) -> str:
    return phone_number(contact.phone, contact.country).removeprefix("+")


def _identified(contact: Contact) -> list[str]:
    return [sha256(_email(contact)), sha256(_phone(contact))]


def _row(contact: Contact) -> list[str]:
    born = contact.birth_date
    return [
        *_identified(contact),
        _name(contact.first_name),
        _name(contact.last_name),
        _postcode(contact.postcode, contact.country),
        _city(contact.city),
        _country(contact.country),
        sha256(f"{born.year:04}{born.month:02}{born.day:02}") if born else "",
        _gender(contact.gender),
        _value(contact.value),
    ]


@lru_cache(maxsize=NAMES)
def _name(name: str) -> str:
    return sha256(without_punctuation(name))


@lru_cache(maxsize=NAMES)
def _postcode(postcode: str, country: str) -> str:
    return sha256(matching_postcode(postcode, country))


@lru_cache(maxsize=NAMES)
def _city(city: str) -> str:
    return sha256(letters_and_digits(city))


@lru_cache(maxsize=NAMES)
def _country(country: str) -> str:
    return sha256(country_code(country).lower())


@lru_cache(maxsize=NAMES)
def _gender(gender: str) -> str:
    return sha256(_GENDERS.get(gender.strip().lower(), ""))


def _value(value: Decimal | None) -> str:
    return "" if value is None else f"{max(value, Decimal(0)):.2f}"


META = Destination(
    name="meta",
    title="Meta",
    headers=(
        *("email", "phone", "fn", "ln", "zip", "ct"),
        *("country", "dob", "gen", "value"),
    ),
    row=_row,
    removal_headers=("email", "phone"),
    removal_row=_identified,
    identifiers={"email": _email, "phone": _phone},
    identifies_by=frozenset({"email", "phone"}),
    consents=AD_CONSENTS,
    min_rows=100,
)
