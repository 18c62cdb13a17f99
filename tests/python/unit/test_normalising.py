"""One person has one form, however the address or the number is written."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.privacy.normalising import normalise_email, normalise_phone, region_of

REGIONS = st.sampled_from([None, "DE", "US", "IT", "FR", "CN", "RU", "AR", "MX", "GB"])
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e"

# What stands in addresses and numbers, so that random text is often nearly one.
EMAIL_LIKE = st.text(
    st.sampled_from("aA@.- :?<>()\"',;\n\u200b。xn-ßİıσςÜ例")
    | st.characters(codec="utf-8")
)
PHONE_LIKE = st.text(st.sampled_from("0123456789+ -/().x٣３\u200b"), max_size=25)
MAILBOX = st.text(st.sampled_from("abcxyz0189._+-äé例"), min_size=1, max_size=12)
LABEL = st.text(st.sampled_from("abcxyz019äöé例"), min_size=1, max_size=8)
WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}


@pytest.mark.parametrize(
    "written",
    [
        "ada@müller.example",
        "  Ada@Müller.Example\n",
        "ADA@MÜLLER.EXAMPLE",
        "ada@mu\u0308ller.example",
        "mailto:ada@müller.example?subject=Hello",
        "MAILTO: ada@xn--mller-kva.example",
        "ada@XN--MLLER-KVA.example",
        "\ufeffada@mül\u00adler.exam\u200bple",
        "ａｄａ＠müller．example",
        "ada@müller。example",
        "ada@müller.example.",
        "ada @ müller.example",
        "Ada Lovelace <ada@müller.example>",
        "<ada@müller.example>",
        '"ada@müller.example"',
        '"ada"@müller.example',
        "'ada@müller.example',",
        "ada@müller.example;",
        "ada@müller.example (Ada)",
        "(Ada) ada@müller.example",
        "mailto:ada%40m%C3%BCller.example?subject=hi",
        "Ada <mailto:Ada%40XN--mller-kva.example?subject=hi>",
    ],
)
def test_spellings_of_one_address(written: str) -> None:
    assert normalise_email(written) == "ada@müller.example"


def test_domains_of_two_owners_stay_apart() -> None:
    with_eszett = normalise_email("info@straße.example")
    assert with_eszett == normalise_email("INFO@STRAẞE.example")
    assert with_eszett == normalise_email("info@xn--strae-oqa.example")
    assert with_eszett != normalise_email("info@strasse.example")


@pytest.mark.parametrize(
    "written",
    ["", "none", "n/a", "-", "@", "ada@", "@example.org", "mailto:", "mailto:?x@y"],
)
def test_what_is_no_address_is_nothing(written: str) -> None:
    assert normalise_email(written) == ""


@settings(deadline=None)
@given(MAILBOX, st.lists(LABEL, min_size=2, max_size=3), st.integers(0, 12))
def test_an_address_is_the_same_in_other_spellings(
    mailbox: str, labels: list[str], place: int
) -> None:
    address = f"{mailbox}@{'.'.join(labels)}"
    place = min(place, len(address))
    expected = normalise_email(address)
    assert expected
    for written in (
        address.upper(),
        address.translate(WIDE),
        unicodedata.normalize("NFD", address),
        f"\t mailto:{address} ",
        address[:place] + INVISIBLE + address[place:],
    ):
        assert normalise_email(written) == expected


@settings(deadline=None)
@given(EMAIL_LIKE)
def test_a_normalised_address_stays_as_it_is(text: str) -> None:
    normalised = normalise_email(text)
    assert normalise_email(normalised) == normalised


@pytest.mark.parametrize(
    ("written", "region"),
    [
        ("+4930123456", None),
        ("+49 30 123456", "US"),
        ("+49 (0)30 123456", None),
        ("030 123456", "DE"),
        ("(030) 12 34 56", "DE"),
        ("030/123-456", "DE"),
        ("0049 30 123456", "DE"),
        ("0049 30 123456", None),
        ("0049 30 123456", "US"),
        ("011 49 30 123456", "US"),
        ("８１０ ４９ ３０ １２３４５６", "RU"),
        ("０３０　１２３４５６", "DE"),
        ("٠٣٠ ١٢٣٤٥٦", "DE"),
        ("Tel.: 030 123456 (mornings)", "DE"),
        ("030 123456 ext. 12", "DE"),
        ("030 123456x12", "DE"),
        ("tel:+49-30-123456;ext=12", "US"),
        ("\u202a+49 30 123456\u202c", None),
        ("+030 12_34_56", "DE"),
    ],
)
def test_spellings_of_one_number(written: str, region: str | None) -> None:
    assert normalise_phone(written, region) == "+4930123456"


@pytest.mark.parametrize(
    ("written", "region", "normalised"),
    [
        ("030 123456", None, "030123456"),
        ("(415) 555-2671", "US", "+14155552671"),
        ("06 12345678", "IT", "+390612345678"),
        ("8 (912) 345-67-89", "RU", "+79123456789"),
        ("1234567890123456789", "DE", "1234567890123456789"),
        ("1711234567.0", "DE", "+491711234567"),
        ("491711234567.0", None, "491711234567"),
        ("4.9e11", "DE", ""),
        ("4.91711234567E+11", "DE", ""),
        ("none", "DE", ""),
        ("n/a", "DE", ""),
        ("1234", "DE", ""),
        ("0000000000", "DE", ""),
    ],
)
def test_numbers_of_other_regions_and_none(
    written: str, region: str | None, normalised: str
) -> None:
    assert normalise_phone(written, region) == normalised


@settings(deadline=None)
@given(PHONE_LIKE | st.text(), REGIONS)
def test_a_normalised_number_stays_as_it_is(text: str, region: str | None) -> None:
    normalised = normalise_phone(text, region)
    assert normalise_phone(normalised, region) == normalised
    if normalised.startswith("+"):
        assert normalise_phone(normalised) == normalised


@settings(deadline=None)
@given(
    st.from_regex("[1-9][0-9]{8}", fullmatch=True),
    st.lists(
        st.sampled_from(["", " ", "-", "/", ".", "\u00a0"]), min_size=9, max_size=9
    ),
)
def test_a_number_is_the_same_however_it_is_divided(
    digits: str, between: list[str]
) -> None:
    divided = "".join(
        sign + digit for sign, digit in zip(between, digits, strict=True)
    ).strip(" -/.\u00a0")
    expected = normalise_phone(f"+49{digits}")
    assert normalise_phone(f"0{divided}", "DE") == expected
    assert normalise_phone(f"+49 (0) {divided}") == expected
    assert normalise_phone(f"0049{divided}".translate(WIDE), "DE") == expected


@pytest.mark.parametrize(
    ("country", "region"),
    [
        ("DE", "DE"),
        (" de ", "DE"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("UNITED KINGDOM", "GB"),
        ("UK", "GB"),
        ("Great Britain", "GB"),
        ("England", "GB"),
        ("United States of America", "US"),
        ("the U.S.A.", "US"),
        ("Deutschland", "DE"),
        ("ÖSTERREICH", "AT"),
        ("Osterreich", "AT"),
        ("Schweiz", "CH"),
        ("Suisse", "CH"),
        ("España", "ES"),
        ("Italia", "IT"),
        ("France", "FR"),
        ("Czech Republic", "CZ"),
        ("Turkey", "TR"),
        ("Viet Nam", "VN"),
        ("Hong Kong", "HK"),
        ("-", None),
        ("Atlantis", None),
        ("", None),
        (None, None),
    ],
)
def test_countries_are_known_by_code_and_by_name(
    country: str | None, region: str | None
) -> None:
    assert region_of(country) == region


@settings(deadline=None)
@given(st.text())
def test_no_country_is_too_strange(country: str) -> None:
    assert region_of(country) is None or len(region_of(country)) == 2
