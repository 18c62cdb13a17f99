"""What loading prints: where rows went, what to type next, and JSON for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from martlet.cli.app import app
from martlet.errors import MartletError
from support import PROJECT_DIR, RawStore

PRODUCTS = "product_id,price,colour\ntea,1.50,green\ncup,dear,\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RawStore:
    """A home of its own, and a file to load."""
    monkeypatch.setenv("MARTLET_HOME", str(tmp_path))
    monkeypatch.setenv("MARTLET_KEY", "test key that is long enough to be one")
    monkeypatch.delenv("MARTLET_RAW", raising=False)
    monkeypatch.chdir(PROJECT_DIR)
    (tmp_path / "goods.csv").write_text(PRODUCTS)
    return RawStore(tmp_path)


def martlet(*arguments: object) -> Result:
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if isinstance(result.exception, MartletError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


def as_json(*arguments: object) -> Any:
    return json.loads(martlet(*arguments, "--json").stdout)


def test_load_tells_where_rows_went_and_what_to_do_next(shop: RawStore) -> None:
    said = martlet("load", "products", shop.directory / "goods.csv").output
    for words in (
        "2 rows of goods.csv",
        "unreadable_value",
        "Columns that no raw column takes: colour",
        "See why: martlet quarantine",
        "martlet build",
    ):
        assert words in said
    again = martlet("load", "products", shop.directory / "goods.csv").output
    assert "was loaded before as 000001-" in again and "nothing changed" in again


def test_load_as_json(shop: RawStore) -> None:
    told = as_json("load", "products", shop.directory / "goods.csv", "--decimal-point")
    assert (told["rows"], told["source"], told["unused"]) == (
        2,
        "goods.csv",
        ["colour"],
    )
    assert told["matched"] == {"product_id": "product_id", "price": "price"}
    assert told["counts"][0] == {
        "input": "products",
        "outcome": "stored",
        "destination": "products",
        "rule": "",
        "rows": 1,
        "amount": None,
    }
    assert told["raw"] == str(shop.destination.raw)
    several = as_json("load", "products", *[shop.directory / "goods.csv"] * 2)
    assert [each["already_loaded"] for each in several] == [True, True]


def test_dry_run_changes_nothing(shop: RawStore) -> None:
    before = sorted(shop.directory.rglob("*"))
    told = as_json("load", "products", shop.directory / "goods.csv", "--dry-run")
    assert told["reasons"] == {"price does not read as decimal(18,4)": 1}
    assert told["rows"] == [["tea", "1.5000"], ["cup", None]]
    said = martlet("load", "products", shop.directory / "goods.csv", "--dry-run").output
    assert "Nothing was loaded" in said and "Why rows would be refused" in said
    assert sorted(shop.directory.rglob("*")) == before


def test_loads_are_listed_and_undone(shop: RawStore) -> None:
    assert "Nothing was loaded" in martlet("loads").output
    assert as_json("loads") == []
    load_id = as_json("load", "products", shop.directory / "goods.csv")["load_id"]
    (listed,) = as_json("loads")
    assert listed["load_id"] == load_id and "key_check" not in listed
    assert load_id in martlet("loads").output
    assert "Build again: martlet build" in martlet("loads", "undo", load_id).output
    assert shop.contents() == {}


def test_quarantine_is_listed_shown_and_tried_again(shop: RawStore) -> None:
    assert "Nothing is in quarantine" in martlet("quarantine").output
    load_id = as_json("load", "products", shop.directory / "goods.csv")["load_id"]
    (counted,) = as_json("quarantine")
    assert (counted["load_id"], counted["place"], counted["rows"]) == (
        load_id,
        "products",
        1,
    )
    (row,) = as_json("quarantine", "show", load_id)
    assert (row["source_line"], row["values"]) == (
        3,
        {"product_id": "cup", "price": "dear"},
    )
    assert "price=dear" in martlet("quarantine", "show", "000001").output
    retried = as_json("quarantine", "retry", load_id, "--map", "price=colour")
    assert [count["outcome"] for count in retried["counts"]] == ["stored"]
    assert shop.rows("products", "product_id, price") == [
        ("cup", None),
        ("tea", pytest.approx(1.5)),
    ]
    assert as_json("quarantine") == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["load", "product", "goods.csv"],
            "neither a raw table nor a connector.*products",
        ),
        (["load", "store", "goods.csv"], "store is neither a raw table"),
        (["load", "products", "nowhere.csv"], r"There is no file nowhere\.csv"),
        (["load", "products", "x", "--map", "price"], "names no two columns"),
        (["load", "products", "x", "--max-refused", "lots"], "is no share"),
        (["load", "products", "x", "--max-refused", "101%"], "is no share"),
        (["loads", "undo", "000009"], "There is no load 000009"),
        (["quarantine", "retry", "000009"], "There is no load 000009"),
    ],
)
def test_misuse_says_what_to_type(
    shop: RawStore, arguments: list[str], says: str
) -> None:
    with pytest.raises(MartletError, match=says) as raised:
        martlet(*arguments)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("share", "passes"), [("50%", True), ("0.5", True), ("49.9%", False)]
)
def test_share_of_refused_rows(shop: RawStore, share: str, passes: bool) -> None:
    arguments = (
        "load",
        "products",
        shop.directory / "goods.csv",
        "--max-refused",
        share,
    )
    if passes:
        martlet(*arguments)
    else:
        with pytest.raises(MartletError, match="1 of the 2 rows"):
            martlet(*arguments)
