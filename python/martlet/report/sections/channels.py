"""Where sessions come from, week by week, and what they bring."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from martlet.report.charts.lines import stacked_weeks
from martlet.report.charts.style import AMOUNTS
from martlet.report.content import (
    Column,
    Figure,
    Findings,
    Period,
    Section,
    Table,
)
from martlet.report.marts import PublishedMarts
from martlet.report.wording import change, share

# Whole weeks of a year, told by the channels that brought most; a band for the others.
_WEEKS = """
with weekly as (
    select date_day - (isodow(date_day) - 1)::integer as week, channel_group, sessions,
        revenue
    from daily_channels
),

recent as (
    select *
    from weekly
    where week >= $as_of_date::date - 364 - (isodow($as_of_date::date) - 1)::integer
        and week + 7 <= $as_of_date::date
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
select dimension_value as channel_group, sessions, previous_sessions, sessions_share,
    sessions_change, sessions_change_ci_low, sessions_change_ci_high, conversion_rate,
    conversion_ci_low, conversion_ci_high, conversion_rate_of_all, conversion_verdict,
    revenue, revenue_share, revenue_per_session
from visit_comparison
where dimension_name = 'channel_group'
order by revenue desc, sessions desc, channel_group
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    weeks = marts.rows(_WEEKS, as_of_date=period.as_of_date)
    channels = marts.rows(_CHANNELS)
    if not channels or not any(row["sessions"] for row in channels):
        return Findings(
            missing=Markup(
                "No session in the last 28 days, or none of 56 days at all. Sessions are "
                "made of <code>events</code>: <code>martlet load events FILE</code>."
            )
        )
    names = list(dict.fromkeys(row["channel_group"] for row in weeks))
    week = Column("week", "Week of", "date")
    channel = Column("channel_group", "Channel")
    return Findings(
        headline=_headline(channels),
        action=_action(channels),
        data={"weeks": weeks, "channels": channels},
        parts=(
            Figure(
                "Sessions a week",
                weeks,
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
                weeks,
                partial(
                    stacked_weeks,
                    value="revenue",
                    name="channel_group",
                    names=names,
                    number=AMOUNTS,
                ),
                (week, channel, Column("revenue", "Revenue", "money")),
            ),
            Table(
                "The last 28 days, against the 28 before",
                channels,
                (
                    channel,
                    Column("sessions", "Sessions", "count", is_bar=True),
                    Column(
                        "sessions_change",
                        "Change",
                        "change",
                        "sessions_change_ci_low",
                        "sessions_change_ci_high",
                    ),
                    Column(
                        "conversion_rate",
                        "Conversion",
                        "share",
                        "conversion_ci_low",
                        "conversion_ci_high",
                    ),
                    Column("revenue", "Revenue", "money", is_bar=True),
                    Column("revenue_per_session", "Revenue a session", "money"),
                ),
                is_wide=True,
                note="Revenue of orders that were placed during sessions, by the channel "
                "that brought the session.",
            ),
        ),
    )


def _headline(channels: list[dict]) -> Markup:
    best = channels[0]
    if best["revenue_share"] is None:
        return Markup(
            "{} brings {} of the sessions; none of them brought revenue."
        ).format(best["channel_group"], share(best["sessions_share"]))
    return Markup("{} brings {} of the revenue with {} of the sessions.").format(
        best["channel_group"],
        share(best["revenue_share"]),
        share(best["sessions_share"]),
    )


def _action(channels: list[dict]) -> Markup:
    told = Markup("")
    worse = [row for row in channels if row["conversion_verdict"] == "worse"]
    if worse:
        worst = max(worse, key=lambda row: row["sessions"])
        told += Markup(
            "Look at where {} sends people: {} of its sessions end in a purchase, "
            "against {} of all. "
        ).format(
            worst["channel_group"],
            share(worst["conversion_rate"]),
            share(worst["conversion_rate_of_all"]),
        )
    falling = [row for row in channels if (row["sessions_change_ci_high"] or 0) < 0]
    if falling:
        most = min(falling, key=lambda row: row["sessions"] - row["previous_sessions"])
        told += Markup("{} sends fewer people than before ({}): find out why.").format(
            most["channel_group"], change(most["sessions_change"])
        )
    return told or Markup(
        "Nothing stands out: no channel converts worse than all of them, and none sends "
        "clearly fewer people."
    )


CHANNELS = Section(
    "channels", "Channels", ("daily_channels", "visit_comparison"), _find
)
