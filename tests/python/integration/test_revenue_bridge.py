"""Revenue bridges of thousands of made-up periods, told in one run of the models.

Groups are missing, sell nothing or give back more than they bought, and still every
bridge has to arrive, and to lead back the same way.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from compiled_models import compiled, run_models, warehouse_of

PERIODS = 3000
GROUPS = ("new", "returning", "guest", "uncounted")
BEFORE, NOW = pd.Timestamp("2026-02-01").date(), pd.Timestamp("2026-03-01").date()
FACTORS = ("frequency", "basket", "price")


def draw_sales(rng: np.random.Generator) -> pd.DataFrame:
    """Draw what each group bought before and now; one in five bought nothing."""
    size = PERIODS * 2 * len(GROUPS)
    index = pd.MultiIndex.from_product(
        [range(PERIODS), [BEFORE, NOW], GROUPS],
        names=["period", "period_start_date", "customer_group"],
    )
    customers = rng.integers(1, 400, size)
    orders = customers + rng.poisson(customers * 0.3)
    items = orders * rng.integers(0, 4, size) + rng.integers(0, 2, size)
    gross = (orders * rng.lognormal(3, 1, size)).round(4)
    sales = pd.DataFrame(
        {
            "customers": customers,
            "orders": orders,
            "items": items,
            "gross_sales": gross,
        },
        index=index,
    )
    groups = index.get_level_values("customer_group")
    is_guest, is_uncounted = groups == "guest", groups == "uncounted"
    sales.loc[is_guest, "customers"] = sales.loc[is_guest, "orders"]
    sales.loc[is_uncounted, ["customers", "orders", "items"]] = 0
    sales.loc[is_uncounted, "gross_sales"] *= rng.choice([0, 0.01, -0.01], size)[
        is_uncounted
    ]
    sales.loc[rng.random(size) < 0.2] = 0
    is_idle = np.repeat(rng.random(PERIODS * 2) < 0.05, len(GROUPS))
    sales.loc[is_idle] = 0
    sales["discounts"] = (sales["gross_sales"].abs() * rng.random(size)).round(4)
    sales["returns"] = rng.choice([0, 1, 500], size) * rng.lognormal(2, 1, size)
    return sales.round(4).reset_index()


def turned_round(sales: pd.DataFrame) -> pd.DataFrame:
    """Give the same periods with before and now exchanged."""
    other = sales["period_start_date"].map({BEFORE: NOW, NOW: BEFORE})
    return sales.assign(period=sales["period"] + PERIODS, period_start_date=other)


@pytest.fixture(scope="module")
def drawn() -> pd.DataFrame:
    sales = draw_sales(np.random.default_rng(20261128))
    return pd.concat([sales, turned_round(sales)], ignore_index=True)


@pytest.fixture(scope="module")
def bridges(manifest: dict[str, Any], drawn: pd.DataFrame) -> pd.DataFrame:
    """The steps of every period and of the same turned round, by period."""
    money = pa.decimal128(18, 4)
    told = pa.Table.from_pandas(
        drawn.assign(period_type=drawn["period"].astype(str)).drop(columns="period"),
        preserve_index=False,
    )
    for name in ("gross_sales", "discounts", "returns"):
        place = told.schema.get_field_index(name)
        rounded = pa.array([f"{amount:.4f}" for amount in drawn[name]]).cast(money)
        told = told.set_column(place, name, rounded)
    periods = pd.DataFrame(
        {
            "period_type": [str(number) for number in range(2 * PERIODS)],
            "period_start_date": NOW,
            "previous_period_start_date": BEFORE,
            "begins_before_orders": False,
        }
    )
    tables = {
        "marts.period_sales": told,
        "intermediate.int_compared_periods": pa.Table.from_pandas(
            periods, preserve_index=False
        ),
    }
    models = ("gross_sales_changes", "revenue_bridge")
    with warehouse_of(tables) as connection:
        run_models(connection, compiled(manifest, models))
        rows = connection.execute(
            "select * exclude (amount), cast(amount * 10000 as bigint) as amount "
            "from warehouse.marts.revenue_bridge order by period_type, position"
        ).df()
    return rows.assign(period=rows["period_type"].astype(int))


def test_steps_lead_from_the_sales_before_to_those_now(
    bridges: pd.DataFrame, drawn: pd.DataFrame
) -> None:
    net = drawn["gross_sales"] - drawn["discounts"] - drawn["returns"]
    expected = (
        (net * 10000)
        .groupby([drawn["period"], drawn["period_start_date"]])
        .sum()
        .round()
        .unstack()
    )
    by_period = bridges.groupby("period")
    assert (by_period.size() == 9).all()
    change = expected[NOW] - expected[BEFORE]
    assert (by_period["amount"].sum() == change).all()
    ends_at = (by_period["ends_at"].last() * 10000).round()
    assert (ends_at == expected[NOW]).all()
    assert (change != 0).sum() > 0.9 * len(change)


def test_the_way_back_is_the_same_way(bridges: pd.DataFrame) -> None:
    steps = bridges.pivot(index="period", columns="effect", values="amount")
    there, back = steps.loc[: PERIODS - 1], steps.loc[PERIODS:]
    # Each end of a step is rounded to the last digit.
    assert np.abs(there.to_numpy() + back.to_numpy()).max() <= 2


def test_factors_have_the_part_that_logarithms_give_them(
    bridges: pd.DataFrame, drawn: pd.DataFrame
) -> None:
    """Of periods in which everybody bought something, reckoned without SQL."""
    columns = ["customers", "orders", "items", "gross_sales", "discounts", "returns"]
    sides = drawn.set_index(["period", "customer_group"])
    before, now = (
        sides.loc[sides["period_start_date"] == day, columns] for day in (BEFORE, NOW)
    )
    counted = [before.drop("uncounted", level=1), now.drop("uncounted", level=1)]
    is_whole = (
        ((counted[0].iloc[:, :4] > 0) & (counted[1].iloc[:, :4] > 0))
        .all(axis=1)
        .groupby(level=0)
        .all()
    )
    whole = is_whole.index[is_whole]
    assert len(whole) > 50
    totals = [side.groupby(level=0).sum() for side in (before, now)]
    kept = 1 - sum(side["discounts"] / side["gross_sales"] / 2 for side in totals)
    # Refunds over what was sold say nothing of what is left of a sale.
    returned = sum(side["returns"] / side["gross_sales"] / 2 for side in totals)
    fits = [
        side["discounts"] + side["returns"] <= side["gross_sales"] for side in totals
    ]
    kept -= returned.where(fits[0] & fits[1], 0)
    assert kept.loc[whole].min() >= 0
    assert not (fits[0] & fits[1]).loc[whole].all()
    logs = [np.log(side.loc[whole].iloc[:, :4]) for side in counted]
    moved = logs[1] - logs[0]
    sales = [side.loc[whole, "gross_sales"] for side in counted]
    mean = (sales[1] - sales[0]) / moved["gross_sales"]
    factors = {
        "frequency": moved["orders"] - moved["customers"],
        "basket": moved["items"] - moved["orders"],
        "price": moved["gross_sales"] - moved["items"],
    }
    told = bridges.pivot(index="period", columns="effect", values="amount") / 10000
    for effect in FACTORS:
        expected = (mean * factors[effect]).groupby(level=0).sum() * kept.loc[whole]
        assert told.loc[whole, effect].to_numpy() == pytest.approx(
            expected.to_numpy(), abs=0.001
        )
