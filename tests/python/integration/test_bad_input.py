"""Bad input gets one clear message, the right exit code, and loses nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from support import ORDERS, STORE, Shop, run_dbt


def told(done: subprocess.CompletedProcess[str], exit_code: int) -> str:
    """Check the exit code and that a person can read the message; return it."""
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.count("Error:") == 1
    assert "Next:" in done.stderr
    return done.stderr


def test_missing_raw_directory(empty_shop: Shop) -> None:
    empty_shop.raw.rmdir()
    message = told(empty_shop.martlet("build"), 1)
    assert "does not exist" in message and str(empty_shop.raw) in message


def test_empty_raw_directory(empty_shop: Shop) -> None:
    assert "no store/" in told(empty_shop.martlet("build"), 1)


def test_required_column_missing(corner_shop: Shop) -> None:
    corner_shop.write("orders", ORDERS.replace("ordered_at", "when"))
    assert "orders.ordered_at" in told(corner_shop.martlet("build"), 1)


def test_wrong_type(corner_shop: Shop) -> None:
    corner_shop.write("orders", ORDERS.replace("2026-01-05 10:00:00", "last Monday"))
    message = told(corner_shop.martlet("build"), 1)
    assert "orders.ordered_at" in message and "last Monday" in message


def test_truncated_parquet(corner_shop: Shop) -> None:
    path = corner_shop.raw / "products" / "products.parquet"
    path.parent.mkdir()
    duckdb.sql("select 'tea' as product_id").write_parquet(str(path))
    path.write_bytes(path.read_bytes()[:-20])
    assert "products.parquet" in told(corner_shop.martlet("build"), 1)


def test_contact_data_in_clear_is_refused_and_not_shown(corner_shop: Shop) -> None:
    corner_shop.write("customers", "customer_id,email\nc1,ada@example.org\n")
    message = told(corner_shop.martlet("build"), 1)
    assert "customers.email" in message and "ada@example.org" not in message
    for path in corner_shop.home.rglob("*"):
        assert not path.is_file() or b"ada@example.org" not in path.read_bytes()


REVIEW = {"review_id": "1", "rating": "5", "reviewed_at": "2026-02-10 10:00:00"}


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("customers", {"customer_id": "c2", "email": "ada@example.org"}),
        ("customers", {"customer_id": "c2", "email_key": "ada@example.org"}),
        ("customers", {"customer_id": "c2", "city": "Ulm, ada@example.org"}),
        ("reviews", {**REVIEW, "review_text": "write to ada@example.org"}),
        ("reviews", {**REVIEW, "review_text": "call +49 151 2345 6789"}),
    ],
)
def test_plain_dbt_keeps_contact_data_in_clear_out(
    corner_shop: Shop, table: str, row: dict[str, str]
) -> None:
    cells = ",".join(f'"{cell}"' for cell in row.values())
    corner_shop.write(table, f"{','.join(row)}\n{cells}\n", name="more.csv")
    corner_shop.home.mkdir()
    models = ("+identity_contacts", "stg_store__customers", "stg_store__reviews")
    done = run_dbt(
        *(corner_shop, "build", "--exclude-resource-type", "unit_test"),
        *("--select", "order_statuses", *models),
    )
    assert done.returncode != 0
    assert f"raw column {list(row)[-1]} holds contact data in clear" in done.stdout
    warehouse = (corner_shop.home / "warehouse.duckdb").read_bytes()
    assert b"ada@example.org" not in warehouse and b"2345 6789" not in warehouse


def test_file_that_no_build_would_read(corner_shop: Shop) -> None:
    corner_shop.write("orders", ORDERS, name="MORE.CSV")
    assert "MORE.CSV" in told(corner_shop.martlet("build"), 1)


def test_columns_separated_by_semicolons(corner_shop: Shop) -> None:
    corner_shop.write("orders", ORDERS.replace(",", ";"))
    assert "not separated by commas" in told(corner_shop.martlet("build"), 1)


def test_selector_that_matches_nothing(corner_shop: Shop) -> None:
    message = told(corner_shop.martlet("build", "--select", "customer_rmf"), 2)
    assert "customer_rmf" in message


def test_home_that_cannot_be_made(corner_shop: Shop) -> None:
    corner_shop.home.write_text("a file, not a directory")
    assert "MARTLET_HOME" in told(corner_shop.martlet("build"), 2)
    assert corner_shop.martlet("doctor").returncode == 1


def test_sample_that_cannot_be_written(empty_shop: Shop) -> None:
    sample = ("sample", "--customers", "10", "--days", "60")
    told(empty_shop.martlet(*sample, "--out", "/dev/null/store"), 2)


def test_interrupted_build_says_so(corner_shop: Shop) -> None:
    command, env = corner_shop.command("build")
    build = subprocess.Popen(
        command,
        env=env,
        stderr=subprocess.PIPE,
        text=True,
        # As in a terminal, even where the tests run with interrupts ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not (corner_shop.directory / "logs" / "dbt.log").exists():
        time.sleep(0.1)
    build.send_signal(signal.SIGINT)
    _, message = build.communicate()
    assert build.returncode == 2, message
    assert "interrupted" in message and "Traceback" not in message


def test_unknown_order_status_stops_the_build(corner_shop: Shop) -> None:
    corner_shop.write("orders", ORDERS.replace("completed", "beamed_up"))
    message = told(corner_shop.martlet("build"), 1)
    assert "stg_store__orders" in message
    assert not corner_shop.published.exists()


def test_currency_without_a_rate_stops_the_build(corner_shop: Shop) -> None:
    corner_shop.write("orders", ORDERS.replace("EUR", "XTS"))
    told(corner_shop.martlet("build"), 1)
    assert not corner_shop.published.exists()


def test_misspelt_option_and_outside_of_a_project(
    corner_shop: Shop, tmp_path: Path
) -> None:
    assert corner_shop.martlet("build", "--selekt", "x").returncode == 2
    message = told(corner_shop.martlet("build", "--project-dir", str(tmp_path)), 2)
    assert "dbt_project.yml" in message


@pytest.mark.parametrize(
    "command", ["cluster", "score", "value", "runs", "export champions"]
)
def test_commands_before_any_build_say_what_to_do(
    corner_shop: Shop, command: str
) -> None:
    message = told(corner_shop.martlet(*command.split()), 2)
    assert "martlet build" in message


def test_a_server_that_dbt_alone_talks_to(corner_shop: Shop) -> None:
    for command in ("build", "score churn"):
        message = told(
            corner_shop.martlet("--target", "spark_thrift", *command.split()), 2
        )
        assert "dbt build --target spark_thrift" in message


def test_part_of_a_first_build_is_not_published(corner_shop: Shop) -> None:
    message = told(corner_shop.martlet("build", "--select", "exchange_rates"), 2)
    assert "martlet build" in message
    assert not corner_shop.published.exists()


def test_file_that_is_not_what_the_connector_expects(
    empty_shop: Shop, tmp_path: Path
) -> None:
    file = tmp_path / "letters.csv"
    file.write_text("to,from\nada,bob\n")
    out = str(tmp_path / "loaded")
    done = empty_shop.martlet("load", "online-retail", str(file), "--out", out)
    message = told(done, 1)
    assert "letters.csv" in message and "InvoiceDate" in message
    assert not list(Path(out).glob("load_id=*"))


def test_warehouse_open_in_another_process_names_it(built_corner_shop: Shop) -> None:
    reader = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import duckdb, sys; "
            "connection = duckdb.connect(sys.argv[1], read_only=True); "
            "print('open', flush=True); sys.stdin.read()",
            str(built_corner_shop.home / "warehouse.duckdb"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert reader.stdout.readline().strip() == b"open"
        message = told(built_corner_shop.martlet("build"), 2)
        assert f"process {reader.pid} " in message
    finally:
        reader.stdin.close()
        reader.wait()


def test_warehouse_of_another_store_is_refused(built_corner_shop: Shop) -> None:
    before = built_corner_shop.published.resolve().read_bytes()
    built_corner_shop.write("store", STORE.replace("corner-shop", "department-store"))
    message = told(built_corner_shop.martlet("build"), 2)
    assert "corner-shop" in message and "department-store" in message
    assert built_corner_shop.published.resolve().read_bytes() == before


def test_store_without_most_tables_builds_and_says_what_is_absent(
    corner_shop: Shop,
) -> None:
    done = corner_shop.martlet("build", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert "events" in summary["absent_tables"]
    with duckdb.connect(str(corner_shop.published), read_only=True) as connection:
        (net_sales,) = connection.execute(
            "select sum(net_sales) from fct_orders"
        ).fetchone()
    assert float(net_sales) == 19.5
