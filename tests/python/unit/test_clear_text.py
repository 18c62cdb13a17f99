"""SQL finds contact data in clear wherever redaction does."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.checking.clear_text import (
    register_functions,
    with_email,
    with_email_or_phone,
)
from martlet.privacy.redaction import holds_email, redact

# What addresses, numbers and URLs are made of, and what may stand in between.
SIGNS = "@ ＠ %40 %2540 + %2B ＋ . - — / : ? # = & ; , ( ) _ %20 %C2%A0 %2D %2F %3D %26"
DIGITS = "0 00 1 7 49 30 212 123456 123456789 %31 ٣٤٥٦٧٨٩ １２３４５６７ ² 2024-05-31"
WORDS = "ada example.org ä x12 ext q https://a.de http:/ www. phone tel= Mobil_ fax="
SPACES = [" ", "\u00a0", "\u200b", "\n", "\t"]
TEXTS = st.lists(
    st.sampled_from([*SIGNS.split(), *DIGITS.split(), *WORDS.split(), *SPACES]),
    max_size=12,
).map("".join)


def asked(condition: str, texts: list[str]) -> list[bool]:
    """Say for each text whether the condition on ``text`` holds."""
    with duckdb.connect() as connection:
        register_functions(connection)
        rows = connection.execute(
            f"select {condition} from unnest(?::varchar[]) as texts(text)", [texts]
        ).fetchall()
    return [bool(holds) for (holds,) in rows]


@settings(max_examples=50, deadline=None)
@given(st.lists(TEXTS, min_size=20, max_size=40))
def test_sql_finds_all_that_redaction_does(texts: list[str]) -> None:
    found = asked(with_email_or_phone("text"), texts)
    assert found == [redact(text) != text for text in texts]
    found = asked(with_email("text"), texts)
    assert found == [holds_email(text) for text in texts]


@pytest.mark.parametrize("condition", [with_email, with_email_or_phone])
def test_nothing_is_nobodys(condition) -> None:
    (holds,) = asked(f"({condition('cast(null as varchar)')})", ["x"])
    assert not holds
