"""The whole Online Retail ledger: every published number, and nothing lost."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from martlet.checking.check import check_raw
from martlet.loading.report import LoadReport
from support import CONTRACT, PROJECT_DIR, RawStore, Shop, run_dbt

DATA = Path(os.environ.get("MARTLET_TEST_DATA", PROJECT_DIR.parent / "shared" / "data"))
LEDGER = DATA / "online_retail" / "online_retail.parquet"

pytestmark = pytest.mark.skipif(
    not LEDGER.is_file(),
    reason=f"{LEDGER} is missing; MARTLET_TEST_DATA names the folder of test data",
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RawStore:
    return RawStore(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def report(store: RawStore) -> LoadReport:
    return store.load_through("online-retail", LEDGER)


def value(store: RawStore, expression: str, table: str) -> object:
    return store.rows(table, expression)[0][0]


def test_file_as_it_came(report: LoadReport) -> None:
    assert {line.label: line.rows for line in report.summary} == {
        "Lines in the file": 541_909,
        "Without a customer": 135_080,
        "Of cancellations": 9_288,
        "Exact duplicates": 5_268,
        "Ledger adjustments": 3,
        "Stock adjustments": 1_336,
        "Free goods": 1_179,
        "Not merchandise": 2_950,
    }


def test_rows_and_money_add_up(report: LoadReport) -> None:
    assert report.rows == 541_909
    assert report.amount.quantize(Decimal("0.01")) == Decimal("9747747.93")


def test_refused_by_rule(report: LoadReport) -> None:
    refused = {c.rule: c.rows for c in report.counts if c.outcome == "refused"}
    assert refused == {
        "duplicate_line": 5_268,
        "ledger_adjustment": 3,
        "stock_adjustment": 1_336,
    }


def test_customers_all_arrive(store: RawStore, report: LoadReport) -> None:
    assert value(store, "count(*)", "customers") == 4_372
    assert value(store, "count(distinct customer_id)", "orders") == 4_372


def test_no_invoice_is_lost_beyond_those_without_an_accepted_line(
    store: RawStore, report: LoadReport
) -> None:
    credit_notes = "count(*) filter (status = 'credit_note')"
    assert value(store, credit_notes, "orders") == 3_836
    # 25,900 invoices less 3 of adjustments to the ledger and 1,336 to the stock.
    assert value(store, "count(*)", "orders") == 25_900 - 3 - 1_336
    assert value(store, "count(distinct order_id)", "orders") == 25_900 - 3 - 1_336


@pytest.mark.parametrize("table", ["orders", "order_items", "returns", "products"])
def test_keys_identify_rows(store: RawStore, report: LoadReport, table: str) -> None:
    key = ", ".join(CONTRACT[table].key)
    assert value(store, f"count(*) - count(distinct ({key}))", table) == 0


def test_stored_and_sealed_rows_together_are_the_file(
    store: RawStore, report: LoadReport
) -> None:
    """Take the opened quarantine from the file: what is left is what was stored."""
    refused = store.refused()
    with duckdb.connect() as connection:
        connection.execute("create table refused (source_row bigint, invoice varchar)")
        connection.executemany(
            "insert into refused values (?, ?)",
            [(row["source_row"], row["came"]["InvoiceNo"]) for row in refused],
        )
        remaining = connection.execute(f"""
            with lines as (
                select row_number() over () as source_row, * from '{LEDGER}'
            )
            select count(*), count(refused.invoice), sum(Quantity)
                filter (refused.source_row is null)
            from lines
            left join refused
                on lines.source_row = refused.source_row
                and lines.InvoiceNo = refused.invoice
        """).fetchone()
    units = value(store, "sum(quantity)", "order_items") - value(
        store, "sum(quantity)", "returns"
    )
    assert remaining == (541_909, len(refused), units)
    stored = value(store, "count(*)", "order_items") + value(
        store, "count(*)", "returns"
    )
    assert stored + len(refused) == 541_909


def test_loaded_files_pass_the_check_of_raw_files(
    store: RawStore, report: LoadReport
) -> None:
    assert check_raw(store.destination.raw, CONTRACT) == []


# Read from the file alone: exact repeats count once, credit notes take money away.
_RFM = """
with

lines as (
    select distinct
        InvoiceNo as invoice, StockCode, Description, Quantity as quantity,
        InvoiceDate as invoiced_at, cast(UnitPrice as decimal(18, 4)) as price,
        cast(CustomerID as bigint) as customer
    from '{ledger}'
    where CustomerID is not null
)

select
    customer,
    count(distinct case when quantity > 0 and price > 0 then invoice end) as frequency,
    sum(quantity * price) as monetary,
    max(case when quantity > 0 and price > 0 then invoiced_at end) as last_ordered_at
from lines
group by customer
having count(case when quantity > 0 and price > 0 then 1 end) > 0
"""


@pytest.mark.slow
def test_rfm_of_every_customer(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.load("online-retail", LEDGER)
    shop.home.mkdir(exist_ok=True)
    done = run_dbt(
        shop,
        *("build", "--select", "+customer_rfm", "+customer_cohorts"),
        *("--exclude-resource-type", "unit_test", "--indirect-selection", "buildable"),
    )
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as warehouse:
        warehouse.execute(f"create temp view theirs as {_RFM.format(ledger=LEDGER)}")
        customers, equal, money, others = warehouse.execute(
            """
            select
                count(*),
                count(*) filter (
                    ours.frequency = theirs.frequency
                    and abs(ours.monetary - theirs.monetary) < 0.005
                    and ours.recency_days = date_diff(
                        'day', cast(theirs.last_ordered_at as date), ours.as_of_date
                    ) - 1
                ),
                round(sum(ours.monetary), 2),
                (select round(sum(monetary), 2) from theirs)
            from marts.customer_rfm as ours
            inner join identity.identity_customer_ids as ids using (customer_id)
            inner join theirs on ids.source_customer_id = cast(customer as varchar)
            """
        ).fetchone()
        ((all_of_ours, segments),) = warehouse.execute(
            "select count(*), count(distinct rfm_segment) from marts.customer_rfm"
        ).fetchall()
        ((in_cohorts,),) = warehouse.execute(
            "select sum(customers) from marts.customer_cohorts "
            "where cohort_month_number = 0"
        ).fetchall()
    assert customers == equal == all_of_ours == in_cohorts == 4_338
    assert money == others
    assert segments >= 8
