"""Two published sets of weekly media spend, from raw tables to curves and a plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from martlet.warehouse.budgeting import plan_channels
from martlet.warehouse.campaign_tables import read_plan
from martlet.warehouse.connection import open_warehouse
from martlet.warehouse.dbt import DbtProject
from martlet.warehouse.on_duckdb import DuckDBWarehouse


@dataclass(frozen=True)
class Weeks:
    """Weekly revenue and spend by platform, as a published file has them."""

    revenue: pd.Series
    spend: pd.DataFrame

    @classmethod
    def of_robyn(cls, folder: Path) -> Weeks:
        rows = pd.read_csv(folder / "robyn_weekly.csv").set_index("DATE")
        spend = rows.filter(regex="_S$").rename(columns=lambda name: name[:-2])
        return cls(rows["revenue"], spend)

    @classmethod
    def of_meridian(cls, folder: Path) -> Weeks:
        rows = pd.read_csv(folder / "meridian_national.csv").set_index("time")
        spend = rows.filter(regex="^Channel._spend$")
        return cls(rows["conversions"] * rows["revenue_per_conversion"], spend)

    def write(self, project: DbtProject) -> None:
        """Write a store that sells a week's revenue on its Monday."""
        raw, platforms = project.settings.raw, list(self.spend)
        self._seed(project, platforms)
        spend = self.spend.rename_axis(index="date_day").reset_index()
        spend = spend.melt("date_day", var_name="campaign_id", value_name="spend")
        spend = spend.assign(
            platform=spend["campaign_id"], currency="EUR", spend=spend["spend"].round(4)
        )
        number = pd.Series(range(len(self.revenue))).astype(str)
        orders = pd.DataFrame(
            {
                "order_id": number,
                "ordered_at": [f"{day} 12:00:00" for day in self.revenue.index],
                "status": "completed",
                "currency": "EUR",
            }
        )
        items = pd.DataFrame(
            {
                "order_id": number,
                "line_number": 1,
                "quantity": 1,
                "unit_price": self.revenue.round(2).to_numpy(),
            }
        )
        campaigns = pd.DataFrame(
            {"campaign_id": platforms, "platform": platforms, "campaign_type": "ad"}
        )
        for table, rows in (
            ("ad_spend", spend),
            ("orders", orders),
            ("order_items", items),
            ("campaigns", campaigns),
        ):
            (raw / table).mkdir(parents=True)
            rows.to_csv(raw / table / "part.csv", index=False)

    @staticmethod
    def _seed(project: DbtProject, platforms: list[str]) -> None:
        """Give each platform a channel of its own, as a person would in the seed."""
        with open_warehouse(project.settings.warehouse) as connection:
            connection.executemany(
                "insert into reference.campaign_channels values ('ad', ?, ?)",
                [(platform, platform) for platform in platforms],
            )


def judged(project: DbtProject) -> tuple[dict[str, tuple[float, float]], list[dict]]:
    """Build, fit and plan; give metrics beside their baselines, and the plan."""
    inputs = ("+input_channel_weeks_training", "+input_channel_weeks_scoring")
    selection = ("--select", *inputs, "+input_budget", "--resource-type", "model")
    project.build(selection)
    with open_warehouse(project.settings.warehouse) as connection:
        fitted, planned = plan_channels(DuckDBWarehouse(connection))
        assert not fitted.refusal and not planned.refusal
        metrics = connection.execute(
            "select metric_name, metric_value, baseline_value from ml.model_metrics "
            "where run_id = ?",
            [fitted.run_id],
        ).fetchall()
        plan = read_plan(connection, planned.run_id)
    return {name: (value, baseline) for name, value, baseline in metrics}, plan


def test_robyn_is_foretold_better_than_by_season(
    project: DbtProject, test_data: Path
) -> None:
    weeks = Weeks.of_robyn(test_data / "media_spend")
    assert weeks.revenue.sum() == pytest.approx(379_005_697, abs=1)
    weeks.write(project)
    metrics, plan = judged(project)
    error, by_season = metrics["mean_absolute_percentage_error"]
    assert error < 0.14 < 0.17 < by_season
    fit, fit_by_season = metrics["r_squared"]
    assert fit > fit_by_season > 0.75
    planned = {row["channel_group"] for row in plan if row["status"] == "planned"}
    assert planned == {"facebook", "search", "tv"}
    for row in plan:
        lower, upper = row["lower_bound"], row["upper_bound"]
        assert lower - 0.01 <= row["recommended_spend"] <= upper + 0.01
    now, then = (sum(row[f"{name}_spend"] for row in plan) for name in
                 ("current", "recommended"))  # fmt: skip
    assert then == pytest.approx(now, abs=0.01)


def test_meridian_has_no_evidence_and_its_plan_says_so(
    project: DbtProject, test_data: Path
) -> None:
    Weeks.of_meridian(test_data / "media_spend").write(project)
    metrics, plan = judged(project)
    error, by_season = metrics["mean_absolute_percentage_error"]
    assert error == pytest.approx(by_season, abs=0.002)
    assert {row["status"] for row in plan} == {"insufficient_evidence"}
    assert {row["expected_return"] for row in plan} == {None}
    for row in plan:
        assert row["recommended_spend"] == pytest.approx(row["current_spend"], abs=0.01)
