"""Read the sheets of an Excel workbook that hold the expected columns, as one table.

Every cell becomes the text a person sees in it: Excel keeps the invoice 536365 as the
number 536365.0, and two years of one ledger as two sheets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from martlet.errors import RawDataError, UsageError
from martlet.loading.columns import SourceColumn, distinct_names, match_columns

_ROWS_AT_ONCE = 50_000


def read_sheets(
    path: Path, named: str | None, columns: Sequence[SourceColumn]
) -> tuple[pa.Table, list[str]]:
    """Stack the sheets that have the expected columns; blank rows are left out.

    Parameters
    ----------
    named : str, optional
        The one sheet to read. Without it, all that have the columns; a workbook with
        one sheet is that sheet.

    Returns
    -------
    pyarrow.Table
        All text. Expected columns go by their first published name.
    list of str
        Sheets with something in them that were left out, such as notes.

    Raises
    ------
    UsageError
        There is no sheet of that name.
    RawDataError
        The file is no readable workbook, or no sheet has the expected columns, or one
        that lacks some looks like those that have them: it may hold rows.
    """
    try:
        workbook = CalamineWorkbook.from_path(path)
        names = [named] if named else workbook.sheet_names
        if named and named not in workbook.sheet_names:
            raise UsageError(
                f"{path} has no sheet {named}. It has: "
                f"{', '.join(workbook.sheet_names)}.",
                "Name one of these with --table.",
            )
        sheets = [workbook.get_sheet_by_name(name) for name in names]
        headers = [_header(sheet) for sheet in sheets]
        found = list(zip(sheets, headers, strict=True))
        taken = [
            (sheet, header)
            for sheet, header in found
            if len(sheets) == 1 or not _missing(header, columns)
        ]
        left = [each for each in found if each not in taken and each[1]]
        width = min((len(header) for _, header in taken), default=0)
        for sheet, header in left if taken else ():
            _check_holds_no_rows(sheet.name, header, width, path, columns)
        tables = [_read(sheet, header, columns) for sheet, header in taken]
    except CalamineError as error:
        raise RawDataError(
            f"{path} cannot be read as xlsx: it is damaged, cut short or locked with "
            "a password.",
            "Open it in a spreadsheet program, save it again, and load that file.",
        ) from error
    if not tables:
        listed = ", ".join(names)
        raise RawDataError(
            f"No sheet of {path} has the expected columns "
            f"{', '.join(_needed(columns))}. It has the sheets {listed}.",
            "Name the right one with --table.",
        )
    stacked = pa.concat_tables(tables, promote_options="default")
    return stacked, [sheet.name for sheet, _ in left]


def _needed(columns: Sequence[SourceColumn]) -> list[str]:
    return [column.title for column in columns if not column.optional]


def _header(sheet: CalamineSheet) -> list[str]:
    return distinct_names(next(_rows(sheet), []))


def _missing(header: list[str], columns: Sequence[SourceColumn]) -> list[str]:
    matched = match_columns(header, columns)
    return [
        column.title
        for column in columns
        if not column.optional and column.name not in matched
    ]


def _check_holds_no_rows(
    sheet: str,
    header: list[str],
    width: int,
    path: Path,
    columns: Sequence[SourceColumn],
) -> None:
    """Refuse to leave out a sheet with a known column, or as wide as those read."""
    if match_columns(header, columns) or len(header) >= width:
        raise RawDataError(
            f"Sheet {sheet} of {path} lacks {', '.join(_missing(header, columns))}, and "
            "may hold rows all the same.",
            "Correct its header, or name the sheet to read with --table.",
        )


def _read(
    sheet: CalamineSheet, header: list[str], columns: Sequence[SourceColumn]
) -> pa.Table:
    matched = match_columns(header, columns)
    published = {
        matched[column.name]: column.names[0]
        for column in columns
        if column.name in matched
    }
    names = distinct_names([published.get(name, name) for name in header])
    schema = pa.schema([(name, pa.string()) for name in names])
    rows = islice(_rows(sheet), 1, None)
    batches = []
    while block := list(islice(rows, _ROWS_AT_ONCE)):
        cells = [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
        batches.append(pa.record_batch(cells, schema=schema))
    return pa.Table.from_batches(batches, schema=schema)


def _rows(sheet: CalamineSheet) -> Iterator[list[str | None]]:
    """Give the rows that are not blank, their cells as text."""
    if sheet.height:  # calamine cannot iterate over an empty sheet
        for row in sheet.iter_rows():
            cells = [_text(cell) for cell in row]
            if any(cells):
                yield cells


def _text(cell: object) -> str | None:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell) if cell != "" else None
