"""Read the sheets of an Excel workbook that hold a connector's columns, as one table.

Every cell becomes the text a person sees in it: Excel keeps the invoice 536365 as the
number 536365.0, and two years of one ledger as two sheets.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from martlet.errors import RawDataError
from martlet.loading.connector import Connector
from martlet.loading.header import match_columns, require_columns

_ROWS_AT_ONCE = 50_000


def read_sheets(source: Path, connector: Connector) -> pa.Table:
    """Stack the sheets that have the declared columns; blank rows are left out.

    Returns
    -------
    pyarrow.Table
        All text. Declared columns go by their first published name.

    Raises
    ------
    RawDataError
        The file is no readable workbook, no sheet has the declared columns, or a sheet
        has most of them: leaving that one out would lose rows in silence.
    """
    try:
        workbook = CalamineWorkbook.from_path(source)
        sheets = [workbook.get_sheet_by_name(name) for name in workbook.sheet_names]
        tables = [
            _read(sheet, header, connector)
            for sheet, header in zip(sheets, map(_header, sheets), strict=True)
            if _holds_rows(sheet, header, source, connector)
        ]
    except CalamineError as error:
        raise RawDataError(
            f"{source} cannot be read as xlsx: it is damaged, cut short or locked with "
            "a password.",
            "Open it in a spreadsheet program, save it again, and load that file.",
        ) from error
    if not tables:
        require_columns(_header(sheets[0]), source, connector)
    return pa.concat_tables(tables, promote_options="default")


def _header(sheet: CalamineSheet) -> list[str]:
    """Read the first row as column names, each of them filled and once."""
    names: list[str] = []
    for position, cell in enumerate(next(_rows(sheet), []), start=1):
        name = cell or f"column {position}"
        names.append(f"{name} ({position})" if name in names else name)
    return names


def _holds_rows(
    sheet: CalamineSheet, header: list[str], source: Path, connector: Connector
) -> bool:
    matched = len(match_columns(header, connector))
    if matched * 2 > len(connector.columns):
        require_columns(header, f"Sheet {sheet.name} of {source}", connector)
        return True
    return False


def _read(sheet: CalamineSheet, header: list[str], connector: Connector) -> pa.Table:
    published = {
        found: column.names[0]
        for column in connector.columns
        if (found := match_columns(header, connector).get(column.name))
    }
    schema = pa.schema([(published.get(name, name), pa.string()) for name in header])
    rows = islice(_rows(sheet), 1, None)
    batches = []
    while block := list(islice(rows, _ROWS_AT_ONCE)):
        columns = [pa.array(column, pa.string()) for column in zip(*block, strict=True)]
        batches.append(pa.record_batch(columns, schema=schema))
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
