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
select raw_rows, events, repeated_events, bot_events, internal_events, human_events,
    bot_events / nullif(events, 0)::double as bot_share
from event_quality
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
    refused = marts.rows(_REFUSED)
    absent = marts.rows(_ABSENT)
    data = {
        "tables": tables,
        "absent": absent,
        "loads": marts.rows(_LOADS),
        "refused": refused,
        "lateness": marts.rows(_LATENESS),
        "traffic": marts.rows(_TRAFFIC),
    }
    return Findings(
        headline=_headline(tables, refused),
        action=_action(refused, [row["table_name"] for row in absent]),
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
                Column("table_name", "Raw table"),
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
            (Column("rule", "Reason"), Column("rows", "Rows", "count", is_bar=True)),
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
                Column("events", "Events", "count"),
                Column("human_events", "People's", "count"),
                Column("bot_events", "Robots'", "count"),
                Column("internal_events", "Our own", "count"),
                Column("repeated_events", "Repeated", "count"),
            ),
        ),
    )
    return [table for table in tables if table.rows]


def _headline(tables: list[dict], refused: list[dict]) -> Markup:
    raw = sum(row["raw_rows"] for row in tables)
    unused = sum(row["unkeyed_rows"] + row["later_rows"] for row in tables)
    in_quarantine = sum(row["rows"] for row in refused)
    told = Markup("All {} raw rows are accounted for").format(count(raw))
    if unused:
        told += Markup("; {} could not be used").format(count(unused))
    if in_quarantine:
        told += Markup("; loading refused {} more ({})").format(
            count(in_quarantine), share(in_quarantine / (raw + in_quarantine))
        )
    return told + Markup(".")


def _action(refused: list[dict], absent: list[str]) -> Markup:
    told = Markup("")
    if refused:
        told = Markup(
            "Look at what was refused, mend it, and try again: "
            "<code>martlet quarantine</code>. "
        )
    if absent:
        told += Markup("Not loaded: {}.").format(", ".join(absent).replace("_", " "))
    return told


QUALITY = Section(
    "data_quality",
    "Data quality",
    ("raw_reconciliation", "load_ledger", "event_lateness", "event_quality"),
    _find,
)
