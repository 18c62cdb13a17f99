"""What loading prints: where rows went, what to type next, and JSON for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from click.testing import Result
from rich.console import Console
from typer.testing import CliRunner

from martlet.cli.app import app
from martlet.cli.console import progress_bar
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


def test_dry_run_tells_that_the_load_would_be_stopped(shop: RawStore) -> None:
    said = ["load", "products", shop.directory / "goods.csv", "--max-refused", "5%"]
    told = martlet(*said, "--dry-run").output
    assert "would be stopped" in told and "--max-refused 51%" in told
    assert "Load it" not in told
    martlet(*said[:-1], "51%")
    with pytest.raises(MartletError, match="reporting_currency"):
        martlet("load", "products", said[2], "--dry-run", "--store-id", "corner-shop")


def test_paths_are_checked_before_the_first_load(shop: RawStore) -> None:
    with pytest.raises(MartletError, match="There is no file"):
        martlet("load", "products", shop.directory / "goods.csv", "nowhere.csv")
    assert shop.contents() == {}


def test_what_was_loaded_before_a_failure_is_told(
    shop: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MARTLET_KEY")
    other = shop.directory / "colours.csv"
    other.write_text("colour\ngreen\n")
    result = CliRunner().invoke(
        app, ["load", "products", str(shop.directory / "goods.csv"), str(other)]
    )
    assert "lacks product_id" in str(result.exception)
    assert "2 rows of goods.csv" in result.output
    assert "A key was made" in result.output


def test_a_new_key_is_told_although_the_load_fails(
    shop: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MARTLET_KEY")
    source = str(shop.directory / "goods.csv")
    result = CliRunner().invoke(app, ["load", "products", source, "--max-refused", "0"])
    assert "would be refused" in str(result.exception)
    assert (shop.directory / "martlet.key").exists() == ("A key was" in result.output)


def test_names_that_read_as_markup(
    shop: RawStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shop.directory / "[bold].csv"
    path.write_text(PRODUCTS)
    terminal = Console(stderr=True, force_terminal=True)
    monkeypatch.setattr("martlet.cli.console.err", terminal)
    assert "2 rows of [bold].csv" in martlet("load", "products", path).output
    with progress_bar("Loading") as on_step:
        on_step("[/bold].csv", 1, 2)


def test_connectors_take_a_file_once_and_tell_what_they_leave(shop: RawStore) -> None:
    folder = shop.directory / "shop"
    copytree(PROJECT_DIR / "tests/python/fixtures/shopify/first", folder)
    (folder / "readme.txt").write_text("how to")
    store = [
        "--store-id",
        "shop",
        "--reporting-currency",
        "EUR",
        "--reporting-timezone",
        "UTC",
    ]
    load = ["load", "shopify", folder, folder / "orders_export_1.csv", *store]
    planned, told = as_json(*load, "--dry-run"), as_json(*load)
    assert planned["ignored"] == told["ignored"] == ["readme.txt"]
    assert as_json("load", "shopify", folder)["already_loaded"]


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
        (
            ["load", "olist", "postgresql://ada:secret@host/shop"],
            r"postgresql://host/shop is a database\.$",
        ),
        (
            ["load", "mysql://ada:secret@host/shop", "x"],
            "^mysql://host/shop is neither",
        ),
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
