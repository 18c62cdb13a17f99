"""What the warehouse says of a segment, and whether it may be exported now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from martlet.errors import CheckFailed, EnvironmentFault, UsageError
from martlet.export.destinations import DESTINATIONS, Destination
from martlet.export.request import Needed, needed_consents


@dataclass(frozen=True)
class SegmentDefinition:
    """A segment as ``segments.segment_definitions`` has it."""

    segment_id: str
    title: str
    channel: str
    purpose: str
    control_share: float
    oldest_score_date: date | None
    has_stale_scores: bool
    as_of_date: date


def find_segment(
    connection: duckdb.DuckDBPyConnection, segment_id: str
) -> SegmentDefinition:
    """Find a segment, and refuse one that rests on scores that are too old.

    Raises
    ------
    UsageError
        There is no such segment.
    CheckFailed
        It rests on stale scores.
    EnvironmentFault
        The warehouse has no segments yet.
    """
    try:
        rows = connection.execute(
            "select segment_id, title, channel, purpose, control_share, "
            "oldest_score_date, has_stale_scores, as_of_date "
            "from segments.segment_definitions cross join segments.export_rules "
            "order by segment_id"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            "The warehouse has no segments yet.", "Build them: martlet build"
        ) from error
    known = {row[0]: SegmentDefinition(*row) for row in rows}
    if segment_id not in known:
        raise UsageError(
            f"There is no segment '{segment_id}'.",
            "Choose one of: " + ", ".join(known),
        )
    segment = known[segment_id]
    if segment.has_stale_scores:
        raise CheckFailed(
            f"'{segment_id}' rests on scores of {segment.oldest_score_date}, which are "
            "older than score_max_age_days allows.",
            "Score again, then export: martlet build",
        )
    return segment


def find_destination(name: str) -> Destination:
    """Find a destination; ``UsageError`` if there is none of that name."""
    if name not in DESTINATIONS:
        raise UsageError(
            f"There is no destination '{name}'.",
            "Choose one of: " + ", ".join(DESTINATIONS),
        )
    return DESTINATIONS[name]


def is_known_campaign(connection: duckdb.DuckDBPyConnection, campaign_id: str) -> bool:
    """Tell whether the shop's campaigns have one of that id."""
    (known,) = connection.execute(
        "select count(*) from segments.exportable_campaigns where campaign_id = ?",
        [campaign_id],
    ).fetchone()
    return known > 0


def share_of_campaign(
    connection: duckdb.DuckDBPyConnection, campaign_id: str
) -> float | None:
    """Tell the share that a campaign holds back since its first draw, if it drew.

    Arms that were drawn by several shares differ by more than the campaign.
    """
    (share,) = connection.execute(
        "select max(case when arm = 'control' then planned_share "
        "else round(1 - planned_share, 12) end) "
        "from ops.campaign_assignments where campaign_id = ?",
        [campaign_id],
    ).fetchone()
    return share


def consents_for(
    segment: SegmentDefinition, destination: Destination
) -> tuple[Needed, ...]:
    """Tell the consents that a list of the segment for the destination needs.

    Raises
    ------
    UsageError
        People are written to from the destination, and the segment is not for writing.
    """
    if destination.is_direct and segment.channel not in ("email", "sms"):
        raise UsageError(
            f"{destination.title} writes to people, and '{segment.segment_id}' is "
            f"reached by {segment.channel}.",
            "Choose a segment whose channel is email or sms, or another destination.",
        )
    return needed_consents(
        (segment.channel, segment.purpose),
        destination.consents,
        destination.identifiers,
    )
