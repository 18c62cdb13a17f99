"""Lists by which platforms take a person off, written before the addresses are gone.

Whoever was given somebody's data has to be told of the erasure (GDPR, article 19).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from martlet.erasure.person import People
from martlet.export.destinations import DESTINATIONS, Contact
from martlet.export.destinations.normalising import email_address, phone_number
from martlet.export.writing import StagedFiles


def write_removals(
    people: People,
    destinations: Sequence[str],
    directory: Path | None,
    erasure_id: str,
) -> list[Path]:
    """Write one list for each platform, with every address that it may know.

    Each erasure has names of its own: a list that nobody has uploaded must not get lost.

    Returns
    -------
    list of Path
        The files, for their owner alone.
    """
    if directory is None:
        return []
    contacts = list(_contacts(people))
    written = []
    with StagedFiles() as staged:
        for name in destinations:
            destination = DESTINATIONS[name]
            written += staged.write_removals(
                directory / f"{name}-removals-{erasure_id}.{destination.file_format}",
                destination,
                destination.rows_to_remove(contacts, defaultdict(set)),
            )
        staged.commit()
    return [file.path for file in written]


def _contacts(people: People) -> Iterator[Contact]:
    """Give each address of the people as a contact that agrees to nothing any more."""
    for email in sorted({email_address(each) for each in people.emails} - {""}):
        yield Contact(customer_id="", email=email)
    phones = {phone_number(each) for each in people.phones}
    for phone in sorted(phones - {""}):
        yield Contact(customer_id="", phone=phone)
    for customer in sorted(people.customer):
        yield Contact(customer_id="", source_customer_id=customer)
