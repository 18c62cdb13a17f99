"""A raw directory is judged before a build, and no contact data is shown."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from martlet.checking.check import (
    TableCount,
    absent_tables,
    check_raw,
    has_contact_data,
    judge_raw,
    raise_on_problems,
)
from martlet.checking.problems import NO_RAW_TABLE, RULES, RawProblem
from martlet.contract import read_contract
from martlet.errors import RawDataError
from martlet.privacy.redaction import redact
from martlet.privacy.sealing import Sealer

CONTRACT = read_contract(Path(__file__).parents[3])
SEALED = Sealer("test key that is long enough to be one").seal("ada@example.org")

CUSTOMERS = f"customer_id,email,birth_date\n1,{SEALED},1815-12-10\n2,,\n"
ORDER_HEADER = "order_id,ordered_at,status,currency,is_test,shipping_amount\n"
ORDERS = ORDER_HEADER + "1,2024-05-31 18:00:00,completed,EUR,false,4.90\n"

LEDGER = """
    select 'products' as connector, 'products' as input, 'p.csv' as source_file,
        'abc' as source_sha256, '{}' as options, timestamp '2024-06-01' as loaded_at,
        'stored' as outcome, 'products' as destination, '' as rule, 99 as rows
"""


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    write(tmp_path, "customers/a.csv", CUSTOMERS)
    write(tmp_path, "orders/a.csv", ORDERS)
    return tmp_path


def write(raw: Path, name: str, text: str) -> Path:
    file = raw / name
    file.parent.mkdir(parents=True, exist_ok=True)
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
    assert "in clear text in 1 row (" in raised.value.message
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
    assert str(problem).startswith(
        "returns: the columns are not separated by commas but by semicolons"
    )


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


def damage_rows(file: Path) -> None:
    """Damage the first column's rows, the footer whole: only reading them tells."""
    damaged = bytearray(file.read_bytes())
    damaged[4:60] = bytes(56)
    file.write_bytes(damaged)
    with pytest.raises(duckdb.Error):
        duckdb.sql(f"select * from '{file}'").fetchall()


SNAPSHOTS = """
    select cast(range as date) as snapshot_date, 'x' as product_id
    from range(timestamp '2020-01-01', timestamp '2024-01-01', interval 1 day)
"""


def test_types_that_fit_are_not_read(raw: Path) -> None:
    damage_rows(write_parquet(raw, "inventory/a.parquet", SNAPSHOTS))
    assert check_raw(raw, CONTRACT) == []


def test_of_what_was_loaded_only_doubtful_columns_are_read(raw: Path) -> None:
    loaded = "load_id=000001-0123456789ab"
    write_parquet(raw, f"{loaded}/loads/part-0.parquet", LEDGER)
    rows = "select 'p' || i as product_id, 1 as price from range(99) as rows(i)"
    file = write_parquet(raw, f"{loaded}/products/part-0.parquet", rows)
    damage_rows(file)
    assert check_raw(raw, CONTRACT) == []
    file.replace(raw / "products.parquet")
    (raw / "products").mkdir()
    (raw / "products.parquet").replace(raw / "products" / "by_hand.parquet")
    assert only(raw).rule.name == "unreadable_file"


def test_only_the_first_problems_are_listed(raw: Path) -> None:
    problems = [RawProblem(NO_RAW_TABLE, f"problem {n}", raw) for n in range(14)]
    with pytest.raises(RawDataError, match=r"(?s)problem 9.*and 4 more") as raised:
        raise_on_problems(problems)
    assert "problem 10" not in raised.value.message


EVENTS = "event_id,visitor_id,event_at,event_name,page_url,search_term,country\n"
ORDER_ITEMS = "order_id,line_number,quantity,unit_price\n"
TOUCHES = "touch_id,campaign_id,touch_type,touched_at\n"
STORE = "store_id,reporting_currency,reporting_timezone,country\n"


@pytest.mark.parametrize(
    ("name", "sound", "wrong", "rule", "column"),
    [
        ("order_items", "1,1,0,0", "1,2,-1,0", "out_of_range", "quantity"),
        ("order_items", "1,1,0,0", "1,2,0,-0.01", "out_of_range", "unit_price"),
        ("order_items", "1,1,0,0", "1,2,,0", "missing_value", "quantity"),
        ("order_items", "1,1,0,0", ",2,0,0", "missing_value", "order_id"),
        ("order_items", "1,1.0,0,0", "1,1.5,0,0", "unreadable_value", "line_number"),
        (
            "touches",
            "1,c,open,2024-05-31",
            "2,c,opened,2024-05-31",
            "unknown_value",
            "",
        ),
        ("store", "s,EUR,Asia/Tokyo,JP", "s,eur,Asia/Tokyo,JP", "unknown_value", ""),
        ("store", "s,EUR,Asia/Tokyo,", "s,EUR,Tokyo,", "unknown_value", ""),
        ("store", "s,EUR,UTC,gb", "s,EUR,UTC,UK", "unknown_value", "country"),
    ],
)
@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_each_rule_has_its_edge(
    tmp_path: Path, name: str, sound: str, wrong: str, rule: str, column: str, form: str
) -> None:
    header = {"order_items": ORDER_ITEMS, "touches": TOUCHES, "store": STORE}[name]
    table = {"touches": "campaign_touches"}.get(name, name)

    def write_rows(*rows: str) -> None:
        file = write(tmp_path, f"{table}/a.csv", header + "\n".join(rows) + "\n")
        if form == "parquet":
            text = f"select * from read_csv('{file}', all_varchar = true)"
            write_parquet(tmp_path, f"{table}/a.parquet", text)
            file.unlink()

    write_rows(sound)
    assert check_raw(tmp_path, CONTRACT) == []
    write_rows(sound, wrong)
    problem = only(tmp_path)
    assert (problem.rule.name, problem.rows) == (rule, 1)
    assert column in ("", problem.column)


def test_problems_have_the_names_of_the_loaders_rules(raw: Path) -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names)
    assert {"missing_value", "unreadable_value", "out_of_range"} < set(names)


def test_a_row_may_be_wrong_in_several_ways_and_each_is_counted(raw: Path) -> None:
    write(raw, "order_items/a.csv", ORDER_ITEMS + "1,x,-1,\n1,1,-2,\n1,2,3,4\n")
    found = {(p.column, p.rule.name): p.rows for p in check_raw(raw, CONTRACT)}
    assert found == {
        ("line_number", "unreadable_value"): 1,
        ("quantity", "out_of_range"): 2,
    }


def test_nulls_in_parquet_are_found_where_statistics_tell_of_them(raw: Path) -> None:
    rows = """
        select i as line_number, 1 as quantity,
            case when i <> {null_at} then 'o' end as order_id
        from range(300_000) as rows(i)
    """
    write_parquet(raw, "order_items/a.parquet", rows.format(null_at=-1))
    assert check_raw(raw, CONTRACT) == []
    write_parquet(raw, "order_items/b.parquet", rows.format(null_at=250_000))
    assert (only(raw).column, only(raw).rows) == ("order_id", 1)


URL = "https://shop.example/p/1"


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (("e1", URL, "red shoes"), None),
        (("ada@example.org", URL, "shoes"), "event_id"),
        (("e1", f"{URL}?to=ada%40example.org", "shoes"), "page_url"),
        (("e1", URL, "call +49 30 1234567"), "search_term"),
        (("e1", URL, "@home"), None),
        # A number of many digits may well be an id where nobody writes freely.
        (("+49 30 1234567", URL, "shoes"), None),
    ],
)
def test_text_that_came_around_the_loader_is_searched(
    raw: Path, cells: tuple[str, ...], column: str | None
) -> None:
    event_id, page_url, search_term = cells
    row = f"{event_id},v,2024-05-31 18:00:00,search,{page_url},{search_term},DE\n"
    write(raw, "events/a.csv", EVENTS + row)
    problems = check_raw(raw, CONTRACT)
    assert [problem.column for problem in problems] == ([column] if column else [])
    for problem in problems:
        assert problem.rule.name == "clear_contact_data"
        assert "ada" not in repr(problem) and "123" not in repr(problem)


def test_text_of_any_column_is_searched_but_not_what_was_loaded(raw: Path) -> None:
    rows = "select 'p1' as product_id, {'by': 'ada@example.org'} as edited"
    write_parquet(raw, "load_id=000001-0123456789ab/loads/part-0.parquet", LEDGER)
    write_parquet(raw, "load_id=000001-0123456789ab/products/part-0.parquet", rows)
    assert check_raw(raw, CONTRACT) == []
    write_parquet(raw, "products/a.parquet", rows)
    assert (only(raw).table, only(raw).column) == ("products", "edited")


def test_names_of_strange_columns_show_no_contact_data(raw: Path) -> None:
    rows = "select 'p1' as product_id, 'ada@example.org' as \"bob@example.org\""
    write_parquet(raw, "products/a.parquet", rows)
    assert "example.org" not in repr(judge_raw(raw, CONTRACT))


def test_rows_taken_for_the_header_are_not_shown(raw: Path) -> None:
    write(raw, "customers/b.csv", "4,eve@example.org,Eve\n5,ada@example.org,Ada\n")
    judgement = judge_raw(raw, CONTRACT)
    (problem,) = judgement.problems
    assert problem.rule.name == "missing_column" and "header" in problem.what
    for clear in ("eve", "Eve", "ada"):
        assert clear not in repr(judgement.problems + judgement.warnings)


def test_no_value_is_shown_where_names_may_have_slipped(raw: Path) -> None:
    write(raw, "customers/b.csv", "customer_id,birth_date\n4,Lovelace\n")
    assert (only(raw).column, only(raw).example) == ("birth_date", "")


@pytest.mark.parametrize(
    ("ids", "is_wrong"),
    [("'1.0', null, '20.0'", True), ("'1.0', 'A7'", False), ("'1.5', '2.5'", False)],
)
def test_ids_that_became_numbers_are_found_in_csv(
    raw: Path, ids: str, is_wrong: bool
) -> None:
    rows = duckdb.sql(f"select unnest([{ids}]) as product_id, 'x' as product_name")
    known = rows.filter("product_id is not null")
    known.write_csv(str(write(raw, "products/a.csv", "")))
    found = [problem.rule.name for problem in check_raw(raw, CONTRACT)]
    assert found == ["float_id"] * is_wrong


def test_ids_that_became_numbers_are_found_in_parquet(raw: Path) -> None:
    visitors = """
        select 1 as order_id, 'a' as status, 'EUR' as currency,
            timestamp '2024-05-31' as ordered_at, {}::double as customer_id
    """
    write_parquet(raw, "orders/b.parquet", visitors.format("null"))
    assert check_raw(raw, CONTRACT) == []
    write_parquet(raw, "orders/c.parquet", visitors.format("17850"))
    problem = only(raw)
    assert (problem.rule.name, problem.column) == ("float_id", "customer_id")
    assert problem.example == "17850.0"


def test_a_name_twice_in_a_header_is_found(raw: Path) -> None:
    write(raw, "products/a.csv", "product_id,brand,Brand,price\np1,x,y,1\n")
    problem = only(raw)
    assert (problem.rule.name, problem.column) == ("repeated_column", "brand")


def test_two_stores_are_one_too_many(raw: Path) -> None:
    write(
        raw,
        "store/a.csv",
        "store_id,reporting_currency,reporting_timezone\na,EUR,UTC\n",
    )
    write(
        raw,
        "store/b.csv",
        "store_id,reporting_currency,reporting_timezone\na,EUR,UTC\n",
    )
    assert check_raw(raw, CONTRACT) == []
    write(
        raw,
        "store/c.csv",
        "store_id,reporting_currency,reporting_timezone\nb,EUR,UTC\n",
    )
    problem = only(raw)
    assert (problem.rule.name, problem.file.name) == ("several_stores", "c.csv")
    assert "'a' and 'b'" in problem.what


def test_a_directory_that_only_looks_like_a_load_is_none(raw: Path) -> None:
    folder = raw / "load_id=000007-0123456789ab"
    write_parquet(
        raw, f"{folder.name}/products/part-0.parquet", "select 1 as product_id"
    )
    assert (only(raw).rule.name, only(raw).file) == ("no_load", folder)
    write_parquet(raw, f"{folder.name}/loads/part-0.parquet", LEDGER)
    assert check_raw(raw, CONTRACT) == []


def test_doubts_are_told_only_to_who_asks(raw: Path) -> None:
    orders = "order_id,customer_id,ordered_at,status,currency,vistor_id\n"
    row = ",2024-05-31 18:00:00,completed,EUR,v\n"
    write(raw, "orders/a.csv", orders + f"1,1{row}1,9{row}1,{row}2,9{row}")
    write(raw, "orders/b.csv", orders + f"1,1{row}")
    write(raw, "oders/a.csv", ORDERS)
    (raw / "quarantine").mkdir()  # where loads with --out put it
    assert check_raw(raw, CONTRACT) == []
    judgement = judge_raw(raw, CONTRACT)
    assert judgement.problems == []
    assert all(warning.is_warning for warning in judgement.warnings)
    told = {warning.rule.name: warning for warning in judgement.warnings}
    assert len(told) == len(judgement.warnings) == 4
    assert "orders?" in told["unknown_table"].what
    assert "visitor_id?" in told["unknown_column"].what
    assert told["unknown_column"].files == 2
    repeated = told["repeated_key"]
    assert (repeated.rows, repeated.what) == (2, "repeated order_id")
    dangling = told["dangling_reference"]
    assert (dangling.column, dangling.rows, dangling.example) == ("customer_id", 2, "9")


def test_references_to_an_absent_table_are_no_doubt(tmp_path: Path) -> None:
    write(tmp_path, "order_items/a.csv", ORDER_ITEMS + "1,1,0,0\n")
    assert judge_raw(tmp_path, CONTRACT).warnings == []
    write(tmp_path, "orders/a.csv", ORDERS.replace("\n1,", "\n2,"))
    assert [w.column for w in judge_raw(tmp_path, CONTRACT).warnings] == ["order_id"]


def test_files_and_rows_are_counted_damaged_ones_as_empty(raw: Path) -> None:
    write(raw, "orders/b.csv", ORDERS)
    write(raw, "orders/c.csv", ORDERS + "1,2\n")
    judgement = judge_raw(raw, CONTRACT)
    assert judgement.tables == [
        TableCount("customers", 1, 2),
        TableCount("orders", 3, 2),
    ]
    assert [problem.file.name for problem in judgement.problems] == ["c.csv"]


def test_moments_are_no_dates_but_midnights_are(raw: Path) -> None:
    days = "select 'c9' as customer_id, timestamp '1815-12-10 {}' as birth_date"
    write_parquet(raw, "customers/b.parquet", days.format("00:00:00"))
    assert check_raw(raw, CONTRACT) == []
    write_parquet(raw, "customers/b.parquet", days.format("08:00:00"))
    assert (only(raw).column, only(raw).rule.name) == ("birth_date", "unreadable_value")


def test_contact_data_is_known_to_need_a_key(raw: Path) -> None:
    assert has_contact_data(raw, CONTRACT)
    write(raw, "customers/a.csv", "customer_id,Email\n1,\n")
    write(raw, "orders/b.parquet", "no Parquet at all")
    assert not has_contact_data(raw, CONTRACT)
    write(raw, "customers/b.csv", f"customer_id,Email\n1,{SEALED}\n")
    assert has_contact_data(raw, CONTRACT)
