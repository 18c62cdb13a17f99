"""Find contact data in clear, in SQL: what sealing and redacting would have changed.

Files put there by hand are searched before every build, so Python is asked about as few
texts as can be: most are URLs with a product or a click in them, whose digits stand by
themselves.
"""

from __future__ import annotations

import duckdb

from martlet.loading.privacy import may_hold_contact, may_hold_email
from martlet.loading.sql import literal
from martlet.redaction import PHONE_PARAMETERS, holds_email, redact
from martlet.sealing import PREFIX, PSEUDONYM

# In a URL in which nothing is escaped, a phone number begins with 0, or is divided, or
# stands behind a name that says so.
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


def register_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Let SQL call the functions that the conditions of this module need."""
    for function in (holds_email, holds_email_or_phone):
        connection.create_function(function.__name__, function, ["VARCHAR"], "BOOLEAN")


def holds_email_or_phone(text: str) -> bool:
    """Say whether there is an e-mail address or a phone number in ``text``."""
    return redact(text) != text


def not_sealed(text: str) -> str:
    """SQL that is true where the text expression is there and is not sealed."""
    return f"not starts_with({text}, '{PREFIX}')"


def not_pseudonym(text: str) -> str:
    """SQL that is true where the text expression is there and is no pseudonym."""
    return f"not regexp_full_match({text}, '{PSEUDONYM}')"


def with_email(text: str) -> str:
    """SQL that is true where an e-mail address stands in the text expression."""
    return f"case when {may_hold_email(text)} then holds_email({text}) else false end"


def with_email_or_phone(text: str) -> str:
    """SQL that is true where an e-mail address or phone number stands in the text."""
    # The branches of a case are evaluated only for the rows that reach them.
    return (
        f"case when {_is_plain_url(text)} "
        f"and not regexp_matches({text}, {literal(_PHONE_IN_PLAIN_URL)}) then false "
        f"when {may_hold_contact(text)} then holds_email_or_phone({text}) "
        "else false end"
    )


def _is_plain_url(text: str) -> str:
    starts = " or ".join(
        f"starts_with({text}, '{s}')" for s in ("http://", "https://", "/")
    )
    opened = " or ".join(f"contains({text}, '{sign}')" for sign in "@%+")
    return f"(({starts}) and strlen({text}) = length({text}) and not ({opened}))"
