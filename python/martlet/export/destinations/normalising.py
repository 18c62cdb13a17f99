"""Each way to write a cell, once: what platforms ask for is put together from these.

What is nearly always so (an address in lower case, a phone in E.164, a name in ASCII) is
seen at a glance and taken as it is, since lists are long; all else takes the slow way.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from martlet.privacy.normalising import normalise_email, normalise_phone, region_of

# Written as it is normalised. No "xn--": that is a domain in disguise.
_PLAIN_EMAIL = re.compile(
    r"[a-z0-9_][a-z0-9._%+-]*@(?!.*xn--)(?:[a-z0-9-]+\.)+[a-z]{2,}"
)
# Begins with a letter, a digit or an underscore: others are hardly in use, and a
# spreadsheet would run them ("=cmd@…").
_EMAIL = re.compile(
    r"\w[^\s@\"(),:;<>\[\\\]]*@[^\s@\"(),:;<>\[\\\].]+(?:\.[^\s@\"(),:;<>\[\\\].]+)+"
)
_LONGEST_EMAIL = 254
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_GMAIL = ("gmail.com", "googlemail.com")

# How many names and places to remember: they come again and again, addresses do not.
NAMES = 1 << 16

# What makes a spreadsheet run a cell, in both widths, and what it skips before it looks.
_RUNS = "=+-@＝＋－＠"
_SUSPECT = frozenset(_RUNS + " \t\r\n")
_FORMULA = re.compile(rf"\s*[{re.escape(_RUNS)}]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")

_UNITED_KINGDOM = re.compile(r"([a-z]{1,2}[0-9][a-z0-9]?[0-9])[a-z]{2}")


def email_address(email: str) -> str:
    """Write an address in one form; nothing where it cannot be one."""
    text = email.strip().lower()
    if not _PLAIN_EMAIL.fullmatch(text):
        text = normalise_email(email) if email else ""
        if not _EMAIL.fullmatch(text):
            return ""
    return text if len(text) <= _LONGEST_EMAIL else ""


def google_email(email: str) -> str:
    """Write an address as Google does: without what Gmail overlooks."""
    address = email_address(email)
    if address.endswith(_GMAIL):
        local, _, domain = address.partition("@")
        if domain in _GMAIL:
            local = local.partition("+")[0].replace(".", "")
            return f"{local}@{domain}" if local else ""
    return address


def phone_number(phone: str, country: str = "") -> str:
    """Write a number as E.164; nothing where it cannot be written so.

    ``country`` tells what is meant by a number without a country code.
    """
    if not phone or _E164.fullmatch(phone):
        return phone
    number = normalise_phone(phone, country_code(country) or None)
    return number if _E164.fullmatch(number) else ""


@lru_cache(maxsize=NAMES)
def country_code(country: str) -> str:
    """Give the ISO 3166-1 alpha-2 code in capitals; nothing where it is unknown."""
    return region_of(country) or ""


def one_line(text: str) -> str:
    """Write a name in one line and one form (NFC), without what nobody sees."""
    if not (text.isascii() and text.isprintable()):
        return _composed(text)
    return " ".join(text.split())


@lru_cache(maxsize=NAMES)
def _composed(text: str) -> str:
    seen = "".join(
        each if each.isprintable() else " " if each.isspace() else "" for each in text
    )
    # Only now: what was taken out may have kept a letter from its accent.
    return " ".join(unicodedata.normalize("NFC", seen).split())


def lower_case(text: str) -> str:
    """Write a name in lower case, in one line and one form."""
    lower = one_line(text).lower()
    return lower if lower.isascii() else unicodedata.normalize("NFC", lower)


def without_punctuation(text: str) -> str:
    """Keep letters with their marks, digits and single spaces, in lower case."""
    lower = lower_case(text)
    return lower if lower.isalnum() else _words(lower)


@lru_cache(maxsize=NAMES)
def _words(text: str) -> str:
    kept = "".join(
        each for each in text if each == " " or unicodedata.category(each)[0] in "LMN"
    )
    return " ".join(kept.split())


def letters_and_digits(text: str) -> str:
    """Write a place as one word of lower-case letters and digits."""
    return without_punctuation(text).replace(" ", "")


def matching_postcode(postcode: str, country: str) -> str:
    """Write a postcode as far as Meta compares it: five digits in the US, UK sectors."""
    code = letters_and_digits(postcode)
    where = country_code(country)
    if where == "US":
        return code[:5]
    sector = _UNITED_KINGDOM.fullmatch(code) if where == "GB" else None
    return sector[1] if sector else code


def sha256(text: str) -> str:
    """Hash a normalised text; what is unknown stays empty."""
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def formula_safe(cell: str) -> str:
    """Keep a spreadsheet from running a cell: prefix it where it looks like a formula.

    A number is none, whatever its sign, and neither is a phone in E.164.
    """
    if not cell or cell[0] not in _SUSPECT or not _FORMULA.match(cell):
        return cell
    return cell if _NUMBER.fullmatch(cell) else "'" + cell


def upload_text(text: str) -> str:
    """Write a name for a tool that greets with it, and that a spreadsheet may open.

    Signs at its beginning are dropped: an apostrophe before them would be printed in
    every letter, and no name begins with one.
    """
    line = one_line(text)
    return line if formula_safe(line) == line else line.lstrip(_RUNS + " ")


def tag(name: str, longest: int) -> str:
    """Write a segment's name so that it is one tag: no comma, no sign in front."""
    return upload_text(name.replace(",", " "))[:longest].rstrip()
