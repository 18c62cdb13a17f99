"""Each platform's file for awkward people, byte for byte.

The files in ``fixtures/exports`` are compared with what the code writes and, apart from
it, with cells that were written by hand and hashed here.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from awkward_people import FIELDS, PEOPLE, Person, one_row_each
from martlet.export.destinations import DESTINATIONS
from martlet.export.writing import StagedFiles
from support import FIXTURES

GOLDEN = FIXTURES / "exports"
CSV_NAMES = sorted(name for name in DESTINATIONS if name != "parquet")
TAG = "awkward_people"


def write(name: str, directory: Path, *, is_removal: bool) -> bytes:
    """Write the list of the awkward people, or the removal of them all."""
    destination = DESTINATIONS[name]
    contacts = [person.contact for person in PEOPLE]
    path = directory / f"{name}.{destination.file_format}"
    with StagedFiles() as staged:
        if is_removal:
            gone = destination.rows_to_remove(contacts, defaultdict(set))
            staged.write_removals(path, destination, gone)
        else:
            listed = one_row_each(destination, contacts, defaultdict(set))
            staged.write_list(path, destination, FIELDS, listed)
        staged.commit()
    return path.read_bytes()


def golden(name: str, *, is_removal: bool = False) -> Path:
    return GOLDEN / f"{name}{'-removals' if is_removal else ''}.csv"


def cells(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest() if text else ""


def agrees(person: Person, channel: str) -> bool:
    return (channel, "marketing") in person.contact.consents


def own_phone(person: Person) -> str:
    return "" if person.has_phone_of_another else person.phone


def upload_names(person: Person) -> tuple[str, str]:
    return person.upload_names or person.names


def direct(person: Person) -> tuple[str, str]:
    """Address and number as far as the person agreed to be written to there."""
    return (
        person.email if agrees(person, "email") else "",
        own_phone(person) if agrees(person, "sms") else "",
    )


def csv_row(person: Person) -> list[str]:
    first, last = person.csv_names or upload_names(person)
    return [person.email, first, last, own_phone(person), *person.csv_fields]


def google_row(person: Person) -> list[str]:
    contact = person.contact
    email = person.email if person.google_email is None else person.google_email
    names = [hashed(name) for name in person.lower]
    return [
        *(hashed(email), hashed(own_phone(person))),
        *(*names, contact.country, contact.postcode),
    ]


def meta_row(person: Person) -> list[str]:
    texts = (
        *(person.email, own_phone(person).removeprefix("+")),
        *(person.meta_names or person.lower),
        *(person.meta_postcode, person.meta_city, person.contact.country.lower()),
        *(person.born, person.gender),
    )
    return [*map(hashed, texts), person.value]


def tiktok_row(person: Person) -> list[str]:
    return [hashed(person.email), hashed(own_phone(person))]


def linkedin_row(person: Person) -> list[str]:
    return [hashed(person.email), "", "", "", "", "", ""]


def klaviyo_row(person: Person) -> list[str]:
    consents = [
        "Subscribe" if agrees(person, each) else "" for each in ("email", "sms")
    ]
    return [
        *(*direct(person), *upload_names(person), person.contact.country),
        *(*consents, *person.upload_fields),
    ]


def mailchimp_row(person: Person) -> list[str]:
    email, phone = direct(person)
    return [email, *upload_names(person), phone, TAG, *person.upload_fields]


def shopify_row(person: Person) -> list[str]:
    email, phone = direct(person)
    accepts = ["yes" if agrees(person, each) else "no" for each in ("email", "sms")]
    return [*upload_names(person), email, accepts[0], phone, accepts[1], TAG]


def braze_row(person: Person) -> list[str]:
    external_id = person.contact.source_customer_id
    return [
        "" if external_id.startswith("=") else external_id,
        *(*direct(person), *upload_names(person), person.contact.country),
        "" if agrees(person, "email") else "unsubscribed",
        *person.upload_fields,
    ]


# The columns by which a row says who it is, and headers as the platforms name them.
EXPECTED = {
    "csv": (csv_row, "email,first_name,last_name,phone,favourite,discount", (0, 3)),
    "google-ads": (google_row, "Email,Phone,First Name,Last Name,Country,Zip", (0, 1)),
    "meta": (meta_row, "email,phone,fn,ln,zip,ct,country,dob,gen,value", (0, 1)),
    "tiktok": (tiktok_row, "Email_SHA256,Phone_SHA256", (0, 1)),
    "linkedin": (
        linkedin_row,
        "email,firstname,lastname,jobtitle,employeecompany,country,googleaid",
        (0,),
    ),
    "klaviyo": (
        klaviyo_row,
        "Email,Phone Number,First Name,Last Name,Country,"
        "Email Marketing Consent,SMS Marketing Consent,favourite,discount",
        (0, 1),
    ),
    "mailchimp": (
        mailchimp_row,
        "Email Address,First Name,Last Name,Phone,Tags,favourite,discount",
        (0,),
    ),
    "shopify": (
        shopify_row,
        "First Name,Last Name,Email,Accepts Email Marketing,"
        "Phone,Accepts SMS Marketing,Tags",
        (2, 4),
    ),
    "braze": (
        braze_row,
        "external_id,email,phone,first_name,last_name,country,email_subscribe,"
        "favourite,discount",
        (1, 2),
    ),
}


def expected_rows(name: str) -> list[list[str]]:
    row, _, identifying = EXPECTED[name]
    rows = [row(person) for person in PEOPLE if name not in person.is_another_for]
    return [row for row in rows if any(row[place] for place in identifying)]


@pytest.mark.parametrize("name", CSV_NAMES)
@pytest.mark.parametrize("is_removal", [False, True])
def test_file_is_as_it_was_byte_for_byte(
    name: str, is_removal: bool, tmp_path: Path
) -> None:
    written = write(name, tmp_path, is_removal=is_removal)
    assert written == golden(name, is_removal=is_removal).read_bytes()


@pytest.mark.parametrize("name", CSV_NAMES)
def test_golden_file_holds_what_was_written_by_hand(name: str) -> None:
    headers, *rows = cells(golden(name))
    assert ",".join(headers) == EXPECTED[name][1]
    assert rows == expected_rows(name)
    assert len(rows) >= 20


@pytest.mark.parametrize("name", ["google-ads", "meta", "tiktok", "linkedin"])
def test_ad_platforms_are_told_whom_to_remove_by_the_same_identifiers(
    name: str,
) -> None:
    listed, gone = (
        cells(golden(name, is_removal=is_removal))[1:] for is_removal in (False, True)
    )
    width = len(gone[0])
    assert gone == [row[:width] for row in listed]


def test_tools_are_told_to_stop_only_what_is_not_agreed_to() -> None:
    by_email = {row[0]: row for row in cells(golden("klaviyo", is_removal=True))}
    assert by_email["ana@example.es"][1:] == ["+34612345678", "", ""]
    assert by_email["mailonly@example.com"][1:] == ["+4930000126", "", "Unsubscribed"]
    assert by_email["textonly@example.com"][1:] == ["+4930000127", "Unsubscribed", ""]
    assert by_email["adsonly@example.com"][2:] == ["Unsubscribed", "Unsubscribed"]
    by_email = {row[0]: row for row in cells(golden("shopify", is_removal=True))}
    assert by_email["adsonly@example.com"][1:] == ["no", "+4930000128", "no"]
    assert by_email["mailonly@example.com"][1:] == ["yes", "+4930000126", "no"]
    by_id = {row[0]: row for row in cells(golden("braze", is_removal=True))}
    assert by_id["C-028"][1:] == ["adsonly@example.com", "+4930000128", "unsubscribed"]
    assert by_id["C-026"][1:] == ["mailonly@example.com", "+4930000126", ""]
    mailchimp = cells(golden("mailchimp", is_removal=True))
    assert mailchimp[0] == ["Email Address", "Tags"]
    assert ["adsonly@example.com", TAG] in mailchimp


def test_parquet_holds_texts_as_they_are(tmp_path: Path) -> None:
    write("parquet", tmp_path, is_removal=False)
    table = pq.read_table(tmp_path / "parquet.parquet")
    assert table.schema.names == [
        *("customer_id", "email", "first_name", "last_name", "phone"),
        *FIELDS,
    ]
    assert {str(field.type) for field in table.schema} == {"string"}
    expected = []
    for person in PEOPLE:
        if "parquet" in person.is_another_for:
            continue
        # One line of letters that can be seen; what a spreadsheet would run stays.
        names = [" ".join(name.split()) for name in person.names]
        if person.contact.customer_id[-2:] in ("04", "07", "0d"):
            names = list(person.upload_names)
        cells = (
            *(person.contact.customer_id, person.email, *names, own_phone(person)),
            *(person.contact.fields or ("", "")),
        )
        expected.append(tuple(cell or None for cell in cells))
    assert [tuple(row.values()) for row in table.to_pylist()] == expected
