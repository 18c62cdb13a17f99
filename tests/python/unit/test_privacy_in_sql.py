"""SQL asks Python only where it must, and never misses what Python would find."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.privacy.in_sql import (
    id_without_email,
    may_hold_contact,
    redacted,
    register_functions,
    text_without_email,
)
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.redaction import redact, redact_emails
from martlet.privacy.sealing import Sealer

SEALER = Sealer("a plain secret that is long enough")

# What numbers, addresses and URLs are made of, so that random text is nearly one.
PIECES = """
    0 1 49 030 123456 2024 12 1717171717 +4930123456 + - / . ( ) ? & = # ; % @ , : _
    %40 %2540 %2B %20 %C2%A0 %E2%80%93 %3F %3D %3d %2F %25 %C3 %EF%BC%90 %D9%A3 %EF%BC%A0
    %E0%B9%91 a ada x org example.org ü 例 phone= tel= mobile https:// HTTPS:// http www.
    ０ ٣ ๑ ＠ ＋
"""
SPACES = " \n\u200b\u3000\x1c"
TANGLED = st.lists(st.sampled_from([*PIECES.split(), *SPACES]), max_size=14).map(
    "".join
)
TEXT = TANGLED | st.text(st.characters(codec="utf-8", exclude_characters="\0"))
ODD = [
    "",
    " ",
    "\u05d0\u05d1 \u202e@\u202c",
    "😀" * 9,
    "a@b." * 250_000,
    "1 " * 500_000,
]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:") as connection:
        register_functions(connection, SEALER, "DE")
        yield connection


def of(
    connection: duckdb.DuckDBPyConnection, expression: str, *values: str | None
) -> str | None:
    named = ", ".join(f"? as {name}" for name, _ in zip("vw", values, strict=False))
    query = f"select {expression} from (select {named})"
    return connection.execute(query, list(values)).fetchone()[0]


@settings(deadline=None)
@given(text=TEXT)
def test_sql_finds_all_that_python_finds(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert of(connection, redacted("v"), text) == redact(text)
    assert of(connection, text_without_email("v"), text) == redact_emails(text)


@pytest.mark.parametrize(
    "text",
    [
        *("0171 / 1234567", "030 / 123 45 67", "+49 171 / 1234567", "0171 /1234567"),
        *("0171\n1234567", "/ 0171 / 1234567", "/p/1?tel=12345", "/p/1?q=0171/123456"),
    ],
)
def test_sql_finds_numbers_however_they_are_divided(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert "[phone]" in of(connection, redacted("v"), text)


@pytest.mark.parametrize(
    "text",
    [
        "tea cup 12",
        "https://a.example/p/100234567890?page=2&sort=price",
        "https://a.example/2024/05/31/story-12",
        "https://a.example/?gclid=Cj0KCQjw1234567890abc&utm_id=1234567890",
        "https://a.example/?utm_id=1234567890&gclid=Cj0KCQjw-1-2a",
        "商品 12345",
    ],
)
def test_python_is_not_asked_about_what_shops_have(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert of(connection, may_hold_contact("v"), text) is False


@pytest.mark.parametrize("text", ODD)
def test_odd_texts_pass_through_every_function(
    connection: duckdb.DuckDBPyConnection, text: str
) -> None:
    assert of(connection, redacted("v"), text) == redact(text)
    assert of(connection, text_without_email("v"), text) == redact_emails(text)
    assert SEALER.unseal(of(connection, "seal(v)", text)) == text
    assert len(of(connection, id_without_email("v"), text)) in (len(text), 64)
    for function in ("pseudonym_of_email(v)", "pseudonym_of_phone(v, null)"):
        key = of(connection, function, text)
        assert key is None or len(key) == 64


def test_null_stays_null(connection: duckdb.DuckDBPyConnection) -> None:
    for expression in (
        *(redacted("v"), text_without_email("v"), id_without_email("v")),
        *("seal(v)", "pseudonym_of_email(v)", "pseudonym_of_phone(v, 'DE')"),
    ):
        assert of(connection, expression, None) is None


def test_people_are_matched_by_what_they_wrote(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    email = SEALER.pseudonym(normalise_email("ada@example.org"))
    phone = SEALER.pseudonym(normalise_phone("+4930123456"))
    assert of(connection, "pseudonym_of_email(v)", " Ada@Example.org ") == email
    assert of(connection, "pseudonym_of_phone(v, null)", "030 123456") == phone
    assert of(connection, "pseudonym_of_phone(v, '?')", "030 123456") == phone
    assert of(connection, "pseudonym_of_phone(v, 'GB')", "030 123456") != phone
    london = SEALER.pseudonym("+442079460000")
    assert of(connection, "pseudonym_of_phone(v, w)", "020 79460000", "UK") == london


@pytest.mark.parametrize("nothing", ["none", "n/a", "-", "", "0000000"])
def test_nobody_is_matched_by_nothing(
    connection: duckdb.DuckDBPyConnection, nothing: str
) -> None:
    assert of(connection, "pseudonym_of_email(v)", nothing) is None
    assert of(connection, "pseudonym_of_phone(v, 'DE')", nothing) is None


def test_an_id_that_is_an_address_becomes_one_pseudonym(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    ids = {
        of(connection, id_without_email("v"), id_)
        for id_ in ("ada@example.org", "Ada@Example.org", "ada%40example.org")
    }
    assert len(ids) == 1
    (pseudonym,) = ids
    assert len(pseudonym) == 64
    other = of(connection, id_without_email("v"), "guest-ada@example.org-2")
    assert len(other) == 64 and other != pseudonym
    # Ids leave the identity room; what e-mail addresses are matched by does not.
    assert pseudonym != of(connection, "pseudonym_of_email(v)", "ada@example.org")


@pytest.mark.parametrize("id_", ["c1", "", "2@3", "@home", "4155552671", "a%40b"])
def test_other_ids_stay_as_they_are(
    connection: duckdb.DuckDBPyConnection, id_: str
) -> None:
    assert of(connection, id_without_email("v"), id_) == id_


def test_without_a_key_only_what_needs_none_is_done() -> None:
    with duckdb.connect(":memory:") as connection:
        register_functions(connection, None, None)
        assert of(connection, redacted("v"), "030 123456") == "[phone]"
        assert of(connection, id_without_email("v"), "2@3") == "2@3"
        assert of(connection, "pseudonym_of_phone(v, null)", "none") is None
        for expression in (
            *("seal(v)", "pseudonym_of_email(v)", id_without_email("v")),
            "pseudonym_of_phone('+4930123456', v)",
        ):
            with pytest.raises(duckdb.Error, match="AssertionError"):
                of(connection, expression, "ada@example.org")
