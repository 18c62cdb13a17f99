r"""Blot out e-mail addresses and phone numbers in what people write, and in URLs.

Most digits are no phone number. Which ones are depends on where they stand:

====================  =================================================================
anywhere              7 digits after a ``+``; in the path of a URL, only numbers that
                      the numbering plans know
in text and queries   8 digits or more that are divided as numbers are, and 9 or more
                      that begin with ``0``
in text               9 to 11 digits without any mark, and more where they are a known
                      number without its ``+``
behind ``phone=``     5 digits or more
====================  =================================================================

Dates, times, IP addresses, UUIDs, ISBNs, decimals, thousands and seconds since 1970 stay,
and so do digits in the path of a URL: those are products and orders. Where the rule
cannot tell, it blots: a price that is lost hurts nobody.

No pattern reads a text twice, whatever is in it: repetitions are possessive (``++``), and
what is no address or number is read over whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, unquote, unquote_plus

import phonenumbers

EMAIL_MARK, PHONE_MARK = "[email]", "[phone]"

# How often a URL that stands in the query of another is opened.
_DEPTH = 3

# The beginning of an escape, as deep as it may be nested: %40, %2540, %252540.
_ESCAPE = r"%(?:25)*+"

# All that RFC 5322 and 6531 allow in a mailbox, but for what divides a URL.
_MAILBOX = (
    r"[^\x00-\x20\s@＠﹫<>()\[\]:;,\"\\/?=&\#%，；：、（）「」【】《》“”„«»]"
    rf"|{_ESCAPE}(?![01]|2[023689CF]|3[A-F]|40|5[B-D])[0-9A-F]{{2}}"
)
_LABEL = (
    r"[a-z0-9_-]|[^\x00-\x7f\s＠﹫。．｡，；：、！？（）「」【】《》“”„«»…]"
    rf"|{_ESCAPE}[89A-F][0-9A-F]"
)
_EMAIL = re.compile(
    rf"""
    (?P<email>
        (?: (?:{_MAILBOX})++ | "[^"\n]{{1,64}}" )
        (?: [@＠﹫] | {_ESCAPE}40 )
        (?:{_LABEL})++
        (?: (?: [.。．｡] | {_ESCAPE}2E ) (?:{_LABEL})++ )++
    )
    | (?:{_MAILBOX})++
    | {_ESCAPE}[0-9A-F]{{2}}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_AT = re.compile(rf"[@＠﹫]|{_ESCAPE}40")

# Letters that words are made of in scripts that put spaces between words.
_LETTER = r"A-Za-z_\u00c0-\u024f"
_YEAR, _MONTH, _DAY = (
    r"(?:19|20)\d\d",
    r"(?:0?[1-9]|1[0-2])",
    r"(?:0?[1-9]|[12]\d|3[01])",
)
_DATE = "|".join(
    rf"{_YEAR}{mark}{_MONTH}{mark}{_DAY}|{_DAY}{mark}{_DAY}{mark}{_YEAR}"
    for mark in ("-", "/", r"\.")
)
_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_NO_PHONE = rf"""(?:
    (?: {_DATE} | \d\d?:\d\d(?::\d\d(?:[.,]\d{{1,9}})?)? ) (?!\d)
    | (?<!\.) (?:{_BYTE}\.){{3}}{_BYTE} (?!\.?\d)
    | [0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}} (?![0-9a-f])
    | 97[89][ -]?(?:\d[ -]?){{9}}[\dX] (?![ -]?\d)
)"""
# Spaces, brackets, dots, slashes, hyphens, and signs that nobody sees.
_BETWEEN = (
    r"[ \t\xa0\u2002-\u200a\u202f\u3000()（）.．/／\-\u2010-\u2015−－·"
    r"\xad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"
)
_DIGITS = rf"\d++(?!(?!x\d|ext)[{_LETTER}])"
_NUMBER = re.compile(
    rf"""
    (?=[\da-f+＋(（]) (?<![{_LETTER}]) (?: (?<!\d) | (?=[+＋]) )
    (?:
        {_NO_PHONE}
        | (?P<phone>
            (?: [(（](?=[ +＋\d]{{1,8}}[)）]) )?+  (?: [+＋][ ]?+ )?+
            (?: [(（](?=\d{{1,6}}[)）]) )?+
            (?: 0\d{{2,4}}\s?\n(?=\d{{5}}) )?+
            {_DIGITS} (?: {_BETWEEN}{{1,4}}+ (?!{_NO_PHONE}) {_DIGITS} )*+
        )
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)

# Fewer digits are no phone number anywhere. Escapes may hide some, or an address.
_FIVE_DIGITS = re.compile(r"(?:\d\D*+){5}")
_WORTH_READING = re.compile(rf"%|{_FIVE_DIGITS.pattern}")

# Digits that are divided in other ways than those of a phone number.
_DIVIDED_OTHERWISE = re.compile(
    r"""
    (?:0|[1-9]\d*)\.\d+                                            # decimal
    | [1-9]\d?([ .])\d{3}(?:\1\d{3})+                              # thousands
    | (?:19|20)\d\d(?:[-./]\d\d)?\W+(?:19|20)\d\d(?:[-./]\d\d)?    # years or months
    | \d\d?\.\d\d[ ]?[-\u2013][ ]?\d\d?\.\d\d                      # hours
    | [1-9][^/]*/[^/]*/.*                                          # sizes
    """,
    re.VERBOSE,
)
_BEGINS_WITH_0 = re.compile(r"00?[1-9]\d{7,14}")
_SECONDS_SINCE_1970 = re.compile(r"1\d{9}")

# Between words, what a slash and a digit begin is rather the rest of a number.
_URL = re.compile(
    r"""(
        (?: (?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,20}+:/ | (?<!\S)www\.
          | ^(?=[/?]\S) | (?<!\S)(?=[/?][^\s\d]) )
        \S*+
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_PATH = re.compile(r"[^?#]*+")
_PLUS = re.compile("[+＋%]")
# Words in the name of a parameter that holds a phone number; the short ones whole.
PHONE_PARAMETERS = (
    *("phone", "telefon", "mobil", "handy", "msisdn", "whatsapp"),
    *("tel", "cell", "fax", "sms", "mob"),
)
_PHONE_PARAMETER = re.compile(
    "|".join(
        word if len(word) > 4 else f"(?<![a-z]){word}(?![a-z])"
        for word in PHONE_PARAMETERS
    ),
    re.IGNORECASE,
)

# Takes a number as it stands, in NFKC, and its digits.
_Rule = Callable[[str, str], bool]


def redact(text: str) -> str:
    """Blot out e-mail addresses and phone numbers inside free text or a URL.

    What comes out stays as it is when it is redacted again.
    """
    return _redact(text, _is_phone_in_text, _DEPTH)


def redact_emails(text: str) -> str:
    """Blot out e-mail addresses alone."""
    if not _AT.search(text):
        return text
    return _EMAIL.sub(lambda found: EMAIL_MARK if found["email"] else found[0], text)


def holds_email(text: str) -> bool:
    """Say whether there is an e-mail address in ``text``."""
    return redact_emails(text) != text


def _redact(text: str, is_phone: _Rule, depth: int) -> str:
    text = redact_emails(text)
    if not _WORTH_READING.search(text):
        return text
    parts = _URL.split(text) if depth else [text]
    parts[::2] = (_redact_phones(part, is_phone) for part in parts[::2])
    parts[1::2] = (_redact_url(part, depth) for part in parts[1::2])
    return "".join(parts)


def _redact_url(url: str, depth: int) -> str:
    path = _PATH.match(url)[0]
    asked = re.split("([?#&;])", url.removeprefix(path))
    asked[::2] = (_redact_parameter(part, depth) for part in asked[::2])
    return _redact_path(path) + "".join(asked)


def _redact_path(path: str) -> str:
    if not _PLUS.search(path):
        return path
    clear = unquote(path, errors="surrogateescape")
    blotted = _redact_phones(clear, _is_phone_in_path)
    return path if blotted == clear else _quote(blotted)


def _redact_parameter(parameter: str, depth: int) -> str:
    """Redact a value as it reads once its escapes are opened, URLs in it included."""
    name, equals, value = parameter.rpartition("=")
    if not _WORTH_READING.search(value):
        return parameter
    clear = unquote_plus(value, errors="surrogateescape")
    if _PHONE_PARAMETER.search(name) and _is_digits(clear):
        blotted = PHONE_MARK
    else:
        blotted = _redact(clear, _is_phone_in_value, depth - 1)
    return name + equals + (value if blotted == clear else _quote(blotted))


def _quote(text: str) -> str:
    return quote(text, safe="/:[],@", errors="surrogateescape")


def _redact_phones(text: str, is_phone: _Rule) -> str:
    def blot(found: re.Match[str]) -> str:
        if not found["phone"]:
            return found[0]
        number = unicodedata.normalize("NFKC", found[0])
        digits = phonenumbers.normalize_digits_only(number)
        return PHONE_MARK if is_phone(number, digits) else found[0]

    return _NUMBER.sub(blot, text)


def _is_phone_in_path(number: str, digits: str) -> bool:
    return "+" in number and _is_known(digits)


def _is_phone_in_value(number: str, digits: str) -> bool:
    if "+" in number:
        return len(digits) >= 7
    if len(digits) == len(number):
        return _BEGINS_WITH_0.fullmatch(digits) is not None
    return len(digits) >= 8 and not _DIVIDED_OTHERWISE.fullmatch(number)


def _is_phone_in_text(number: str, digits: str) -> bool:
    if len(digits) < len(number) or digits.startswith("0"):
        return _is_phone_in_value(number, digits)
    if len(digits) > 11:
        return _is_known(digits)
    return len(digits) >= 9 and not _SECONDS_SINCE_1970.fullmatch(digits)


def _is_known(digits: str) -> bool:
    """Say whether digits are a phone number with its country code."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def _is_digits(text: str) -> bool:
    return _FIVE_DIGITS.search(text) is not None and not re.search("[A-Za-z]", text)
