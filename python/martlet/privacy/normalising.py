"""Write contact data in one form, so that one person has one pseudonym.

Pseudonyms are never made anew, so what is normalised here must come out the same in
later versions: a change of a rule makes strangers of people who were known.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from urllib.parse import unquote

import idna
import phonenumbers
from babel import Locale
from babel.core import get_global
from phonenumbers import NumberParseException, PhoneNumberFormat

# Shorter ones are house numbers, floors and zeros; no network has subscribers of four
# digits that can be called from outside.
_MIN_PHONE_DIGITS = 5

# Of two names that are written alike, the one in the later language counts.
_LANGUAGES = (
    *("zh", "ja", "ko", "uk", "ru", "el", "tr", "ro", "hu", "sk", "cs", "pl"),
    *("fi", "nb", "da", "sv", "pt", "nl", "it", "es", "fr", "de", "en"),
)
# Names that are in use and not in the CLDR, which has one for each country and language.
_ALSO = {
    "AE": ("UAE",),
    "CI": ("Ivory Coast",),
    "CZ": ("Czech Republic", "Česká republika", "Tschechische Republik"),
    "GB": (
        *("Great Britain", "Großbritannien"),
        *("England", "Scotland", "Wales", "Northern Ireland"),
    ),
    "HK": ("Hong Kong",),
    "IE": ("Republic of Ireland",),
    "KR": ("Korea", "Republic of Korea"),
    "MO": ("Macao", "Macau"),
    "NL": ("Holland",),
    "RU": ("Russian Federation",),
    "SK": ("Slovak Republic",),
    "TR": ("Turkey",),
    "US": ("United States of America",),
}

_MAILTO = re.compile(r".*mailto:([^?>]*)")
_IN_ANGLES = re.compile(r"<([^<>@]*+@[^<>]*+)>")
_COMMENT = re.compile(r"\([^()]*+\)|[()]")
_AROUND_ADDRESS = " \"',;<>"

# Spreadsheets and data frames make floats of numbers.
_FLOAT = re.compile(r"\s*(\d+\.0+|\d(\.\d+)?e[+]?\d+)\s*")
# From the first digit to the first letter or sign that begins a remark or an extension.
_NUMBER = re.compile(r"[+(]{0,3}\d(?:(?![^\W\d_])[^#;,|&])*")


def normalise_email(email: str) -> str:
    """Write an address in one form; nothing where the text is no address.

    Case, compatibility forms (NFKC), characters that nobody sees (zero-width, soft
    hyphen, byte order mark), the link, name, brackets, quotes or comment it stands in
    and the way an international domain is written (``xn--mller-kva.de``) make no
    difference. Letters do: ``straße.de`` and ``strasse.de`` have two owners.
    """
    text = fold(email)
    while link := _MAILTO.match(text):
        text = fold(unquote(link[1]))
    if address := _IN_ANGLES.search(text):
        text = address[1]
    local, _, domain = _COMMENT.sub("", text).rpartition("@")
    local, domain = local.strip(_AROUND_ADDRESS), _one_domain(domain)
    return f"{local}@{domain}" if local and domain else ""


def normalise_phone(phone: str, region: str | None = None) -> str:
    """Write a number as E.164 (``+4930123456``), extension dropped.

    A number that no network could have comes back as its digits; text with fewer than
    five digits, or with one digit over and over, as nothing. What is possible is told by
    length alone: which blocks are in use changes with every numbering plan.

    Parameters
    ----------
    phone : str
        The number as somebody wrote it.
    region : str, optional
        ISO 3166-1 alpha-2 code of the country whose prefixes ("0", "00", "011") are
        meant where the number does not begin with ``+``.
    """
    text = fold(phone)
    if _FLOAT.fullmatch(text):
        # An exponent has rounded the number away.
        text = "" if "e" in text else text.partition(".")[0]
    number = _NUMBER.search(text)
    digits = phonenumbers.normalize_digits_only(number[0]) if number else ""
    if len(digits) < _MIN_PHONE_DIGITS or len(set(digits)) == 1:
        return ""
    # As written; without what does not belong ("+030 12_34"); and with the "00" that
    # most of the world dials abroad, since it is written where others are dialled too.
    readings = (number[0], digits, re.sub("^00", "+", digits))
    return next(filter(None, (_e164(text, region) for text in readings)), digits)


def region_of(country: str | None) -> str | None:
    """Give the ISO 3166-1 alpha-2 code of a country, or ``None`` where it is unknown.

    Reads codes of two and three letters and the names that countries have in the
    languages of most shops, in any case, with and without accents.
    """
    return _regions().get(_letters(country)) if country else None


def fold(text: str) -> str:
    """Fold case and compatibility forms, and drop what nobody sees, line ends too."""
    compatible = unicodedata.normalize("NFKC", text)
    seen = "".join(each for each in compatible if each.isprintable())
    return unicodedata.normalize("NFKC", seen.lower())


def _one_domain(domain: str) -> str:
    domain = domain.strip(f"{_AROUND_ADDRESS}.")
    if domain.isascii() and "xn--" not in domain:
        return domain
    try:
        return fold(idna.decode(domain, uts46=True))
    except idna.IDNAError:
        return domain  # No name that could be registered: compared as it is written.


def _e164(text: str, region: str | None) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@cache
def _regions() -> dict[str, str]:
    """Every way to write a country that is understood, in letters, with its code."""
    known = phonenumbers.SUPPORTED_REGIONS
    names = [
        (name, code)
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
    ]
    aliases = [
        (alias, codes[0]) for alias, codes in get_global("territory_aliases").items()
    ]
    also = [(name, code) for code, names in _ALSO.items() for name in names]
    codes = [(code, code) for code in known]
    return {
        _letters(written): code
        for written, code in (*names, *also, *aliases, *codes)
        if code in known
    }


def _letters(name: str) -> str:
    parts = unicodedata.normalize("NFKD", fold(name).strip().removeprefix("the "))
    return re.sub(r"[\W_]", "", parts)
