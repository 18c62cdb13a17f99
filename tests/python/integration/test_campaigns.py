"""Campaigns from raw files to marts: returns by hand, forecasts, and the next money."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from martlet.warehouse.budgeting import BudgetRequest, plan_channels
from martlet.warehouse.campaign_tables import read_plan
from martlet.warehouse.campaigns import forecast_campaigns, foretell_uplift
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.dbt import DbtProject
from martlet.warehouse.on_duckdb import DuckDBWarehouse

CAMPAIGNS = (
    "campaign_id,campaign_name,campaign_type,platform,starts_on,ends_on,budget,currency"
)
SPEND = "date_day,platform,campaign_id,impressions,clicks,spend,currency"
TOUCHES = "touch_id,campaign_id,customer_id,touch_type,touched_at"
CUSTOMERS = "customer_id,country,registered_at"
ORDERS = (
    "order_id,customer_id,ordered_at,status,currency,discount_amount,tax_amount,"
    "taxes_included,coupon_code"
)
ITEMS = "order_id,line_number,product_id,quantity,unit_price,line_amount"
PRODUCTS = "product_id,product_name,price,unit_cost,currency"
RETURNS = "return_id,order_id,line_number,product_id,quantity,refund_amount,returned_at"


def write(project: DbtProject, table: str, header: str, rows: Iterable[str]) -> None:
    folder = project.settings.raw / table
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([header, *rows]) + "\n"
    (folder / "part.csv").write_text(text, "utf-8")


def build(project: DbtProject, *models: str) -> None:
    project.build(["--select", *models, "--resource-type", "model"])


def read(path: Path, query: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_returns_of_three_campaigns_by_hand(project: DbtProject) -> None:
    """All money is EUR, and one USD 0.86.

    Under linear attribution:

    - mail: order o1 of 119 with 19 tax in it, cost 40; alone. Sales 100, margin 60;
      20 spent: ROI 2, paid back on the day of the order, 4 days after spending.
    - coupon: o2 of 200 without tax less a coupon of 30, cost 80, shared with search;
      half of 170 and of 90: 85 and 45. 10 USD spent are 8.60: ROI 36.4 / 8.6.
      The coupon is in the margin once.
    - search: the other half, and o3 of two at 50 that cost 40 each, one of which came
      back eight days later: 50 and 10 more, 135 and 55 in all. 100 spent: ROI -0.45.

    Of a fourth order nobody knows a touch. Refunds stand on their own day on the basis
    that says so, and every basis has the same totals.
    """
    write(
        project,
        "campaigns",
        CAMPAIGNS,
        [
            "mail,Mail,email,mailer,2026-03-01,2026-03-07,20,EUR",
            "coupon,Coupon,coupon,mailer,2026-03-01,2026-03-31,10,USD",
            "search,Search,ad,google,2026-03-01,2026-03-31,100,EUR",
        ],
    )
    write(
        project,
        "ad_spend",
        SPEND,
        [
            "2026-03-01,mailer,mail,100,5,20,EUR",
            "2026-03-02,mailer,coupon,100,4,10,USD",
            "2026-03-03,google,search,1000,20,100,EUR",
        ],
    )
    write(project, "products", PRODUCTS, ["tea,Tea,119,40,EUR", "cup,Cup,200,80,EUR"])
    write(project, "customers", CUSTOMERS, [f"c{n},DE,2026-01-01" for n in range(1, 5)])
    write(
        project,
        "campaign_touches",
        TOUCHES,
        [
            "t0,mail,c1,sent,2026-03-04 09:00:00",
            "t1,mail,c1,click,2026-03-04 10:00:00",
            "t2,coupon,c2,click,2026-03-05 10:00:00",
            "t3,search,c2,click,2026-03-06 10:00:00",
            "t4,search,c3,click,2026-03-07 10:00:00",
        ],
    )
    write(
        project,
        "orders",
        ORDERS,
        [
            "o1,c1,2026-03-05 10:00:00,completed,EUR,0,19,true,",
            "o2,c2,2026-03-06 10:00:00,completed,EUR,30,0,false,SAVE30",
            "o3,c3,2026-03-08 10:00:00,completed,EUR,0,0,false,",
            "o4,c4,2026-03-09 10:00:00,completed,EUR,0,0,false,",
        ],
    )
    write(
        project,
        "order_items",
        ITEMS,
        ["o1,1,tea,1,119,119", "o2,1,cup,1,200,200", "o3,1,tea,2,50,100",
         "o4,1,tea,1,50,50"],
    )  # fmt: skip
    write(project, "returns", RETURNS, ["r1,o3,1,tea,1,50,2026-03-16 10:00:00"])
    build(project, "+campaign_roi_totals", "+campaign_responses")

    totals = read(
        project.settings.warehouse,
        """
        select campaign_id, spend, attributed_revenue, attributed_margin, conversions,
            new_customers, roas, roi, cac, payback_date, payback_days
        from marts.campaign_roi_totals
        where attribution_model = 'linear'
        order by campaign_id
        """,
    )
    assert [tuple(map(str, row[:6])) for row in totals] == [
        ("(none)", "0.0000", "50.0000", "10.0000", *["1.000000000000"] * 2),
        ("coupon", "8.6000", "85.0000", "45.0000", *["0.500000000000"] * 2),
        ("mail", "20.0000", "100.0000", "60.0000", *["1.000000000000"] * 2),
        ("search", "100.0000", "135.0000", "55.0000", *["1.500000000000"] * 2),
    ]
    ratios = {row[0]: row[6:] for row in totals}
    assert ratios["(none)"] == (None, None, 0, None, None)
    assert ratios["coupon"] == pytest.approx(
        (85 / 8.6, 36.4 / 8.6, 17.2, date(2026, 3, 6), 4)
    )
    assert ratios["mail"] == (5, 2, 20, date(2026, 3, 5), 4)
    assert ratios["search"] == pytest.approx((1.35, -0.45, 100 / 1.5, None, None))

    days = read(
        project.settings.warehouse,
        """
        select date_day, attributed_revenue, attributed_margin from marts.campaign_roi
        where campaign_id = 'search' and attribution_model = 'linear'
            and date_basis = 'refund' and attributed_revenue <> 0
        order by date_day
        """,
    )
    assert [tuple(map(str, row)) for row in days] == [
        ("2026-03-06", "85.0000", "45.0000"),
        ("2026-03-08", "100.0000", "20.0000"),
        ("2026-03-16", "-50.0000", "-10.0000"),
    ]


FIRST_MONDAY = date(2023, 1, 2)
WEEKS = 130
# Weekly revenue that no spend exceeds, and spend that brings half of it: one more euro
# on social brings far more than one on search.
CHANNELS = {
    "search": ("google", 2_000, 3_000.0, 1_000.0),
    "social": ("meta", 1_500, 15_000.0, 3_000.0),
    "banner": ("display", 1_000, 0.0, 1.0),
}


def write_media_store(project: DbtProject) -> None:
    """Write a shop whose weekly sales follow what it spends on two of three channels."""
    rng = np.random.default_rng(11)
    spend, orders, items = [], [], []
    for week in range(WEEKS):
        monday = FIRST_MONDAY + timedelta(weeks=week)
        sales = 20_000 + 2_000 * np.sin(2 * np.pi * week / 52) + rng.normal(0, 300)
        for name, (platform, usual, most, half) in CHANNELS.items():
            amount = round(usual * rng.uniform(0.3, 1.9), 2)
            spend.append(f"{monday},{platform},{name},1000,50,{amount},EUR")
            sales += most * amount / (amount + half)
        orders.append(f"o{week},c1,{monday} 12:00:00,completed,EUR,0,0,false,")
        items.append(f"o{week},1,tea,1,{sales:.2f},{sales:.2f}")
    write(
        project,
        "campaigns",
        CAMPAIGNS,
        [f"{name},,ad,{told[0]},,,,EUR" for name, told in CHANNELS.items()],
    )
    write(project, "ad_spend", SPEND, spend)
    write(project, "customers", CUSTOMERS, ["c1,DE,2022-01-01"])
    write(project, "orders", ORDERS, orders)
    write(project, "order_items", ITEMS, items)


def test_the_best_channel_gets_the_money(project: DbtProject) -> None:
    write_media_store(project)
    build(project, "+input_channel_weeks_training", "+campaign_budget_plan")
    warehouse = project.settings.warehouse
    before = read(warehouse, "select distinct status from marts.campaign_budget_plan")
    assert before == [("insufficient_evidence",)]

    with open_warehouse(warehouse) as connection:
        request = BudgetRequest(total=20_000, weeks=4)
        fitted, planned = plan_channels(DuckDBWarehouse(connection), request)
        plan = {
            row["channel_group"]: row for row in read_plan(connection, planned.run_id)
        }
        again = plan_channels(DuckDBWarehouse(connection), request)
    assert not fitted.refusal and not planned.refusal
    assert [outcome.is_reused for outcome in again] == [True, True]
    spent = sum(row["recommended_spend"] for row in plan.values())
    assert spent == pytest.approx(20_000, abs=0.005)
    best, worst = plan["Paid Social"], plan["Paid Search"]
    assert best["recommended_spend"] == pytest.approx(best["upper_bound"])
    assert best["upper_bound"] == pytest.approx(1.3 * best["current_spend"], abs=0.01)
    assert best["marginal_roi_ci_low"] > worst["marginal_roi"]
    _, _, most, half = CHANNELS["social"]
    weekly = best["recommended_spend"] / 4
    truth = 4 * most * weekly / (weekly + half)
    assert best["expected_return"] == pytest.approx(truth, rel=0.1)
    assert plan["Display"]["status"] == "insufficient_evidence"

    build(project, "pred_budget_plans+", "+channel_response_curves")
    told = read(
        warehouse,
        "select sum(recommended_spend), count(*) from marts.campaign_budget_plan",
    )
    assert [(float(total), rows) for total, rows in told] == [(20_000, len(plan))]
    curves = read(
        warehouse,
        "select channel_group, count(*), min(revenue), bool_and(revenue_ci_low <= "
        "revenue_ci_high) from marts.channel_response_curves group by all order by 1",
    )
    assert [row[1:] for row in curves] == [(21, 0, True)] * 3


def write_past_campaigns(
    project: DbtProject, past: int, planned: Sequence[str]
) -> None:
    """Write weekly campaigns: coupons return twice what they cost, mails nothing."""
    campaigns, spend, touches, orders, items = [], [], [], [], []
    rng = np.random.default_rng(12)
    for number in range(past):
        monday = FIRST_MONDAY + timedelta(weeks=number)
        kind = "coupon" if number % 2 else "email"
        name = f"{kind}-{number:02}"
        campaigns.append(
            f"{name},{name},{kind},mailer,{monday},{monday + timedelta(days=3)},100,EUR"
        )
        spend.append(f"{monday},mailer,{name},100,5,100,EUR")
        touches.append(f"t{number},{name},c1,click,{monday} 09:00:00")
        sales = (750 if kind == "coupon" else 250) * rng.uniform(0.9, 1.1)
        orders.append(f"o{number},c1,{monday} 12:00:00,completed,EUR,0,0,false,")
        items.append(f"o{number},1,tea,1,{sales:.2f},{sales:.2f}")
    end = FIRST_MONDAY + timedelta(weeks=past + 6)
    orders.append(f"last,c1,{end} 12:00:00,completed,EUR,0,0,false,")
    items.append("last,1,tea,1,5,5")
    begin = end + timedelta(days=30)
    campaigns += [
        f"next-{kind},Next,{kind},mailer,{begin},{begin + timedelta(days=3)},100,EUR"
        for kind in planned
    ]
    write(project, "campaigns", CAMPAIGNS, campaigns)
    write(project, "ad_spend", SPEND, spend)
    write(project, "customers", CUSTOMERS, ["c1,DE,2022-01-01"])
    write(project, "campaign_touches", TOUCHES, touches)
    write(project, "orders", ORDERS, orders)
    write(project, "order_items", ITEMS, items)


def test_planned_campaigns_are_foretold_by_those_that_are_over(
    project: DbtProject,
) -> None:
    write_past_campaigns(project, 40, ["email", "coupon"])
    inputs = ("+input_campaigns_training", "+input_campaigns_scoring")
    build(project, *inputs, "+campaign_roi_forecasts")
    with open_warehouse(project.settings.warehouse) as connection:
        outcome = forecast_campaigns(DuckDBWarehouse(connection))
    assert outcome.refusal is None
    build(project, "pred_campaign_roi_forecasts+", "pred_roi_forecast_candidates+")
    told = read(
        project.settings.warehouse,
        "select campaign_id, predicted_roi, ci_low, ci_high, predicted_profit, status, "
        "predicted_by from marts.campaign_roi_forecasts order by 1",
    )
    assert [row[0] for row in told] == ["next-coupon", "next-email"]
    # Margin is assumed to be four tenths: 300 of 750 for 100, and 100 of 250.
    for row, truth in zip(told, (2, 0), strict=True):
        assert row[1] == pytest.approx(truth, abs=0.3)
        assert row[2] < truth < row[3]
        assert float(row[4]) == pytest.approx(100 * row[1], abs=0.001)
        assert row[5:] != ("predicted", "mean_of_past")


def test_too_few_campaigns_foretell_nothing_and_say_so(project: DbtProject) -> None:
    write_past_campaigns(project, 5, ["email"])
    inputs = ("+input_campaigns_training", "+input_campaigns_scoring")
    build(project, *inputs, "+campaign_roi_forecasts")
    with open_warehouse(project.settings.warehouse) as connection:
        refusal = forecast_campaigns(DuckDBWarehouse(connection)).refusal
    assert refusal and "5 past campaigns" in refusal.message and refusal.hint
    told = read(
        project.settings.warehouse,
        "select predicted_roi, status from marts.campaign_roi_forecasts",
    )
    assert told == [(None, "too few past campaigns")]


def test_a_shop_without_campaigns_has_nothing_to_tell(project: DbtProject) -> None:
    build(project, "+input_uplift_training", "+input_uplift_scoring", "+input_budget",
          "+input_campaigns_training", "+input_campaigns_scoring",
          "+input_channel_weeks_training", "+models/marts/campaigns")  # fmt: skip
    with open_warehouse(project.settings.warehouse) as connection:
        outcomes = [
            foretell_uplift(DuckDBWarehouse(connection)),
            forecast_campaigns(DuckDBWarehouse(connection)),
            *plan_channels(DuckDBWarehouse(connection)),
        ]
    assert all(outcome.refusal and outcome.refusal.hint for outcome in outcomes)
    for mart in ("campaign_lift", "campaign_roi", "campaign_budget_plan"):
        assert read(project.settings.warehouse, f"from marts.{mart}") == []
