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
with recent as (
    select device_category, step_number, step_name, sum(entities) as entities
    from web_funnel
    where funnel_name = $funnel_name
        and date_day >= $as_of_date::date - 28 and date_day < $as_of_date::date
    group by all
),

ends as (
    select
        coalesce(device_category, 'not known') as device_category,
        coalesce(arg_min(entities, step_number), 0)::bigint as attempts,
        coalesce(arg_max(entities, step_number), 0)::bigint as completed
    from recent
    group by device_category
)

select device_category, attempts, completed,
    completed / nullif(attempts, 0)::double as conversion_rate
from ends
where attempts > 0
order by attempts desc, device_category
"""
# Fewer attempts say nothing of a device.
_LEAST_ATTEMPTS = 100


def _find(marts: PublishedMarts, period: Period) -> Findings:
    steps = marts.rows(_STEPS)
    if not steps:
        return Findings(
            missing=Markup(
                "Nobody began a funnel. Funnels are made of <code>events</code> and of the "
                "steps in <code>seeds/reference/funnel_steps.csv</code>."
            )
        )
    devices = marts.rows(
        _DEVICES, funnel_name=steps[0]["funnel_name"], as_of_date=period.as_of_date
    )
    lost = max(steps[:-1], key=lambda row: row["drop_off_rate"] or 0, default=steps[0])
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
                "All days",
                "steps",
                (
                    Column("step_name", "Step"),
                    Column("entities", "Reached it", "count", is_bar=True),
                    Column("conversion_rate", "Of all", "share"),
                    Column("step_conversion_rate", "Of the step before", "share"),
                    Column("median_minutes", "Median minutes", "decimal"),
                ),
            ),
            Table(
                "By device, the last 28 days",
                "devices",
                (
                    Column("device_category", "Device"),
                    Column("attempts", "Began", "count", is_bar=True),
                    Column("completed", "Finished", "count"),
                    Column("conversion_rate", "Conversion", "share"),
                ),
            ),
        ),
    )


def _action(devices: list[dict], step: str) -> Markup:
    known = [row for row in devices if row["attempts"] >= _LEAST_ATTEMPTS]
    if len(known) < 2:
        return Markup("Watch what people meet after “{}”.").format(step)
    worst = min(known, key=lambda row: row["conversion_rate"])
    best = max(known, key=lambda row: row["conversion_rate"])
    return Markup(
        "Begin on {}: {} of {} who began there finished, against {} on {}."
    ).format(
        worst["device_category"],
        share(worst["conversion_rate"]),
        count(worst["attempts"]),
        share(best["conversion_rate"]),
        best["device_category"],
    )


FUNNEL = Section("funnel", "Funnel", ("web_funnel_totals", "web_funnel"), _find)
