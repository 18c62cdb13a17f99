"""Find contact data in clear, in SQL: what sealing and redacting would have changed.

Files put there by hand are searched before every build, so Python is asked about as few
texts as can be: :mod:`martlet.privacy.in_sql` knows which.
"""

from __future__ import annotations

import duckdb

from martlet.privacy.in_sql import may_hold_contact, may_hold_email
from martlet.privacy.redaction import holds_email, redact
from martlet.privacy.sealing import PREFIX, PSEUDONYM


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
    found = f"holds_email_or_phone({text})"
    return f"case when {may_hold_contact(text)} then {found} else false end"
