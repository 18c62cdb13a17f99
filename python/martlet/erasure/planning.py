"""See what an erasure will remove, and where, before anything is changed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.erasure.exports import Search, files_with_them
from martlet.erasure.journal import Erasure, read_journal
from martlet.erasure.person import People, resolve
from martlet.erasure.raw_files import RawStore
from martlet.erasure.warehouse import exported_files, given_to_platforms
from martlet.erasure.writings import writings_of
from martlet.errors import UsageError
from martlet.faults import machine_faults
from martlet.privacy.normalising import region_of
from martlet.privacy.sealing import Sealer
from martlet.settings import Settings, raw_files
from martlet.sql import read_raw, scratch_database
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.store import refuse_earlier_date, refuse_untaken_loads


@dataclass(frozen=True)
class Store:
    """A store that people are erased from, or told of: its places, contract and key."""

    settings: Settings
    contract: dict[str, RawTable]
    sealer: Sealer

    @property
    def quarantines(self) -> list[Path]:
        """Where refused rows lie: beside the raw directory's loads, or in the home."""
        places = (self.settings.home / "quarantine", self.settings.raw / "quarantine")
        return [place for place in places if place.is_dir()]

    @contextmanager
    def raw_store(self) -> Iterator[RawStore]:
        """Open its raw files."""
        with scratch_database() as connection:
            yield RawStore(
                connection,
                self.settings.raw,
                self.quarantines,
                self.contract,
                self.sealer,
                self.region,
            )

    @property
    def region(self) -> str | None:
        """Country whose prefixes phone numbers have where nothing else says."""
        for path in raw_files(self.settings.raw, "store"):
            table = duckdb.sql(f"select * from {read_raw(path)}")
            if "country" in table.columns and (
                row := table.select("country").fetchone()
            ):
                return region_of(row[0])
        return None


@dataclass(frozen=True)
class Plan:
    """What an erasure will remove; ``is_resumed`` says that it was begun before."""

    erasure: Erasure
    is_resumed: bool


def find_people(store: Store, customers: Sequence[str]) -> People:
    """Resolve people by a warehouse that has taken in everything.

    Raises
    ------
    UsageError
        The warehouse knows nobody by one of ``customers``.
    EnvironmentFault
        The warehouse was never built, is not up to date or is held by another process;
        or the key is not this store's.
    """
    with (
        store.raw_store() as raw,
        open_warehouse(store.settings.warehouse) as connection,
    ):
        raw.check_key()
        refuse_untaken_loads(connection, store.settings.raw, store.contract)
        refuse_earlier_date(connection)
        people = resolve(connection, customers, store.sealer, store.region)
        return raw.complete(people)


def plan_erasure(
    store: Store, customers: Sequence[str], erased_at: datetime, *, keeps_orders: bool
) -> Plan:
    """Find out what is to be removed; changes nothing.

    An erasure that was begun and not finished is taken up as it was: without
    ``customers``, or with the same ones.

    Raises
    ------
    UsageError
        The raw directory is the built-in sample; nobody was named, or somebody whom
        nobody knows; or another erasure has to be finished first.
    EnvironmentFault
        As in :func:`find_people`.
    """
    settings = store.settings
    if settings.raw.resolve() == settings.sample.resolve():
        raise UsageError(
            "The built-in sample is part of the project and holds no real person.",
            "Make a store of your own to try it on: martlet sample --out DIR, then "
            "set MARTLET_RAW to it.",
        )
    with machine_faults("Looking for the person", "Nothing was changed."):
        asked = tuple(
            sorted(store.sealer.pseudonym(f"asked {each}") for each in customers)
        )
        begun = read_journal(settings.home, store.sealer)
        if begun and asked and asked != begun.asked:
            raise UsageError(
                "An erasure was begun and not finished, of somebody else or by another "
                "name.",
                "Finish it first: martlet forget",
            )
        # Finishing without a name takes it up as it was.
        if begun and (asked or keeps_orders) and keeps_orders != begun.keeps_orders:
            raise UsageError(
                "The erasure that is not finished was begun "
                f"with{'' if begun.keeps_orders else 'out'} --anonymise-orders.",
                "Finish it as it was begun: martlet forget",
            )
        if begun is None and not customers:
            raise UsageError(
                "Nobody was named, and no erasure is unfinished.",
                "Name whom to forget: martlet forget CUSTOMER",
            )
        erasure = begun or _begin(
            store, customers, asked, erased_at, keeps_orders=keeps_orders
        )
        return Plan(_with_uses(store, erasure), is_resumed=begun is not None)


def _begin(
    store: Store,
    customers: Sequence[str],
    asked: tuple[str, ...],
    erased_at: datetime,
    *,
    keeps_orders: bool,
) -> Erasure:
    people = find_people(store, customers)
    with store.raw_store() as raw:
        rows, mentions = raw.count(people, keeps_orders=keeps_orders)
    return Erasure(
        secrets.token_hex(8), erased_at, keeps_orders, asked, people, rows, mentions
    )


def _with_uses(store: Store, erasure: Erasure) -> Erasure:
    """Add export files and audiences with the people to those that are known of."""
    settings, people = store.settings, erasure.people
    written: list[tuple[str, Path]] = []
    given: dict[str, set[str]] = {}
    if settings.warehouse.is_file():
        # For writing, so that whoever holds the file is named before any work.
        with open_warehouse(settings.warehouse) as connection:
            written = exported_files(connection)
            given = given_to_platforms(connection, people)
    found = files_with_them(settings.exports, written, Search(writings_of(people)))
    with store.raw_store() as raw:
        others = raw.addresses() - people.email - people.phone
    # What is another's too is for the next export to take off; their own is told by them.
    known = {store.sealer.pseudonym(each) for each in people.emails | people.phones}
    left_out = known | people.surrogates | people.customer | others
    untold = {
        name: len(keys - left_out) for name, keys in given.items() if keys - left_out
    }
    return replace(
        erasure,
        exports=tuple(sorted({*erasure.exports, *found})),
        audiences=tuple(sorted({*erasure.audiences, *given})),
        untold=untold | erasure.untold,
    )
