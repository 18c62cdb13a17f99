"""How far visits come, and where they end."""

from __future__ import annotations

from markupsafe import Markup

from martlet.report.content import Column, Findings, Period, Section, Table
from martlet.report.marts import PublishedMarts
from martlet.report.wording import count, share

# Of several funnels the one with most steps says most.
_STEPS = """
with longest as (
    select funnel_name
    from web_funnel_totals
    group by funnel_name
    having max(attempts) > 0
    order by max(step_number) desc, funnel_name
    limit 1
),

steps as (
    select funnel_name, step_number, step_name, entities, conversion_rate,
        step_conversion_rate, drop_off_rate, median_time_to_step_s / 60 as median_minutes
    from web_funnel_totals
    where funnel_name in (from longest)
)

select * from steps order by step_number
"""

_DEVICES = """
select dimension_value as device_category, sessions, sessions_with_purchase,
    conversion_rate, conversion_ci_low, conversion_ci_high, conversion_rate_of_all,
    conversion_verdict
from visit_comparison
where dimension_name = 'device_category' and sessions > 0
order by sessions desc, device_category
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    steps = marts.rows(_STEPS)
    if not steps:
        return Findings(
            missing=Markup(
                "Nobody began a funnel. Funnels are made of <code>events</code> and of the "
                "steps in <code>seeds/reference/funnel_steps.csv</code>."
            )
        )
    devices = marts.rows(_DEVICES)
    lost = max(
        steps[:-1],
        key=lambda row: row["entities"] * (row["drop_off_rate"] or 0),
        default=steps[0],
    )
    following = steps[min(lost["step_number"], len(steps) - 1)]
    headline = Markup(
        "Most are lost after “{}”: {} of them never reach “{}”. {} of all who begin "
        "finish."
    ).format(
        lost["step_name"],
        share(lost["drop_off_rate"]),
        following["step_name"],
        share(steps[-1]["conversion_rate"]),
    )
    return Findings(
        headline=headline,
        action=_action(devices, lost["step_name"]),
        data={"steps": steps, "devices": devices},
        parts=(
            Table(
                "Step by step, all days",
                steps,
                (
                    Column("step_name", "Step"),
                    Column("entities", "Reached it", "count", is_bar=True),
                    Column("conversion_rate", "Of all", "share"),
                    Column("step_conversion_rate", "Of those before", "share"),
                    Column("median_minutes", "Minutes", "decimal"),
                ),
                is_wide=True,
                note="Minutes: median time since the step before.",
            ),
            Table(
                "Sessions by device, the last 28 days",
                devices,
                (
                    Column("device_category", "Device"),
                    Column("sessions", "Sessions", "count"),
                    Column(
                        "conversion_rate",
                        "Bought",
                        "share",
                        "conversion_ci_low",
                        "conversion_ci_high",
                    ),
                ),
                is_wide=True,
            ),
        ),
    )


def _action(devices: list[dict], step: str) -> Markup:
    worse = [row for row in devices if row["conversion_verdict"] == "worse"]
    if not worse:
        return Markup(
            "Watch what people meet after “{}”. No device does clearly worse than others."
        ).format(step)
    worst = max(worse, key=lambda row: row["sessions"])
    return Markup(
        "Watch what people meet after “{}”, on {} first: {} of {} sessions there end in a "
        "purchase, against {} of all."
    ).format(
        step,
        worst["device_category"],
        share(worst["conversion_rate"]),
        count(worst["sessions"]),
        share(worst["conversion_rate_of_all"]),
    )


FUNNEL = Section("funnel", "Funnel", ("web_funnel_totals", "visit_comparison"), _find)
