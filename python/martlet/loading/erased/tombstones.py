"""Remember who was erased without knowing it: tombstones by keyed pseudonym.

A shop delivers its old rows again: last year's orders, the whole customer list. What was
erased must not come back with them. A tombstone is the HMAC of an id, or of the pseudonym
of an address, under the store's pseudonym key; it lies with the raw files, so that it
outlives the warehouse. Whoever holds the file without the key learns how many there are.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from martlet.disk import move_durably
from martlet.errors import RawDataError
from martlet.privacy.sealing import Sealer

# No raw suffix, no directory of a table: nothing that reads raw files reads this one.
FILE = "tombstones.json"


@dataclass(frozen=True)
class Tombstone:
    """When somebody was erased, and whether the orders stay, naming nobody."""

    erased_at: datetime
    keeps_orders: bool


class Tombstones:
    """The tombstones of one raw directory, asked by what stands in rows.

    Kinds are ``customer`` (the store's own id), ``visitor``, ``order``, and ``email`` and
    ``phone``, whose value is the pseudonym that raw rows hold.
    """

    def __init__(self, raw: Path, sealer: Sealer) -> None:
        self._path = raw / FILE
        self._sealer = sealer
        self._known = _read(self._path)

    def __bool__(self) -> bool:
        """Whether anybody was erased."""
        return bool(self._known)

    def find(self, kind: str, value: str) -> Tombstone | None:
        """Give the tombstone of an identifier, if it has one."""
        return self._known.get(self._name(kind, value))

    def covers(self, kind: str, value: str) -> bool:
        """Say whether a row is to go because of an identifier, whatever its date.

        Orders that are kept without their person are no reason.
        """
        stone = self.find(kind, value)
        return stone is not None and not (kind == "order" and stone.keeps_orders)

    def all(self) -> Collection[Tombstone]:
        """List every tombstone."""
        return self._known.values()

    def add(self, identifiers: Iterable[tuple[str, str]], tombstone: Tombstone) -> None:
        """Write tombstones of pairs of a kind and a value, all of them or none.

        One that is there gives way: the later erasure holds.
        """
        added = {self._name(*each): tombstone for each in identifiers}
        if added and not added.items() <= self._known.items():
            self._known |= added
            _write(self._path, self._known)

    def _name(self, kind: str, value: str) -> str:
        return self._sealer.pseudonym(f"tombstone {kind} {value}")


def has_tombstones(raw: Path) -> bool:
    """Say whether anybody of a raw directory was erased."""
    return (raw / FILE).is_file()


def _read(path: Path) -> dict[str, Tombstone]:
    if not path.is_file():
        return {}
    try:
        lines = [json.loads(line) for line in path.read_text("ascii").splitlines()]
        return {
            each["pseudonym"]: Tombstone(
                datetime.fromisoformat(each["erased_at"]), each["keeps_orders"]
            )
            for each in lines
        }
    except (ValueError, KeyError, TypeError):
        raise RawDataError(
            f"{path} is damaged: without it nobody can tell who was erased.",
            "Put back the copy of your backup.",
        ) from None


def _write(path: Path, tombstones: dict[str, Tombstone]) -> None:
    written = path.with_name(f".{path.name}.new")
    with written.open("w", encoding="ascii") as file:
        for pseudonym, tombstone in sorted(tombstones.items()):
            line = {
                "pseudonym": pseudonym,
                "erased_at": tombstone.erased_at.isoformat(),
                "keeps_orders": tombstone.keeps_orders,
            }
            file.write(f"{json.dumps(line)}\n")
    move_durably(written, path)
