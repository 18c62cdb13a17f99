"""What a file of a destination looks like: its columns, its rows, how large it may be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from martlet.export.destinations import Contact, Destination
from martlet.export.destinations.normalising import formula_safe, upload_text


@dataclass(frozen=True)
class Layout:
    """Columns, a row of cells for a contact, and the limits of one file.

    ``own_headers`` are the columns that every list of the destination begins with.
    """

    headers: tuple[str, ...]
    own_headers: tuple[str, ...]
    row: Callable[[Contact], Sequence[str]]
    max_rows: int | None
    max_bytes: int | None
    file_format: Literal["csv", "parquet"]


def list_layout(destination: Destination, field_names: Sequence[str]) -> Layout:
    """Lay out whom to add, with the segment's own columns where they are taken."""
    own, row, most = destination.headers, destination.row, len(field_names)
    if not (destination.takes_fields and field_names):
        return _layout(destination, own, own, row)
    cell = _field_cell(destination)

    def with_fields(contact: Contact) -> Sequence[str]:
        cells = [cell(text) for text in contact.fields[:most]]
        return [*row(contact), *cells, *("",) * (most - len(cells))]

    return _layout(destination, (*own, *field_names), own, with_fields)


def removal_layout(destination: Destination) -> Layout:
    """Lay out whom to take off."""
    headers = destination.removal_headers
    return _layout(destination, headers, headers, destination.removal_row)


def _layout(
    destination: Destination,
    headers: tuple[str, ...],
    own_headers: tuple[str, ...],
    row: Callable[[Contact], Sequence[str]],
) -> Layout:
    return Layout(
        headers,
        own_headers,
        row,
        destination.max_rows,
        destination.max_bytes,
        destination.file_format,
    )


def _field_cell(destination: Destination) -> Callable[[str], str]:
    """Choose how a segment's own text is made safe for who opens the file."""
    if destination.file_format == "parquet":
        return str
    return _spreadsheet_cell if destination.is_read_by_people else upload_text


def _spreadsheet_cell(text: str) -> str:
    return formula_safe(text.replace("\r\n", "\n").replace("\r", "\n"))
