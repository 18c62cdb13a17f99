"""Every recipe of docs/bi_tools.md works as it stands there, and tells the truth."""

from __future__ import annotations

import csv
import re
import subprocess
from contextlib import redirect_stdout
from importlib.util import find_spec
from io import StringIO
from pathlib import Path

import duckdb
import pytest

from support import BIN, PROJECT_DIR, BuiltSample, environment

PAGE = PROJECT_DIR / "docs" / "bi_tools.md"
BLOCK = re.compile(r"^```([\w+]+)\n(.*?)^```", re.DOTALL | re.MULTILINE)
FORMULA = "=1+1"


def blocks(heading: str, language: str) -> list[str]:
    """Give the blocks of a language below a heading of the page."""
    sections = re.split(r"^## ", PAGE.read_text("utf-8"), flags=re.MULTILINE)
    (section,) = [each for each in sections if each.startswith(f"{heading}\n")]
    found = [text for kind, text in BLOCK.findall(section) if kind == language]
    assert found, f"{heading} has no {language}"
    return found


@pytest.fixture
def shop(
    built_sample: BuiltSample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A project directory with the built sample published, to be in."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "published").symlink_to(built_sample.database.parent.resolve())
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def marts(shop: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect("data/published/marts.duckdb", read_only=True)


def run(block: str) -> str:
    """Run a Python block; give what it printed."""
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(block, str(PAGE), "exec"), {"__name__": "recipe"})
    return printed.getvalue()


def test_no_block_is_left_out() -> None:
    kinds = [kind for kind, _ in BLOCK.findall(PAGE.read_text("utf-8"))]
    tried = ["python"] * 5 + ["sql"] * 2 + ["sql+jinja", "yaml"] + ["console"] * 2
    assert sorted(kinds) == sorted(tried)


def test_duckdb(marts: duckdb.DuckDBPyConnection) -> None:
    by_segment, by_month = map(run, blocks("DuckDB", "python"))
    (champions,) = marts.execute(
        "select count(*) from customer_rfm where rfm_segment = 'Champions'"
    ).fetchone()
    assert re.search(rf"Champions\s+│\s+{champions}\b", by_segment)
    (net_sales,) = marts.execute(
        "select sum(net_sales) from fct_orders group by date_trunc('month', order_date) "
        "order by date_trunc('month', order_date) limit 1"
    ).fetchone()
    assert str(net_sales) in by_month


def test_tables_and_columns_tell_of_themselves(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    (block,) = blocks("DuckDB", "sql")
    tables, columns = [
        marts.execute(statement).fetchall()
        for statement in block.split(";")
        if statement.strip()
    ]
    assert len(tables) > 50 and len(columns) > 20
    assert all(comment for *_, comment in (*tables, *columns))


def test_pandas(marts: duckdb.DuckDBPyConnection) -> None:
    (block,) = blocks("pandas and notebooks", "python")
    printed = run(block)
    (without_order,) = marts.execute(
        "select (select count(*) from customer_profiles) - count(*) from customer_rfm"
    ).fetchone()
    assert f"{without_order} customers never bought" in printed
    customers, money = marts.execute(
        "select count(*), sum(monetary) from customer_rfm "
        "where rfm_segment = 'Champions'"
    ).fetchone()
    assert re.search(rf"Champions\s+{customers}\s+{money}", printed)


def test_excel(shop: Path) -> None:
    """With a search that a spreadsheet would compute, and one that is not ASCII."""
    latest = (shop / "data" / "published").resolve()
    (shop / "data" / "published").unlink()
    (shop / "data" / "published").mkdir()
    database = shop / "data" / "published" / "marts.duckdb"
    database.write_bytes((latest / "marts.duckdb").read_bytes())
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            "update search_terms set search_term = ? where search_term = "
            "(select min(search_term) from search_terms)",
            [FORMULA],
        )
        connection.execute(
            "update search_terms set search_term = 'größe' where search_term = "
            "(select max(search_term) from search_terms)"
        )
        rows = connection.execute("select count(*) from search_terms").fetchone()[0]
    (python,), (sql,) = blocks("Excel", "python"), blocks("Excel", "sql")
    run(python)
    content = (shop / "search_terms.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and "größe".encode() in content
    read = list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
    cells = [cell for row in read[1:] for cell in row]
    assert len(read) == rows + 1 and f"'{FORMULA}" in cells
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-\D", cell)]
    assert [cell for cell in cells if re.fullmatch(r"\d+,\d+", cell)]
    assert not [cell for cell in cells if re.fullmatch(r"\d+\.\d+", cell)]
    with duckdb.connect(str(database), read_only=True) as connection:
        connection.execute(sql)
        assert connection.execute("""
            select sum(net_sales) = (select sum(net_sales) from fct_orders)
            from read_csv('daily_sales.csv', types = {'net_sales': 'decimal(18, 4)'})
        """).fetchone() == (True,)


@pytest.mark.skipif(not find_spec("streamlit"), reason="streamlit is not installed")
def test_streamlit(marts: duckdb.DuckDBPyConnection) -> None:
    from streamlit.testing.v1 import AppTest

    (block,) = blocks("Streamlit", "python")
    app = AppTest.from_string(block, default_timeout=120).run()
    assert not app.exception
    (net_sales,) = marts.execute("select sum(net_sales) from fct_orders").fetchone()
    assert app.metric[0].value == f"{net_sales:,.2f}"


def test_streamlit_app_is_python() -> None:
    (block,) = blocks("Streamlit", "python")
    compile(block, "app.py", "exec")


def test_another_dbt_project(shop: Path, marts: duckdb.DuckDBPyConnection) -> None:
    place = "Another dbt project"
    (yaml,), (sql,) = blocks(place, "yaml"), blocks(place, "sql+jinja")
    (command,) = blocks(place, "console")
    (shop / "models").mkdir()
    (shop / "models" / "sources.yml").write_text(yaml)
    (shop / "models" / "sales_by_segment.sql").write_text(sql)
    (shop / "dbt_project.yml").write_text("name: other\nprofile: other\n")
    (shop / "profiles.yml").write_text(
        "other: {target: dev, outputs: {dev: {type: duckdb, path: other.duckdb}}}\n"
    )
    done = subprocess.run(
        ["bash", "-c", f"PATH={BIN}:$PATH; {command.removeprefix('$ ')}"],
        env=environment(shop),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    with duckdb.connect("other.duckdb", read_only=True) as connection:
        segments = dict(connection.execute("from sales_by_segment").fetchall())
    assert segments == dict(
        marts.execute(
            "select rfm_segment, sum(net_sales) from fct_orders "
            "join customer_rfm using (customer_id) group by all"
        ).fetchall()
    )
