"""Tell what audiences there are, who came and went, and whether a list is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from martlet.errors import EnvironmentFault
from martlet.warehouse.connection import fetch_dicts

# How many days after an export the next one is due.
REFRESH_DAYS = {"daily": 1, "weekly": 7, "monthly": 30}

_AUDIENCES = """
with

rules as (
    select as_of_date from segments.export_rules
),

members as (
    select
        segment_id,
        count(*) filter (is_current) as members,
        count(*) filter (valid_from = rules.as_of_date) as entered,
        count(*) filter (valid_to = rules.as_of_date) as departed
    from segments.segment_membership
    cross join rules
    group by segment_id
),

exports as (
    select
        segment_id,
        max(exported_at) as last_exported_at,
        max_by(destination, exported_at) as last_destination
    from ops.export_log
    group by segment_id
)

select
    definitions.segment_id,
    definitions.title,
    definitions.owner,
    definitions.channel,
    definitions.purpose,
    definitions.refresh,
    definitions.control_share,
    coalesce(members.members, 0) as members,
    coalesce(members.entered, 0) as entered,
    coalesce(members.departed, 0) as departed,
    rules.as_of_date,
    exports.last_exported_at,
    exports.last_destination
from segments.segment_definitions as definitions
cross join rules
left join members on definitions.segment_id = members.segment_id
left join exports on definitions.segment_id = exports.segment_id
order by definitions.segment_id
"""


@dataclass(frozen=True)
class ListedAudience:
    """One audience as of the last build.

    ``entered`` and ``departed`` count since the day's audience before ``as_of_date``.
    ``is_due`` says whether the last list is older than ``refresh`` allows; ``None`` where
    there was none.
    """

    segment_id: str
    title: str
    owner: str
    channel: str
    purpose: str
    refresh: str
    control_share: float
    members: int
    entered: int
    departed: int
    as_of_date: str
    last_exported_at: datetime | None
    last_destination: str | None
    is_due: bool | None


def list_audiences(
    connection: duckdb.DuckDBPyConnection, asked_at: datetime
) -> list[ListedAudience]:
    """List the audiences of the warehouse.

    Parameters
    ----------
    asked_at : datetime
        When the lists are to be judged, in UTC and without a timezone.

    Raises
    ------
    EnvironmentFault
        None were built yet.
    """
    try:
        rows = fetch_dicts(connection, _AUDIENCES)
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            "The warehouse has no segments yet.", "Build them: martlet build"
        ) from error
    return [ListedAudience(**row, is_due=_is_due(row, asked_at)) for row in rows]


def _is_due(row: dict, asked_at: datetime) -> bool | None:
    days = REFRESH_DAYS.get(row["refresh"])
    if row["last_exported_at"] is None or days is None:
        return None
    return asked_at - row["last_exported_at"] >= timedelta(days=days)
