"""Every way in which what names a person may be written in a file.

Lists for platforms hold addresses in clear or as SHA-256, some of them in one form that
the platform prescribes. Short ids are kept apart: "17" is found everywhere, so they are
looked for only where a column says that it names customers, orders or visitors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from martlet.erasure.person import People
from martlet.loading.erased.refused import DISTINCTIVE
from martlet.privacy.normalising import normalise_email, normalise_phone

_DISTINCTIVE_DIGITS = 12
_GOOGLE_MAIL = ("gmail.com", "googlemail.com")


@dataclass(frozen=True)
class Writings:
    """What to search for.

    ``anywhere`` are hashes and sealed values, which mean nothing else wherever they
    stand; ``bounded`` are words that another word may contain, such as an id; ``short``
    ids, and numbers that may be anything, are told by the kind of column that holds them.
    """

    anywhere: frozenset[str]
    bounded: frozenset[str]
    short: dict[str, frozenset[str]]


def writings_of(
    people: People, region: str | None, *, keeps_orders: bool = False
) -> Writings:
    """Write down what names people in all the ways that a search looks for.

    ``keeps_orders`` leaves the orders out, which stay and name nobody any more.
    """
    words = {
        *(writing for each in people.emails for writing in email_writings(each)),
        *(
            writing
            for each in people.phones
            for writing in phone_writings(each, region)
        ),
    }
    ids = {
        "customer": people.customer,
        "visitor": people.visitor,
        "order": frozenset() if keeps_orders else people.order,
    }
    hashed = {_sha256(each) for each in words}
    every_id = frozenset[str]().union(*ids.values())
    return Writings(
        anywhere=frozenset(
            {
                *people.surrogates,
                *people.email,
                *people.phone,
                *people.edges,
                *people.sealed,
                *hashed,
            }
        ),
        bounded=frozenset(
            {
                *(each for each in words if len(each) >= DISTINCTIVE),
                *filter(_is_distinctive, every_id),
            }
        ),
        short={
            kind: frozenset(each for each in values if not _is_distinctive(each))
            for kind, values in ids.items()
        },
    )


def email_writings(email: str) -> Iterator[str]:
    """Yield an address as it is written, in one form, and in Google's."""
    normalised = normalise_email(email)
    for each in {email.strip(), email.strip().lower(), normalised}:
        if each:
            yield each
            yield quote(each)
    local, _, domain = normalised.rpartition("@")
    if domain in _GOOGLE_MAIL:
        bare = local.partition("+")[0].replace(".", "")
        yield from (f"{bare}@{each}" for each in _GOOGLE_MAIL)


def phone_writings(phone: str, region: str | None) -> Iterator[str]:
    """Yield a number as it is written, and as it is dialled from here and abroad."""
    yield phone.strip()
    normalised = normalise_phone(phone, region)
    yield normalised
    yield normalised.removeprefix("+")
    try:
        number = phonenumbers.parse(normalised, region)
    except NumberParseException:
        return
    for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL):
        written = phonenumbers.format_number(number, form)
        yield written
        yield phonenumbers.normalize_digits_only(written)


def _is_distinctive(id_: str) -> bool:
    """Say whether an id means nothing else: digits may be an amount, or another id."""
    return len(id_) >= (_DISTINCTIVE_DIGITS if id_.isdigit() else DISTINCTIVE)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
