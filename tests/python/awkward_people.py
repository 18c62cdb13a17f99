"""People whose contact data is hard to write, and by hand how each platform wants it.

What stands here beside a contact was written from the platforms' documentation, not by
the code that it checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from martlet.export.destinations import Contact, Destination
from martlet.export.destinations.destination import Listed

EVERYTHING = frozenset(
    {
        ("email", "marketing"),
        ("sms", "marketing"),
        ("ads", "ad_user_data"),
        ("ads", "ad_personalization"),
    }
)
ADS_ONLY = frozenset(pair for pair in EVERYTHING if pair[0] == "ads")
FIELDS = ("favourite", "discount")


@dataclass(frozen=True)
class Person:
    """A contact, and its cells; of names first and last."""

    contact: Contact
    email: str
    phone: str
    lower: tuple[str, str]
    google_email: str | None = None
    meta_names: tuple[str, str] | None = None
    upload_names: tuple[str, str] | None = None
    csv_names: tuple[str, str] | None = None
    meta_postcode: str = ""
    meta_city: str = ""
    born: str = ""
    gender: str = ""
    value: str = ""
    csv_fields: tuple[str, str] = ("", "")
    upload_fields: tuple[str, str] = ("", "")
    # The platforms that take this one for somebody earlier in the list.
    is_another_for: frozenset[str] = frozenset()
    has_phone_of_another: bool = False

    @property
    def names(self) -> tuple[str, str]:
        return self.contact.first_name, self.contact.last_name


def person(number: int, contact: dict, **cells) -> Person:
    """Give a contact its ids, the segment and all consents where it has no own."""
    whole = {
        "customer_id": f"{number:032x}",
        "source_customer_id": f"C-{number:03}",
        "segment_id": "awkward_people",
        "consents": EVERYTHING,
        **contact,
    }
    return Person(Contact(**whole), **cells)


ALL = frozenset(
    {
        *("csv", "parquet", "google-ads", "meta", "tiktok", "linkedin"),
        *("klaviyo", "mailchimp", "shopify", "braze"),
    }
)

PEOPLE = [
    person(
        1,
        {
            **{"email": "anna.schmidt@example.com", "phone": "+4930123456"},
            **{"first_name": "Anna", "last_name": "Schmidt", "country": "DE"},
            **{"postcode": "10115", "city": "Berlin", "gender": "female"},
            **{"birth_date": date(1985, 3, 7), "value": Decimal("120.5")},
            "fields": ("tea", "10"),
        },
        email="anna.schmidt@example.com",
        phone="+4930123456",
        lower=("anna", "schmidt"),
        meta_postcode="10115",
        meta_city="berlin",
        born="19850307",
        gender="f",
        value="120.50",
        csv_fields=("tea", "10"),
        upload_fields=("tea", "10"),
    ),
    # Dots, a tag and capitals at Gmail; a number as it is written at home.
    person(
        2,
        {
            **{"email": "A.B.Cee+Shop@GMAIL.com", "phone": "(415) 555-2671"},
            **{"first_name": "Mary Ann", "last_name": "O'Neil-Smith"},
            **{"country": "US", "postcode": "94107-1234", "city": "San Francisco"},
            **{"gender": "Male", "value": Decimal("-3")},
            "fields": ("=1+1", "-5"),
        },
        email="a.b.cee+shop@gmail.com",
        google_email="abcee@gmail.com",
        phone="+14155552671",
        lower=("mary ann", "o'neil-smith"),
        meta_names=("mary ann", "oneilsmith"),
        meta_postcode="94107",
        meta_city="sanfrancisco",
        gender="m",
        value="0.00",
        csv_fields=("'=1+1", "-5"),
        upload_fields=("1+1", "-5"),
    ),
    # Googlemail, a typographic apostrophe, a postcode whose last letters are a street.
    person(
        3,
        {
            **{"email": " K.OHara+news@GoogleMail.com ", "phone": "07911 123456"},
            **{"first_name": "Kate", "last_name": "O’Hara", "country": "GB"},
            **{"postcode": "SW1A 1AA", "city": "St. John's", "gender": "diverse"},
            "fields": ("two\r\nlines", "- Sale"),
        },
        email="k.ohara+news@googlemail.com",
        google_email="kohara@googlemail.com",
        phone="+447911123456",
        lower=("kate", "o’hara"),
        meta_names=("kate", "ohara"),
        meta_postcode="sw1a1",
        meta_city="stjohns",
        csv_fields=("two\nlines", "'- Sale"),
        upload_fields=("two lines", "Sale"),
    ),
    # Combining umlauts, and a domain in disguise.
    person(
        4,
        {
            **{"email": "J.M@xn--mller-kva.de", "phone": "030 / 90 12-34 56"},
            **{"first_name": "Ju\u0308rgen", "last_name": "MU\u0308LLER"},
            **{"country": "DE", "postcode": "50667", "city": "Ko\u0308ln"},
        },
        email="j.m@müller.de",
        phone="+493090123456",
        lower=("jürgen", "müller"),
        upload_names=("Jürgen", "MÜLLER"),
        meta_postcode="50667",
        meta_city="köln",
    ),
    # The same umlauts in one piece, and the same domain undisguised.
    person(
        5,
        {
            **{"email": "Info@MÜLLER.de", "phone": "0049 221 998877"},
            **{"first_name": "JÜRGEN", "last_name": "Weiß", "country": "DE"},
            **{"postcode": "50667", "city": "KÖLN"},
        },
        email="info@müller.de",
        phone="+49221998877",
        lower=("jürgen", "weiß"),
        meta_postcode="50667",
        meta_city="köln",
    ),
    person(
        6,
        {
            **{"email": "wang@example.cn", "phone": "138 0013 8000"},
            **{"first_name": "小明", "last_name": "王", "country": "CN"},
            **{"postcode": "100000", "city": "北京"},
        },
        email="wang@example.cn",
        phone="+8613800138000",
        lower=("小明", "王"),
        meta_postcode="100000",
        meta_city="北京",
    ),
    # Arabic, with the marks that turn the direction of writing.
    person(
        7,
        {
            **{"email": "m.arabi@example.com", "phone": "055 123 4567"},
            **{"first_name": "\u200fمحمد\u200e", "last_name": "العربي"},
            **{"country": "SA", "postcode": "11564", "city": "الرياض"},
        },
        email="m.arabi@example.com",
        phone="+966551234567",
        lower=("محمد", "العربي"),
        upload_names=("محمد", "العربي"),
        meta_postcode="11564",
        meta_city="الرياض",
    ),
    person(
        8,
        {
            **{"email": "bob@example.fr", "phone": "01 23 45 67 89"},
            **{"first_name": 'Bob "The Builder"', "last_name": "Smith, Jr."},
            **{"country": "FR", "postcode": "75001", "city": "Paris"},
        },
        email="bob@example.fr",
        phone="+33123456789",
        lower=('bob "the builder"', "smith, jr."),
        meta_names=("bob the builder", "smith jr"),
        meta_postcode="75001",
        meta_city="paris",
    ),
    person(
        9,
        {
            **{"email": "ana@example.es", "phone": "612 34 56 78"},
            **{"first_name": "Ana\r\nMaría", "last_name": " de  la\tCruz "},
            **{"country": "ES", "postcode": "28001", "city": "Madrid\n"},
        },
        email="ana@example.es",
        phone="+34612345678",
        lower=("ana maría", "de la cruz"),
        upload_names=("Ana María", "de la Cruz"),
        meta_postcode="28001",
        meta_city="madrid",
    ),
    # Formulas: the address cannot be one.
    person(
        10,
        {
            **{"email": "=cmd@example.com", "phone": "06 12345678"},
            **{"first_name": '=HYPERLINK("http://x")', "last_name": "+Plus"},
            **{"country": "NL", "postcode": "1012 AB", "city": "=Amsterdam"},
            "source_customer_id": "=C10",
        },
        email="",
        phone="+31612345678",
        lower=('=hyperlink("http://x")', "+plus"),
        meta_names=("hyperlinkhttpx", "plus"),
        upload_names=('HYPERLINK("http://x")', "Plus"),
        csv_names=('\'=HYPERLINK("http://x")', "'+Plus"),
        meta_postcode="1012ab",
        meta_city="amsterdam",
    ),
    person(
        11,
        {
            **{"email": "dash-ok@example.com", "phone": "0664 1234567"},
            **{"first_name": "-Dash", "last_name": "@handle", "country": "AT"},
            **{"postcode": "1010", "city": "Wien"},
        },
        email="dash-ok@example.com",
        phone="+436641234567",
        lower=("-dash", "@handle"),
        meta_names=("dash", "handle"),
        upload_names=("Dash", "handle"),
        csv_names=("'-Dash", "'@handle"),
        meta_postcode="1010",
        meta_city="wien",
    ),
    # A tab in front, and a formula in full width.
    person(
        12,
        {
            **{"email": "tab@example.ch", "phone": "079 123 45 67"},
            **{"first_name": "\tTab", "last_name": "＝SUM(1)", "country": "CH"},
            **{"postcode": "8001", "city": "Zürich"},
        },
        email="tab@example.ch",
        phone="+41791234567",
        lower=("tab", "＝sum(1)"),
        meta_names=("tab", "sum1"),
        upload_names=("Tab", "SUM(1)"),
        csv_names=("Tab", "'＝SUM(1)"),
        meta_postcode="8001",
        meta_city="zürich",
    ),
    # Characters that nobody sees.
    person(
        13,
        {
            **{"email": "zo\u200be@exam\u00adple.com", "phone": "+39 333 123 4567"},
            **{"first_name": "Zoe\u200b\u0308\ufeff", "last_name": "Soft\u00adly"},
            **{"country": "IT", "postcode": "00118", "city": "Ro\u2060ma"},
        },
        email="zoe@example.com",
        phone="+393331234567",
        lower=("zoë", "softly"),
        upload_names=("Zoë", "Softly"),
        meta_postcode="00118",
        meta_city="roma",
    ),
    # No phone, no country.
    person(
        14,
        {"email": "nophone@example.com", "first_name": "Nia", "last_name": "Nolan"},
        email="nophone@example.com",
        phone="",
        lower=("nia", "nolan"),
    ),
    # No e-mail.
    person(
        15,
        {
            **{"phone": "+81 90-1234-5678", "first_name": "花子", "last_name": "山田"},
            **{"country": "JP", "postcode": "100-0001", "city": "東京"},
        },
        email="",
        phone="+819012345678",
        lower=("花子", "山田"),
        meta_postcode="1000001",
        meta_city="東京",
    ),
    # A phone that no network could have.
    person(
        16,
        {
            **{"email": "badphone@example.com", "phone": "0000000000"},
            **{"first_name": "Bea", "last_name": "Braun", "country": "DE"},
        },
        email="badphone@example.com",
        phone="",
        lower=("bea", "braun"),
    ),
    # An e-mail that is none.
    person(
        17,
        {
            **{"email": "not an address", "phone": "(11) 98765-4321"},
            **{"first_name": "João", "last_name": "da Silva", "country": "BR"},
        },
        email="",
        phone="+5511987654321",
        lower=("joão", "da silva"),
    ),
    # Nothing to be known by.
    person(
        18,
        {"email": "@", "phone": "12", "first_name": "Nemo", "last_name": "Nobody"},
        email="",
        phone="",
        lower=("nemo", "nobody"),
        is_another_for=ALL,
    ),
    # No names; one name only.
    person(
        19,
        {"email": "noname@example.com"},
        email="noname@example.com",
        phone="",
        lower=("", ""),
    ),
    person(
        20,
        {"email": "single@example.com", "first_name": "Teller"},
        email="single@example.com",
        phone="",
        lower=("teller", ""),
    ),
    # The mailbox of the second, to Google alone.
    person(
        21,
        {"email": "ab.cee@gmail.com", "first_name": "Abe", "last_name": "Cee"},
        email="ab.cee@gmail.com",
        google_email="abcee@gmail.com",
        phone="",
        lower=("abe", "cee"),
        is_another_for=frozenset({"google-ads"}),
    ),
    # The telephone of the first, with an address of their own, and without.
    person(
        22,
        {"email": "partner@example.com", "phone": "+4930123456", "first_name": "Per"},
        email="partner@example.com",
        phone="+4930123456",
        lower=("per", ""),
        has_phone_of_another=True,
    ),
    person(
        23,
        {"phone": "0049 30 123456", "first_name": "Child"},
        email="",
        phone="+4930123456",
        lower=("child", ""),
        is_another_for=ALL,
    ),
    # Turkish letters; letters with marks of their own.
    person(
        24,
        {
            **{"email": "ilker@example.com.tr", "phone": "0532 123 45 67"},
            **{"first_name": "İlker", "last_name": "Öztürk", "country": "TR"},
            **{"postcode": "34000", "city": "İstanbul"},
        },
        email="ilker@example.com.tr",
        phone="+905321234567",
        lower=("i\u0307lker", "öztürk"),
        meta_postcode="34000",
        meta_city="i\u0307stanbul",
    ),
    person(
        25,
        {
            **{"email": "priya@example.in", "phone": "098765 43210"},
            **{"first_name": "प्रिया", "last_name": "शर्मा", "country": "IN"},
            **{"postcode": "110 001", "city": "नई दिल्ली"},
        },
        email="priya@example.in",
        phone="+919876543210",
        lower=("प्रिया", "शर्मा"),
        meta_postcode="110001",
        meta_city="नईदिल्ली",
    ),
    # Agreed to e-mail only, to text messages only, to neither.
    person(
        26,
        {
            **{"email": "mailonly@example.com", "phone": "+4930000126"},
            "consents": ADS_ONLY | {("email", "marketing")},
        },
        email="mailonly@example.com",
        phone="+4930000126",
        lower=("", ""),
    ),
    person(
        27,
        {
            **{"email": "textonly@example.com", "phone": "+4930000127"},
            "consents": ADS_ONLY | {("sms", "marketing")},
        },
        email="textonly@example.com",
        phone="+4930000127",
        lower=("", ""),
    ),
    person(
        28,
        {
            **{"email": "adsonly@example.com", "phone": "+4930000128"},
            "consents": ADS_ONLY,
        },
        email="adsonly@example.com",
        phone="+4930000128",
        lower=("", ""),
    ),
]


def one_row_each(
    destination: Destination, contacts: Iterable[Contact], listed: Listed
) -> list[Contact]:
    """Whom a list holds of ``contacts``, and by which of their addresses."""
    met = (
        destination.meet(contact, destination.shown(contact), listed)
        for contact in contacts
    )
    return [contact for contact in met if contact]


def known_as(destination: Destination, contact: Contact) -> str:
    """What the platform knows somebody by; nothing where it does not reach them."""
    return destination.identity(destination.shown(contact))[1]
