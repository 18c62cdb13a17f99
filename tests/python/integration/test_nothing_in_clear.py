"""No e-mail address, phone number or name lies in clear in anything that is written.

Planted ones are looked for in every file, byte by byte, and in every value of every
Parquet file and DuckDB table, which may be compressed on disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pytest

from martlet.privacy.sealing import DEMO_KEY, Sealer
from martlet.settings import RAW_SUFFIXES
from martlet.sql import column_types, read_raw
from support import CONTRACT, PROJECT_DIR, BuiltSample, Shop

NAMES = ("Anneliese", "Quittenbaum", "Bohumil", "Zwetschkova")
LOCAL_PARTS = ("anneliese.q", "bohumil+shop", "guest.gast", "typed.into.search")
PHONES = ("0301234567", "30 1234567", "+49301234567", "2025550123")

FILES = {
    "customers": (
        "customer_id,email,phone,first_name,last_name,country,registered_at\n"
        "c1,Anneliese.Q@Example.com,030 1234567,Anneliese,Quittenbaum,DE,2026-01-01\n"
        "bohumil+shop@example.com,bohumil+shop@example.com,+1 202 555 0123,"
        "Bohumil,Zwetschkova,US,2026-01-02\n"
        "c3,anneliese.q@example.com,030/1234567,Anneliese,Quittenbaum,DE,never\n"
        "c4,bohumil+shop@example.com,Bohumil\n"
    ),
    "orders": (
        "order_id,customer_id,email,phone,ordered_at,status,currency,coupon_code\n"
        "o1,c1,anneliese.q@example.com,,2026-02-01 10:00,completed,EUR,\n"
        "o2,,guest.gast@example.com,+49 30 1234567,2026-02-02 10:00,completed,EUR,\n"
        "o3,bohumil+shop@example.com,,,2026-02-03 10:00,completed,EUR,"
        "for-bohumil+shop@example.com\n"
    ),
    "order_items": (
        "order_id,line_number,product_id,quantity,unit_price\n"
        "o1,1,tea,1,3.50\no2,1,tea,1,3.50\no3,1,tea,1,3.50\n"
    ),
    "events": (
        "event_id,visitor_id,event_at,event_name,page_url,referrer_url,search_term,"
        "utm_content\n"
        "e1,v1,2026-02-01 09:59,page_view,"
        "https://shop.example/account?mail=anneliese.q%40example.com&tel=030-1234567,"
        "https://mail.example/?to=guest.gast@example.com,,guest.gast@example.com\n"
        "e2,typed.into.search@example.com,2026-02-01 09:58,search,"
        "https://shop.example/search,,typed.into.search@example.com,\n"
        "e3,,2026-02-01 09:57,page_view,/?u=anneliese.q@example.com,,,\n"
    ),
    "products": (
        "product_id,product_name,category,brand,price,currency\n"
        "tea,Tea for guest.gast@example.com,anneliese.q@example.com,"
        "bohumil+shop@example.com,3.50,EUR\n"
    ),
    "campaigns": (
        "campaign_id,campaign_name,campaign_type,platform,starts_on,ends_on\n"
        "w1,Win back guest.gast@example.com,email,anneliese.q@example.com,"
        "2026-01-01,2026-03-01\n"
    ),
    "reviews": (
        "review_id,product_id,customer_id,rating,review_text,reviewed_at\n"
        "r1,tea,c1,5,Write to anneliese.q@example.com or call +49 30 1234567,2026-02-05\n"
        "r2,tea,c1,9,Write to guest.gast@example.com,2026-02-05\n"
    ),
    "support_messages": (
        "message_id,customer_id,sent_at,message_text\n"
        "m1,c1,2026-02-06,My number is (202) 555-0123 and my mail guest.gast@example.com\n"
    ),
}


STORE = (
    *("--store-id", "clear"),
    *("--reporting-currency", "EUR"),
    *("--reporting-timezone", "Europe/Berlin"),
    *("--country", "DE"),
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Shop:
    """A shop whose files are full of contact data: loaded, tried again, and built."""
    shop = Shop(tmp_path_factory.mktemp("clear"))
    raw = ("--out", str(shop.raw))
    for table, text in FILES.items():
        source = (
            tmp_path_factory.mktemp("source") / f"{table}-guest.gast@example.com.csv"
        )
        source.write_text(text, "utf-8")
        _run(shop, "load", table, str(source), "--max-refused", "90%", *STORE, *raw)
    _run(shop, "quarantine", "retry", "000001", *raw)
    _run(shop, "build")
    return shop


def test_nothing_of_a_loaded_shop_is_in_clear(shop):
    assert shop.published.is_file()
    assert list(shop.directory.rglob("quarantine/customers/*.parquet"))
    assert list(shop.directory.rglob("*.log"))
    _assert_absent(shop.directory, [*NAMES, *LOCAL_PARTS, *PHONES])


def test_what_is_in_quarantine_is_shown_without_contact_data(shop):
    # Customers, events and reviews, in the order of the files.
    for load_id in ("000001", "000004", "000007"):
        arguments = ("quarantine", "show", load_id, "--out", str(shop.raw))
        shown = _run(shop, *arguments)
        assert "values" in shown
        for planted in (*NAMES, *LOCAL_PARTS, *PHONES):
            assert planted.casefold() not in shown.casefold()


def test_nothing_of_the_sample_is_in_clear(built_sample: BuiltSample):
    sealer = Sealer(DEMO_KEY)
    sample = PROJECT_DIR / "seeds" / "sample"
    columns = ("email", "phone", "last_name")
    files = f"read_csv('{sample}/customers/*', all_varchar = true)"
    customers = duckdb.sql(f"select {', '.join(columns)} from {files}").fetchall()
    planted = {
        sealer.unseal(value) for row in customers for value in row if value is not None
    }
    # Some family names are words that reviews and addresses use as well.
    contacts = sorted(text for text in planted if "@" in text or text.startswith("+"))
    assert len(contacts) > 1000
    _assert_absent(built_sample.home.parent, contacts)
    _assert_absent(sample, contacts)


def test_what_is_published_of_a_loaded_shop_is_no_contact_data(shop):
    _assert_published_is_private(shop.published.parent, shop.raw)


def test_what_is_published_of_the_sample_is_no_contact_data(built_sample: BuiltSample):
    _assert_published_is_private(
        built_sample.database.parent, PROJECT_DIR / "seeds" / "sample"
    )


def test_a_leak_into_a_publication_is_seen(tmp_path: Path):
    (tmp_path / "raw" / "customers").mkdir(parents=True)
    (tmp_path / "raw" / "customers" / "a.csv").write_text(
        "customer_id,email,email_key\nc1,sealed-bytes,its-pseudonym\n"
    )
    for leak in (
        "'ada@example.com' as note",
        "'sealed-bytes' as note",
        "['its-pseudonym'] as notes",
        "'c1' as email",
    ):
        published = tmp_path / "published"
        published.mkdir(exist_ok=True)
        duckdb.sql(f"select {leak}").write_parquet(str(published / "a.parquet"))
        with pytest.raises(AssertionError):
            _assert_published_is_private(published, tmp_path / "raw")


def _assert_published_is_private(publication: Path, raw: Path) -> None:
    """No value looks like an e-mail address, is sealed, or is a pseudonym of any."""
    contacts = {
        column.name
        for table in CONTRACT.values()
        for column in (*table.sealed, *table.pseudonyms)
    }
    held = _raw_texts(raw, contacts)
    assert held
    found, places = [], 0
    for place, texts in _stored_texts(publication.resolve()):
        places += 1
        name = place.rpartition(".")[2]
        found += [(place, "named so")] if name in contacts else []
        found += [(place, t) for t in texts if "@" in t and _EMAIL.search(t)]
        nested = (part for t in texts if t[:1] in "[{" for part in _PARTS.split(t))
        found += [(place, text) for text in held & {*texts, *nested}]
    assert places
    assert not found


_EMAIL = re.compile(r"[^\s@/]+@[^\s@/]+\.\w{2,}")
_PARTS = re.compile(r"[\s,;\[\]{}()'\"]+")


def _raw_texts(raw: Path, names: set[str]) -> set[str]:
    """Every value of these columns in raw files."""
    found = set()
    for file in (path for path in raw.rglob("*") if path.name.endswith(RAW_SUFFIXES)):
        columns = names & set(column_types(duckdb, read_raw(file)))
        for name in columns:
            rows = duckdb.sql(f'select distinct "{name}" from {read_raw(file)}')
            found |= {str(text) for (text,) in rows.fetchall() if text}
    return found


def _run(shop: Shop, *arguments: str) -> str:
    done = shop.martlet(*arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _assert_absent(folder: Path, planted: Sequence[str]) -> None:
    wanted = {text.casefold().encode() for text in planted}
    found = []
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            content = path.read_bytes().lower()
            found += [(path, text) for text in wanted if text in content]
    for place, texts in _stored_texts(folder):
        joined = "\n".join(texts).casefold()
        found += [(place, text) for text in planted if text.casefold() in joined]
    assert not found


_WITHOUT_TEXT = ("BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DATE")


def _stored_texts(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Every distinct text of every Parquet column and DuckDB table below ``folder``."""
    for path in folder.rglob("*.parquet"):
        yield from _texts_of(duckdb.connect(), f"read_parquet('{path}')", str(path))
    for path in folder.rglob("*.duckdb"):
        if path.is_symlink():
            continue
        with duckdb.connect(path, read_only=True) as connection:
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where not internal"
            ).fetchall()
            for schema, table in tables:
                place = f'"{schema}"."{table}"'
                yield from _texts_of(connection, place, f"{path} {place}")


def _texts_of(
    connection: duckdb.DuckDBPyConnection, relation: str, place: str
) -> Iterator[tuple[str, list[str]]]:
    described = connection.execute(f"describe select * from {relation}").fetchall()
    for name, data_type, *_ in described:
        if data_type not in (
            "BIGINT",
            "INTEGER",
            "DOUBLE",
            "BOOLEAN",
            "TIMESTAMP",
            "DATE",
        ):
            rows = connection.execute(
                f'select distinct cast("{name}" as varchar) from {relation} '
                f'where "{name}" is not null'
            ).fetchall()
            yield f"{place}.{name}", [text for (text,) in rows]
