"""A filter chooses customers, and whatever else it asks for is refused.

Two parsers judge what passes, sqlglot and DuckDB's own, by lists of their own; then it is
run in a locked connection, with values bound and written out, and both must agree.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile_filters import HOSTILE
from martlet.errors import UsageError
from martlet.segments.filters import parse_filter
from martlet.segments.profiles import lock_down, profile_columns, running_a_filter

# Literals that a database reads one way alone, each with the kinds they go with.
NUMBERS = ["0", "1", "2.5", "-3", "0.70", "1e3", ".5", "007", "999999999999999"]
TEXTS = ["'Köln'", "'北京'", "'O''Hara'", "''", "'%'", "'a--b/*'", "'$1 ? :x'", "' '"]
MOMENTS = ["'2026-01-31'", "date '2025-12-31'", "'2026-01-31 12:00'", "as_of_date"]
COLUMNS = {
    "number": ["orders", "net_sales", "churn_score"],
    "text": ["city", "rfm_segment"],
    "moment": ["last_ordered_at", "as_of_date"],
}
EXAMPLES = {"mutated": 2500, "spliced": 1500, "random": 1000}

SQLGLOT_NODES = {
    *("Select", "From", "Table", "Identifier", "Where", "Column", "Literal", "Boolean"),
    *("Null", "Paren", "And", "Or", "Not", "EQ", "NEQ", "GT", "GTE", "LT", "LTE"),
    *("NullSafeEQ", "NullSafeNEQ", "Between", "In", "Is", "Like", "Add", "Sub", "Mul"),
    *("Div", "Neg", "Lower", "Upper", "Trim", "Length", "Abs", "Ceil", "Floor"),
    *("Round", "Coalesce", "Nullif", "Extract", "Var", "Cast", "DataType", "Interval"),
}
# Functions and operators by DuckDB's names for them.
DUCKDB_FUNCTIONS = {
    *("+", "-", "*", "/", "~~", "!~~", "lower", "upper", "trim", "length", "abs"),
    *("ceil", "floor", "round", "nullif", "date_part", "trunc"),
    *("to_days", "to_weeks", "to_months", "to_years"),
}
DUCKDB_CLASSES = {
    *("BETWEEN", "CASE", "CAST", "COLUMN_REF", "COMPARISON", "CONJUNCTION"),
    *("CONSTANT", "FUNCTION", "OPERATOR"),
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    """A small warehouse, opened for reading and locked down, with bait in it."""
    opened = Warehouse(tmp_path_factory.mktemp("warehouse"))
    yield opened
    opened.check_untouched()


class Warehouse:
    """Some profiles, a table and a file that no filter may touch."""

    def __init__(self, directory: Path) -> None:
        self.canary = directory / "canary.txt"
        self.canary.write_text("do not read", "utf-8")
        path = str(directory / "warehouse.duckdb")
        with duckdb.connect(path) as made:
            made.execute("create schema marts")
            made.execute("create table marts.canary as select 'bait' as secret")
            made.execute(
                "create table marts.customer_profiles (as_of_date date, "
                "customer_id varchar, is_guest boolean, city varchar, orders bigint, "
                "last_ordered_at timestamp, net_sales decimal(18, 4), "
                "churn_score double, rfm_segment varchar, "
                "is_contactable_by_email boolean, tags varchar[])"
            )
            made.executemany(
                "insert into marts.customer_profiles values "
                "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                list(profiles()),
            )
        self.connection = duckdb.connect(path, read_only=True)
        self.columns = profile_columns(self.connection)
        lock_down(self.connection)
        self._settings = self.settings()
        self._files = sorted(directory.iterdir())

    def settings(self) -> list[tuple]:
        """All settings of DuckDB."""
        return self.connection.execute(
            "select name, value from duckdb_settings() order by name"
        ).fetchall()

    def chosen(self, condition: str, values: dict[str, Any] | None = None) -> list:
        """What a condition says of each customer, or that it cannot be computed."""
        query = (
            f"select ({condition}) from marts.customer_profiles order by customer_id"
        )
        try:
            with running_a_filter(self.connection):
                cursor = self.connection.execute(query, values or {})
                assert [str(column[1]) for column in cursor.description] == ["BOOLEAN"]
                return [row[0] for row in cursor.fetchall()]
        except UsageError:
            return ["cannot be computed"]

    def check_untouched(self) -> None:
        """Fail if a setting, a file or the bait is not as it was."""
        assert self.settings() == self._settings
        assert sorted(self.canary.parent.iterdir()) == self._files
        bait = self.connection.execute("select * from marts.canary").fetchall()
        assert bait == [("bait",)]

    def judge(self, text: str) -> str:
        """Take a text for a filter: say whether it passed, fail if it wants too much."""
        try:
            made = parse_filter(text, self.columns)
        except UsageError as error:
            assert error.message and error.hint
            return "refused"
        check_nodes(self.connection, made.rendered, self.columns)
        assert not set(made.columns) - set(self.columns)
        assert "'" not in made.sql.replace("interval '", "")
        rows = self.chosen(made.sql, made.values)
        assert rows == self.chosen(made.rendered), text
        assert all(row in (True, False, None, "cannot be computed") for row in rows)
        # What was written down is a filter again, and the same one.
        again = parse_filter(made.rendered, self.columns)
        assert again.rendered == made.rendered
        return "passed"


def profiles() -> Iterator[tuple]:
    """Customers with awkward names, and with nothing known of them."""
    cities = ["Köln", "北京", "O'Hara", "", "Hamburg", "a--b/*", "$1 ? :x", None]
    for number, city in enumerate(cities * 3):
        unknown = number % 7 == 6
        yield (
            date(2026, 2, 1),
            f"c{number:02}",
            number % 2 == 0,
            city,
            None if unknown else number % 5,
            None if unknown else datetime(2026, 1, 31, 12) - timedelta(days=9 * number),
            None if unknown else number * 12.5,
            None if unknown else number / 24,
            ["Champions", "At risk", None][number % 3],
            number % 3 == 0,
            ["x"],
        )


def check_nodes(
    connection: duckdb.DuckDBPyConnection, rendered: str, columns: dict[str, str]
) -> None:
    """Fail if a rendered filter holds what filters may not, by either parser."""
    query = f"select customer_id from marts.customer_profiles where {rendered}"
    (tree,) = sqlglot.parse(query, read="duckdb")
    nodes = list(tree.walk())
    assert {type(node).__name__ for node in nodes} <= SQLGLOT_NODES, rendered
    assert not any(node.comments for node in nodes), rendered
    assert connection.get_table_names(query, qualified=True) == {
        "marts.customer_profiles"
    }
    (told,) = connection.execute("select json_serialize_sql(?)", [query]).fetchone()
    statements = json.loads(told)["statements"]
    assert len(statements) == 1, rendered
    for node in dictionaries(statements[0]["node"]["where_clause"]):
        if "class" in node:
            assert node["class"] in DUCKDB_CLASSES, rendered
        if node.get("class") == "FUNCTION":
            assert node["function_name"] in DUCKDB_FUNCTIONS, rendered
        if node.get("class") == "COLUMN_REF":
            assert len(node["column_names"]) == 1, rendered
            assert node["column_names"][0] in columns, rendered


def dictionaries(value: Any) -> Iterator[dict]:
    """Yield every dictionary in a tree of JSON."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from dictionaries(each)
    elif isinstance(value, list):
        for each in value:
            yield from dictionaries(each)


@st.composite
def conditions(draw: st.DrawFn, depth: int = 2) -> str:
    """Draw a filter that is right."""
    if depth and draw(st.booleans()):
        left, right = draw(conditions(depth - 1)), draw(conditions(depth - 1))
        joint = draw(st.sampled_from(["and", "or", "AND NOT", "or not"]))
        return f"({left}) {joint} ({right})"
    kind = draw(st.sampled_from(["number", "text", "moment", "boolean"]))
    if kind == "boolean":
        return draw(
            st.sampled_from(
                ["is_guest", "not is_guest", "is_guest is not true", "city is null"]
            )
        )
    column = draw(st.sampled_from(COLUMNS[kind]))
    literal = st.sampled_from({"number": NUMBERS, "text": TEXTS}.get(kind, MOMENTS))
    value, other = draw(literal), draw(literal)
    shapes = {
        "number": [
            f"abs({column} - {value}) >= {other}",
            f"round({column} * {value}, 2) <> {other}",
            f"coalesce({column}, {value}) between {value} and {other}",
            f"{column} not in ({value}, {other})",
        ],
        "text": [
            f"lower({column}) like {value}",
            f"{column} not ilike {value}",
            f"length(trim({column})) > 2",
            f"{column} in ({value}, {other})",
            f"nullif({column}, {value}) is not null",
        ],
        "moment": [
            f"{column} >= as_of_date - interval '30' day",
            f"extract(year from {column}) = 2026",
            f"month({column}) in (1, 2)",
            f"{column} not between {value} and {other}",
        ],
    }
    sign = draw(st.sampled_from(["=", "<>", "<", ">=", "is distinct from"]))
    return draw(st.sampled_from([f"{column} {sign} {value}", *shapes[kind]]))


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """Draw a right filter and spoil it here and there."""
    text = draw(conditions())
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        patch = draw(
            st.one_of(
                st.just(""),
                st.just(text[start:end] * 2),
                st.sampled_from(SNIPPETS),
                st.sampled_from(SNIPPETS).map(str.upper),
                st.characters(),
            )
        )
        text = text[:start] + patch + text[end:]
    return text


@st.composite
def spliced(draw: st.DrawFn) -> str:
    """Draw something of the list, alone or grown into a right filter."""
    hostile = draw(st.sampled_from(HOSTILE))
    start = draw(st.integers(0, len(hostile)))
    end = draw(st.integers(start, len(hostile)))
    right = draw(conditions(1))
    return draw(
        st.sampled_from(
            [
                f"{right} and {hostile}",
                f"{hostile} or {right}",
                f"({right}) and ({hostile})",
                f"not ({hostile})",
                "city <> '" + hostile.replace("'", "''") + f"' and {right}",
                hostile[start:end],
                hostile[:start] + right + hostile[end:],
                hostile.replace(" ", draw(st.sampled_from(["  ", "\t", "/**/", "("]))),
                hostile.swapcase(),
            ]
        )
    )


SNIPPETS = [
    *(" ", "(", ")", "'", '"', ",", ".", ";", "--", "/*", "*/", "::", "||", "-", "+"),
    *(
        "*",
        "/",
        "%",
        "=",
        "<",
        ">",
        "!",
        "~",
        "^",
        "&",
        "|",
        "?",
        "$1",
        ":x",
        "@",
        "#1",
    ),
    *("[", "]", "{", "}", "{{", "}}", "{%", "\\", "\n", "\x00", "\u200b", "\u202e"),
    *(
        " not ",
        " and ",
        " or ",
        " is ",
        " in ",
        " null ",
        " between ",
        " like ",
        "true",
    ),
    *(" union ", " select ", " from ", " as ", " over ", " case ", " distinct ", "0"),
    *("orders", "city", "is_guest", "as_of_date", "marts.", "canary", "tags", "rowid"),
    *(
        "lower(",
        "abs(",
        "round(",
        "coalesce(",
        "extract(",
        "cast(",
        "date ",
        "interval ",
    ),
    *(
        "read_text(",
        "getenv(",
        "columns(*)",
        "(select 1)",
        "now()",
        "e'",
        "x'",
        "9" * 20,
    ),
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_filters_are_refused(warehouse: Warehouse, text: str) -> None:
    assert warehouse.judge(text) == "refused", text


def test_the_list_is_long_and_says_nothing_twice() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) >= 150


@pytest.mark.parametrize("kind", EXAMPLES)
def test_generated_filters_do_no_more_than_filters_may(
    warehouse: Warehouse, kind: str
) -> None:
    outcomes: Counter[str] = Counter()
    drawn = {"mutated": mutated(), "spliced": spliced(), "random": st.text()}[kind]

    @settings(
        max_examples=EXAMPLES[kind], deadline=None, derandomize=True, database=None
    )
    @given(drawn)
    def judge(text: str) -> None:
        outcomes[warehouse.judge(text)] += 1

    judge()
    warehouse.check_untouched()
    assert outcomes["refused"] > EXAMPLES[kind] / 4, outcomes
    assert outcomes["passed"] > EXAMPLES[kind] / 20 or kind == "random", outcomes


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(text=conditions())
def test_filters_mean_what_duckdb_reads(warehouse: Warehouse, text: str) -> None:
    made = parse_filter(text, warehouse.columns)
    assert warehouse.judge(text) == "passed"
    assert warehouse.chosen(made.rendered) == warehouse.chosen(text), text


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("orders > 3", "orders > 3"),
        ("ORDERS>=3 AND IS_GUEST", "orders >= 3 and is_guest"),
        ("not city is null", "city is not null"),
        ("city not in ('O''Hara','KÖLN')", "city not in ('O''Hara', 'KÖLN')"),
        ("city ilike 'Ham%'", "lower(city) like lower('Ham%')"),
        ("net_sales / orders > 10", "net_sales / nullif(orders, 0) > 10"),
        ("net_sales / 2 > 10", "net_sales / 2 > 10"),
        (
            "last_ordered_at >= '2026-01-01'",
            "last_ordered_at >= cast('2026-01-01' as date)",
        ),
        (
            "last_ordered_at >= as_of_date - interval '2 weeks'",
            "last_ordered_at >= as_of_date - interval '2' week",
        ),
        (
            "year(last_ordered_at) = 2026",
            "extract(year from last_ordered_at) = 2026",
        ),
        ("city is null = is_guest", "(city is null) = is_guest"),
        ("orders not between 1 and -2", "orders not between 1 and -2"),
        ("orders > 007.50", "orders > 7.50"),
    ],
)
def test_filters_are_written_in_the_house_style(
    warehouse: Warehouse, text: str, rendered: str
) -> None:
    assert parse_filter(text, warehouse.columns).rendered == rendered
    assert warehouse.judge(text) == "passed"


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("city = 'Köln'", {0, 8, 16}),
        ("city = '北京' or city = 'O''Hara'", {1, 2, 9, 10, 17, 18}),
        ("city is null", {7, 15, 23}),
        ("city in ('', 'a--b/*')", {3, 5, 11, 13, 19, 21}),
        ("city ilike 'kÖ%' and is_guest", {0, 8, 16}),
        ("orders is null", {6, 13, 20}),
        (
            "orders is distinct from 4 and rfm_segment is null",
            {2, 5, 8, 11, 17, 20, 23},
        ),
        ("rfm_segment is null and orders is not distinct from 4", {14}),
        ("net_sales > 250 and orders <> 4", {21, 22, 23}),
        ("net_sales / orders > 100", {11, 16, 17, 21, 22}),
        ("last_ordered_at >= '2026-01-22 12:00'", {0, 1}),
        ("last_ordered_at > '2026-01-22 12:00'", {0}),
        ("last_ordered_at >= as_of_date - interval '2' week", {0, 1}),
        ("year(last_ordered_at) = 2025 and month(last_ordered_at) = 12", {4, 5}),
        ("rfm_segment = 'Champions' and not (is_guest or orders < 4)", {9}),
        ("coalesce(rfm_segment, 'none') = 'none' and is_contactable_by_email", set()),
    ],
)
def test_filters_choose_the_right_customers(
    warehouse: Warehouse, text: str, chosen: set[int]
) -> None:
    made = parse_filter(text, warehouse.columns)
    rows = warehouse.chosen(made.sql, made.values)
    assert {number for number, row in enumerate(rows) if row} == chosen


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ordrs > 1", "Did you mean: orders"),
        ("city > 5", "city (a text) with 5 (a number)"),
        ("orders = '5'", "orders (a number) with '5' (a text)"),
        ("tags is null", "no column 'tags'"),
        ("regexp_matches(city, 'x')", "cannot call regexp_matches()"),
        ('city = "Köln"', "text stands in single ones"),
        ("city = null", "city is null".replace("city", "churn_score")),
        ("city = 'x\u200b'", "U+200B"),
        ("last_ordered_at > '31.01.2026'", "'31.01.2026' is no date"),
    ],
)
def test_refusals_say_what_is_wrong(
    warehouse: Warehouse, text: str, words: str
) -> None:
    with pytest.raises(UsageError) as refusal:
        parse_filter(text, warehouse.columns)
    assert words in f"{refusal.value.message} {refusal.value.hint}"


def test_values_are_bound(warehouse: Warehouse) -> None:
    made = parse_filter("city = 'x' and orders in (1, 2)", warehouse.columns)
    assert made.sql == "city = $value_1 and orders in ($value_2, $value_3)"
    assert made.values == {"value_1": "x", "value_2": 1, "value_3": 2}
    assert made.columns == ("city", "orders")


def test_what_takes_too_long_is_stopped(warehouse: Warehouse) -> None:
    endless = "select count(*) from range(100000) as a, range(100000) as b"
    with pytest.raises(UsageError, match=r"more than 0\.2 seconds"):
        with running_a_filter(warehouse.connection, 0.2):
            warehouse.connection.execute(endless).fetchall()


def test_a_locked_connection_reads_tables_and_nothing_else(
    warehouse: Warehouse,
) -> None:
    for statement in (
        f"select * from read_text('{warehouse.canary}')",
        f"copy marts.canary to '{warehouse.canary}.csv'",
        "attach 'other.duckdb'",
        "set threads = 1",
        "set enable_external_access = true",
        "drop table marts.canary",
    ):
        with pytest.raises(duckdb.Error):
            warehouse.connection.execute(statement).fetchall()
