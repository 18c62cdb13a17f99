"""Associations as SQL counts them, against a plain reading of their definitions.

The compiled models run on small made-up shops: whatever products, people, times and
returns Hypothesis thinks of, ids with quotes and pictures in them included.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from implicit.nearest_neighbours import CosineRecommender
from scipy.sparse import csr_matrix
from scipy.stats import chi2, chi2_contingency

from compiled_models import compiled, run_models, warehouse_of

MODELS = (
    "int_basket_sets",
    "int_item_numbers",
    "int_basket_lines",
    "int_baskets",
    "int_pair_counts",
    "int_item_occurrences",
    "feat_associations",
)
ASSOCIATIONS = "features.feat_associations"
LATEST, TRIAL = datetime(2026, 3, 31), datetime(2026, 2, 1)
AS_OF = {"all_time": LATEST, "recent": LATEST, "trial": TRIAL}
RECENT_DAYS = 90
PRODUCTS = ("tea", "cup", "o'clock", '"quoted"', "🫖", "a,b;c\n", "Ünïcode", "tea ")
CATEGORIES = {name: ("drinks", "it's", None)[n % 3] for n, name in enumerate(PRODUCTS)}
TIMES = (
    datetime(2025, 6, 1),
    LATEST - timedelta(days=RECENT_DAYS, microseconds=1),
    LATEST - timedelta(days=RECENT_DAYS),
    TRIAL - timedelta(microseconds=1),
    TRIAL,
    LATEST - timedelta(microseconds=1),
    LATEST,
)

LINE_TYPES = pa.schema(
    {
        "order_id": pa.string(),
        "line_number": pa.int64(),
        "product_id": pa.string(),
        "category": pa.string(),
        "customer_id": pa.string(),
        "identified_at": pa.timestamp("us"),
        "ordered_at": pa.timestamp("us"),
        "order_date": pa.date32(),
        "quantity": pa.int64(),
        "gross_sales": pa.decimal128(18, 4),
        "is_order": pa.bool_(),
        "is_merchandise": pa.bool_(),
    }
)
RETURN_TYPES = pa.schema(
    {
        "order_id": pa.string(),
        "line_number": pa.int64(),
        "product_id": pa.string(),
        "returned_at": pa.timestamp("us"),
        "quantity": pa.int64(),
        "is_order": pa.bool_(),
    }
)


@st.composite
def shops(draw: st.DrawFn) -> tuple[list[dict], list[dict]]:
    """Draw order lines and returns of a small shop."""
    lines, returns = [], []
    for number in range(draw(st.integers(0, 12))):
        customer = draw(st.sampled_from([None, "c1", "c2", "c3"]))
        ordered_at = draw(st.sampled_from(TIMES))
        later = draw(st.sampled_from([t for t in TIMES if t >= ordered_at]))
        for place, product in enumerate(
            draw(st.lists(st.sampled_from(PRODUCTS), min_size=1, max_size=6)), start=1
        ):
            line = {
                "order_id": f"o{number}",
                "line_number": place,
                "product_id": product,
                "category": CATEGORIES[product],
                "customer_id": customer,
                "identified_at": customer and later,
                "ordered_at": ordered_at,
                "order_date": ordered_at.date(),
                "quantity": draw(st.sampled_from([1, 1, 2, 0])),
                "gross_sales": draw(st.sampled_from([5, 5, 5, 0])),
                "is_order": draw(st.sampled_from([True, True, True, False])),
                "is_merchandise": draw(st.sampled_from([True, True, True, False])),
            }
            lines.append(line)
            if draw(st.booleans()) and line["is_order"]:
                names_line = draw(st.booleans())
                returns.append(
                    {
                        "order_id": line["order_id"],
                        "line_number": place if names_line else None,
                        "product_id": None if names_line else product,
                        "returned_at": draw(
                            st.sampled_from([t for t in TIMES if t >= ordered_at])
                        ),
                        "quantity": draw(st.sampled_from([1, 2, None])),
                        "is_order": True,
                    }
                )
    return lines, returns


@pytest.fixture(scope="module")
def sql(manifest: dict[str, Any]) -> dict[str, str]:
    """The models as dbt compiles them, each pair told however rare."""
    models = compiled(manifest, MODELS)
    seldom = "where cooccurrences >= 2"
    assert seldom in models[ASSOCIATIONS]
    models[ASSOCIATIONS] = models[ASSOCIATIONS].replace(
        seldom, "where cooccurrences >= 1"
    )
    return models


def told(
    sql: dict[str, str], lines: list[dict], returns: list[dict]
) -> list[dict[str, Any]]:
    """Run the models on a shop and read the associations."""
    with warehouse(lines, returns) as connection:
        run_models(connection, sql)
        return (
            connection.execute(f"from warehouse.{ASSOCIATIONS}")
            .to_arrow_table()
            .to_pylist()
        )


def warehouse(lines: list[dict], returns: list[dict]) -> duckdb.DuckDBPyConnection:
    dates = [
        {"purpose": "serving", "as_of_date": LATEST.date(), "as_of_at": LATEST},
        {"purpose": "trial", "as_of_date": TRIAL.date(), "as_of_at": TRIAL},
    ]
    named = {line["product_id"]: line["category"] for line in lines}
    products = [{"product_id": p, "category": c} for p, c in named.items()]
    text = pa.schema({"product_id": pa.string(), "category": pa.string()})
    return warehouse_of(
        {
            "intermediate.int_order_lines": pa.Table.from_pylist(lines, LINE_TYPES),
            "intermediate.int_returns": pa.Table.from_pylist(returns, RETURN_TYPES),
            "intermediate.int_products": pa.Table.from_pylist(products, text),
            "intermediate.int_recommendation_dates": pa.Table.from_pylist(dates),
        }
    )


def reference(lines: list[dict], returns: list[dict]) -> Iterator[tuple]:
    """Yield basket, item, period, two items and their counts and measures."""
    usable = [
        line
        for line in lines
        if line["is_order"]
        and line["is_merchandise"]
        and line["quantity"] > 0
        and line["gross_sales"] > 0
    ]
    back = taken_back(usable, returns)
    for basket_type in ("order", "customer"):
        for item_type in ("product", "category"):
            for period, as_of in AS_OF.items():
                if period == "trial" and item_type == "category":
                    continue
                baskets = defaultdict(set)
                for line in usable:
                    gone_at = back.get((line["order_id"], line["product_id"]))
                    known_at = line["identified_at"]
                    item = line[
                        f"{item_type}_id" if item_type == "product" else item_type
                    ]
                    if (
                        line["ordered_at"] < as_of
                        and (
                            period != "recent"
                            or line["ordered_at"] >= as_of - timedelta(days=RECENT_DAYS)
                        )
                        and (gone_at is None or gone_at >= as_of)
                        and line[f"{basket_type}_id"] is not None
                        and (basket_type == "order" or known_at < as_of)
                        and item is not None
                    ):
                        baskets[line[f"{basket_type}_id"]].add(item)
                for pair, measures in measured(list(baskets.values())):
                    yield (basket_type, item_type, period, *pair), measures


def taken_back(lines: list[dict], returns: list[dict]) -> dict[tuple, datetime]:
    """Give when an order's product had come back whole, where it had."""
    bought, back = defaultdict(int), {}
    product_of = {(x["order_id"], x["line_number"]): x["product_id"] for x in lines}
    for line in lines:
        bought[line["order_id"], line["product_id"]] += line["quantity"]
    came = defaultdict(int)
    for row in sorted(returns, key=lambda row: row["returned_at"]):
        on_line = product_of.get((row["order_id"], row["line_number"]))
        key = row["order_id"], row["product_id"] or on_line
        came[key] += row["quantity"] or 0
        if key in bought and came[key] >= bought[key]:
            back.setdefault(key, row["returned_at"])
    return back


def measured(baskets: list[set[str]]) -> Iterator[tuple[tuple[str, str], dict]]:
    """Yield each directed pair with the textbook's measures (arules' names)."""
    n = len(baskets)
    single, both = defaultdict(int), defaultdict(int)
    for basket in baskets:
        for item in basket:
            single[item] += 1
        for one, other in combinations(sorted(basket), 2):
            both[one, other] += 1
            both[other, one] += 1
    for (one, other), c in both.items():
        a, b = single[one], single[other]
        yield (
            (one, other),
            {
                "occurrences_1": a,
                "occurrences_2": b,
                "cooccurrences": c,
                "baskets": n,
                "support": c / n,
                "confidence": c / a,
                "lift": (c / n) / ((a / n) * (b / n)),
                "cosine_similarity": (c / n) / math.sqrt((a / n) * (b / n)),
                "jaccard": (c / n) / (a / n + b / n - c / n),
                "log_likelihood_ratio": 2
                * sum(
                    cell * math.log(cell * n / (row * column))
                    for cell, row, column in (
                        (c, a, b),
                        (a - c, a, n - b),
                        (b - c, n - a, b),
                        (n - a - b + c, n - a, n - b),
                    )
                    if cell
                ),
            },
        )


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(shop=shops())
def test_associations_equal_a_count_by_hand(
    sql: dict[str, str], shop: tuple[list[dict], list[dict]]
) -> None:
    found = {
        (
            row["basket_type"],
            row["item_type"],
            row["period"],
            row["item_1"],
            row["item_2"],
        ): row
        for row in told(sql, *shop)
    }
    expected = dict(reference(*shop))
    assert found.keys() == expected.keys()
    for key, measures in expected.items():
        for name, value in measures.items():
            assert found[key][name] == pytest.approx(value, abs=1e-9), (key, name)


def lines_of(baskets: list[list[str]]) -> list[dict]:
    """Make an order of each basket."""
    return [
        {
            "order_id": f"o{number}",
            "line_number": place,
            "product_id": product,
            "category": None,
            "customer_id": None,
            "identified_at": None,
            "ordered_at": LATEST - timedelta(days=1),
            "order_date": LATEST.date() - timedelta(days=1),
            "quantity": 1,
            "gross_sales": 1,
            "is_order": True,
            "is_merchandise": True,
        }
        for number, basket in enumerate(baskets)
        for place, product in enumerate(basket)
    ]


def all_time_by_order(rows: list[dict]) -> list[dict]:
    return [
        row
        for row in rows
        if (row["basket_type"], row["item_type"], row["period"])
        == ("order", "product", "all_time")
    ]


def test_a_basket_of_ten_thousand_items_is_nobodys(sql: dict[str, str]) -> None:
    huge = [f"p{number}" for number in range(10_000)]
    rows = all_time_by_order(told(sql, lines_of([huge, ["p1", "p2"], ["p3"]]), []))
    assert {(row["item_1"], row["item_2"]) for row in rows} == {
        ("p1", "p2"),
        ("p2", "p1"),
    }
    assert {row["baskets"] for row in rows} == {2}


def test_a_product_in_every_basket_is_independent_of_all(sql: dict[str, str]) -> None:
    rows = all_time_by_order(
        told(
            sql, lines_of([["bag", "a"], ["bag", "b"], ["bag", "a", "b"], ["bag"]]), []
        )
    )
    with_bag = [row for row in rows if "bag" in (row["item_1"], row["item_2"])]
    assert len(with_bag) == 4
    for row in with_bag:
        assert row["lift"] == 1
        assert row["log_likelihood_ratio"] == pytest.approx(0, abs=1e-12)
        assert row["p_value"] == pytest.approx(1, abs=1e-6)


def test_a_shop_of_one_item_baskets_has_no_associations(sql: dict[str, str]) -> None:
    assert told(sql, lines_of([["a"], ["b"], ["a"]]), []) == []


@pytest.fixture(scope="module")
def random_baskets() -> list[list[str]]:
    """Five hundred baskets of products of very different popularity."""
    rng = np.random.default_rng(7)
    chances = 1 / np.arange(1, 41)
    chances /= chances.sum()
    return [
        [f"p{n:02}" for n in rng.choice(40, size=size, replace=False, p=chances)]
        for size in rng.integers(1, 9, size=500)
    ]


def test_cosines_are_those_of_implicit(
    sql: dict[str, str], random_baskets: list[list[str]]
) -> None:
    order = [n for n, basket in enumerate(random_baskets) for _ in basket]
    product = [int(p[1:]) for basket in random_baskets for p in basket]
    held = csr_matrix((np.ones(len(order)), (order, product)))
    model = CosineRecommender(K=41, num_threads=1)
    model.fit(held, show_progress=False)
    theirs = model.similarity.toarray()
    rows = all_time_by_order(told(sql, lines_of(random_baskets), []))
    assert len(rows) > 300
    for row in rows:
        one, other = int(row["item_1"][1:]), int(row["item_2"][1:])
        assert row["cosine_similarity"] == pytest.approx(theirs[one, other], abs=1e-9)


def test_significance_is_that_of_the_g_test(
    sql: dict[str, str], random_baskets: list[list[str]]
) -> None:
    for row in all_time_by_order(told(sql, lines_of(random_baskets), [])):
        a, b, c, n = (
            row[name]
            for name in ("occurrences_1", "occurrences_2", "cooccurrences", "baskets")
        )
        table = [[c, a - c], [b - c, n - a - b + c]]
        g = chi2_contingency(table, correction=False, lambda_="log-likelihood")
        assert row["log_likelihood_ratio"] == pytest.approx(g.statistic, abs=1e-9)
        expected = chi2.sf(row["log_likelihood_ratio"], 1)
        assert row["p_value"] == pytest.approx(expected, abs=2e-7)
