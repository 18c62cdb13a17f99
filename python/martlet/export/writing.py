"""The file that a list goes to: it holds addresses, so it is its owner's alone."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path

from martlet.errors import EnvironmentFault
from martlet.export.destinations import Contact, Destination


def csv_of(
    destination: Destination, names: tuple[str, ...], contacts: list[Contact]
) -> bytes:
    """Write contacts as CSV in UTF-8, with ``names`` as headers of their fields."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*destination.headers, *names))
    writer.writerows(
        (*destination.row(contact), *contact.fields) for contact in contacts
    )
    return text.getvalue().encode("utf-8")


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all.

    Raises
    ------
    EnvironmentFault
        It cannot be written; what was there before is as it was.
    """
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(unfinished, path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise EnvironmentFault(
            f"The list could not be written to {path}: {error.strerror}.",
            "Choose another place with --out, or free some space.",
        ) from error
