"""Exporting a segment: inputs, martlet's side, and proof that both lists are the same."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from tests.python.export_tables import make_export_tables

from martlet.errors import CheckFailed
from martlet.export.destinations import DESTINATIONS, Contact
from martlet.export.segment import ExportOptions, export_segment
from martlet.privacy.sealing import DEMO_KEY, Sealer

DESTINATION = "google-ads"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FIRST_NAMES = ("Anna", "Jürgen", "Chloé", "Søren", "Maria", "王芳", "Ben")
LAST_NAMES = ("Schmidt", "Müller", "O'Neil", "García", "Nguyễn", "Kowalski")


def prepare(inputs: Path, size: int) -> None:
    """Write a warehouse of ``size`` members who all agreed, and their cells in clear."""
    sealer = Sealer(DEMO_KEY)
    people = [_person(number) for number in range(size)]
    names = {name: sealer.seal(name) for name in (*FIRST_NAMES, *LAST_NAMES)}
    contacts = pa.table(
        {
            "customer_id": [each.customer_id for each in people],
            "source_customer_id": [each.source_customer_id for each in people],
            "email": [sealer.seal(each.email) for each in people],
            "email_key": [f"e{each.customer_id}" for each in people],
            "phone": [sealer.seal(each.phone) for each in people],
            "phone_key": [f"p{each.customer_id}" for each in people],
            "first_name": [names[each.first_name] for each in people],
            "last_name": [names[each.last_name] for each in people],
            "gender": [""] * size,
            "country": [each.country for each in people],
            "city": [each.city for each in people],
            "postcode": [each.postcode for each in people],
            "birth_date": pa.array([date(1980, 1, 1)] * size, pa.date32()),
        }
    )
    destination = DESTINATIONS[DESTINATION]
    cells = [list(destination.row(each)) for each in people]
    clear = pa.table(
        {
            header: [row[place] for row in cells]
            for place, header in enumerate(destination.headers)
        }
    )
    with duckdb.connect(str(inputs / "warehouse.duckdb")) as connection:
        connection.register("contacts", contacts)
        connection.execute("""
            create schema identity;
            create schema segments;
            create table identity.identity_contacts as from contacts;
            create table identity.identity_addresses as
            select customer_id, 'email' as contact_type, email_key as contact_key
            from contacts
            union all
            select customer_id, 'phone', phone_key from contacts;
            create table identity.identity_sealed_addresses as
            select contact_type, contact_key, '' as sealed_address,
                '' as source_customer_id
            from identity.identity_addresses limit 0;
            create table identity.identity_merges
            (merged_customer_id varchar, customer_id varchar);
            create table identity.identity_consent_history as
            select customer_id, channel, purpose, true as is_granted,
                timestamp '2026-01-01' as valid_from, null::timestamp as valid_to
            from contacts
            cross join (values ('ads', 'ad_user_data'), ('ads', 'ad_personalization'))
                as t(channel, purpose);
            create table segments.segment_membership as
            select 'mail' as segment_id, customer_id, true as is_current from contacts;
        """)
        make_export_tables(connection, global_control_share=0)
        connection.register("clear", clear)
        connection.execute(
            f"copy (from clear) to '{inputs}/cells.parquet' (format parquet)"
        )


def _person(number: int) -> Contact:
    return Contact(
        customer_id=f"{number:032x}",
        source_customer_id=f"C{number}",
        email=f"customer.{number}@example.com",
        phone=f"+49151{number:08d}",
        first_name=FIRST_NAMES[number % len(FIRST_NAMES)],
        last_name=LAST_NAMES[number % len(LAST_NAMES)],
        country="DE",
        postcode=f"{number % 100_000:05d}",
        city="Berlin",
    )


def run(inputs: Path, outputs: Path) -> None:
    """Judge every member, open and hash their data, write list, manifest and ledgers."""
    warehouse = outputs / "warehouse.duckdb"
    shutil.copy(inputs / "warehouse.duckdb", warehouse)
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        export_segment(
            connection,
            "mail",
            DESTINATION,
            ExportOptions(outputs / "list.csv"),
            lambda: Sealer(DEMO_KEY),
            exported_at=NOW,
        )


def check(inputs: Path, outputs: Path) -> str:
    """Hold every line of martlet's list against those that DuckDB wrote."""
    ours, theirs = (
        f"read_csv('{outputs}/{side}/list.csv', header = true, all_varchar = true)"
        for side in ("martlet", "DuckDB COPY")
    )
    with duckdb.connect() as connection:
        rows, others, unequal = connection.execute(
            f"select (select count(*) from {ours}), (select count(*) from {theirs}), "
            f"(select count(*) from (from {ours} except all from {theirs}))"
        ).fetchone()
    if rows != others or unequal:
        raise CheckFailed(
            f"martlet listed {rows} people and DuckDB {others}; {unequal} of martlet's "
            "lines are not among DuckDB's."
        )
    return f"{rows:,} people: equal lines"
