"""What a platform's audience holds, and what has to be added to it and removed from it.

An audience is a segment at a destination, for a campaign or none. Its ledger is of
addresses and not of people: a platform knows nobody else, and somebody with a new
address has to be added by the one and removed by the other.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from martlet.export.request import Request

# What the audience was last told of each address, and whose it is by now.
_HELD = """
create or replace temp table held as
select
    changes.contact_type,
    changes.contact_key,
    coalesce(merges.customer_id, changes.customer_id) as customer_id
from (
    select * from ops.audience_changes
    where
        destination = $destination
        and segment_id = $segment_id
        and campaign_id = $campaign_id
    qualify row_number() over (
        partition by contact_type, contact_key
        order by changed_at desc, export_id desc
    ) = 1
) as changes
left join identity.identity_merges as merges
    on changes.customer_id = merges.merged_customer_id
where changes.is_member
"""

# What is not listed any more, and why. An address that is not in the raw files either
# cannot be told to the platform: it stays on the ledger.
_LEAVING = """
create or replace temp table leaving as
select
    held.contact_type,
    held.contact_key,
    held.customer_id,
    addresses.sealed_address,
    addresses.source_customer_id,
    case
        when judged.customer_id is null then 'left_segment'
        else coalesce(judged.exclusion, outcomes.outcome, 'address_changed')
    end as reason
from held
left join listed_addresses as listed
    on held.contact_type = listed.contact_type
    and held.contact_key = listed.contact_key
left join identity.identity_sealed_addresses as addresses
    on held.contact_type = addresses.contact_type
    and held.contact_key = addresses.contact_key
left join judged on held.customer_id = judged.customer_id
left join outcomes
    on held.customer_id = outcomes.customer_id and outcomes.outcome <> 'listed'
where listed.contact_key is null
"""

_NOTE = """
insert into ops.audience_changes by name
select
    $export_id as export_id,
    $destination as destination,
    $segment_id as segment_id,
    $campaign_id as campaign_id,
    changes.*,
    $exported_at as changed_at
from (
    select listed.contact_type, listed.contact_key, listed.customer_id,
        true as is_member
    from listed_addresses as listed
    left join held
        on listed.contact_type = held.contact_type
        and listed.contact_key = held.contact_key
    where held.contact_key is null
    union all
    select contact_type, contact_key, customer_id, false
    from leaving
    where sealed_address is not null
) as changes
"""


def read_held(connection: duckdb.DuckDBPyConnection, request: Request) -> None:
    """Make the table ``held``: contact_type, contact_key and customer_id by address."""
    connection.execute(_HELD, _named(request))


def find_leaving(
    connection: duckdb.DuckDBPyConnection,
    listed_addresses: pa.Table,
    outcomes: pa.Table,
) -> dict[str, int]:
    """Make the table ``leaving`` of the addresses that the platform has to remove.

    Parameters
    ----------
    listed_addresses : pa.Table
        ``contact_type``, ``contact_key`` and ``customer_id`` of all that is listed.
    outcomes : pa.Table
        ``customer_id`` and ``outcome`` of every member who was not excluded before.

    Returns
    -------
    dict of str to int
        How many leave for which reason.
    """
    for name, table in (("listed_addresses", listed_addresses), ("outcomes", outcomes)):
        connection.register("told", table)
        connection.execute(f"create or replace temp table {name} as from told")
        connection.unregister("told")
    connection.execute(_LEAVING)
    reasons = connection.execute(
        "select reason, count(*) from leaving group by reason order by reason"
    )
    return dict(reasons.fetchall())


def note_changes(
    connection: duckdb.DuckDBPyConnection, request: Request, export_id: str
) -> None:
    """Note in the ledger what the audience is given now, and what it has to remove."""
    connection.execute(
        _NOTE,
        {
            **_named(request),
            "export_id": export_id,
            "exported_at": request.exported_at,
        },
    )


def _named(request: Request) -> dict[str, str]:
    return {
        "destination": request.destination,
        "segment_id": request.segment_id,
        "campaign_id": request.campaign_id,
    }
