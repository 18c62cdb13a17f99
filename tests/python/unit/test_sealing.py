"""Sealing opens with the key that sealed, or the one before; pseudonyms never change."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.errors import EnvironmentFault
from martlet.privacy.sealing import PREFIX, Key, Sealer

PLAIN = "a plain secret that is long enough"
secrets = st.text(min_size=32, max_size=60)


@settings(deadline=None)
@given(st.text())
def test_what_is_sealed_opens_and_equal_values_stay_equal(value: str) -> None:
    sealer = Sealer(PLAIN)
    sealed = sealer.seal(value)
    assert sealed.startswith(PREFIX) and sealed.isascii()
    assert sealer.seal(value) == sealed
    assert sealer.unseal(sealed) == value


def test_stores_sealed_before_keys_had_parts_still_open() -> None:
    sealer = Sealer(PLAIN)
    sealed = "sealed:U5_EyclybUKxUQE7x3AKwT0p_6I3vbLghhiVy7cD6Q=="
    assert sealer.unseal(sealed) == "ada@example.org"
    assert sealer.pseudonym("ada@example.org") == (
        "e48a0d005ec87291633abf591e5443c2d8d9e504921a9f1cf1e8a3d9ea5bc14d"
    )


@settings(deadline=None)
@given(secrets, secrets, st.none() | secrets)
def test_a_key_is_read_as_it_was_written(
    sealing: str, pseudonyms: str, previous: str | None
) -> None:
    key = Key(sealing, pseudonyms, previous)
    assert Key.parse(str(key)) == key
    assert str(key).isascii()


def test_a_plain_secret_is_both_secrets() -> None:
    assert Key.parse(PLAIN) == Key(PLAIN, PLAIN)
    written = Sealer(str(Key.parse(PLAIN)))
    assert written.seal("x") == Sealer(PLAIN).seal("x")
    assert written.pseudonym("x") == Sealer(PLAIN).pseudonym("x")


def test_a_rotated_key_opens_both_and_seals_with_the_new_secret() -> None:
    old = Key.new()
    rotated = old.rotated()
    before, during, after = (
        Sealer(str(key)) for key in (old, rotated, rotated.settled())
    )
    sealed = before.seal("ada")
    assert during.unseal(sealed) == "ada" == during.unseal(during.seal("ada"))
    assert during.reseal(sealed) == during.seal("ada") == after.seal("ada") != sealed
    assert during.reseal(during.seal("ada")) == during.seal("ada")
    assert after.reseal(sealed) is None
    with pytest.raises(EnvironmentFault, match="another key"):
        after.unseal(sealed)
    assert before.pseudonym("x") == during.pseudonym("x") == after.pseudonym("x")


@settings(deadline=None)
@given(st.text())
def test_what_no_key_sealed_does_not_open(value: str) -> None:
    assert Sealer(PLAIN).reseal(value) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "short",
        f"martlet-key:{PLAIN}",
        f"martlet-key:{PLAIN}:",
        f"martlet-key:{PLAIN}:{PLAIN}:short",
        f"martlet-key:{PLAIN}:{PLAIN}:{PLAIN}:{PLAIN}",
    ],
)
def test_a_broken_key_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(EnvironmentFault) as refusal:
        Sealer(text)
    assert PLAIN not in f"{refusal.value.message} {refusal.value.hint}"


def test_a_key_does_not_show_in_tracebacks() -> None:
    assert PLAIN not in repr(Key(PLAIN, PLAIN, PLAIN))
