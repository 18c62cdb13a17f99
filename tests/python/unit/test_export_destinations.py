"""Whatever the contact data are: cells are safe, hashes are hashes, nobody stands twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from awkward_people import ADS_ONLY, EVERYTHING, known_as, one_row_each
from martlet.errors import UsageError
from martlet.export.destinations import DESTINATIONS, Contact
from martlet.export.destinations.normalising import (
    email_address,
    formula_safe,
    google_email,
    phone_number,
)
from martlet.export.layout import list_layout, removal_layout
from martlet.privacy.normalising import normalise_email, normalise_phone

SHA256 = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HASHED = {
    "google-ads": ("Email", "Phone", "First Name", "Last Name"),
    "meta": ("email", "phone", "fn", "ln", "zip", "ct", "country", "dob", "gen"),
    "tiktok": ("Email_SHA256", "Phone_SHA256"),
    "linkedin": ("email",),
}
DIRECT = {name for name, each in DESTINATIONS.items() if each.is_direct}
ADS = set(HASHED)

# Few letters, so that people share addresses and numbers; signs that spreadsheets run.
awkward = st.text(alphabet="=+-@\t\r\n,;\"' aÄé\u0308\u200b王＝9.", max_size=8)
texts = st.one_of(st.sampled_from(["", "Anna", "=1+1"]), awkward, st.text(max_size=20))
emails = st.one_of(
    st.from_regex(r"[ab.+=\-]{1,4}@(gmail\.com|x\.de|GMail\.com)", fullmatch=True),
    st.emails(),
    texts,
)
phones = st.one_of(
    st.from_regex(r"(\+49|0049|0)30 ?12345[0-9]", fullmatch=True),
    st.from_regex(r"\+[0-9]{5,16}", fullmatch=True),
    texts,
)
contacts = st.builds(
    Contact,
    customer_id=st.uuids().map(lambda each: each.hex),
    source_customer_id=texts,
    email=emails,
    phone=phones,
    first_name=texts,
    last_name=texts,
    country=st.one_of(st.sampled_from(["DE", "US", "GB", "de", "Germany"]), texts),
    postcode=texts,
    city=texts,
    birth_date=st.one_of(st.none(), st.dates(max_value=date(2020, 1, 1))),
    gender=texts,
    value=st.one_of(st.none(), st.decimals(-1000, 1000, places=3)),
    consents=st.frozensets(st.sampled_from(sorted(EVERYTHING))),
    segment_id=texts,
    fields=st.lists(texts, max_size=3).map(tuple),
)


@given(contact=contacts)
@example(contact=Contact("c", email="+a@x.de", value=Decimal("1e6")))
@settings(max_examples=300, deadline=None)
def test_no_cell_is_run_by_a_spreadsheet_and_rows_are_whole(contact: Contact) -> None:
    for destination in DESTINATIONS.values():
        layouts = list_layout(destination, ("x", "y")), removal_layout(destination)
        for layout in layouts:
            row = layout.row(contact)
            assert len(row) == len(layout.headers)
            assert all(type(cell) is str for cell in row)
            if layout.file_format == "csv":
                for cell in row:
                    assert not cell.startswith(RUNS) or NUMBER.fullmatch(cell), cell
                    assert "\r" not in cell


@given(contact=contacts)
@settings(max_examples=300, deadline=None)
def test_ad_platforms_are_told_hashes_only(contact: Contact) -> None:
    for name, columns in HASHED.items():
        destination = DESTINATIONS[name]
        row = dict(zip(destination.headers, destination.row(contact), strict=True))
        assert all(SHA256.fullmatch(row[each]) or row[each] == "" for each in columns)
        clear = {each: cell for each, cell in row.items() if each not in columns}
        assert all(cell == "" for cell in clear.values()) or name in (
            "google-ads",
            "meta",
        )


@given(people=st.lists(contacts, max_size=8))
@settings(max_examples=100, deadline=None)
def test_each_identifier_stands_in_one_row(people: list[Contact]) -> None:
    for destination in DESTINATIONS.values():
        listed = one_row_each(destination, people, defaultdict(set))
        shown = Counter(
            (kind, find(person))
            for person in listed
            for kind, find in destination.identifiers.items()
            if not destination.is_direct
            or kind == "source_customer_id"
            or person.allows({"email": "email", "phone": "sms"}[kind])
        )
        identifiers = {value for _, value in shown}
        assert all(count == 1 for (_, value), count in shown.items() if value)
        # Nobody is lost: who is not listed is known by what stands in another's row.
        assert {known_as(destination, person) for person in people} - {
            ""
        } <= identifiers
        assert all(known_as(destination, person) for person in listed)


@given(people=st.lists(contacts, max_size=8), stay=st.integers(0, 8))
@settings(max_examples=100, deadline=None)
def test_removing_somebody_never_removes_who_stays(
    people: list[Contact], stay: int
) -> None:
    for destination in DESTINATIONS.values():
        listed = defaultdict(set)
        one_row_each(destination, people[:stay], listed)
        for gone in destination.rows_to_remove(people[stay:], listed):
            for kind, find in destination.identifiers.items():
                assert find(gone) not in listed[kind]


@given(email=emails)
@example(email="K@X.DE")
@example(email="o'@x.de")
@example(email="a@xn--mller-kva.de")
@settings(max_examples=500, deadline=None)
def test_short_way_to_an_address_ends_where_the_long_one_does(email: str) -> None:
    address = email_address(email)
    assert address in ("", normalise_email(email))
    assert email_address(address) == address
    assert google_email(address) == google_email(email)


@given(phone=phones, country=st.sampled_from(["", "DE", "US"]))
@settings(max_examples=500, deadline=None)
def test_a_phone_is_e164_or_nothing(phone: str, country: str) -> None:
    number = phone_number(phone, country)
    assert number == "" or re.fullmatch(r"\+[1-9][0-9]{6,14}", number)
    assert phone_number(number, country) == number
    if number != phone:
        assert number in ("", normalise_phone(phone, country or None))


def test_tools_are_told_no_way_to_write_that_was_not_agreed_to() -> None:
    contact = Contact("c", "anna@example.com", "+4930123456", consents=EVERYTHING)
    for name in DIRECT:
        destination = DESTINATIONS[name]
        for channel, secret in (("email", contact.email), ("sms", contact.phone)):
            without = Contact(
                *("c", contact.email, contact.phone),
                consents=frozenset(each for each in EVERYTHING if each[0] != channel),
            )
            assert secret in destination.row(contact)
            assert secret not in destination.row(without)
        nothing = Contact("c", contact.email, contact.phone, consents=ADS_ONLY)
        assert not known_as(destination, nothing)


def test_ad_platforms_need_both_consents() -> None:
    assert {name for name, each in DESTINATIONS.items() if each.consents} == ADS
    for name in ADS:
        assert set(DESTINATIONS[name].consents) == ADS_ONLY
        assert not DESTINATIONS[name].is_direct


def test_a_newsletter_needs_an_address_and_a_text_message_a_number() -> None:
    only_phone = Contact("c", phone="+4930123456", consents=EVERYTHING)
    for name in ("csv", "klaviyo", "shopify", "braze"):
        destination = DESTINATIONS[name]
        assert known_as(destination, only_phone)
        assert not known_as(destination.for_channel("email"), only_phone)
        assert known_as(destination.for_channel("sms"), only_phone)
        assert destination.for_channel("post") is destination
    assert known_as(DESTINATIONS["meta"].for_channel("email"), only_phone)
    with pytest.raises(UsageError, match="Mailchimp knows people by email"):
        DESTINATIONS["mailchimp"].for_channel("sms")


def test_list_too_small_to_be_of_use_is_warned_of() -> None:
    smallest = {"google-ads": 100, "meta": 100, "tiktok": 1000, "linkedin": 300}
    for name, destination in DESTINATIONS.items():
        least = smallest.get(name, 0)
        assert destination.warning(least) is None
        if least:
            warning = destination.warning(least - 1)
            assert f"{least:,}" in warning and f"{least - 1:,}" in warning


def test_numbers_are_no_formulas() -> None:
    assert formula_safe("-5.25") == "-5.25"
    assert formula_safe("+4930123456") == "+4930123456"
    assert formula_safe("-5+1") == "'-5+1"
    assert formula_safe(" =1") == "' =1"


def test_mailchimp_takes_letters_beyond_ascii_only_after_the_at() -> None:
    before = Contact("c", email="jürgen@example.com", consents=EVERYTHING)
    after = Contact("c", email="info@müller.de", consents=EVERYTHING)
    mailchimp = DESTINATIONS["mailchimp"]
    assert not known_as(mailchimp, before) and mailchimp.row(before)[0] == ""
    assert mailchimp.row(after)[0] == "info@müller.de"
    assert DESTINATIONS["klaviyo"].row(before)[0] == "jürgen@example.com"
