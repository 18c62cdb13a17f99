"""What a load did, for the person who ran it and for the ``loads`` table."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class LoadCount:
    """Rows that went one way, as in the raw table ``loads``.

    ``outcome`` is ``stored``, ``refused`` or ``derived``; ``rule`` is empty except
    where the rows were refused; ``amount`` is null where the connector names none.
    """

    outcome: str
    destination: str
    rule: str
    rows: int
    amount: Decimal | None


@dataclass(frozen=True)
class SummaryLine:
    """One line of the connector's own summary of the file as it came."""

    label: str
    rows: int
    amount: Decimal | None


@dataclass(frozen=True)
class LoadReport:
    """What one load did.

    ``already_loaded`` says that this very file was there before and nothing was
    changed; ``replaced`` names loads of the same file by an earlier state of the
    connector, now removed; ``made_key_file`` is the key file, where this load had to
    make it.
    """

    load_id: str
    connector: str
    source: Path
    counts: tuple[LoadCount, ...]
    summary: tuple[SummaryLine, ...] = ()
    already_loaded: bool = False
    replaced: tuple[str, ...] = ()
    made_key_file: Path | None = None

    @property
    def rows(self) -> int:
        """Rows of the file: stored and refused."""
        return sum(count.rows for count in self._of_the_file())

    @property
    def amount(self) -> Decimal | None:
        """What these rows are worth; null where the connector names no amount."""
        amounts = [count.amount for count in self._of_the_file()]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal()) if known else None

    def _of_the_file(self) -> list[LoadCount]:
        return [count for count in self.counts if count.outcome != "derived"]
