"""The dictionary lies beside what it tells of, and can be had without a build."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from support import BuiltSample, Shop


def test_page_is_published_and_written_anew(
    tmp_path: Path, built_sample: BuiltSample
) -> None:
    page = tmp_path / "dictionary.html"
    written = Shop(tmp_path).martlet("dictionary", "--out", str(page))
    assert written.returncode == 0, written.stderr
    published = built_sample.database.with_name("dictionary.html")
    assert page.read_text("utf-8") == published.read_text("utf-8")


def test_json_tells_of_every_published_table(
    tmp_path: Path, built_sample: BuiltSample
) -> None:
    told = Shop(tmp_path).martlet("dictionary", "--json")
    assert told.returncode == 0, told.stderr
    tables = {
        table["name"]: {column["name"] for column in table["columns"]}
        for group in json.loads(told.stdout)["groups"]
        for table in group["tables"]
        if table["schema"] != "reference"
    }
    with duckdb.connect(str(built_sample.database), read_only=True) as connection:
        published: dict[str, set[str]] = {}
        for table, column in connection.execute(
            "select table_name, column_name from information_schema.columns"
        ).fetchall():
            published.setdefault(table, set()).add(column)
    assert tables == published
