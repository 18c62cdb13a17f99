"""Let SQL seal, redact and make pseudonyms, and ask Python as seldom as possible.

:mod:`martlet.privacy.redaction` alone decides what an e-mail address or a phone number
is. Asking it about every text of ten million rows takes minutes, so expressions of this
module ask only about texts in which SQL finds that there may be one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

import duckdb

from martlet.privacy.normalising import (
    fold,
    normalise_email,
    normalise_phone,
    region_of,
)
from martlet.privacy.redaction import (
    PHONE_PARAMETERS,
    holds_email,
    redact,
    redact_emails,
)
from martlet.privacy.sealing import Sealer
from martlet.sql import literal

# Regular expressions for DuckDB, each of which finds something wherever the rule in
# martlet.privacy.redaction does. The escaped ones are looked for only where there is a %.
_ESCAPE = "%(?:25)*"
_ESCAPED_AT = f"(?i){_ESCAPE}(?:40|EF{_ESCAPE}(?:BC{_ESCAPE}A0|B9{_ESCAPE}AB))"
_ESCAPED_DIGIT = (
    f"(?i){_ESCAPE}(?:"
    + "|".join(
        bytes_.replace(" ", _ESCAPE)
        for bytes_ in ("D9 A", "DB B", "EF BC 9", "E0 A", "E0 B")
    )
    + ")"
)
_FOREIGN_DIGIT = r"[^\P{Nd}0-9]"
_NEXT_DIGIT = f"(?:(?:[^0-9A-Za-z%]|{_ESCAPE}[0-9A-Fa-f]{{2}})*[0-9])"
_PARAMETER = f"(?i:{'|'.join(PHONE_PARAMETERS)})[^?#;&]*(?:=|{_ESCAPE}3[Dd])"
_PHONE = f"(?:[0-9]{_NEXT_DIGIT}{{6}}|{_PARAMETER}{_NEXT_DIGIT}{{5}})"
# A path has only phone numbers that begin with +, and a query none that are nothing but
# digits, unless the first is 0 or the name says so.
_PHONE_BEHIND_PATH = rf"(?s)^[^\s\pZ\pC?#+＋%]*[\s\pZ\pC?#+＋%].*?{_PHONE}"
_MARKED = (
    r"[+＋%\s\pZ\pC]|[^0-9A-Za-z_]0[0-9]{8}|[0-9][^0-9A-Za-z_=?&#;,:]{1,4}[0-9]"
    f"|{_PARAMETER}"
)
# Most texts of a shop are URLs with a product or a click in them, in which nothing is
# escaped. A phone number there begins with 0, or is divided, or has a name that says so.
_DIVIDES = "[^A-Za-z0-9_?&=#;,:]"
_PHONE_IN_PLAIN_URL = "|".join(
    (
        "(?:^|[^A-Za-z_0-9])0[0-9]{8}",
        f"[0-9]{{7}}{_DIVIDES}{{1,4}}[0-9]",
        *(
            f"[0-9]{{{n}}}{_DIVIDES}{{1,4}}(?:[0-9]{_DIVIDES}{{0,4}}){{{7 - n}}}"
            for n in range(1, 7)
        ),
        f"(?i:{'|'.join(PHONE_PARAMETERS)})[^?#&;]*=(?:[^0-9]*[0-9]){{5}}",
        r"\s",  # more than a URL
    )
)


def register_functions(
    connection: duckdb.DuckDBPyConnection, sealer: Sealer | None, country: str | None
) -> None:
    """Let SQL call the functions that the expressions of this module are made of.

    ``redact(text)``, ``redact_emails(text)``, ``seal(text)``,
    ``pseudonym_of_email(text)``, ``pseudonym_of_phone(text, country)`` and
    ``pseudonym_of_id(text)``, which leaves an id without an e-mail address as it is.
    All give null for null. Pseudonyms are null where nothing is left to match by: else
    two people whose phone reads "none" would be one.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The connection that is to know them.
    sealer : Sealer, optional
        Without one, what needs a key is there as well, and raises ``AssertionError``.
    country : str, optional
        The store's country, for phone numbers beside which stands none that is known.
    """
    seal = sealer.seal if sealer else _without_key
    pseudonym = sealer.pseudonym if sealer else _without_key
    functions = {
        "redact": redact,
        "redact_emails": redact_emails,
        "seal": seal,
        "pseudonym_of_email": partial(_pseudonym_of_email, pseudonym),
        "pseudonym_of_id": partial(pseudonym_of_id, pseudonym),
    }
    for name, function in functions.items():
        _register(connection, name, _null_for_null(function), 1)
    of_phone = partial(_pseudonym_of_phone, pseudonym, country)
    _register(connection, "pseudonym_of_phone", of_phone, 2)


def redacted(expression: str) -> str:
    """SQL for text, or a URL, without e-mail addresses and phone numbers."""
    return _asked(may_hold_contact(expression), "redact", expression)


def text_without_email(expression: str) -> str:
    """SQL for text without e-mail addresses, digits left as they are."""
    return _asked(may_hold_email(expression), "redact_emails", expression)


def id_without_email(expression: str) -> str:
    """SQL for an id that is a pseudonym where it holds an e-mail address.

    Equal ids stay equal, also where they differ in the way the address is written.
    """
    return _asked(may_hold_email(expression), "pseudonym_of_id", expression)


def may_hold_email(expression: str) -> str:
    """SQL that is true wherever an e-mail address is, and seldom elsewhere."""
    signs = " or ".join(f"contains({expression}, '{sign}')" for sign in "@＠﹫")
    return f"""case
        when {signs} then true
        when contains({expression}, '%') then {_finds(expression, _ESCAPED_AT)}
        else false end"""


def may_hold_contact(expression: str) -> str:
    """SQL that is true wherever an e-mail address or a phone number is."""
    is_url = " or ".join(
        f"starts_with({expression}, '{start}')"
        for start in ("https://", "http://", "/")
    )
    opened = " or ".join(f"contains({expression}, '{sign}')" for sign in "@%+")
    is_ascii = f"strlen({expression}) = length({expression})"
    return f"""case
        when ({is_url}) and {is_ascii} and not ({opened})
            and not {_finds(expression, _PHONE_IN_PLAIN_URL)} then false
        when {may_hold_email(expression)} then true
        when not {is_ascii}
            and {_finds(expression, _FOREIGN_DIGIT)} then true
        when contains({expression}, '%')
            and {_finds(expression, _ESCAPED_DIGIT)} then true
        when not ({is_url}) then {_finds(expression, _PHONE)}
        when {_finds(expression, _PHONE_BEHIND_PATH)} then {_finds(expression, _MARKED)}
        else false end"""


def _finds(expression: str, pattern: str) -> str:
    return f"regexp_matches({expression}, {literal(pattern)})"


def _asked(condition: str, function: str, expression: str) -> str:
    # Only the rows that reach a branch are evaluated in it.
    return f"case when {condition} then {function}({expression}) else {expression} end"


def _register(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., str | None],
    arguments: int,
) -> None:
    # What is null, or becomes it, is told by the functions themselves.
    connection.create_function(
        name, function, ["VARCHAR"] * arguments, "VARCHAR", null_handling="special"
    )


def _null_for_null(
    function: Callable[[str], str | None],
) -> Callable[[str | None], str | None]:
    def of_value_or_null(value: str | None) -> str | None:
        return None if value is None else function(value)

    return of_value_or_null


def _pseudonym_of_email(pseudonym: Callable[[str], str], email: str) -> str | None:
    normalised = normalise_email(email)
    return pseudonym(normalised) if normalised else None


def _pseudonym_of_phone(
    pseudonym: Callable[[str], str],
    store_country: str | None,
    phone: str | None,
    country: str | None,
) -> str | None:
    region = region_of(country) or region_of(store_country)
    normalised = normalise_phone(phone, region) if phone else None
    return pseudonym(normalised) if normalised else None


def pseudonym_of_id(pseudonym: Callable[[str], str], id_: str) -> str:
    """Give an id, or its hash where it is an e-mail address.

    It is hashed apart from addresses: ids are read where e-mail keys are not.
    """
    return pseudonym(f"id {fold(unquote(id_))}") if holds_email(id_) else id_


def _without_key(value: str) -> str:
    raise AssertionError("contact data was not expected here")
