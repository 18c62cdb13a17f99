"""Where columns of made models come from and go to, construct by construct."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from made_project import SEALED, made_manifest
from martlet.errors import CannotFollow, UsageError
from martlet.lineage.project import Project
from martlet.lineage.queries import parse
from martlet.lineage.tracing import Trace, trace
from martlet.lineage.tree import Deciding, Lineage, Step

SCHEMA = {
    "raw.orders": ["order_id", "customer_id", "amount", "tags", "t"],
    "raw.rates": ["currency", "rate"],
}

ORDERS = "with source as (select * from raw.orders), "


def written(traced: Trace) -> dict[str, str]:
    """Write each column as ``expression < origins``."""
    return {
        name: " < ".join(
            (
                value.expression.sql("duckdb") if value.expression else "carried",
                ", ".join(sorted(map(str, value.origins))),
            )
        )
        for name, value in traced.columns.items()
    }


def deciding(traced: Trace) -> dict[str, set[str]]:
    """Tell by clause which columns decide on rows."""
    found: dict[str, set[str]] = {}
    for use in traced.uses:
        if use.decides_rows:
            found.setdefault(use.clause, set()).update(o.name for o in use.origins)
    return found


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param(
            ORDERS + "x as (select order_id as id, amount from source) select * from x",
            {
                "id": "carried < raw.orders.order_id",
                "amount": "carried < raw.orders.amount",
            },
            id="names and stars",
        ),
        pytest.param(
            ORDERS + "x as (select sum(amount) as total from source) "
            "select total as net from x",
            {"net": "SUM(source.amount) < raw.orders.amount"},
            id="computed below, carried above",
        ),
        pytest.param(
            "select o.amount * r.rate as eur from raw.orders as o, raw.rates as r",
            {"eur": "o.amount * r.rate < raw.orders.amount, raw.rates.rate"},
            id="two relations",
        ),
        pytest.param(
            "select order_id as k from raw.orders union all select currency from raw.rates",
            {"k": "carried < raw.orders.order_id, raw.rates.currency"},
            id="union",
        ),
        pytest.param(
            "select 'all' as k, order_id is null as is_one from raw.orders",
            {
                "k": "'all' < ",
                "is_one": "orders.order_id IS NULL < raw.orders.order_id",
            },
            id="constant",
        ),
        pytest.param(
            "select (select max(rate) from raw.rates where currency = o.t) as m "
            "from raw.orders as o",
            {
                "m": "(SELECT MAX(rates.rate) AS _col_0 FROM raw.rates AS rates WHERE "
                "rates.currency = o.t) < raw.orders.t, raw.rates.currency, raw.rates.rate"
            },
            id="subquery and what it is filtered by",
        ),
        pytest.param(
            "select sum(amount) over w as running from raw.orders "
            "window w as (partition by customer_id order by t)",
            {
                "running": "SUM(orders.amount) OVER w < raw.orders.amount, "
                "raw.orders.customer_id, raw.orders.t"
            },
            id="named window",
        ),
        pytest.param(
            "select order_id, u.tag from raw.orders as o, unnest(o.tags) as u(tag)",
            {
                "order_id": "carried < raw.orders.order_id",
                "tag": "UNNEST(o.tags) AS u(tag) < raw.orders.tags",
            },
            id="unnest",
        ),
        pytest.param(
            "select v.b from (values (1, 'x')) as v(a, b)",
            {"b": "(VALUES (1, 'x')) AS v(a, b) < "},
            id="values",
        ),
        pytest.param(
            "with recursive x as (select order_id, t as a, customer_id as b "
            "from raw.orders union all select order_id, b, b from x where a < b) "
            "select a from x",
            {"a": "carried < raw.orders.customer_id, raw.orders.t"},
            id="recursion",
        ),
        pytest.param(
            "select customer_id, rate from raw.orders join "
            "(select currency as t, rate from raw.rates) as r using (t)",
            {
                "customer_id": "carried < raw.orders.customer_id",
                "rate": "carried < raw.rates.rate",
            },
            id="join using",
        ),
    ],
)
def test_columns_are_followed(sql: str, expected: dict[str, str]) -> None:
    assert written(trace(parse(sql), SCHEMA)) == expected


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select order_id from raw.orders order by t", {}),
        ("select order_id from raw.orders order by t limit 3", {"order": {"t"}}),
        ("select sum(amount) as s from raw.orders", {}),
        (
            "select max(t) as t from raw.orders where amount > 0 group by order_id "
            "having sum(amount) > 1",
            {"where": {"amount"}, "group": {"order_id"}, "having": {"amount"}},
        ),
        (
            "select order_id from raw.orders qualify row_number() over (order by t) = 1",
            {"qualify": {"t"}},
        ),
        ("select distinct t from raw.orders", {"distinct rows": {"t"}}),
        (
            "select order_id from raw.orders left join raw.rates on t = currency",
            {"joins": {"t", "currency"}},
        ),
        (
            "select 1 as one from raw.orders as o, unnest(o.tags) as u(tag)",
            {"unnest": {"tags"}, "joins": {"tags"}},
        ),
        (
            "select order_id from raw.orders where t in (select currency from raw.rates)",
            {"where": {"t", "currency"}},
        ),
        ("select sum(amount) over (order by t) as s from raw.orders", {}),
    ],
)
def test_what_decides_on_rows_is_told(sql: str, expected: dict[str, set[str]]) -> None:
    assert deciding(trace(parse(sql), SCHEMA)) == expected


SHOP = made_manifest(
    {
        "staging.orders": "select order_id, customer_id, amount, T from raw.orders",
        "core.sales": "select o.customer_id, o.amount * r.rate as eur, o.t "
        "from staging.orders as o join reference.rates as r on o.t = r.currency "
        "where o.order_id is not null",
        "marts.money": "select customer_id, sum(eur) as money from core.sales group by 1",
        "segments.rich": "select customer_id, 'rich' as reason from marts.money "
        "where money > 100",
    },
    {"raw.orders": {"order_id": {}, "customer_id": SEALED, "amount": {}, "T": {}}},
    {"reference.rates": {"currency": {}, "rate": {}}},
    public=("marts.money",),
)

step = partial(
    Step, how=None, expression=None, about=(), rows=(), steps=(), is_repeated=False
)


@pytest.fixture(scope="module")
def shop() -> Lineage:
    """A lineage of four models, a source and a seed."""
    return Lineage(Project(SHOP))


def without_rows(told: Step) -> Step:
    steps = tuple(without_rows(each) for each in told.steps)
    return replace(told, rows=(), steps=steps)


def test_a_column_is_told_up_to_its_sources(shop: Lineage) -> None:
    told = shop.up(shop.find("money.money"))
    assert without_rows(told) == step(
        "marts.money.money",
        expression="sum(sales.eur)",
        about=("published",),
        steps=(
            step(
                "core.sales.eur",
                how="computed",
                expression="o.amount * r.rate",
                steps=(
                    step("reference.rates.rate", how="computed", about=("source",)),
                    step(
                        "staging.orders.amount",
                        how="computed",
                        steps=(
                            step("raw.orders.amount", how="carried", about=("source",)),
                        ),
                    ),
                ),
            ),
        ),
    )
    assert told.rows == (Deciding("core.sales", ("customer_id",), ("group by",)),)
    assert told.steps[0].rows == (
        Deciding("reference.rates", ("currency",), ("join",)),
        Deciding("staging.orders", ("order_id", "t"), ("join", "where")),
    )


def test_a_column_is_told_down_to_the_last_models(shop: Lineage) -> None:
    told = shop.down(shop.find("raw.orders.customer_id"))
    names = []
    while told.steps:
        names.append((told.column, told.how, told.about))
        (told,) = told.steps
    assert [*names, (told.column, told.how, told.about)] == [
        ("raw.orders.customer_id", None, ("source", "sealed")),
        ("staging.orders.customer_id", "carried", ()),
        ("core.sales.customer_id", "carried", ()),
        ("marts.money.customer_id", "carried", ("published",)),
        ("segments.rich.customer_id", "carried", ("exported",)),
    ]


def test_what_only_decides_on_rows_is_told_on_the_way_down(shop: Lineage) -> None:
    told = shop.down(shop.find("marts.money.money"))
    assert not told.steps
    assert told.rows == (Deciding("segments.rich", ("money",), ("where",)),)


def test_depth_cuts_and_says_so(shop: Lineage) -> None:
    told = shop.up(shop.find("money.money"), depth=1)
    (eur,) = told.steps
    assert eur.is_cut
    assert not eur.steps
    assert not told.is_cut


def test_what_is_told_above_is_not_told_again() -> None:
    models = {
        "staging.a": "select order_id as k from raw.orders",
        "core.b": "select k as k1, k as k2 from staging.a",
        "marts.c": "select k1 || k2 as k from core.b",
    }
    made = Lineage(Project(made_manifest(models, {"raw.orders": {"order_id": {}}})))
    first, second = made.up(made.find("c.k")).steps
    assert not first.steps[0].is_repeated
    assert second.steps[0].column == "staging.a.k"
    assert second.steps[0].is_repeated
    assert not second.steps[0].steps


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("money", "marts.money.money"),
        ("money.money", "marts.money.money"),
        ("MARTS.MONEY.MONEY", "marts.money.money"),
        ("staging.orders.t", "staging.orders.t"),
        ("eur", "core.sales.eur"),
    ],
)
def test_columns_are_found(shop: Lineage, name: str, found: str) -> None:
    assert str(shop.find(name)) == found


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("mony.money", "There is no model, source or reference table mony.", "money"),
        ("money.mony", "money has no column mony.", "Did you mean money?"),
        ("sales.zzz", "sales has no column zzz.", "It has: customer_id, eur, t"),
        ("order_id", "order_id is a column of 2 tables.", "staging.orders.order_id"),
        ("orders.amount", "amount is a column of 2 tables.", "raw.orders.amount"),
        ("rates", "rates is a table, not a column.", "currency, rate"),
        ("zzzzzz", "There is no column zzzzzz.", ""),
        ("", "There is no column .", ""),
        ("a.b.c.d", "There is no model, source or reference table a.b.c.", "dbt ls"),
    ],
)
def test_what_is_not_found_is_told(
    shop: Lineage, name: str, message: str, hint: str
) -> None:
    with pytest.raises(UsageError) as raised:
        shop.find(name)
    assert raised.value.message == message
    assert hint in raised.value.hint


def test_a_model_that_cannot_be_followed_is_named() -> None:
    models = {"core.wide": "select * from (pivot raw.orders on t using count(*))"}
    made = Project(made_manifest(models, {"raw.orders": {"t": {}}}))
    with pytest.raises(CannotFollow, match=r"^The columns of core\.wide cannot"):
        _ = made.traces
