-- Who was in which audience from when to when, and why.
-- Grain: one row per segment, customer and stay: valid_from <= day < valid_to. What
-- earlier builds saw comes from the ledger ops.segment_changes, which this model adds
-- to: a day's last build says what the day brought. An audience that is no more has no
-- members left.
{{ config(post_hook="{{ note_segment_changes() }}") }}
with

period as (
    select * from {{ ref('int_data_period') }}
),

members as (
    select * from {{ ref('segment_members') }}
),

noted as (
    select * from {{ ref('stg_ops__segment_changes') }}
),

earlier as (
    select noted.*
    from noted
    inner join period on noted.changed_date < period.as_of_date
),

members_before as (
    select * from earlier
    qualify row_number() over (
        partition by segment_id, customer_id order by changed_date desc
    ) = 1
),

changes as (
    select segment_id, customer_id, changed_date, is_member, reason from earlier
    union all
    select
        members.segment_id,
        members.customer_id,
        period.as_of_date as changed_date,
        true as is_member,
        members.reason
    from members
    cross join period
    left join members_before
        on members.segment_id = members_before.segment_id
        and members.customer_id = members_before.customer_id
        and members_before.is_member
    where members_before.customer_id is null
    union all
    select
        members_before.segment_id,
        members_before.customer_id,
        period.as_of_date,
        false,
        null
    from members_before
    cross join period
    left join members
        on members_before.segment_id = members.segment_id
        and members_before.customer_id = members.customer_id
    where members_before.is_member and members.customer_id is null
),

with_ends as (
    select
        changes.*,
        lead(changed_date) over (
            partition by segment_id, customer_id order by changed_date
        ) as next_date
    from changes
),

stays as (
    select
        with_ends.segment_id,
        with_ends.customer_id,
        coalesce(members.reason, with_ends.reason) as reason,
        with_ends.changed_date as valid_from,
        with_ends.next_date as valid_to,
        with_ends.next_date is null as is_current
    from with_ends
    left join members
        on with_ends.segment_id = members.segment_id
        and with_ends.customer_id = members.customer_id
        and with_ends.next_date is null
    where with_ends.is_member
)

select * from stays
