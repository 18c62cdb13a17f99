"""Metrics are what the marts say, in all and by every dimension, to the cent.

MetricFlow makes SQL of a metric; the test runs it and the same written by hand. What a
person types goes through `mf` itself, which the extra `metrics` brings.
"""

from __future__ import annotations

import csv
import importlib.util
import math
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from asked_metrics import Metrics, Rows, open_copy, semantic_manifest
from metrics_by_hand import GROUPS, TOLD, Group
from support import BIN, PROJECT_DIR, BuiltSample

needs_mf = pytest.mark.skipif(
    importlib.util.find_spec("dbt_metricflow") is None,
    reason="mf is missing: pip install 'martlet[metrics]'",
)


@pytest.fixture(scope="module")
def metrics(built_sample: BuiltSample) -> Iterator[Metrics]:
    warehouse = str(built_sample.home / "warehouse.duckdb")
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield Metrics(built_sample, connection)


def same(told: object, expected: object) -> bool:
    """Money and counts are the same exactly, ratios to nine digits."""
    if isinstance(told, float) and isinstance(expected, float):
        return math.isclose(told, expected, rel_tol=1e-9)
    exact = int | Decimal | None
    return isinstance(told, exact) and isinstance(expected, exact) and told == expected


def assert_same(told: Rows, expected: Rows) -> None:
    """Every group is told the same; one that is not told has nothing in it."""
    assert told
    assert told.keys() <= expected.keys()
    wrong = {
        key: (told.get(key), values)
        for key, values in expected.items()
        if (key in told or any(values))
        and not (key in told and all(map(same, told[key], values)))
    }
    assert not wrong, wrong


def test_every_metric_is_compared(metrics: Metrics) -> None:
    assert {metric.name for metric in metrics.manifest.metrics} == TOLD


@pytest.mark.parametrize("name", [n for n, group in GROUPS.items() if not group.per])
def test_each_metric_in_all_is_what_the_mart_says(metrics: Metrics, name: str) -> None:
    group = GROUPS[name]
    for metric in group.metrics:
        expected = metrics.run(group.query([metric], ()), [metric], ())
        assert_same(metrics.ask([metric], ()), expected)


@pytest.mark.parametrize(
    ("group", "dimensions"),
    [
        pytest.param(group, dimensions, id=f"{name} by {' '.join(dimensions)}")
        for name, group in GROUPS.items()
        for dimensions in group.slices
    ],
)
def test_metrics_by_a_dimension_are_what_the_mart_says(
    metrics: Metrics, group: Group, dimensions: tuple[str, ...]
) -> None:
    names = list(group.metrics)
    expected = metrics.run(group.query(names, dimensions), names, dimensions)
    assert len(expected) > 1, "a dimension of one value proves nothing"
    assert_same(metrics.ask(names, dimensions), expected)


@pytest.mark.parametrize("group", GROUPS.values(), ids=GROUPS)
def test_each_metric_by_several_dimensions_is_what_the_mart_says(
    metrics: Metrics, group: Group
) -> None:
    for metric in group.metrics:
        query = group.query([metric], group.together)
        expected = metrics.run(query, [metric], group.together)
        assert_same(metrics.ask([metric], group.together), expected)


@pytest.mark.parametrize(
    ("metric", "headline"),
    [
        ("revenue", "net_sales"),
        ("orders", "orders"),
        ("buying_customers", "customers"),
        ("new_customers", "new_customers"),
        ("average_order_value", "average_order_value"),
        ("items_per_order", "items_per_order"),
        ("gross_margin", "gross_margin"),
        ("gross_margin_rate", "gross_margin_rate"),
        ("discount_rate", "discount_rate"),
        ("return_rate", "return_rate"),
        ("sessions", "sessions"),
        ("conversion_rate", "conversion_rate"),
        ("spend", "ad_spend"),
        ("roas", "roas"),
        ("cac", "cac"),
    ],
)
def test_metrics_are_what_the_report_headlines(
    metrics: Metrics, metric: str, headline: str
) -> None:
    by_month = {
        str(month)[:7]: float(value)
        for (month,), (value,) in metrics.ask([metric], ["metric_time__month"]).items()
        if value is not None
    }
    expected = metrics.run(
        "select metric, value, previous_value from marts.headline_metrics "
        f"where period_type = 'month' and metric = '{headline}'",
        ["value", "previous_value"],
        ["metric"],
    )
    ((now, before),) = expected.values()
    assert by_month["2026-06"] == pytest.approx(now, rel=1e-9)
    assert by_month["2026-05"] == pytest.approx(before, rel=1e-9)


@pytest.mark.parametrize("name", ["goods", "baskets"])
def test_what_is_no_order_adds_money_and_no_order(
    built_sample: BuiltSample, name: str
) -> None:
    """Every fifth order becomes a credit note; the sample has none of its own."""
    group = GROUPS[name]
    names = list(group.metrics)
    with open_copy(built_sample) as connection:
        connection.execute(
            """
            update core.fct_orders
            set is_counted = false, is_first_order = null, customer_order_number = null
            where hash(order_id) % 5 = 0;
            delete from marts.campaign_attribution where hash(order_id) % 5 = 0;
            """
        )
        metrics = Metrics(built_sample, connection)
        for dimensions in [(), *group.slices]:
            expected = metrics.run(group.query(names, dimensions), names, dimensions)
            assert_same(metrics.ask(names, dimensions), expected)


@pytest.mark.parametrize(
    ("names", "dimensions", "mart"),
    [
        (
            ["revenue", "gross_margin", "orders", "returns"],
            [],
            """
            select
                sum(net_sales) as revenue, sum(gross_margin) as gross_margin,
                count(*) filter (is_counted) as orders, sum("returns") as "returns"
            from core.fct_orders
            """,
        ),
        (
            ["revenue", "gross_margin"],
            ["order_id__channel", "order_id__campaign"],
            """
            select
                channel_group as order_id__channel, campaign_id as order_id__campaign,
                sum(last_non_direct_touch_revenue) as revenue,
                sum(last_non_direct_touch_margin) as gross_margin
            from marts.campaign_attribution
            where last_non_direct_touch_weight > 0
            group by all
            """,
        ),
        (
            [
                *("spend", "attributed_revenue", "attributed_margin"),
                *("attributed_orders", "roas", "roi", "cac", "cost_per_order"),
                *("cost_per_click", "click_through_rate"),
            ],
            ["channel", "campaign"],
            """
            select
                channel_group as channel, campaign_id as campaign,
                conversions as attributed_orders, cpa as cost_per_order,
                cpc as cost_per_click, ctr as click_through_rate,
                spend, attributed_revenue, attributed_margin, roas, roi, cac
            from marts.campaign_roi_totals
            where attribution_model = 'last_non_direct_touch'
            """,
        ),
        (
            ["average_order_value"],
            ["customer"],
            """
            select customer_id as customer, average_order_value
            from marts.customer_profiles where orders > 0
            union all select null, (
                select (sum(gross_sales) - sum(discounts)) / count(*)
                from core.fct_orders where customer_id is null
            )
            """,
        ),
        (
            ["customers_with_orders"],
            ["customer__rfm_segment"],
            """
            select
                rfm_segment as customer__rfm_segment,
                count(*) as customers_with_orders
            from marts.customer_rfm group by all
            """,
        ),
        (
            ["retention_rate"],
            ["metric_time__month", "cohort__cohort_month_number"],
            """
            select
                cast(cohort_month as timestamp) as metric_time__month,
                cohort_month_number as cohort__cohort_month_number,
                case when cohort_month_number > 0 then retention_rate end
                    as retention_rate
            from marts.customer_cohorts
            """,
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_metrics_are_columns_of_marts(
    metrics: Metrics, names: list[str], dimensions: list[str], mart: str
) -> None:
    assert_same(metrics.ask(names, dimensions), metrics.run(mart, names, dimensions))


def test_spend_visits_and_credit_are_told_by_channel_side_by_side(
    metrics: Metrics,
) -> None:
    """One query of three marts: channel is one entity."""
    together = ["sessions", "conversion_rate", "spend", "attributed_orders", "roas"]
    told = metrics.ask(together, ["channel"])
    apart = [metrics.ask([name], ["channel"]) for name in together]
    for channel, values in told.items():
        nothing = (0, None, 0, 0, None)
        alone = [
            rows.get(channel, (missing,))[0]
            for rows, missing in zip(apart, nothing, strict=True)
        ]
        assert all(map(same, values, alone)), channel
    assert set(told) == set().union(*apart)


@pytest.fixture
def typed(built_sample: BuiltSample, tmp_path: Path) -> Iterator[tuple[Path, dict]]:
    """A checkout with a built warehouse, and the environment of whoever sits there.

    `mf` looks for the manifest in `target` below the project, and opens the warehouse
    for writing, so that both have to be this test's own.
    """
    checkout, home = tmp_path / "martlet", tmp_path / "home"
    for directory in (checkout / "target", home):
        directory.mkdir(parents=True)
    for name in ("dbt_project.yml", "models", "macros", "seeds", "tests", "profiles"):
        (checkout / name).symlink_to(PROJECT_DIR / name)
    shutil.copy(semantic_manifest(built_sample), checkout / "target")
    shutil.copy(built_sample.home / "warehouse.duckdb", home)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("DBT_")}
    path = f"{BIN}:{inherited['PATH']}"
    yield checkout, inherited | {"MARTLET_HOME": str(home), "PATH": path}


@needs_mf
def test_commands_of_the_page_work_as_typed(typed: tuple[Path, dict]) -> None:
    checkout, environment = typed
    page = (PROJECT_DIR / "docs" / "metrics.md").read_text("utf-8")
    lines = re.findall(r"^\$ ((?:export|mf) .+)$", page, re.MULTILINE)
    assert {line.split()[1] for line in lines} >= {"list", "query", "validate-configs"}
    done = subprocess.run(
        ["bash", "-ec", "\n".join(lines)],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with (checkout / "told.csv").open(encoding="utf-8", newline="") as file:
        told = {row["metric_time__month"][:7]: row for row in csv.DictReader(file)}
    with duckdb.connect(f"{environment['MARTLET_HOME']}/warehouse.duckdb") as warehouse:
        expected = warehouse.execute(
            """
            select strftime(day, '%Y-%m'), sum(amount) from (
                select order_date as day, gross_sales - discounts as amount
                from core.fct_orders
                union all select return_date, -refunds from core.fct_returns
            ) group by all
            """
        ).fetchall()
    assert {month for month, _ in expected} <= told.keys()
    assert all(Decimal(told[month]["revenue"]) == amount for month, amount in expected)
