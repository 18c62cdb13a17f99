"""What a build made, in a few numbers, read back from the warehouse."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

import duckdb

from martlet.warehouse.connection import fetch_dicts
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from martlet.warehouse.publish import PublicModel
from martlet.warehouse.recommended import read_trial

_METRICS = """
select model_name, metric_name, metric_value, ci_low, ci_high, baseline_value,
    evaluated_on
from monitoring.model_metrics
where metric_name in (
    'auc', 'auc_gain', 'average_precision', 'expected_calibration_error', 'silhouette'
)
order by model_name, metric_name
"""

_SEGMENTS = """
select segment_id, count(*) as customers
from segments.segment_membership
where is_current
group by segment_id
order by customers desc, segment_id
"""

_CAMPAIGNS = """
select campaign_id, campaign_name, channel_group, spend, conversions,
    attributed_revenue, roas, roi, currency, is_margin_assumed
from marts.campaign_roi_totals
where attribution_model = 'last_non_direct_touch' and spend > 0
order by roi desc nulls last, campaign_id
"""

_LIFT = """
select campaign_id, arm, absolute_lift, ci_low, ci_high, customers, verdict
from marts.campaign_lift
where metric = 'conversion_rate' and verdict <> 'not randomised'
order by campaign_id, arm
"""


@dataclass(frozen=True)
class Summary:
    """Rows of each mart, sizes of segments, quality of models, return of campaigns.

    Each list holds one dict per row, with the columns of the mart it was read from.
    """

    as_of_date: str
    marts: list[dict]
    segments: list[dict]
    model_quality: list[dict]
    recommenders: list[dict]
    campaigns: list[dict]
    lift: list[dict]
    absent_tables: list[str] = field(default_factory=list)

    def as_dict(self) -> dict:
        """Return the summary as plain dicts and lists."""
        return asdict(self)


def summarise(
    connection: duckdb.DuckDBPyConnection,
    marts: list[PublicModel],
    absent_tables: list[str],
) -> Summary:
    """Read the summary of a built warehouse."""
    (as_of_date,) = connection.execute(
        "select as_of_date from intermediate.int_data_period"
    ).fetchone()
    return Summary(
        as_of_date=as_of_date.isoformat(),
        marts=[{"name": mart.name, "rows": _count(connection, mart)} for mart in marts],
        segments=fetch_dicts(connection, _SEGMENTS),
        model_quality=fetch_dicts(connection, _METRICS),
        recommenders=read_trial(DuckDBWarehouse(connection)),
        campaigns=fetch_dicts(connection, _CAMPAIGNS),
        lift=fetch_dicts(connection, _LIFT),
        absent_tables=absent_tables,
    )


def _count(connection: duckdb.DuckDBPyConnection, mart: PublicModel) -> int:
    (rows,) = connection.execute(
        f"select count(*) from {mart.schema}.{mart.name}"
    ).fetchone()
    return rows
