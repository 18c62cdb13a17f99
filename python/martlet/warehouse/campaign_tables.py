"""Read what campaigns returned and changed, and what is foretold and planned of them."""

from __future__ import annotations

import duckdb

from martlet.errors import UsageError
from martlet.warehouse.connection import fetch_dicts, refuse_unbuilt


def list_campaigns(
    connection: duckdb.DuckDBPyConnection, attribution_model: str
) -> list[dict]:
    """Read every campaign: what it cost, returned and changed; the latest first.

    Raises
    ------
    UsageError
        There is no such attribution model.
    EnvironmentFault
        The marts were never built.
    """
    _check_attribution_model(connection, attribution_model)
    return fetch_dicts(
        connection,
        """
        with totals as (
            select
                campaign_id,
                sum(spend) as spend,
                sum(conversions) as conversions,
                sum(attributed_revenue) as attributed_revenue,
                sum(attributed_margin) as attributed_margin
            from marts.campaign_roi_totals
            where attribution_model = $model and campaign_id <> '(none)'
            group by campaign_id
        ),

        -- Some are known by their spend or by their arms alone.
        known as (
            select campaign_id from core.dim_campaigns
            union
            select campaign_id from totals
            union
            select campaign_id from marts.campaign_lift
        )

        select
            known.campaign_id,
            campaigns.campaign_name,
            campaigns.channel_group,
            campaigns.starts_on,
            campaigns.ends_on,
            totals.spend,
            totals.conversions,
            totals.attributed_revenue,
            (totals.attributed_margin - totals.spend) / nullif(totals.spend, 0) as roi,
            responses.response_rate,
            lifts.verdict
        from known
        left join core.dim_campaigns as campaigns using (campaign_id)
        left join totals using (campaign_id)
        left join marts.campaign_responses as responses using (campaign_id)
        left join (
            select campaign_id, string_agg(distinct verdict, ', ' order by verdict)
                as verdict
            from marts.campaign_lift
            where metric = 'conversion_rate'
            group by campaign_id
        ) as lifts using (campaign_id)
        order by campaigns.starts_on desc nulls last, known.campaign_id
        """,
        {"model": attribution_model},
    )


def read_lift(
    connection: duckdb.DuckDBPyConnection, campaign: str | None = None
) -> list[dict]:
    """Read the lift of randomised campaigns, or all that is told of one.

    Raises
    ------
    UsageError
        There is no such campaign.
    EnvironmentFault
        The marts were never built.
    """
    _check_built(connection)
    if campaign is None:
        return fetch_dicts(
            connection,
            "select * from marts.campaign_lift where verdict <> 'not randomised' "
            "order by campaign_id, arm, metric",
        )
    rows = fetch_dicts(
        connection,
        """
        from (
            select 'everyone' as dimension, 'everyone' as group_name, *
            from marts.campaign_lift
            where campaign_id = $campaign
            union all by name
            select * from marts.campaign_lift_groups
            where campaign_id = $campaign and dimension <> 'everyone'
        )
        order by
            dimension = 'everyone' desc, dimension,
            try_cast(group_name as integer), group_name, arm, metric
        """,
        {"campaign": campaign},
    )
    if not rows:
        raise UsageError(
            f"There is no campaign {campaign} that has begun.",
            "See the campaigns: martlet campaigns list",
        )
    return rows


def read_forecasts(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[dict]:
    """Read what a run foretold of planned campaigns."""
    return fetch_dicts(
        connection,
        """
        select
            campaigns.campaign_id,
            campaigns.campaign_name,
            campaigns.starts_on,
            campaigns.budget,
            campaigns.budget_currency,
            forecasts.predicted_roi,
            forecasts.ci_low,
            forecasts.ci_high,
            forecasts.candidate
        from ml.campaign_roi_forecasts as forecasts
        left join core.dim_campaigns as campaigns using (campaign_id)
        where forecasts.run_id = ?
        order by campaigns.starts_on, campaigns.campaign_id
        """,
        [run_id],
    )


def read_forecast_candidates(
    connection: duckdb.DuckDBPyConnection, run_id: str
) -> list[dict]:
    """Read the models that a run of forecasts compared, the best first."""
    return fetch_dicts(
        connection,
        "select * exclude (run_id) from ml.roi_forecast_candidates where run_id = ? "
        "order by validation desc, mean_absolute_error nulls last, candidate",
        [run_id],
    )


def read_plan(connection: duckdb.DuckDBPyConnection, run_id: str) -> list[dict]:
    """Read a budget plan, the most money first."""
    return fetch_dicts(
        connection,
        "select * exclude (run_id) from ml.budget_plans where run_id = ? "
        "order by recommended_spend desc, channel_group",
        [run_id],
    )


def _check_attribution_model(
    connection: duckdb.DuckDBPyConnection, attribution_model: str
) -> None:
    _check_built(connection)
    known = [
        name
        for (name,) in connection.execute(
            "select distinct attribution_model from marts.campaign_roi_totals order by 1"
        ).fetchall()
    ]
    if known and attribution_model not in known:
        raise UsageError(
            f"There is no attribution model {attribution_model}.",
            f"Take one of {', '.join(known)}.",
        )


def _check_built(connection: duckdb.DuckDBPyConnection) -> None:
    marts = ("campaign_lift_groups",)
    refuse_unbuilt(connection, marts, "The campaigns' marts were never built here.")
