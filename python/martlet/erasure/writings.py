"""Every way in which what names a person may be written in a file.

Lists for platforms hold addresses in clear or as SHA-256, some of them in one form that
the platform prescribes. Short ids are kept apart: "17" is found everywhere, so they are
looked for only where a column says that it names customers, orders or visitors.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

from martlet.erasure.person import People
from martlet.export.destinations.normalising import google_email, sha256
from martlet.loading.erased.refused import DISTINCTIVE

_DISTINCTIVE_DIGITS = 12


@dataclass(frozen=True)
class Writings:
    """What to search for.

    ``anywhere`` are hashes and sealed values, which mean nothing else wherever they
    stand; ``bounded`` are words that another word may contain, such as an id; ``short``
    ids and addresses, and numbers that may be anything, are told by the kind of column
    that holds them.
    """

    anywhere: frozenset[str]
    bounded: frozenset[str]
    short: dict[str, frozenset[str]]


def writings_of(people: People, *, keeps_orders: bool = False) -> Writings:
    """Write down what names people in all the ways that a search looks for.

    ``keeps_orders`` leaves the orders out, which stay and name nobody any more.
    """
    words = {
        *people.written,
        *(each for email in people.emails for each in email_writings(email)),
        *(
            each
            for text in people.written
            for each in email_writings(text)
            if "@" in text
        ),
        *(each for phone in people.phones for each in phone_writings(phone)),
    }
    ids = {
        "customer": people.customer,
        "visitor": people.visitor,
        "order": frozenset() if keeps_orders else people.order,
    }
    hashed = {sha256(each) for each in words}
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
                *(each for each in words if _is_distinctive_word(each)),
                *filter(_is_distinctive, every_id),
            }
        ),
        short={
            "address": frozenset(
                each for each in words if not _is_distinctive_word(each)
            ),
            **{
                kind: frozenset(each for each in values if not _is_distinctive(each))
                for kind, values in ids.items()
            },
        },
    )


def email_writings(email: str) -> Iterator[str]:
    """Yield an address as lists, URLs and Google write it."""
    for each in {email.strip(), email.strip().lower(), google_email(email)} - {""}:
        yield each
        yield quote(each)


def phone_writings(phone: str) -> Iterator[str]:
    """Yield a number in E.164 as it is dialled from abroad and at home."""
    yield phone
    yield phone.removeprefix("+")
    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return
    for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL):
        written = phonenumbers.format_number(number, form)
        yield written
        yield phonenumbers.normalize_digits_only(written)


def _is_distinctive_word(word: str) -> bool:
    """Say whether an address means nothing else: eight digits may be any other number."""
    return len(word) > DISTINCTIVE or (len(word) == DISTINCTIVE and not word.isdigit())


def _is_distinctive(id_: str) -> bool:
    """Say whether an id means nothing else: digits may be an amount, or another id."""
    return len(id_) >= (_DISTINCTIVE_DIGITS if id_.isdigit() else DISTINCTIVE)
