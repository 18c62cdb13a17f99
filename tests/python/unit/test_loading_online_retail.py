"""One small ledger in every format and spelling, and every file that is not one."""

from __future__ import annotations

import datetime
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from martlet.contract import read_contract
from martlet.errors import MartletError, RawDataError, UsageError
from martlet.loading.load import load_connector
from martlet.loading.report import LoadReport
from martlet.sealing import Sealer

CONTRACT = read_contract(Path(__file__).parents[3])
SEALER = Sealer("test key that is long enough to be one")
TABLES = ("orders", "order_items", "returns", "products", "customers")

FIRST_NAMES = (
    "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID"
)
SECOND_NAMES = "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID"

# A sale in summer, its copy, a free good in the other case, a guest's invoice that was
# booked over two minutes, a credit note, a correction of the books and of the stock.
SUMMER = datetime.datetime(2011, 7, 1, 8, 26)
WINTER = datetime.datetime(2010, 12, 1, 9, 5)
LEDGER = [
    ("536365", "85123A", "LANTERN £5", 6, SUMMER, 2.55, 17850, "United Kingdom"),
    ("536365", "85123A", "LANTERN £5", 6, SUMMER, 2.55, 17850, "United Kingdom"),
    ("536365", "85123a", "LANTERN £5", 1, SUMMER, 0.0, 17850, "United Kingdom"),
    ("536366", "71053", "CAFÉ SIGN", 2, WINTER, 3.39, None, "France"),
    ("536366", "POST", "POSTAGE", 1, WINTER.replace(minute=6), 18.0, None, "France"),
    ("C536367", "85123A", "LANTERN £5", -2, SUMMER, 2.55, 17850, "United Kingdom"),
    ("A536368", "B", "Adjust bad debt", 1, SUMMER, 11062.06, None, "United Kingdom"),
    ("536369", "71053", "damaged", -3, SUMMER, 0.0, None, "United Kingdom"),
]


def as_csv(
    names: str, date_format: str, *, customer: str = "{}", sep: str = ","
) -> str:
    lines = [f"{names},Country".replace(",", sep)]
    for *start, invoiced_at, price, number, country in LEDGER:
        date = f"{invoiced_at.month}/{invoiced_at.day}/{invoiced_at:%Y %H:%M}"
        if date_format:
            date = invoiced_at.strftime(date_format)
        shown = customer.format(number) if number else ""
        lines.append(sep.join(map(str, (*start, date, price, shown, country))))
    return "\n".join(lines) + "\n"


def load(source: Path) -> LoadReport:
    return load_connector(
        "online-retail",
        source,
        source.parent / "raw",
        CONTRACT,
        quarantine=source.parent / "quarantine",
        sealer_factory=lambda: SEALER,
    )


def loaded(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: duckdb.sql(
            f"from read_parquet('{folder}/raw/{table}/*.parquet')"
        ).fetchall()
        for table in TABLES
    }


def query(folder: Path, table: str, columns: str) -> list[tuple[object, ...]]:
    return duckdb.sql(
        f"select {columns} from read_parquet('{folder}/raw/{table}/*.parquet')"
    ).fetchall()


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    source = tmp_path / "retail.csv"
    source.write_text(as_csv(FIRST_NAMES, "%Y-%m-%d %H:%M:%S"), "utf-8")
    return source


def test_invoices_and_credit_notes_become_orders(ledger: Path) -> None:
    load(ledger)
    at = datetime.datetime
    assert query(
        ledger.parent, "orders", "order_id, customer_id, ordered_at, status"
    ) == [
        ("536365", "17850", at(2011, 7, 1, 7, 26), "completed"),
        ("536366", None, at(2010, 12, 1, 9, 5), "completed"),
        ("C536367", "17850", at(2011, 7, 1, 7, 26), "credit_note"),
    ]


def test_sold_lines_keep_their_number_and_free_goods_stay(ledger: Path) -> None:
    load(ledger)
    columns = "order_id, line_number, product_id, quantity, line_amount"
    assert query(ledger.parent, "order_items", columns) == [
        ("536365", 1, "85123A", 6, Decimal("15.3000")),
        ("536365", 3, "85123A", 1, Decimal("0.0000")),
        ("536366", 1, "71053", 2, Decimal("6.7800")),
        ("536366", 2, "POST", 1, Decimal("18.0000")),
    ]


def test_lines_of_credit_notes_become_returns(ledger: Path) -> None:
    load(ledger)
    columns = "return_id, order_id, product_id, quantity, refund_amount"
    assert query(ledger.parent, "returns", columns) == [
        ("C536367-1", "C536367", "85123A", 2, Decimal("5.1000"))
    ]


def test_products_and_customers_are_derived_from_what_was_accepted(
    ledger: Path,
) -> None:
    load(ledger)
    columns = "product_id, product_name, category, price"
    assert query(ledger.parent, "products", columns) == [
        ("71053", "CAFÉ SIGN", None, Decimal("3.3900")),
        ("85123A", "LANTERN £5", None, Decimal("2.5500")),
        ("POST", "POSTAGE", "Non-merchandise", Decimal("18.0000")),
    ]
    assert query(ledger.parent, "customers", "customer_id, country") == [
        ("17850", "United Kingdom")
    ]


def test_what_is_no_sale_is_refused_as_it_came(ledger: Path) -> None:
    report = load(ledger)
    refused = duckdb.sql(
        "select source_row, rule, sealed_row "
        f"from read_parquet('{ledger.parent}/quarantine/online-retail/*.parquet')"
    ).fetchall()
    assert [row[:2] for row in refused] == [
        (2, "duplicate_line"),
        (7, "ledger_adjustment"),
        (8, "stock_adjustment"),
    ]
    opened = json.loads(SEALER.unseal(refused[1][2]))
    assert opened["InvoiceNo"] == "A536368" and opened["UnitPrice"] == "11062.06"
    assert report.rows == len(LEDGER)
    assert report.amount == Decimal("11112.34")
    assert {line.label: line.rows for line in report.summary} == {
        "Lines in the file": 8,
        "Without a customer": 4,
        "Of cancellations": 1,
        "Exact duplicates": 1,
        "Ledger adjustments": 1,
        "Stock adjustments": 1,
        "Free goods": 1,
        "Not merchandise": 2,
    }


def write_parquet(source: Path) -> None:
    names = [*FIRST_NAMES.split(","), "Country"]
    with duckdb.connect() as connection:
        connection.execute(
            "create table ledger (InvoiceNo varchar, StockCode varchar, "
            "Description varchar, Quantity integer, InvoiceDate timestamp, "
            "UnitPrice double, CustomerID double, Country varchar)"
        )
        marks = ", ".join("?" for _ in names)
        connection.executemany(f"insert into ledger values ({marks})", LEDGER)
        # How a dataframe writes a number that is not there.
        connection.execute("update ledger set CustomerID = ifnull(CustomerID, 'nan')")
        connection.execute(f"copy ledger to '{source}' (format parquet)")


def write_xlsx(source: Path) -> None:
    """Two years, two sheets, numbers wherever Excel sees one, and a sheet of notes."""
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes on this file"])
    for part, rows in (("Year 1", LEDGER[:4]), ("Year 2", LEDGER[4:])):
        sheet = workbook.create_sheet(part)
        sheet.append([*SECOND_NAMES.split(","), "Country"])
        for row in rows:
            sheet.append([int(v) if str(v).isdigit() else v for v in row])
        sheet.append([None] * 8)
    workbook.create_sheet("Empty")
    workbook.save(source)


def write_packed(source: Path) -> None:
    text = as_csv(SECOND_NAMES, "", customer="{}.0")
    source.write_bytes(gzip.compress(text.encode("utf-8")))


VARIANTS = {
    "parquet": write_parquet,
    "xlsx": write_xlsx,
    "csv.gz": write_packed,
    "gzip, cp1252": lambda source: source.write_bytes(
        gzip.compress(as_csv(FIRST_NAMES, "").encode("cp1252"))
    ),
    "latin-1, semicolons": lambda source: source.write_text(
        as_csv(SECOND_NAMES, "%Y-%m-%d %H:%M", sep=";"), "latin-1"
    ),
    "tabs, a byte-order mark": lambda source: source.write_text(
        as_csv(FIRST_NAMES.upper(), "%m/%d/%Y %H:%M:%S", sep="\t"), "utf-8-sig"
    ),
    "spaced names": lambda source: source.write_text(
        as_csv(FIRST_NAMES.replace("eN", "e N").replace("rI", "r_i"), ""), "utf-8"
    ),
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_format_and_spelling_loads_alike(
    ledger: Path, tmp_path: Path, variant: str
) -> None:
    load(ledger)
    folder = tmp_path / "variant"
    folder.mkdir()
    # The name says nothing: formats are told by content.
    VARIANTS[variant](folder / "download")
    load(folder / "download")
    assert loaded(folder) == loaded(ledger.parent)


def test_a_few_unreadable_rows_are_refused_one_by_one(ledger: Path) -> None:
    fillers = "".join(
        f"6000{n:02d},71053,SIGN,1,2011-07-01 08:00:00,1.0,,France\n" for n in range(60)
    )
    broken = (
        "700001,71053,SIGN,one,2011-07-01 08:00:00,1.0,,France\n"
        "700002,71053,SIGN,1,31/12/2011 08:00,,,France\n"
        "700003,71053\n"
    )
    ledger.write_text(ledger.read_text("utf-8") + fillers + broken, "utf-8")
    report = load(ledger)
    refused = duckdb.sql(
        "select source_row, rule, reason "
        f"from read_parquet('{ledger.parent}/quarantine/*/*.parquet') "
        "where source_row > 60 order by source_row"
    ).fetchall()
    assert refused == [
        (69, "unreadable_value", "Quantity does not read as bigint"),
        (
            70,
            "unreadable_value",
            "InvoiceDate does not read as timestamp; UnitPrice is empty",
        ),
        (
            71,
            "missing_value",
            "Quantity is empty; InvoiceDate is empty; UnitPrice is empty",
        ),
    ]
    assert report.rows == len(LEDGER) + 63


def truncate(source: Path) -> None:
    write_parquet(source)
    source.write_bytes(source.read_bytes()[:-100])


def truncate_xlsx(source: Path) -> None:
    write_xlsx(source)
    source.write_bytes(source.read_bytes()[:-100])


def truncate_packed(source: Path) -> None:
    write_packed(source)
    source.write_bytes(source.read_bytes()[:-10])


def renamed_sheet_column(source: Path) -> None:
    write_xlsx(source)
    workbook = openpyxl.load_workbook(io.BytesIO(source.read_bytes()))
    workbook["Year 2"]["D1"] = "Amount"
    workbook.save(source)


def notes_only(source: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["Quantity", "Colour"])
    workbook.save(source)


WRONG_FILES = {
    "missing": (lambda source: None, UsageError, "There is no file"),
    "folder": (lambda source: source.mkdir(), UsageError, "is a folder"),
    "empty": (lambda source: source.touch(), UsageError, "is empty"),
    "header only": (
        lambda source: source.write_text(f"{FIRST_NAMES},Country\n"),
        RawDataError,
        "not one row",
    ),
    "other columns": (
        lambda source: source.write_text("Invoice,Quantity\n1,2\n"),
        RawDataError,
        r"(?s)lacks StockCode.*UnitPrice \(or Price\).*Found: Invoice, Quantity",
    ),
    "no table": (
        lambda source: source.write_text("once upon a time\nthere was a shop\n"),
        RawDataError,
        "is the first row the header",
    ),
    "binary": (
        lambda source: source.write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        RawDataError,
        "of no known format",
    ),
    "truncated parquet": (truncate, RawDataError, "as parquet: it is damaged or cut"),
    "truncated xlsx": (truncate_xlsx, RawDataError, "as xlsx: it is damaged"),
    "truncated gzip": (truncate_packed, RawDataError, "cannot be unpacked"),
    "a renamed column in one sheet": (
        renamed_sheet_column,
        RawDataError,
        "(?s)Sheet Year 2 of .* lacks Quantity",
    ),
    "no sheet with the columns": (notes_only, RawDataError, "lacks InvoiceNo"),
    "too many fields": (
        lambda source: source.write_text(
            as_csv(FIRST_NAMES, "") * 3_000 + "1,2,3,4,5,6,7,8,ada@example.org\n"
        ),
        RawDataError,
        "line 27001 has 9 fields where 8 are expected",
    ),
    "other dates": (
        lambda source: source.write_text(as_csv(FIRST_NAMES, "%d %B %Y")),
        RawDataError,
        "8 of the 8 rows .* InvoiceDate does not read as timestamp in 8",
    ),
}


@pytest.mark.parametrize("kind", WRONG_FILES)
def test_files_of_another_kind_are_refused_whole(tmp_path: Path, kind: str) -> None:
    write, error, says = WRONG_FILES[kind]
    source = tmp_path / "retail.csv"
    write(source)
    with pytest.raises(error, match=says) as raised:
        load(source)
    shown: MartletError = raised.value
    assert str(source) in shown.message and shown.hint
    assert "ada@" not in shown.message
    assert not (tmp_path / "raw").exists()
