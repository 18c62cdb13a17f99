"""What campaigns returned, and what they changed."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from martlet.report.charts.bars import ranged_bars
from martlet.report.charts.dots import intervals
from martlet.report.content import (
    Column,
    Figure,
    Findings,
    Part,
    Period,
    Row,
    Rows,
    Section,
)
from martlet.report.marts import PublishedMarts
from martlet.report.sections.tips import tipped
from martlet.report.wording import change, listed, money, points

# Names that several rows share say which is which, or they would be drawn as one.
_DISTINCT = """
    || case when count(*) over (partition by coalesce(campaign_name, campaign_id)) > 1
        then ' (' || concat_ws(', ', campaign_id, channel_group) || ')' else '' end
"""

# ROI by the model that the shop plans by, and the least and greatest of all models: how
# far the answer hangs on who gets the credit.
_ROI = f"""
with ranged as (
    select campaign_id, channel_group, min(roi) as lowest_roi, max(roi) as highest_roi
    from campaign_roi_totals
    group by campaign_id, channel_group
)

select campaign_id, coalesce(campaign_name, campaign_id) {_DISTINCT} as campaign,
    channel_group, spend,
    attributed_revenue, attributed_margin, attributed_margin - spend as profit, roas,
    roi, lowest_roi, highest_roi, cac,
    is_margin_assumed
from campaign_roi_totals
inner join ranged using (campaign_id, channel_group)
where attribution_model = 'last_non_direct_touch' and spend > 0 and roi is not null
order by roi desc, campaign_id
"""

_TOTAL = """
select sum(spend) as spend, sum(attributed_revenue) as attributed_revenue,
    sum(attributed_margin) as attributed_margin,
    coalesce(bool_or(is_margin_assumed), false) as is_margin_assumed,
    ((sum(attributed_margin) - sum(spend)) / nullif(sum(spend), 0))::double as roi
from campaign_roi_totals
where attribution_model = 'last_non_direct_touch' and spend > 0
"""

# So many are named in a headline.
_NAMED = 3

_LIFT = """
select
    coalesce(campaign_name, campaign_lift.campaign_id)
    || case when count(*) over (
            partition by coalesce(campaign_name, campaign_lift.campaign_id), arm
        ) > 1 then ' (' || campaign_lift.campaign_id || ')' else '' end
    || case when arm <> 'treatment' then ': ' || arm else '' end as campaign,
    customers, control_customers, value, control_value, absolute_lift, ci_low, ci_high,
    p_value, incremental_revenue, verdict, verdict = 'worked' as is_clear
from campaign_lift
left join dim_campaigns using (campaign_id)
where metric = 'conversion_rate' and verdict <> 'not randomised'
    and absolute_lift is not null
order by absolute_lift desc, campaign
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    campaigns = marts.rows(_ROI)
    lift = marts.rows(_LIFT)
    if not campaigns and not lift:
        return Findings(
            missing=Markup(
                "No campaign has spend or a control group: load <code>campaigns</code>, "
                "<code>ad_spend</code> and <code>campaign_assignments</code>."
            )
        )
    (total,) = marts.rows(_TOTAL)
    parts: list[Part] = [_roi_figure(campaigns, period.currency)] if campaigns else []
    if lift:
        parts.append(_lift_figure(lift))
    return Findings(
        headline=_headline(total, lift, period.currency),
        action=_action(campaigns, lift, period.currency),
        data={"campaigns": campaigns, "total": [total], "lift": lift},
        parts=parts,
    )


def _headline(total: dict, lift: list[dict], currency: str) -> Markup:
    told = Markup("")
    if total["roi"] is not None:
        told = Markup(
            "Campaigns cost {} and earned {} of {}margin: an ROI of {}."
        ).format(
            money(total["spend"], currency),
            money(total["attributed_margin"], currency),
            "assumed " if total["is_margin_assumed"] else "",
            change(total["roi"]),
        )
    worked = [row["campaign"] for row in lift if row["is_clear"]]
    if worked:
        told += Markup(" Against a control group, {} worked.").format(_some(worked))
    elif lift:
        told += Markup(" No campaign with a control group worked beyond doubt.")
    return told


def _some(names: list[str]) -> Markup:
    """List a few names, and how many more there are."""
    few = [Markup("“{}”").format(name) for name in names[:_NAMED]]
    more = len(names) - len(few)
    return listed([*few, f"{more} more"] if more else few)


def _action(campaigns: list[dict], lift: list[dict], currency: str) -> Markup:
    losing = [row for row in campaigns if row["highest_roi"] < 0]
    if losing:
        worst = max(losing, key=lambda row: -row["profit"])
        return Markup(
            "Mend or stop “{}”: whoever gets the credit, it has lost money: {}."
        ).format(
            worst["campaign"],
            money(worst["profit"], currency),
        )
    if not lift:
        return Markup(
            "Hold some customers back, and the next campaign tells what it changed: "
            "<code>martlet export SEGMENT --campaign ID</code>."
        )
    return Markup(
        "No campaign loses money by every account. Give more to what returned most, as far "
        "as the budget below has evidence for it."
    )


def _roi_tip(row: Row, currency: str) -> Markup:
    return Markup("{}: {} of {} spent, {} to {} by other models").format(
        row["campaign"],
        change(row["roi"]),
        money(row["spend"], currency),
        change(row["lowest_roi"]),
        change(row["highest_roi"]),
    )


def _lift_tip(row: Row) -> Markup:
    return Markup("{}: {} ({} to {}), {}").format(
        row["campaign"],
        points(row["absolute_lift"]),
        points(row["ci_low"]),
        points(row["ci_high"]),
        row["verdict"],
    )


def _roi_figure(campaigns: Rows, currency: str) -> Figure:
    return Figure(
        "Return on investment",
        tipped(campaigns, partial(_roi_tip, currency=currency)),
        partial(
            ranged_bars,
            name="campaign",
            value="roi",
            low="lowest_roi",
            high="highest_roi",
            number="%",
            title="Profit over spend",
        ),
        (
            Column("campaign", "Campaign"),
            Column("channel_group", "Channel"),
            Column("spend", "Spend", "money"),
            Column("attributed_revenue", "Revenue", "money"),
            Column("attributed_margin", "Margin", "money"),
            Column("roas", "ROAS", "decimal"),
            Column("roi", "ROI", "change", "lowest_roi", "highest_roi"),
            Column("cac", "CAC", "money"),
        ),
        note="Bars credit the last touch that was not direct; the line spans all "
        "attribution models.",
    )


def _lift_figure(lift: Rows) -> Figure:
    return Figure(
        "Lift in conversion against randomised controls",
        tipped(lift, _lift_tip),
        partial(
            intervals,
            name="campaign",
            value="absolute_lift",
            low="ci_low",
            high="ci_high",
            number="+.0%",
            title="Percentage points",
            stressed="is_clear",
        ),
        (
            Column("campaign", "Campaign"),
            Column("customers", "Treated", "count"),
            Column("control_customers", "Control", "count"),
            Column("value", "Bought", "share"),
            Column("control_value", "Of control", "share"),
            Column("absolute_lift", "Lift", "points", "ci_low", "ci_high"),
            Column("verdict", "Verdict"),
        ),
        note="How many more of the treated bought than of the control group. An interval "
        "that holds zero means: cannot tell.",
    )


CAMPAIGNS = Section(
    "campaigns",
    "Campaigns",
    ("campaign_roi_totals", "campaign_lift", "dim_campaigns"),
    _find,
)
