"""Tell who may be written to where, and which addresses nobody may be written to at.

It is asked of everybody and not of members alone: an address is given for nobody where
any of the people who have it may not be written to there, since whoever reads the
message may be any of them.
"""

from __future__ import annotations

import duckdb

from martlet.export.destinations import DESTINATIONS
from martlet.export.request import Request

# What everybody said of each kind of address by now.
_CONSENTS = """
create or replace temp table consents as
with

needed as (
    select
        unnest($contact_types) as contact_type,
        unnest($channels) as channel,
        unnest($purposes) as purpose
),

needed_of_type as (
    select contact_type, count(*) as consents from needed group by contact_type
)

select
    history.customer_id,
    needed.contact_type,
    count(*) = any_value(needed_of_type.consents) and bool_and(history.is_granted)
        as is_allowed,
    not bool_and(history.is_granted) as is_denied
from identity.identity_consent_history as history
inner join needed
    on history.channel = needed.channel and history.purpose = needed.purpose
inner join needed_of_type on needed.contact_type = needed_of_type.contact_type
where
    history.valid_from <= $exported_at
    and (history.valid_to is null or $exported_at < history.valid_to)
group by history.customer_id, needed.contact_type
"""

# Everything that people agreed to by now, as one text; tools for writing are told of it.
_GRANTED = """
create or replace temp table granted as
select
    customer_id,
    string_agg(channel || chr(31) || purpose, chr(30) order by channel, purpose)
        as consents
from identity.identity_consent_history
where
    $is_told
    and is_granted
    and valid_from <= $exported_at
    and (valid_to is null or $exported_at < valid_to)
group by customer_id
"""

# What each address, and each customer, was last said to be.
SUPPRESSIONS = """
select * from ops.suppressions
qualify row_number() over (
    partition by contact_type, contact_key order by changed_at desc, is_suppressed desc
) = 1
"""

# Whoever has, or once had, an address that is suppressed is suppressed whole.
_SUPPRESSED = f"""
create or replace temp table suppressed as
with

suppressed_keys as (
    select contact_type, contact_key
    from ({SUPPRESSIONS})
    where is_suppressed
)

select addresses.customer_id
from identity.identity_addresses as addresses
inner join suppressed_keys
    on addresses.contact_type = suppressed_keys.contact_type
    and addresses.contact_key = suppressed_keys.contact_key
union
select coalesce(merges.customer_id, suppressed_keys.contact_key)
from suppressed_keys
left join identity.identity_merges as merges
    on suppressed_keys.contact_key = merges.merged_customer_id
where suppressed_keys.contact_type = 'customer'
"""

# Who has not come to the youngest age yet; who told no birth date is none of them.
_MINORS = """
create or replace temp table minors as
select contacts.customer_id
from identity.identity_contacts as contacts
cross join segments.export_rules as rules
where
    contacts.birth_date + to_years(cast(rules.min_age as integer))
    > cast(timezone(rules.reporting_timezone, timezone('UTC', $exported_at)) as date)
"""

_REFUSED = """
create or replace temp table refused as
select distinct addresses.contact_type, addresses.contact_key
from identity.identity_addresses as addresses
left join consents
    on addresses.customer_id = consents.customer_id
    and addresses.contact_type = consents.contact_type
left join suppressed on addresses.customer_id = suppressed.customer_id
left join minors on addresses.customer_id = minors.customer_id
where
    not coalesce(consents.is_allowed, false)
    or suppressed.customer_id is not null
    or minors.customer_id is not null
"""


def bar(connection: duckdb.DuckDBPyConnection, request: Request) -> None:
    """Make the temporary tables by which members are judged.

    ``consents`` has, for each person and kind of address, ``is_allowed``, whether every
    consent that is needed was given, and ``is_denied``, whether one was denied or
    withdrawn; ``granted`` all that each person agreed to; ``suppressed`` and ``minors``
    a ``customer_id``; ``refused`` the ``contact_type`` and ``contact_key`` of addresses
    that are given for nobody.
    """
    consents, moment = request.consents, {"exported_at": request.exported_at}
    connection.execute(
        _CONSENTS,
        {
            **moment,
            "contact_types": [each.contact_type for each in consents],
            "channels": [each.channel for each in consents],
            "purposes": [each.purpose for each in consents],
        },
    )
    is_told = DESTINATIONS[request.destination].is_direct
    connection.execute(_GRANTED, {**moment, "is_told": is_told})
    connection.execute(_SUPPRESSED)
    connection.execute(_MINORS, moment)
    connection.execute(_REFUSED)
