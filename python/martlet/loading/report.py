"""What a load did, for the person who ran it and for the ``loads`` table."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class LoadCount:
    """Rows that went one way, as in the raw table ``loads``.

    ``outcome`` is ``stored``, ``refused``, ``consulted``, ``erased`` or ``derived``;
    ``rule`` is empty except where rows were refused; ``amount`` is null where none is
    named.
    """

    input: str
    outcome: str
    destination: str
    rule: str
    rows: int
    amount: Decimal | None = None


@dataclass(frozen=True)
class SummaryLine:
    """One line of the connector's own summary of the source as it came."""

    label: str
    rows: int
    amount: Decimal | None


@dataclass(frozen=True)
class LoadReport:
    """What one load did.

    ``already_loaded`` says that this very source was there before and nothing was
    changed; ``replaced`` names loads of the same source read otherwise, now removed;
    ``matched`` maps raw columns to the source's, ``unused`` lists those that no raw
    column takes, ``ignored`` what lies beside it and was not read, such as other files
    of a folder; ``made_key_file`` is the key file, where this load had to make it.
    """

    load_id: str
    connector: str
    source: str
    counts: tuple[LoadCount, ...]
    summary: tuple[SummaryLine, ...] = ()
    matched: dict[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    options: dict[str, object] = field(default_factory=dict)
    already_loaded: bool = False
    replaced: tuple[str, ...] = ()
    made_key_file: Path | None = None
    ignored: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Rows of the source: stored, refused, consulted and erased."""
        return sum(count.rows for count in self.of_the_source)

    @property
    def amount(self) -> Decimal | None:
        """What these rows are worth; null where the connector names no amount."""
        amounts = [count.amount for count in self.of_the_source]
        known = [amount for amount in amounts if amount is not None]
        return sum(known, Decimal()) if known else None

    @property
    def of_the_source(self) -> tuple[LoadCount, ...]:
        """Counts of the source's own rows, which add up to it."""
        return tuple(count for count in self.counts if count.outcome != "derived")
