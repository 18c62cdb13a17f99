"""Judge who of a segment may be on a list, at the moment of the export.

Consent, suppression, age, shared addresses and recent contacts decide, and the first
reason that holds is the one that is counted. Only whether an address is valid is known
later, when it is opened.
"""

from __future__ import annotations

import duckdb

from martlet.export.barring import bar
from martlet.export.destinations import DESTINATIONS
from martlet.export.request import Request

# The reasons to leave a member out, in the order in which they are judged; the last two
# when addresses are open.
EXCLUSIONS = {
    "suppressed": "suppressed",
    "under_age": "under age",
    "no_consent": "consent denied or withdrawn",
    "unknown_consent": "no word on consent",
    "shared_address": "address shared with somebody who may not be written to",
    "contacted_often": "contacted often enough lately",
    "global_control": "global control group",
    "no_contact": "no valid address",
    "same_address": "same address as another member",
}


# Draws are the same for a customer and a campaign in every export.
_JUDGE = """
create or replace temp table judged as
with

rules as (
    select * from segments.export_rules
),

members as (
    select customer_id
    from segments.segment_membership
    where segment_id = $segment_id and is_current
),

own_consent as (
    select
        customer_id,
        bool_or(is_allowed) as is_allowed,
        bool_or(is_denied) as is_denied
    from consents
    where list_contains($reached_by, contact_type)
    group by customer_id
),

-- Contacts that campaigns made, and those that lists were written for lately.
contacts_made as (
    select contacts.customer_id, count(*) as contacts
    from (
        select recent.customer_id, recent.campaign_id, recent.contact_date
        from segments.recent_contacts as recent
        cross join rules
        where recent.contacted_at > $exported_at - to_days(cast(
            rules.contact_cap_days as integer
        ))
        union
        select
            coalesce(merges.customer_id, changes.customer_id),
            changes.campaign_id,
            cast(timezone(
                rules.reporting_timezone, timezone('UTC', changes.changed_at)
            ) as date)
        from ops.audience_changes as changes
        cross join rules
        left join identity.identity_merges as merges
            on changes.customer_id = merges.merged_customer_id
        where
            changes.is_member
            and changes.campaign_id not in ('', $campaign_id)
            and list_contains($direct_destinations, changes.destination)
            and changes.changed_at > $exported_at - to_days(cast(
                rules.contact_cap_days as integer
            ))
    ) as contacts
    group by contacts.customer_id
),

arms as (
    select customer_id, arm from segments.assigned_arms where campaign_id = $campaign_id
    union
    select coalesce(merges.customer_id, drawn.customer_id), drawn.arm
    from ops.campaign_assignments as drawn
    left join identity.identity_merges as merges
        on drawn.customer_id = merges.merged_customer_id
    where drawn.campaign_id = $campaign_id
    union
    -- Whoever is on a list of the campaign already, without a draw, cannot be held back.
    select coalesce(merges.customer_id, changes.customer_id), 'treatment'
    from ops.audience_changes as changes
    left join identity.identity_merges as merges
        on changes.customer_id = merges.merged_customer_id
    where
        changes.is_member
        and changes.campaign_id = $campaign_id
        and $campaign_id <> ''
),

-- Of two arms of a person who was two people, the one that is left in peace counts.
arms_before as (
    select customer_id, bool_or(arm = 'control') as is_control
    from arms
    group by customer_id
),

given as (
    select
        members.customer_id,
        contacts.email_key is not null and list_contains($reached_by, 'email')
        or contacts.phone_key is not null and list_contains($reached_by, 'phone')
            as has_address,
        coalesce(email_consents.is_allowed, false)
        and contacts.email_key is not null
        and refused_emails.contact_key is null as gives_email,
        coalesce(phone_consents.is_allowed, false)
        and contacts.phone_key is not null
        and refused_phones.contact_key is null as gives_phone
    from members
    left join identity.identity_contacts as contacts
        on members.customer_id = contacts.customer_id
    left join consents as email_consents
        on members.customer_id = email_consents.customer_id
        and email_consents.contact_type = 'email'
    left join consents as phone_consents
        on members.customer_id = phone_consents.customer_id
        and phone_consents.contact_type = 'phone'
    left join refused as refused_emails
        on contacts.email_key = refused_emails.contact_key
        and refused_emails.contact_type = 'email'
    left join refused as refused_phones
        on contacts.phone_key = refused_phones.contact_key
        and refused_phones.contact_type = 'phone'
)

select
    members.customer_id,
    case
        when suppressed.customer_id is not null then 'suppressed'
        when minors.customer_id is not null then 'under_age'
        when coalesce(own_consent.is_allowed, false) then
            case
                when
                    given.has_address
                    and not (given.gives_email and list_contains($reached_by, 'email'))
                    and not (given.gives_phone and list_contains($reached_by, 'phone'))
                    then 'shared_address'
                when contacts_made.contacts >= rules.contact_cap_touches
                    then 'contacted_often'
                when md5_number_lower('global control ' || members.customer_id)
                    / 18446744073709551616.0 < rules.global_control_share
                    then 'global_control'
            end
        when own_consent.is_denied then 'no_consent'
        else 'unknown_consent'
    end as exclusion,
    given.gives_email,
    given.gives_phone,
    coalesce(
        arms_before.is_control,
        md5_number_lower($campaign_id || ' ' || members.customer_id)
        / 18446744073709551616.0 < $control_share
    ) as is_control,
    arms_before.customer_id is not null as is_assigned
from members
cross join rules
left join given using (customer_id)
left join suppressed using (customer_id)
left join minors using (customer_id)
left join own_consent using (customer_id)
left join contacts_made using (customer_id)
left join arms_before using (customer_id)
"""


def judge(connection: duckdb.DuckDBPyConnection, request: Request) -> None:
    """Make the table ``judged``, one row for each member of the segment.

    Its columns are ``customer_id``; ``exclusion``, one of :data:`EXCLUSIONS` or null;
    ``gives_email`` and ``gives_phone``, whether the address may be given; ``is_control``,
    whether the person is to be held back; ``is_assigned``, whether that was drawn before.
    """
    # Being on a campaign's list there is a contact, unlike on one for adverts.
    direct_destinations = [
        name for name, each in DESTINATIONS.items() if not each.consents
    ]
    bar(connection, request)
    connection.execute(
        _JUDGE,
        {
            "segment_id": request.segment_id,
            "campaign_id": request.campaign_id,
            "exported_at": request.exported_at,
            "reached_by": list(request.reached_by),
            "direct_destinations": direct_destinations,
            "control_share": request.control_share,
        },
    )
