"""Tell whom a filter chooses before anything is written: how many, worth what, who else."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from martlet.segments.filters import Filter, parse_filter
from martlet.segments.profiles import lock_down, profile_columns, running_a_filter
from martlet.warehouse.connection import fetch_dicts

_TOTALS = """
select
    count(*) filter (matches) as customers,
    count(*) as all_customers,
    count(*) filter (matches and is_contactable_by_email) as by_email,
    count(*) filter (matches and is_contactable_by_sms) as by_sms,
    coalesce(sum(net_sales) filter (matches), 0) as net_sales,
    sum(predicted_clv_365d) filter (matches) as predicted_clv_365d,
    max(currency) as currency
from (
    select *, coalesce({condition}, false) as matches from marts.customer_profiles
) as profiles
"""

_OVERLAPS = """
with

matching as (
    select customer_id from marts.customer_profiles
    where {condition}
),

members as (
    select segment_id, customer_id from segments.segment_membership
    where is_current
)

select
    definitions.segment_id,
    definitions.title,
    count(members.customer_id) as members,
    count(matching.customer_id) as in_both
from segments.segment_definitions as definitions
left join members on definitions.segment_id = members.segment_id
left join matching on members.customer_id = matching.customer_id
group by definitions.segment_id, definitions.title
order by in_both desc, definitions.segment_id
"""


@dataclass(frozen=True)
class Overlap:
    """How many of an audience's members a filter chooses too.

    ``share`` is of those whom the filter chooses; ``None`` where it chooses nobody.
    """

    segment_id: str
    title: str
    members: int
    in_both: int
    share: float | None


@dataclass(frozen=True)
class Preview:
    """Whom a filter chooses, as of the last build. Money is in ``currency``."""

    where: str
    customers: int
    all_customers: int
    share: float | None
    contactable_by_email: int
    contactable_by_sms: int
    net_sales: Decimal
    predicted_clv_365d: float | None
    currency: str | None
    sample: list[dict]
    overlaps: list[Overlap]


def preview_filter(
    connection: duckdb.DuckDBPyConnection, text: str, sample_size: int
) -> Preview:
    """Tell whom a filter chooses.

    Parameters
    ----------
    connection
        To a warehouse opened for reading. It is locked down and good for nothing else
        afterwards.
    text : str
        The filter as somebody typed it; it is not trusted.

    Raises
    ------
    UsageError
        The filter is no condition on the profiles, or cannot be computed.
    EnvironmentFault
        The warehouse has no profiles or no audiences yet.
    """
    condition = parse_filter(text, profile_columns(connection))
    lock_down(connection)
    with running_a_filter(connection):
        (totals,) = fetch_dicts(
            connection, _TOTALS.format(condition=condition.sql), condition.values
        )
        sample = _sample(connection, condition, sample_size)
        overlaps = fetch_dicts(
            connection, _OVERLAPS.format(condition=condition.sql), condition.values
        )
    customers, of_all = totals["customers"], totals["all_customers"]
    return Preview(
        where=condition.rendered,
        customers=customers,
        all_customers=of_all,
        share=customers / of_all if of_all else None,
        contactable_by_email=totals["by_email"],
        contactable_by_sms=totals["by_sms"],
        net_sales=totals["net_sales"],
        predicted_clv_365d=totals["predicted_clv_365d"],
        currency=totals["currency"],
        sample=sample,
        overlaps=[
            Overlap(**row, share=row["in_both"] / customers if customers else None)
            for row in overlaps
        ],
    )


def _sample(
    connection: duckdb.DuckDBPyConnection, condition: Filter, size: int
) -> list[dict]:
    """Give the first matching customers, with what the filter looks at."""
    columns = ", ".join(dict.fromkeys(["customer_id", *condition.columns]))
    return fetch_dicts(
        connection,
        f"select {columns} from marts.customer_profiles where {condition.sql} "
        "order by customer_id limit $sample_size",
        condition.values | {"sample_size": size},
    )
