"""Lists by which platforms take a person off, written before the addresses are gone.

Whoever was given somebody's data has to be told of the erasure (GDPR, article 19).
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

from martlet.disk import move_durably
from martlet.erasure.person import People
from martlet.privacy.normalising import normalise_email, normalise_phone


def write_removals(
    people: People,
    destinations: Sequence[str],
    directory: Path | None,
    region: str | None,
) -> list[Path]:
    """Write one list for each platform, with every address that it may know.

    Returns
    -------
    list of Path
        The files, for their owner alone.
    """
    if directory is None:
        return []
    directory.mkdir(parents=True, exist_ok=True)
    rows = list(
        zip_longest(
            sorted({normalise_email(each) for each in people.emails}),
            sorted({normalise_phone(each, region) for each in people.phones}),
            fillvalue="",
        )
    )
    return [_write(directory / f"{name}-removals.csv", rows) for name in destinations]


def _write(path: Path, rows: list[tuple[str, str]]) -> Path:
    written = path.with_name(f".{path.name}.new")
    written.unlink(missing_ok=True)
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("email", "phone"))
        table.writerows(rows)
    move_durably(written, path)
    return path
