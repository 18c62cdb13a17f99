"""What a platform is to martlet, and what it may be told of a person.

Everything that differs from platform to platform is data and small functions of one
``Destination``, so that who may be listed is decided in one flow for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from martlet.errors import UsageError

# Channel and purpose.
Consent = tuple[str, str]
Row = Callable[["Contact"], Sequence[str]]
# The identifiers that stand in a list, by the field of ``Contact`` that they are.
Listed = defaultdict[str, set[str]]

# Since advertisers owe both to the platforms for people in Europe, both are asked of all.
AD_CONSENTS: tuple[Consent, ...] = (
    ("ads", "ad_user_data"),
    ("ads", "ad_personalization"),
)
EMAIL_MARKETING: Consent = ("email", "marketing")
SMS_MARKETING: Consent = ("sms", "marketing")

# The channel that each way to write to people is for.
CHANNELS = {"email": "email", "phone": "sms"}


@dataclass(frozen=True, slots=True)
class Contact:
    """One person's contact data, opened, and what the segment says of them beside.

    Texts are "" where unknown. ``source_customer_id`` is the store's own id, which is
    what platforms that were connected to the store know the person by; ``consents`` are
    those granted at the moment of the export; ``fields`` are the columns that a segment
    brings.
    """

    customer_id: str
    email: str = ""
    phone: str = ""
    first_name: str = ""
    last_name: str = ""
    country: str = ""
    postcode: str = ""
    city: str = ""
    birth_date: date | None = None
    gender: str = ""
    value: Decimal | None = None
    consents: frozenset[Consent] = frozenset()
    segment_id: str = ""
    fields: tuple[str, ...] = ()
    source_customer_id: str = ""

    def allows(self, channel: str) -> bool:
        """Whether any purpose was agreed to for a channel."""
        for granted, _ in self.consents:  # noqa: SIM110 (asked for every row)
            if granted == channel:
                return True
        return False


@dataclass(frozen=True)
class Destination:
    """A platform: its columns, how it knows people, what it needs and what it takes.

    Attributes
    ----------
    headers, row
        The columns of a list, and a person's cells in them.
    removal_headers, removal_row
        The least that tells the platform whom to take off, in its own format.
    identifiers
        What the platform knows people by, the best first, as it normalises it itself
        ("" where it is missing or cannot be valid), by fields of ``Contact``.
    identifies_by
        Those of them that suffice; ``for_channel`` leaves fewer.
    consents
        Pairs that must all be granted; empty where the segment's own pair decides.
    takes_fields
        Whether columns that a segment brings beside its members go into the file.
    min_rows
        The smallest list that is of use there.
    max_rows, max_bytes
        What one file may hold, headers counted as bytes and not as rows.
    is_direct
        Whether people are written to from there, unlike ad platforms and plain files.
    is_read_by_people
        Whether the file is for a spreadsheet rather than for an upload.
    """

    name: str
    title: str
    headers: tuple[str, ...]
    row: Row
    removal_headers: tuple[str, ...]
    removal_row: Row
    identifiers: Mapping[str, Callable[[Contact], str]]
    identifies_by: frozenset[str]
    consents: tuple[Consent, ...] = ()
    takes_fields: bool = False
    min_rows: int = 0
    max_rows: int | None = None
    max_bytes: int | None = None
    is_direct: bool = False
    is_read_by_people: bool = False
    file_format: Literal["csv", "parquet"] = "csv"

    def for_channel(self, channel: str) -> Destination:
        """Tell it which channel a segment is for: a newsletter needs an e-mail address.

        Raises
        ------
        UsageError
            People cannot be reached through that channel there.
        """
        needed = {kind for kind, reached in CHANNELS.items() if reached == channel}
        if self.consents or not needed:
            return self
        if not self.identifies_by & needed:
            known_by = " or ".join(sorted(self.identifies_by))
            raise UsageError(
                f"{self.title} knows people by {known_by}, and the segment is for "
                f"the channel '{channel}'.",
                "Choose another destination with --to, such as csv.",
            )
        return replace(self, identifies_by=self.identifies_by & needed)

    def shown(self, contact: Contact) -> list[tuple[str, str]]:
        """Give what may be told of a person, each kind of it by what it is known as.

        Of each way to write to people it is there only if they agreed to it.
        """
        if not self.is_direct:
            return self._known(contact)
        return [
            (kind, find(contact))
            for kind, find in self.identifiers.items()
            if kind not in CHANNELS or contact.allows(CHANNELS[kind])
        ]

    def identity(self, shown: Iterable[tuple[str, str]]) -> tuple[str, str]:
        """Give what the platform knows a person by, and its kind; "" where by nothing."""
        for kind, value in shown:
            if value and kind in self.identifies_by:
                return kind, value
        return "", ""

    def meet(
        self, contact: Contact, shown: Iterable[tuple[str, str]], met: Listed
    ) -> Contact | None:
        """Tell the platform of a person; nobody where it would take them for another.

        Somebody with an address of their own who shares a phone with an earlier one is
        kept without it. What is ``shown`` is added to ``met``.
        """
        kind, identity = self.identity(shown)
        if not identity or identity in met[kind]:
            return None
        return _with_new_only(contact, shown, met)

    def rows_to_remove(
        self, contacts: Iterable[Contact], listed: Listed
    ) -> Iterator[Contact]:
        """Keep whom the platform knows, unless by what is in the list still.

        Somebody who left shares an address with somebody who stayed: taking the one off
        would take off the other. No consent is asked for: whoever withdrew it must go.
        """
        gone: Listed = defaultdict(set, {kind: set(listed[kind]) for kind in listed})
        for contact in contacts:
            known = _with_new_only(contact, self._known(contact), gone)
            if any(
                value
                for kind, value in self._known(known)
                if kind in self.identifies_by or kind not in CHANNELS
            ):
                yield known

    def _known(self, contact: Contact) -> list[tuple[str, str]]:
        return [(kind, find(contact)) for kind, find in self.identifiers.items()]

    def warning(self, rows: int) -> str | None:
        """Say what is wrong with a list of so many people, if anything is."""
        if rows >= self.min_rows:
            return None
        return (
            f"{self.title} wants at least {self.min_rows:,} people in a list, and "
            f"this one has {rows:,}."
        )


def _with_new_only(
    contact: Contact, identifiers: Iterable[tuple[str, str]], listed: Listed
) -> Contact:
    repeated = []
    for kind, value in identifiers:
        if value in listed[kind]:
            repeated.append(kind)
        elif value:
            listed[kind].add(value)
    return replace(contact, **dict.fromkeys(repeated, "")) if repeated else contact
