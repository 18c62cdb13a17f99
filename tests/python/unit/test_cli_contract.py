"""``martlet contract`` prints what is asked for, judges a folder, and ends rightly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer
from typer.testing import CliRunner, Result

from martlet.cli.contract import contract
from martlet.contract import read_contract
from martlet.errors import MartletError, RawDataError, UsageError

PROJECT_DIR = Path(__file__).parents[3]
CONTRACT = read_contract(PROJECT_DIR)

app = typer.Typer()
app.command()(contract)

ORDERS = "order_id,ordered_at,status,currency,shipping_amount\n"
ORDER = "o{},2024-05-31 18:00:00,completed,EUR,{}\n"


@pytest.fixture(autouse=True)
def _inside_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT_DIR)
    monkeypatch.setenv("COLUMNS", "200")


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """A raw directory that keeps to the contract."""
    write(tmp_path, "orders/a.csv", ORDERS + ORDER.format(1, 0))
    return tmp_path


def write(raw: Path, name: str, content: str | bytes) -> Path:
    file = raw / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def printed(*arguments: object) -> str:
    result = run(*arguments)
    assert result.exit_code == 0, result.exception
    return result.stdout


def told(*arguments: object) -> tuple[MartletError, str]:
    """Give the error that a command raises, and what it printed before."""
    result = run(*arguments)
    assert isinstance(result.exception, MartletError), result.exception
    return result.exception, result.stdout


def judged(raw: Path) -> tuple[int, dict[str, Any]]:
    """Judge a directory; give the exit code and what is told as JSON."""
    result = run("--check", raw, "--json")
    error = result.exception
    return getattr(error, "exit_code", 0) if error else 0, json.loads(result.stdout)


def test_all_tables_are_listed() -> None:
    text = printed()
    assert all(f" {name} " in text for name in CONTRACT)
    assert "email, phone, first_name, last_name" in text


def test_a_table_is_told_column_by_column() -> None:
    lines = {
        line.split()[0]: line
        for line in printed("campaign_touches").splitlines()
        if line.strip()
    }
    assert {column.name for column in CONTRACT["campaign_touches"].columns} < set(lines)
    assert "key, required" in lines["touch_id"]
    assert "one of sent, impression" in lines["touch_type"]
    assert "refers to customers.customer_id" in lines["customer_id"]
    assert "from the path" in lines["load_id"]


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ("campaign_assignments", "1 to 10"),
        ("order_items", "0 or more"),
        ("customers", "pseudonym of email"),
        ("customers", "sealed"),
        ("reviews", "redacted"),
        ("events", "made from the row where absent"),
    ],
)
def test_every_rule_has_its_words(table: str, rule: str) -> None:
    assert rule in printed(table)


def test_contract_as_json_holds_all_of_it() -> None:
    tables = json.loads(printed("--json"))["tables"]
    assert [table["name"] for table in tables] == list(CONTRACT)
    (table,) = json.loads(printed("reviews", "--json"))["tables"]
    (rating,) = [each for each in table["columns"] if each["name"] == "rating"]
    assert (rating["min"], rating["max"], rating["required"]) == (1, 5, True)
    assert table["key"] == ["review_id"]


def test_misspelt_table_is_guessed() -> None:
    error, _ = told("order_item")
    assert isinstance(error, UsageError)
    assert (
        "order_items" in error.message and error.hint == "martlet contract order_items"
    )
    error, _ = told("xyz")
    assert "mean" not in error.message and "martlet contract" in error.hint


def test_directory_that_keeps_to_the_contract(raw: Path) -> None:
    text = printed("--check", raw)
    assert f"{raw} keeps to the contract: 1 rows" in text
    assert judged(raw) == (
        0,
        {
            "directory": str(raw),
            "ok": True,
            "tables": [{"table": "orders", "files": 1, "rows": 1}],
            "absent_tables": [
                name
                for name, table in CONTRACT.items()
                if name != "orders" and not table.is_ledger
            ],
            "problems": [],
            "warnings": [],
        },
    )


def test_problems_are_told_with_file_and_count_and_what_to_do(raw: Path) -> None:
    file = write(
        raw, "orders/b.csv", ORDERS + ORDER.format(2, -4) + ORDER.format(3, -5)
    )
    error, text = told("--check", raw)
    assert isinstance(error, RawDataError) and error.exit_code == 1
    assert "does not keep to the contract: 1 problem." in error.message
    assert f"orders.shipping_amount: below 0 in 2 rows, such as '-4' ({file})" in text
    exit_code, found = judged(raw)
    assert exit_code == 1 and not found["ok"]
    assert found["problems"] == [
        {
            "rule": "out_of_range",
            "table": "orders",
            "column": "shipping_amount",
            "what": "below 0",
            "rows": 2,
            "example": "-4",
            "file": str(file),
            "files": 1,
            "next": error.hint,
        }
    ]


def test_warnings_are_told_and_fail_nothing(raw: Path) -> None:
    write(raw, "orders/a.csv", ORDERS + 2 * ORDER.format(1, 0))
    text = printed("--check", raw)
    assert "orders: repeated order_id in 1 row " in text and "1 warning" in text
    exit_code, found = judged(raw)
    assert (exit_code, found["ok"], len(found["warnings"])) == (0, True, 1)


def test_what_is_no_directory_is_misuse(raw: Path) -> None:
    for path in (raw / "nowhere", raw / "orders" / "a.csv"):
        error, _ = told("--check", path)
        assert isinstance(error, UsageError) and str(path) in error.message
    error, _ = told("--check", raw / "orders")
    assert error.exit_code == 2 and error.hint.endswith(f"--check {raw}")
    error, _ = told("orders", "--check", raw)
    assert isinstance(error, UsageError) and f"--check {raw}" in error.hint


PARQUET = b"PAR1 but nothing behind it"


@pytest.mark.parametrize(
    ("files", "rule", "words"),
    [
        ({}, "no_raw_table", "no store/"),
        ({"orders.csv": ORDERS, "notes.txt": "x"}, "no_raw_table", "no store/"),
        ({"orders/a.parquet": PARQUET}, "unreadable_file", "damaged or cut short"),
        ({"orders/a.csv": b"\x00\xff\x1f\x8b"}, "unreadable_file", "cannot be read"),
        ({"orders/a.csv.gz": b"\x1f\x8b\x08junk"}, "unreadable_file", "cannot be read"),
        ({"orders/a.csv": ""}, "unreadable_file", "the file is empty"),
        (
            {"orders/A.CSV": ORDERS, "products/a.csv": "product_id\n"},
            "unreadable_file",
            "",
        ),
        ({"orders/a.csv": ORDERS.replace(",", ";")}, "unreadable_file", "semicolons"),
        ({"orders/a.csv": ORDERS.replace(",", "\t")}, "unreadable_file", "tabs"),
        ({"orders/a.csv": ORDERS + "1,2\n"}, "unreadable_file", "lines do not form"),
        ({"orders/a.csv": ORDERS + "1.0,2024-05-31,x,EUR,0\n"}, "float_id", "'1.0'"),
        ({"store/a.csv": "store_id\na\nb\n"}, "several_stores", "'a' and 'b'"),
    ],
)
def test_bad_directories_are_told_of_and_crash_nothing(
    tmp_path: Path, files: dict[str, str | bytes], rule: str, words: str
) -> None:
    for name, content in files.items():
        write(tmp_path, name, content)
    error, text = told("--check", tmp_path)
    assert error.exit_code == 1 and error.hint
    assert words in text
    _, found = judged(tmp_path)
    assert rule in {problem["rule"] for problem in found["problems"]}


def test_truncated_parquet_is_told_of(raw: Path) -> None:
    file = write(raw, "products/a.parquet", "")
    duckdb.sql("select 'p1' as product_id").write_parquet(str(file))
    file.write_bytes(file.read_bytes()[:-20])
    _, text = told("--check", raw)
    assert (
        f"products: the file cannot be read: it is damaged or cut short ({file})"
        in text
    )


def test_contact_data_is_told_of_and_never_shown(raw: Path) -> None:
    write(raw, "customers/a.csv", "customer_id,email\nc1,ada@example.org\n")
    error, text = told("--check", raw)
    assert "customers.email: contact data in clear text in 1 row" in text
    assert "ada@" not in text + error.message + json.dumps(judged(raw)[1])
