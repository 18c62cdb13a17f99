"""A raw directory is judged before a build, and no contact data is shown."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from martlet.contract import read_contract
from martlet.errors import RawDataError
from martlet.loading.check import (
    RawProblem,
    absent_tables,
    check_raw,
    raise_on_problems,
)
from martlet.sealing import Sealer, redact

CONTRACT = read_contract(Path(__file__).parents[3])
SEALED = Sealer("test key that is long enough to be one").seal("ada@example.org")

CUSTOMERS = f"customer_id,email,birth_date\n1,{SEALED},1815-12-10\n2,,\n"
ORDER_HEADER = "order_id,ordered_at,status,currency,is_test,shipping_amount\n"
ORDERS = ORDER_HEADER + "1,2024-05-31 18:00:00,completed,EUR,false,4.90\n"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write(tmp_path, "customers/a.csv", CUSTOMERS)
    write(tmp_path, "orders/a.csv", ORDERS)
    return tmp_path


def write(raw: Path, name: str, text: str) -> Path:
    file = raw / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def write_parquet(raw: Path, name: str, select: str) -> Path:
    file = write(raw, name, "")
    duckdb.sql(select).write_parquet(str(file))
    return file


def only(raw: Path) -> RawProblem:
    (problem,) = check_raw(raw, CONTRACT)
    return problem


def test_sound_files_have_no_problem(raw: Path) -> None:
    write_parquet(
        raw,
        "order_items/a.parquet",
        "select '1' as ORDER_ID, 1::int as line_number, 3.0 as quantity",
    )
    assert check_raw(raw, CONTRACT) == []
    raise_on_problems([])


def test_absent_tables_are_listed_in_order(raw: Path) -> None:
    absent = absent_tables(raw, CONTRACT)
    present_or_not_the_stores = ("customers", "orders", "loads")
    assert absent == [
        name for name in CONTRACT if name not in present_or_not_the_stores
    ]


@pytest.mark.parametrize("folder", [".", "order", "nowhere"])
def test_directory_without_raw_tables_says_how_to_load(
    tmp_path: Path, folder: str
) -> None:
    write(tmp_path, "order/a.csv", ORDERS)
    problem = only(tmp_path / folder)
    assert "martlet load" in problem.hint
    with pytest.raises(RawDataError, match="raw directory"):
        raise_on_problems([problem])


@pytest.mark.parametrize(
    ("value", "column", "word"),
    [
        ("31/05/2024 18:00", "ordered_at", "UTC timestamp"),
        # Read as 18:00 UTC, it would be two hours late.
        ("2024-05-31 18:00:00+02", "ordered_at", "UTC timestamp"),
        ("maybe", "is_test", "true or false"),
        ("4 euros", "shipping_amount", "an amount"),
    ],
)
def test_values_that_do_not_cast_are_counted_with_an_example(
    raw: Path, value: str, column: str, word: str
) -> None:
    cells = {
        "order_id": "2",
        "ordered_at": "2024-06-01 18:00:00",
        "status": "completed",
        "currency": "EUR",
        "is_test": "",
        "shipping_amount": "",
        column: value,
    }
    bad = ORDER_HEADER + ",".join(cells.values()) + "\n"
    write(raw, "orders/b.csv", bad)
    write(raw, "orders/c.csv", bad)
    problem = only(raw)
    assert (problem.table, problem.column) == ("orders", column)
    assert (problem.rows, problem.files, problem.file.name) == (2, 2, "b.csv")
    assert word in problem.what and problem.example == redact(value)


def test_fractions_are_no_whole_numbers(raw: Path) -> None:
    write(raw, "order_items/a.csv", "order_id,line_number,quantity\n1,1.0,2.5\n")
    problem = only(raw)
    assert (problem.column, problem.example) == ("quantity", "2.5")


def test_contact_data_in_clear_is_found_and_never_shown(raw: Path) -> None:
    write(raw, "customers/b.csv", "customer_id,email\n3,eve@example.org\n")
    names = "select '4' as customer_id, 'Mallory' as last_name"
    write_parquet(raw, "customers/c.parquet", names)
    problems = check_raw(raw, CONTRACT)
    assert [problem.column for problem in problems] == ["email", "last_name"]
    assert all("martlet load" in problem.hint for problem in problems)
    with pytest.raises(RawDataError) as raised:
        raise_on_problems(problems)
    assert "in clear text in 1 rows" in raised.value.message
    for clear in ("eve@", "Mallory"):
        assert clear not in raised.value.message + repr(problems)


def test_missing_required_column_is_named_with_its_file(raw: Path) -> None:
    file = write_parquet(
        raw,
        "orders/b.parquet",
        "select 1 as order_id, date '2024-05-31' as ordered_at, 'EUR' as currency",
    )
    problem = only(raw)
    assert str(problem) == f"orders.status: the required column is missing ({file})"


def test_semicolons_are_not_what_the_build_reads(raw: Path) -> None:
    write(raw, "returns/a.csv", "return_id;order_id;refund_amount\n1;1;2.5\n")
    (problem,) = check_raw(raw, CONTRACT)
    assert str(problem).startswith("returns: the columns are not separated by commas")


def test_damaged_files_are_each_named(raw: Path) -> None:
    whole = write_parquet(raw, "products/a.parquet", "select 'x' as product_id")
    for name in ("b", "c"):
        (raw / "products" / f"{name}.parquet").write_bytes(whole.read_bytes()[:-20])
    long = "product_id,price\n" + "1,2\n" * 30_000 + "1,2,secret\n"
    write(raw, "products/d.csv", long)
    problems = check_raw(raw, CONTRACT)
    assert [problem.file.name for problem in problems] == [
        "b.parquet",
        "c.parquet",
        "d.csv",
    ]
    assert "damaged or cut short" in problems[0].what
    assert "line 30002" in problems[2].what
    assert "secret" not in repr(problems)


def test_types_that_fit_are_not_read(raw: Path) -> None:
    file = write_parquet(
        raw,
        "inventory/a.parquet",
        "select 'x' as product_id, date '2024-05-31' as snapshot_date from range(1000)",
    )
    # Damage in the rows, the footer whole: only reading them would tell.
    damaged = bytearray(file.read_bytes())
    damaged[4:60] = bytes(56)
    file.write_bytes(damaged)
    with pytest.raises(duckdb.Error):
        duckdb.sql(f"select * from '{file}'").fetchall()
    assert check_raw(raw, CONTRACT) == []


def test_only_the_first_problems_are_listed(raw: Path) -> None:
    problems = [RawProblem(f"problem {n}", "hint", raw) for n in range(14)]
    with pytest.raises(RawDataError, match=r"(?s)problem 9.*and 4 more") as raised:
        raise_on_problems(problems)
    assert "problem 10" not in raised.value.message
