"""Where sessions come from, week by week, and what they bring."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from martlet.report.charts.lines import stacked_weeks
from martlet.report.content import (
    Column,
    Figure,
    Findings,
    Period,
    Section,
    Table,
)
from martlet.report.marts import PublishedMarts
from martlet.report.wording import change, money, share

# Whole weeks of a year, told by the channels that brought most; a band for the others.
_WEEKS = """
with recent as (
    select date_trunc('week', date_day)::date as week, channel_group, sessions, revenue
    from daily_channels
    where date_day >= date_trunc('week', $as_of_date::date) - interval 52 weeks
        and date_day < date_trunc('week', $as_of_date::date)
),

ranked as (
    select channel_group, row_number() over (order by sum(sessions) desc, channel_group)
        as position
    from recent
    group by channel_group
),

named as (
    select week, sessions, revenue, least(position, 7) as position,
        case when position < 7 then channel_group else 'Other channels' end
            as channel_group
    from recent
    inner join ranked using (channel_group)
)

select week, channel_group, position, sum(sessions)::bigint as sessions,
    sum(revenue) as revenue
from named
group by all
order by position, week
"""

_CHANNELS = """
with halves as (
    select *, date_day >= $as_of_date::date - 28 as is_now
    from daily_channels
    where date_day >= $as_of_date::date - 56 and date_day < $as_of_date::date
),

summed as (
    select
        channel_group,
        coalesce(sum(sessions) filter (is_now), 0)::bigint as sessions,
        coalesce(sum(sessions) filter (not is_now), 0)::bigint as previous_sessions,
        coalesce(sum(sessions_with_purchase) filter (is_now), 0)::bigint
            as sessions_with_purchase,
        coalesce(sum(revenue) filter (is_now), 0) as revenue
    from halves
    group by channel_group
)

select
    channel_group,
    sessions,
    sessions / nullif(previous_sessions, 0)::double - 1 as change,
    sessions / nullif(sum(sessions) over (), 0)::double as sessions_share,
    sessions_with_purchase / nullif(sessions, 0)::double as conversion_rate,
    revenue,
    (revenue / nullif(sum(revenue) over (), 0))::double as revenue_share,
    revenue::double / nullif(sessions, 0) as revenue_per_session
from summed
order by revenue desc, sessions desc, channel_group
"""
# A channel with less says little of what its sessions are worth.
_LEAST_SHARE = 0.03


def _find(marts: PublishedMarts, period: Period) -> Findings:
    as_of = {"as_of_date": period.as_of_date}
    weeks = marts.rows(_WEEKS, **as_of)
    channels = marts.rows(_CHANNELS, **as_of)
    if not channels or not any(row["sessions"] for row in channels):
        return Findings(
            missing=Markup(
                "No session in the last 28 days. Sessions are made of <code>events</code>: "
                "<code>martlet load events FILE</code>."
            )
        )
    best = channels[0]
    headline = Markup("{} brings {} of the revenue with {} of the sessions.").format(
        best["channel_group"], share(best["revenue_share"]), share(best["sessions_share"])
    )
    names = list(dict.fromkeys(row["channel_group"] for row in weeks))
    week = Column("week", "Week of", "date")
    channel = Column("channel_group", "Channel")
    return Findings(
        headline=headline,
        action=_action(channels, period.currency),
        data={"weeks": weeks, "channels": channels},
        parts=(
            Figure(
                "Sessions a week",
                "weeks",
                partial(
                    stacked_weeks,
                    value="sessions",
                    name="channel_group",
                    names=names,
                    number=",d",
                ),
                (week, channel, Column("sessions", "Sessions", "count")),
            ),
            Figure(
                f"Revenue a week, {period.currency}",
                "weeks",
                partial(
                    stacked_weeks,
                    value="revenue",
                    name="channel_group",
                    names=names,
                    number="~s",
                ),
                (week, channel, Column("revenue", "Revenue", "money")),
            ),
            Table(
                "The last 28 days, against the 28 before",
                "channels",
                (
                    channel,
                    Column("sessions", "Sessions", "count", is_bar=True),
                    Column("change", "Change", "change"),
                    Column("conversion_rate", "Conversion", "share"),
                    Column("revenue", "Revenue", "money", is_bar=True),
                    Column("revenue_per_session", "Revenue a session", "money"),
                ),
                note="Revenue of orders that were placed during sessions, by the channel "
                "that brought the session.",
            ),
        ),
    )


def _action(channels: list[dict], currency: str) -> Markup:
    known = [row for row in channels if (row["sessions_share"] or 0) >= _LEAST_SHARE]
    if len(known) < 2:
        return Markup("")
    worst = min(known, key=lambda row: row["revenue_per_session"])
    best = max(known, key=lambda row: row["revenue_per_session"])
    told = Markup(
        "Look at where {} sends people: a session brings {} there, and {} through {}."
    ).format(
        worst["channel_group"],
        money(worst["revenue_per_session"], currency),
        money(best["revenue_per_session"], currency),
        best["channel_group"],
    )
    falling = min(known, key=lambda row: row["change"] or 0)
    if (falling["change"] or 0) > -0.2:
        return told
    return told + Markup(" {} sends fewer people than before ({}): find out why.").format(
        falling["channel_group"], change(falling["change"])
    )


CHANNELS = Section("channels", "Channels", ("daily_channels",), _find)
