"""Headlines of a thousand made-up shops, told in one run of the compiled models.

How much each shop changed is known here, so that it can be counted how often intervals
hold it, and how often nothing is taken for something.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from compiled_models import compiled, run_models, warehouse_of

MODELS = (
    "int_period_days",
    "booked_sales",
    "period_measures",
    "headline_totals",
    "headline_metrics",
)
SHOPS = 1200  # half of them do not change
CHANGING = [
    "frequency",
    "price",
    "items",
    "discounted",
    "returned",
    "visits",
    "converted",
]
DAYS = 28
# Customers buy at rates of their own, which are gamma distributed.
SHAPE, SCALE = 1.5, 0.6
NEWCOMERS = 0.4
DISCOUNTED, DISCOUNT = 0.3, 0.2
RETURNED = 0.2
MORE_ITEMS = 1.0
CONVERTED = 0.2

METRICS = (
    "net_sales",
    "orders",
    "customers",
    "new_customers",
    "average_order_value",
    "items_per_order",
    "gross_margin",
    "gross_margin_rate",
    "discount_rate",
    "return_rate",
    "repeat_purchase_rate",
    "sessions",
    "conversion_rate",
    "revenue_per_session",
)
CAMPAIGN_TYPES = pa.schema(
    {
        "attribution_model": pa.string(),
        "date_basis": pa.string(),
        "campaign_id": pa.string(),
        "has_spend": pa.bool_(),
        "date_day": pa.date32(),
        "spend": pa.decimal128(18, 4),
        "attributed_revenue": pa.decimal128(18, 4),
    }
)


def draw_changes(rng: np.random.Generator) -> pd.DataFrame:
    """Draw by which factor each shop's ways change from one period to the next."""
    changes = rng.uniform(0.8, 1.3, (SHOPS, len(CHANGING)))
    changes[::2] = 1
    return pd.DataFrame(changes, columns=CHANGING)


def true_changes(changes: pd.DataFrame) -> pd.DataFrame:
    """Reckon what the changes mean for each metric, as a factor of its expectation."""
    frequency = changes["frequency"]

    def buying(rate: pd.Series | float) -> pd.Series | float:
        return 1 - (1 + SCALE * rate) ** -SHAPE

    kept_before = (1 - DISCOUNTED * DISCOUNT) * (1 - RETURNED)
    kept = (1 - DISCOUNTED * changes["discounted"] * DISCOUNT) * (
        1 - RETURNED * changes["returned"]
    )
    kept_of_sold = (1 - DISCOUNTED * changes["discounted"] * DISCOUNT) / (
        1 - DISCOUNTED * DISCOUNT
    )
    net_sales = frequency * changes["price"] * kept / kept_before
    customers = buying(frequency) / buying(1)
    new_before = NEWCOMERS * buying(1)
    new = NEWCOMERS * (buying(1 + frequency) - buying(1))
    return pd.DataFrame(
        {
            "net_sales": net_sales,
            "orders": frequency,
            "customers": customers,
            "new_customers": new / new_before,
            "average_order_value": changes["price"] * kept_of_sold,
            "items_per_order": (1 + MORE_ITEMS * changes["items"]) / (1 + MORE_ITEMS),
            "gross_margin": net_sales,
            "gross_margin_rate": 1.0,
            "discount_rate": changes["discounted"],
            "return_rate": changes["returned"],
            "repeat_purchase_rate": (1 - new / buying(frequency))
            / (1 - new_before / buying(1)),
            "sessions": changes["visits"],
            "conversion_rate": changes["converted"],
            "revenue_per_session": changes["converted"] * changes["price"],
        }
    )


def days_of(
    rng: np.random.Generator, shop: np.ndarray, is_now: np.ndarray
) -> np.ndarray:
    """Give days, of which every shop's periods have their own."""
    within = (2 * shop + is_now) * DAYS + rng.integers(0, DAYS, len(shop))
    return np.datetime64("1900-01-01", "D") + within


def draw_orders(rng: np.random.Generator, changes: pd.DataFrame) -> dict[str, pa.Table]:
    """Draw customers, their orders in both periods, and what is refunded of them."""
    sizes = rng.poisson(rng.uniform(400, 900, SHOPS))
    shop = np.repeat(np.arange(SHOPS), sizes)
    rate = rng.gamma(SHAPE, SCALE, len(shop))
    taste = rng.normal(0, 0.3, len(shop))
    is_newcomer = rng.random(len(shop)) < NEWCOMERS
    sides = []
    for is_now in (0, 1):
        of_shop = changes if is_now else changes * 0 + 1
        factor = {name: of_shop[name].to_numpy() for name in of_shop}
        bought = rng.poisson(rate * factor["frequency"][shop])
        customer = np.repeat(np.arange(len(shop)), bought)
        of = shop[customer]
        gross = np.exp(3.5 + taste[customer] + rng.normal(0, 0.5, len(customer)))
        gross = (gross * factor["price"][of]).round(4)
        chance = rng.random((2, len(customer)))
        is_discounted = chance[0] < DISCOUNTED * factor["discounted"][of]
        discounts = (gross * DISCOUNT * is_discounted).round(4)
        is_returned = chance[1] < RETURNED * factor["returned"][of]
        sides.append(
            pd.DataFrame(
                {
                    "order_date": days_of(rng, of, np.full(len(of), is_now)),
                    "customer_id": customer,
                    "items": 1 + rng.poisson(MORE_ITEMS * factor["items"][of]),
                    "gross_sales": gross,
                    "discounts": discounts,
                    "refunds": (gross - discounts) * is_returned,
                    "cost": (gross - discounts) * rng.uniform(0.3, 0.7, len(of)),
                }
            )
        )
    orders = pd.concat(sides, ignore_index=True)
    orders["order_id"] = orders.index.astype(str)
    is_first = ~orders["customer_id"].duplicated()
    orders["is_first_order"] = is_first & is_newcomer[orders["customer_id"]]
    orders["customer_id"] = orders["customer_id"].astype(str)
    is_kept = orders["refunds"] == 0
    orders["gross_margin"] = is_kept * (
        orders["gross_sales"] - orders["discounts"] - orders["cost"]
    )
    orders = orders.assign(sales_channel="web", is_counted=True, shipping=0.0, tax=0.0)
    returned = orders[~is_kept].rename(
        columns={"order_date": "return_date", "cost": "returned_cost"}
    )
    return {
        "core.fct_orders": pa.Table.from_pandas(orders, preserve_index=False),
        "core.fct_returns": pa.Table.from_pandas(
            returned[["order_id", "return_date", "refunds", "returned_cost"]],
            preserve_index=False,
        ),
    }


def draw_sessions(rng: np.random.Generator, changes: pd.DataFrame) -> pa.Table:
    """Draw visitors, their sessions in both periods, and what is bought in them."""
    sizes = rng.poisson(rng.uniform(200, 500, SHOPS))
    shop = np.repeat(np.arange(SHOPS), sizes)
    rate = rng.gamma(1.0, 1.0, len(shop))
    keenness = rng.uniform(0.5, 1.5, len(shop))
    sides = []
    for is_now in (0, 1):
        of_shop = changes if is_now else changes * 0 + 1
        factor = {name: of_shop[name].to_numpy() for name in of_shop}
        visits = rng.poisson(rate * factor["visits"][shop])
        visitor = np.repeat(np.arange(len(shop)), visits)
        of = shop[visitor]
        chance = CONVERTED * keenness[visitor] * factor["converted"][of]
        purchases = (rng.random(len(of)) < chance).astype(int)
        worth = np.exp(rng.normal(3.5, 0.5, len(of))) * factor["price"][of]
        sides.append(
            pd.DataFrame(
                {
                    "session_date": days_of(rng, of, np.full(len(of), is_now)),
                    "visitor_id": visitor.astype(str),
                    "purchases": purchases,
                    "revenue": (purchases * worth).round(4),
                }
            )
        )
    return pa.Table.from_pandas(pd.concat(sides), preserve_index=False)


@pytest.fixture(scope="module")
def headlines(manifest: dict[str, Any]) -> pd.DataFrame:
    """The headlines of every shop, each beside its true relative change."""
    rng = np.random.default_rng(20261128)
    changes = draw_changes(rng)
    first = np.datetime64("1900-01-01", "D") + 2 * DAYS * np.arange(SHOPS)
    periods = pd.DataFrame(
        {
            "period_type": np.arange(SHOPS).astype(str),
            "period_start_date": first + DAYS,
            "period_end_date": first + 2 * DAYS,
            "previous_period_start_date": first,
            "previous_period_end_date": first + DAYS,
            "is_latest": True,
            "begins_before_orders": False,
            "begins_before_events": False,
            "begins_before_history": False,
        }
    )
    tables = {
        "intermediate.int_compared_periods": pa.Table.from_pandas(
            periods, preserve_index=False
        ),
        **draw_orders(rng, changes),
        "core.fct_sessions": draw_sessions(rng, changes),
        "marts.campaign_roi": pa.Table.from_pylist([], CAMPAIGN_TYPES),
    }
    with warehouse_of(tables) as connection:
        run_models(connection, compiled(manifest, MODELS))
        told = connection.execute("from warehouse.marts.headline_metrics").df()
    told["shop"] = told["period_type"].astype(int)
    truth = true_changes(changes).stack().rename("true_change") - 1
    truth.index.names = ["shop", "metric"]
    return told.merge(truth.reset_index(), on=["shop", "metric"])


@pytest.mark.parametrize("metric", METRICS)
def test_intervals_hold_the_true_change(headlines: pd.DataFrame, metric: str) -> None:
    told = headlines[(headlines["metric"] == metric) & headlines["ci_low"].notna()]
    assert len(told) >= 1000
    is_held = told["true_change"].between(told["ci_low"], told["ci_high"])
    assert 0.93 <= is_held.mean() <= 0.97


@pytest.mark.parametrize("metric", METRICS)
def test_verdicts_are_seldom_wrong(headlines: pd.DataFrame, metric: str) -> None:
    told = headlines[(headlines["metric"] == metric) & headlines["verdict"].notna()]
    is_wrong = ((told["verdict"] == "up") & (told["true_change"] <= 0)) | (
        (told["verdict"] == "down") & (told["true_change"] >= 0)
    )
    assert is_wrong.mean() <= 0.07
