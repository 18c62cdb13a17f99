"""Whether the numbers rest on all of the data."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from martlet.report.content import Column, Findings, Period, Rows, Section, Table
from martlet.report.marts import PublishedMarts
from martlet.report.wording import count, share

_TABLES = """
select table_name, raw_rows, staged_rows, superseded_rows, unkeyed_rows, later_rows
from raw_reconciliation
where raw_rows > 0
order by raw_rows desc, table_name
"""

_TOTALS = """
with staged as (
    select sum(raw_rows)::bigint as raw_rows,
        sum(unkeyed_rows + later_rows)::bigint as unused_rows,
        sum(raw_rows - staged_rows - superseded_rows - unkeyed_rows - later_rows)::bigint
            as lost_rows
    from raw_reconciliation
),

refused as (
    select coalesce(sum(rows), 0)::bigint as refused_rows
    from load_ledger
    where outcome = 'refused'
)

select raw_rows, unused_rows, lost_rows, refused_rows,
    refused_rows / nullif(raw_rows + refused_rows, 0)::double as refused_share
from staged
cross join refused
"""

_ABSENT = """
select table_name from raw_reconciliation where raw_rows = 0 order by table_name
"""

_LOADS = """
select load_id, any_value(connector) as connector, max(loaded_at)::date as loaded_on,
    coalesce(sum(rows) filter (outcome = 'stored'), 0)::bigint as stored_rows,
    coalesce(sum(rows) filter (outcome = 'refused'), 0)::bigint as refused_rows
from load_ledger
group by load_id
order by load_id desc
limit 12
"""

_REFUSED = """
select rule, sum(rows)::bigint as rows
from load_ledger
where outcome = 'refused'
group by rule
order by rows desc, rule
limit 12
"""

_LATENESS = """
select lateness, lateness_rank, sum(events)::bigint as events,
    sum(events) / sum(sum(events)) over ()::double as share
from event_lateness
group by lateness, lateness_rank
order by lateness_rank
"""

_TRAFFIC = """
with kinds as (
    unpivot (select human_events, bot_events, internal_events from event_quality)
    on human_events as people, bot_events as robots, internal_events as "our own"
    into name traffic value events
)

select traffic, events, events / nullif(sum(events) over (), 0)::double as share
from kinds
qualify sum(events) over () > 0
order by events desc, traffic
"""


def _find(marts: PublishedMarts, period: Period) -> Findings:
    tables = marts.rows(_TABLES)
    if not tables:
        return Findings(
            missing=Markup(
                "Nothing was loaded yet: <code>martlet load WHAT FILE</code>; "
                "<code>martlet contract</code> prints what raw tables look like."
            )
        )
    (totals,) = marts.rows(_TOTALS)
    refused = marts.rows(_REFUSED)
    absent = marts.rows(_ABSENT)
    data = {
        "totals": [totals],
        "tables": tables,
        "absent": absent,
        "loads": marts.rows(_LOADS),
        "refused": refused,
        "lateness": marts.rows(_LATENESS),
        "traffic": marts.rows(_TRAFFIC),
    }
    return Findings(
        headline=_headline(totals),
        action=_action(totals, refused, [row["table_name"] for row in absent]),
        data=data,
        parts=_parts(data),
    )


def _parts(data: Mapping[str, Rows]) -> list[Table]:
    """Give a table for each part of the data that there is."""
    tables = (
        Table(
            "Where every raw row went",
            data["tables"],
            (
                Column("table_name", "Raw table", "words"),
                Column("raw_rows", "Rows", "count"),
                Column("staged_rows", "Used", "count"),
                Column("superseded_rows", "Superseded", "count"),
                Column("unkeyed_rows", "Without a key", "count"),
                Column("later_rows", "Dated later", "count"),
            ),
            is_wide=True,
            note="Superseded: a later version of the same row came.",
        ),
        Table(
            "Loads",
            data["loads"],
            (
                Column("load_id", "Load"),
                Column("connector", "What"),
                Column("loaded_on", "On", "date"),
                Column("stored_rows", "Stored", "count"),
                Column("refused_rows", "Refused", "count"),
            ),
        ),
        Table(
            "In quarantine",
            data["refused"],
            (
                Column("rule", "Reason", "words"),
                Column("rows", "Rows", "count", is_bar=True),
            ),
        ),
        Table(
            "How late events came",
            data["lateness"],
            (
                Column("lateness", "Within"),
                Column("events", "Events", "count", is_bar=True),
                Column("share", "Share", "share"),
            ),
        ),
        Table(
            "Whose traffic it is",
            data["traffic"],
            (
                Column("traffic", "Of"),
                Column("events", "Events", "count", is_bar=True),
                Column("share", "Share", "share"),
            ),
        ),
    )
    return [table for table in tables if table.rows]


def _headline(totals: dict) -> Markup:
    if totals["lost_rows"]:
        told = Markup("Of {} raw rows, {} are not accounted for").format(
            count(totals["raw_rows"]), count(totals["lost_rows"])
        )
    else:
        told = Markup("All {} raw rows are accounted for").format(
            count(totals["raw_rows"])
        )
    if totals["unused_rows"]:
        told += Markup("; {} could not be used").format(count(totals["unused_rows"]))
    if totals["refused_rows"]:
        told += Markup("; loading refused {} more ({})").format(
            count(totals["refused_rows"]), share(totals["refused_share"])
        )
    return told + Markup(".")


def _action(totals: dict, refused: list[dict], absent: list[str]) -> Markup:
    told = Markup("")
    if totals["lost_rows"]:
        told += Markup(
            "Trust no number before this is found: <code>martlet build</code>. "
        )
    if totals["unused_rows"]:
        told += Markup(
            "Mend rows without a key or dated later, below, and load again. "
        )
    if refused:
        told += Markup(
            "Look at what was refused, mend it, and try again: "
            "<code>martlet quarantine</code>. "
        )
    if absent:
        told += Markup("Not loaded: {}.").format(", ".join(absent).replace("_", " "))
    return told or Markup("Nothing to mend: everything was loaded and used.")


QUALITY = Section(
    "data_quality",
    "Data quality",
    ("raw_reconciliation", "load_ledger", "event_lateness", "event_quality"),
    _find,
)
