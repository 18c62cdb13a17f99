"""One small ledger through the connector, in every format and spelling."""

from __future__ import annotations

import datetime
import gzip
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

from martlet.errors import RawDataError
from support import RawStore

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


def loaded(store: RawStore) -> dict[str, list[tuple[object, ...]]]:
    return {table: store.rows(table, "* exclude (load_id)") for table in TABLES}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    source = tmp_path / "retail.csv"
    source.write_text(as_csv(FIRST_NAMES, "%Y-%m-%d %H:%M:%S"), "utf-8")
    return source


def test_invoices_and_credit_notes_become_orders(store: RawStore, ledger: Path) -> None:
    store.load_through("online-retail", ledger)
    at = datetime.datetime
    assert store.rows("orders", "order_id, customer_id, ordered_at, status") == [
        ("536365", "17850", at(2011, 7, 1, 7, 26), "completed"),
        ("536366", None, at(2010, 12, 1, 9, 5), "completed"),
        ("C536367", "17850", at(2011, 7, 1, 7, 26), "credit_note"),
    ]


def test_sold_lines_keep_their_number_and_free_goods_stay(
    store: RawStore, ledger: Path
) -> None:
    store.load_through("online-retail", ledger)
    columns = "order_id, line_number, product_id, quantity, line_amount"
    assert store.rows("order_items", columns) == [
        ("536365", 1, "85123A", 6, Decimal("15.3000")),
        ("536365", 3, "85123A", 1, Decimal("0.0000")),
        ("536366", 1, "71053", 2, Decimal("6.7800")),
        ("536366", 2, "POST", 1, Decimal("18.0000")),
    ]


def test_lines_of_credit_notes_become_returns(store: RawStore, ledger: Path) -> None:
    store.load_through("online-retail", ledger)
    columns = "return_id, order_id, product_id, quantity, refund_amount"
    assert store.rows("returns", columns) == [
        ("C536367-1", "C536367", "85123A", 2, Decimal("5.1000"))
    ]


def test_products_and_customers_are_derived_from_what_was_accepted(
    store: RawStore, ledger: Path
) -> None:
    store.load_through("online-retail", ledger)
    columns = "product_id, product_name, category, price"
    assert store.rows("products", columns) == [
        ("71053", "CAFÉ SIGN", None, Decimal("3.3900")),
        ("85123A", "LANTERN £5", None, Decimal("2.5500")),
        ("POST", "POSTAGE", "Non-merchandise", Decimal("18.0000")),
    ]
    assert store.rows("customers", "customer_id, country") == [
        ("17850", "United Kingdom")
    ]


def test_what_is_no_sale_is_refused_as_it_came(store: RawStore, ledger: Path) -> None:
    report = store.load_through("online-retail", ledger)
    refused = store.refused()
    assert [(row["source_row"], row["rule"]) for row in refused] == [
        (2, "duplicate_line"),
        (7, "ledger_adjustment"),
        (8, "stock_adjustment"),
    ]
    came = refused[1]["came"]
    assert came["InvoiceNo"] == "A536368" and came["UnitPrice"] == "11062.06"
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
    store: RawStore, ledger: Path, tmp_path: Path, variant: str
) -> None:
    store.load_through("online-retail", ledger)
    other = RawStore(tmp_path / "variant")
    other.directory.mkdir()
    # The name says nothing: formats are told by content.
    download = other.directory / "download"
    VARIANTS[variant](download)
    other.load_through("online-retail", download)
    assert loaded(other) == loaded(store)


def test_a_few_unreadable_rows_are_refused_one_by_one(
    store: RawStore, ledger: Path
) -> None:
    fillers = "".join(
        f"6000{n:02d},71053,SIGN,1,2011-07-01 08:00:00,1.0,,France\n" for n in range(60)
    )
    broken = (
        "700001,71053,SIGN,one,2011-07-01 08:00:00,1.0,,France\n"
        "700002,71053,SIGN,1,31/12/2011 08:00,,,France\n"
        "700003,71053\n"
    )
    ledger.write_text(ledger.read_text("utf-8") + fillers + broken, "utf-8")
    report = store.load_through("online-retail", ledger)
    assert [reason for line, reason in store.reasons() if line > 60] == [
        "Quantity does not read as bigint",
        "InvoiceDate does not read as timestamp",
        "it has fewer fields than the header",
    ]
    assert report.rows == len(LEDGER) + 63


def test_dates_in_another_spelling_are_refused_whole(
    store: RawStore, ledger: Path
) -> None:
    ledger.write_text(
        as_csv(FIRST_NAMES, "%d %B %Y") + 3 * "1,2,3,4,5,6,7,8\n", "utf-8"
    )
    says = "11 of the 11 rows .* InvoiceDate does not read as timestamp in 11"
    with pytest.raises(RawDataError, match=says):
        store.load_through("online-retail", ledger)
