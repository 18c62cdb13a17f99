"""Take people out of raw files and quarantine, and keep the ledger of loads true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.erasure.mentions import Mentions
from martlet.erasure.person import People
from martlet.erasure.writings import writings_of
from martlet.loading.erased.counting import recount
from martlet.loading.erased.judging import PERSONAL_TABLES
from martlet.loading.erased.refused import RefusedRows
from martlet.loading.erased.rows import ErasedRows
from martlet.loading.load_directory import load_ids, quarantine_files
from martlet.privacy.normalising import normalise_email, normalise_phone, region_of
from martlet.privacy.sealing import Sealer
from martlet.settings import LOAD_PREFIX, raw_files
from martlet.sql import column_types, identifier, one_file, read_raw

QUARANTINE = "quarantine"

_SEALED_IN = ("customers", "orders")
_ADDRESSES = (("email", "email_key"), ("phone", "phone_key"))
_ASKED = ("order_id", "country", *(column for pair in _ADDRESSES for column in pair))


@dataclass(frozen=True)
class RawStore:
    """The raw files of a store, what was refused of it, and the key of both.

    ``region`` is the store's country, for phone numbers without a prefix.
    """

    connection: duckdb.DuckDBPyConnection
    raw: Path
    quarantines: Sequence[Path]
    contract: dict[str, RawTable]
    sealer: Sealer
    region: str | None

    def check_key(self) -> None:
        """Try the key on one sealed value; ``EnvironmentFault`` where it does not open."""
        for table in self.contract.values():
            for path in raw_files(self.raw, table.name) if table.sealed else ():
                present = self._present(path)
                for column in table.sealed:
                    name = identifier(column.name)
                    row = (
                        column.name in present
                        and self.connection.execute(
                            f"select {name} from {read_raw(path)} "
                            f"where nullif({name}, '') is not null limit 1"
                        ).fetchone()
                    )
                    if row:
                        self.sealer.unseal(row[0])
                        return

    def complete(self, people: People) -> People:
        """Add what only raw files tell of people, and leave out what others share.

        Raises
        ------
        EnvironmentFault
            The key is not the one that their addresses were sealed with.
        """
        erased = ErasedRows(self.connection)
        erased.add(people.identifiers(), None, keeps_orders=False)
        shared = {
            each for path, table in self._files() for each in erased.shared(path, table)
        }
        erased.drop(shared)
        orders, sealed = set(people.order), set()
        for path, table in self._files():
            if table.name not in _SEALED_IN:
                continue
            for row in erased.rows_of(path, table, _ASKED):
                orders |= {row["order_id"]} - {None}
                sealed |= {
                    (kind, row[kind], row["country"])
                    for kind, key in _ADDRESSES
                    if row[kind]
                    and people.knows(kind, row[key])
                    and (kind, row[key]) not in shared
                }
        return replace(
            people,
            order=frozenset(orders),
            **{
                kind: frozenset(
                    value
                    for value in getattr(people, kind)
                    if (kind, value) not in shared
                )
                for kind in ("visitor", "email", "phone")
            },
            **self._opened(sealed),
        )

    def _opened(
        self, sealed: set[tuple[str, str, str | None]]
    ) -> dict[str, frozenset[str]]:
        """Open addresses, given as kind, sealed value and country; in one form too."""
        opened = [
            (kind, self.sealer.unseal(value), country)
            for kind, value, country in sealed
        ]
        phones = (
            normalise_phone(text, region_of(country) or self.region)
            for kind, text, country in opened
            if kind == "phone"
        )
        emails = (normalise_email(text) for kind, text, _ in opened if kind == "email")
        return {
            "sealed": frozenset(value for _, value, _ in sealed),
            "written": frozenset(text for _, text, _ in opened),
            "emails": frozenset(filter(None, emails)),
            "phones": frozenset(filter(None, phones)),
        }

    def count(
        self, people: People, *, keeps_orders: bool
    ) -> tuple[dict[str, int], dict[str, int]]:
        """Count, by raw table, rows of people and others' rows that mention them.

        The former would be taken out or lose their names, the latter lose the mention.
        """
        erased = self._erased(people, keeps_orders=keeps_orders)
        rows: Counter[str] = Counter()
        mentions: Counter[str] = Counter()
        for path, table in self._every_file():
            found = erased.count(path, table)
            rows[table.name] += found.removed + found.anonymised
            mentions[table.name] += found.mentioning
        refused = self._refused(people, keeps_orders=keeps_orders)
        rows[QUARANTINE] += sum(len(refused.theirs(path)) for path in self._refusals())
        return dict(+rows), dict(+mentions)

    def rows_of(self, people: People) -> dict[str, list[dict[str, object]]]:
        """Read every row of people, by raw table."""
        erased = self._erased(people, keeps_orders=False)
        rows: dict[str, list[dict[str, object]]] = {}
        for path, table in self._files():
            rows.setdefault(table.name, []).extend(erased.rows_of(path, table))
        return {name: found for name, found in rows.items() if found}

    def refused_rows_of(self, people: People) -> list[dict[str, object]]:
        """Read every refused row of people, opened."""
        refused = self._refused(people, keeps_orders=False)
        return [
            {"refused_for": path.parent.name, "rule": rule, "row": came}
            for path in self._refusals()
            for _, rule, came in refused.theirs(path)
        ]

    def take_out(self, people: People, *, keeps_orders: bool) -> None:
        """Take people out of every file. Each is replaced in one step, or not touched."""
        refused = self._refused(people, keeps_orders=keeps_orders)
        for path in self._refusals():
            refused.take_out(path)
        erased = self._erased(people, keeps_orders=keeps_orders)
        for path, table in self._every_file():
            erased.take_out(path, table)
        for load_id in load_ids(self.raw):
            self._recount(load_id)
        for path in self._refusals():
            refused.drop_empty(path)

    def addresses(self) -> set[str]:
        """List the pseudonyms of every address and number in raw files."""
        found: set[str] = set()
        for path, table in self._files():
            if table.name not in _SEALED_IN:
                continue
            present = self._present(path)
            for _, key in _ADDRESSES:
                if key in present:
                    rows = self.connection.execute(
                        f"select distinct {identifier(key)} from {read_raw(path)}"
                    ).fetchall()
                    found |= {value for (value,) in rows}
        return found

    def _recount(self, load_id: str) -> None:
        folder = self.raw / f"{LOAD_PREFIX}{load_id}"
        stored = {
            name: sum(self._rows_in(path) for path in (folder / name).glob("*.parquet"))
            for name in PERSONAL_TABLES
        }
        refused: Counter[str] = Counter()
        for quarantine in self.quarantines:
            for path in quarantine_files(quarantine, load_id):
                rules = self.connection.execute(
                    f"select rule, count(*) from read_parquet({one_file(path)}) "
                    "group by rule"
                ).fetchall()
                refused.update(dict(rules))
        for ledger in (folder / "loads").glob("*.parquet"):
            recount(self.connection, ledger, self.contract["loads"], stored, refused)

    def _present(self, path: Path) -> set[str]:
        """Columns of a raw file, in lower case."""
        return {name.lower() for name in column_types(self.connection, read_raw(path))}

    def _rows_in(self, path: Path) -> int:
        (rows,) = self.connection.execute(
            f"select count(*) from {read_raw(path)}"
        ).fetchone()
        return rows

    def _erased(self, people: People, *, keeps_orders: bool) -> ErasedRows:
        writings = writings_of(people, keeps_orders=keeps_orders)
        erased = ErasedRows(self.connection, Mentions(writings).blank)
        erased.add(people.identifiers(), None, keeps_orders=keeps_orders)
        return erased

    def _refused(self, people: People, *, keeps_orders: bool) -> RefusedRows:
        def knows(kind: str, value: str) -> bool:
            return people.knows(kind, value) and not (keeps_orders and kind == "order")

        return RefusedRows(self.connection, self.sealer, self.region, knows)

    def _files(self) -> Iterator[tuple[Path, RawTable]]:
        for name in PERSONAL_TABLES:
            for path in raw_files(self.raw, name):
                yield path, self.contract[name]

    def _every_file(self) -> Iterator[tuple[Path, RawTable]]:
        """Yield the files of tables that are nobody's too: texts may mention anybody."""
        for table in self.contract.values():
            for path in raw_files(self.raw, table.name):
                yield path, table

    def _refusals(self) -> list[Path]:
        return [
            path
            for quarantine in self.quarantines
            for path in quarantine_files(quarantine)
        ]
