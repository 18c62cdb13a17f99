"""The columns a load expects, and how to recognise them under a shop's own names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from martlet.contract import RawTable
from martlet.errors import RawDataError, UsageError
from martlet.privacy.redaction import redact


@dataclass(frozen=True)
class SourceColumn:
    """One column that a source may have.

    ``names`` are those it is published under, compared without case, spaces and
    punctuation; ``type`` is one of DuckDB's, ``code`` for identifiers that spreadsheets
    turn into numbers, or ``json``. Where ``required``, no value may be absent; where
    ``optional``, the whole column may be. ``written_as`` are further spellings of a
    timestamp (strptime patterns).
    """

    name: str
    names: tuple[str, ...]
    type: str = "varchar"
    required: bool = False
    optional: bool = False
    written_as: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """How to speak of it: ``UnitPrice (or Price)``."""
        first, *others = self.names
        return f"{first} (or {', '.join(others)})" if others else first


def columns_of(table: RawTable) -> tuple[SourceColumn, ...]:
    """Give what a file of one raw table's rows has; only required ones must be there."""
    return tuple(
        SourceColumn(
            column.name,
            (column.name,),
            column.data_type,
            optional=not column.required or column.made_from_content,
        )
        for column in table.given
    )


def distinct_names(header: Sequence[str | None]) -> list[str]:
    """Name every column of a header, each of them filled and once."""
    names: list[str] = []
    seen: set[str] = set()
    for position, cell in enumerate(header, start=1):
        name = (cell or "").strip() or f"column {position}"
        # DuckDB does not tell names apart by their case.
        while name.casefold() in seen:
            name = f"{name} ({position})"
        seen.add(name.casefold())
        names.append(name)
    return names


def check_header(where: str, header: Sequence[str]) -> None:
    """Raise ``RawDataError`` where names of columns hold contact data.

    Then a row stands where the names belong, and these are told to people and kept.
    """
    if any(redact(name) != name for name in header):
        raise RawDataError(
            f"The first row of {where} looks like data, not like names of columns: an "
            "e-mail address or a phone number is among them.",
            "Write the names of the columns into the first line.",
        )


def match_columns(
    found: Sequence[str],
    columns: Sequence[SourceColumn],
    mapping: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Map each expected column that is among ``found`` to its name there.

    ``mapping`` says so for some of them, and takes precedence.

    Raises
    ------
    UsageError
        ``mapping`` names a column that is not expected, or one that is not there.
    """
    by_spelling = {_comparable(name): name for name in reversed(found)}
    matched = {}
    for column in columns:
        spellings = [_comparable(name) for name in column.names]
        known = [name for name in column.names if name in found]
        known += [by_spelling[name] for name in spellings if name in by_spelling]
        if known:
            matched[column.name] = known[0]
    for name, theirs in (mapping or {}).items():
        if name not in {column.name for column in columns}:
            raise _unknown("no column to map to", name, [c.name for c in columns])
        if _comparable(theirs) not in by_spelling:
            raise _unknown("not among the columns of the source", theirs, found)
        matched[name] = theirs if theirs in found else by_spelling[_comparable(theirs)]
    return matched


def require_columns(
    found: Sequence[str],
    matched: Mapping[str, str],
    columns: Sequence[SourceColumn],
    where: object,
    title: str,
    hint: str,
) -> None:
    """Raise ``RawDataError`` where a column that must be there was not matched."""
    missing = [
        column.title
        for column in columns
        if not column.optional and column.name not in matched
    ]
    if not missing and matched:
        return
    # Where nothing matches, the first line may be a customer's row: do not show it.
    listed = (
        ", ".join(found) if matched else "none of them; is the first row the header?"
    )
    raise RawDataError(
        f"{where} is not {title}: it lacks {', '.join(missing) or 'all its columns'}.\n"
        f"Expected: {', '.join(column.title for column in columns)}.\n"
        f"Found: {listed}",
        hint,
    )


def _unknown(what: str, name: str, known: Sequence[str]) -> UsageError:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    meant = f" Did you mean {close[0]}?" if close else ""
    return UsageError(
        f"--map: {name} is {what}.{meant}",
        f"Known are: {', '.join(known)}. Write --map raw_column=their_column",
    )


def _comparable(name: str) -> str:
    """Reduce a name to what tells it apart: letters and digits, in one case."""
    return re.sub(r"[\W_]", "", name).casefold() or name
