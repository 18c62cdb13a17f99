"""Open the contact data of people who may be on a list, one after the other.

What becomes of each is noted: listed, held back as the control group, or left out since no
address of theirs is valid or another member is listed at it. Nobody is opened twice, and
never all at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, cached_property, lru_cache

import duckdb
import pyarrow as pa

from martlet.export.candidates import (
    Candidate,
    candidates,
    field_names,
    leaving_addresses,
    store_country,
)
from martlet.export.destinations import DESTINATIONS, Contact, Destination
from martlet.export.destinations.destination import Listed
from martlet.export.destinations.normalising import email_address, phone_number
from martlet.export.request import Request
from martlet.privacy.sealing import Sealer


class Listing:
    """Opens candidates, and remembers what became of each.

    Parameters
    ----------
    connection
        With the tables ``judged`` and ``held``.
    find_sealer : callable
        Gives what opens the contact data; asked only where there are some.
    only_new : bool
        Whether only people with an address that the audience does not hold are given;
        all are noted as listed.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        request: Request,
        destination: Destination,
        find_sealer: Callable[[], Sealer],
        *,
        only_new: bool,
    ) -> None:
        self._connection = connection
        self._request = request
        self._destination = destination
        self._find_sealer = find_sealer
        self._only_new = only_new
        # Many people have one name.
        self._name = lru_cache(maxsize=65_536)(self._text)
        self._store_country = store_country(connection)
        self.field_names = (
            field_names(connection, request.segment_id)
            if destination.takes_fields
            else ()
        )
        self._outcomes: dict[str, list[str]] = {"customer_id": [], "outcome": []}
        self._addresses: dict[str, list[str]] = {
            "contact_type": [],
            "contact_key": [],
            "customer_id": [],
        }
        self._met: Listed = defaultdict(set)
        self._listed: Listed = defaultdict(set)

    def contacts(self) -> Iterator[Contact]:
        """Yield who is on the list, of whom one may be listed."""
        for row in candidates(
            self._connection, self._request.segment_id, self.field_names
        ):
            contact, outcome = self._meet(self._open(row), is_control=row.is_control)
            self._outcomes["customer_id"].append(contact.customer_id)
            self._outcomes["outcome"].append(outcome)
            if outcome != "listed":
                continue
            is_new = [
                self._note("email", contact, row.email_key, row.is_email_held),
                self._note("phone", contact, row.phone_key, row.is_phone_held),
            ]
            if any(is_new) or not self._only_new:
                yield contact

    def leaving(self) -> Iterator[Contact]:
        """Yield the addresses to remove, each as a contact with nothing else.

        What is listed under another writing of the address is passed over: removing it
        would remove the member who is.
        """
        platform = DESTINATIONS[self._destination.name]
        yield from platform.rows_to_remove(
            (
                Contact(
                    customer_id=row.customer_id,
                    source_customer_id=row.source_customer_id or "",
                    consents=_consents(row.consents),
                    **{
                        row.contact_type: self._address(
                            row.contact_type, row.sealed_address, self._store_country
                        )
                    },
                )
                for row in leaving_addresses(self._connection)
            ),
            self._listed,
        )

    @property
    def outcomes(self) -> pa.Table:
        """``customer_id`` and ``outcome`` of everybody who was opened."""
        return _text_table(self._outcomes)

    @property
    def addresses(self) -> pa.Table:
        """``contact_type``, ``contact_key`` and ``customer_id`` of all that is listed."""
        return _text_table(self._addresses)

    def _meet(self, contact: Contact, *, is_control: bool) -> tuple[Contact, str]:
        """Tell what becomes of a person, and what is told of them."""
        shown = self._destination.shown(contact)
        if self._destination.identity(shown) == ("", ""):
            return contact, "no_contact"
        kept = self._destination.meet(contact, shown, self._met)
        if kept is None:
            return contact, "same_address"
        if is_control:
            return kept, "control"
        for kind, value in shown:
            if getattr(kept, kind):
                self._listed[kind].add(value)
        return kept, "listed"

    def _note(
        self, contact_type: str, contact: Contact, key: str | None, is_held: bool
    ) -> bool:
        """Note an address that is given; tell whether the audience has to add it."""
        if not key or not getattr(contact, contact_type):
            return False
        self._addresses["contact_type"].append(contact_type)
        self._addresses["contact_key"].append(key)
        self._addresses["customer_id"].append(contact.customer_id)
        return not is_held

    def _open(self, row: Candidate) -> Contact:
        country = row.country or self._store_country
        return Contact(
            customer_id=row.customer_id,
            source_customer_id=row.source_customer_id or "",
            email=self._address("email", row.email, country),
            phone=self._address("phone", row.phone, country),
            first_name=self._name(row.first_name),
            last_name=self._name(row.last_name),
            country=row.country or "",
            postcode=row.postcode or "",
            city=row.city or "",
            birth_date=row.birth_date,
            gender=row.gender or "",
            value=row.value,
            consents=_consents(row.consents),
            segment_id=self._request.segment_id,
            fields=tuple("" if each is None else str(each) for each in row.fields),
        )

    def _address(self, kind: str, sealed: str | None, country: str) -> str:
        """Open an address in one form; nothing where it is not valid."""
        text = self._text(sealed)
        return email_address(text) if kind == "email" else phone_number(text, country)

    @cached_property
    def _sealer(self) -> Sealer:
        return self._find_sealer()

    def _text(self, sealed: str | None) -> str:
        return self._sealer.unseal(sealed) if sealed else ""


@cache
def _consents(text: str | None) -> frozenset[tuple[str, str]]:
    """Channel and purpose of all that somebody agreed to."""
    pairs = (each.split("\x1f") for each in text.split("\x1e")) if text else ()
    return frozenset((channel, purpose) for channel, purpose in pairs)


def _text_table(columns: dict[str, list[str]]) -> pa.Table:
    return pa.table(
        {name: pa.array(values, pa.string()) for name, values in columns.items()}
    )
