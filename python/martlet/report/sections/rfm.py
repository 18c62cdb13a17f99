"""Who the customers are by recency, frequency and money."""

from __future__ import annotations

from markupsafe import Markup

from martlet.report.content import Column, Findings, Grid, Period, Section, Table
from martlet.report.marts import PublishedMarts
from martlet.report.wording import count, money, share

_GRID = """
with scores as (select unnest(range(1, 6)) as score)

select recency.score as r_score, frequency.score as f_score,
    count(customer_id) as customers, coalesce(sum(monetary), 0) as monetary
from scores as recency
cross join scores as frequency
left join customer_rfm
    on recency.score = customer_rfm.r_score and frequency.score = customer_rfm.f_score
group by recency.score, frequency.score
order by r_score desc, f_score
"""

_SEGMENTS = """
select
    rfm_segment,
    count(*) as customers,
    count(*) / sum(count(*)) over ()::double as customer_share,
    sum(monetary) as monetary,
    (sum(monetary) / nullif(sum(sum(monetary)) over (), 0))::double as monetary_share,
    median(recency_days)::double as median_recency_days
from customer_rfm
group by rfm_segment
order by monetary desc, rfm_segment
"""

# Whom the audience at_risk_high_value holds.
_QUIET = """
select count(*) as customers, sum(monetary) as monetary,
    median(recency_days)::double as median_recency_days
from customer_rfm
where rfm_segment in ('At risk', 'Cannot lose them') and m_score >= 4
having count(*) > 0
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    segments = marts.rows(_SEGMENTS)
    if not segments:
        return Findings(
            missing=Markup(
                "No customer has a counted order: load <code>orders</code> and "
                "<code>order_items</code>, with <code>customer_id</code>."
            )
        )
    grid = marts.rows(_GRID)
    best = segments[0]
    headline = Markup("{}: {} of customers, {} of what customers spent.").format(
        best["rfm_segment"],
        share(best["customer_share"]),
        share(best["monetary_share"]),
    )
    quiet = marts.rows(_QUIET)
    action = Markup("Nobody who bought often and for much has gone quiet.")
    for row in quiet:
        action = Markup(
            "Win back {} customers who bought often and for much, {} in all, and have "
            "not bought for {} days (median): <code>martlet export at_risk_high_value"
            "</code>."
        ).format(
            count(row["customers"]),
            money(row["monetary"], period.currency),
            count(row["median_recency_days"]),
        )
    return Findings(
        headline=headline,
        action=action,
        data={"grid": grid, "segments": segments, "quiet": quiet},
        parts=(
            Grid(
                "Customers by recency and frequency",
                grid,
                row=Column("r_score", "Recency (5 is latest)", "count"),
                column=Column("f_score", "Frequency (5 is most)", "count"),
                value=Column("customers", "Customers", "count"),
                steps=_steps([row["customers"] for row in grid]),
            ),
            Table(
                "Segments",
                segments,
                (
                    Column("rfm_segment", "Segment"),
                    Column("customers", "Customers", "count", is_bar=True),
                    Column("monetary", "Spent", "money"),
                    Column("monetary_share", "Share", "share"),
                    Column("median_recency_days", "Days since", "count"),
                ),
                note="Days since the last order: the median.",
            ),
        ),
    )


def _steps(values: list[int]) -> list[float]:
    """Give limits that part the range evenly."""
    greatest = max(values)
    return [greatest * part / 6 for part in range(1, 6)]


RFM = Section("rfm", "RFM segments", ("customer_rfm",), _find)
