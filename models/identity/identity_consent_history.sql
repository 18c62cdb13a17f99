-- What each person consented to at any time: valid_from <= t < valid_to.
-- Grain: one row per customer, channel, purpose and period in which the state held; no
-- row is no consent. An account counts from the moment it is linked to the person, and
-- from then on a denial of any one account outweighs the grants of all others. A state
-- in words of its own is a denial: only what says so is a grant.
with

consents as (
    select * from {{ ref('stg_store__consents') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

account_states as (
    select
        customer_ids.customer_id,
        consents.channel,
        consents.purpose,
        consents.state,
        {{ greatest_of(['consents.changed_at', 'customer_ids.linked_at']) }}
            as valid_from,
        lead(consents.changed_at) over (
            partition by
                consents.source_customer_id, consents.channel, consents.purpose
            order by consents.changed_at
        ) as valid_to
    from consents
    inner join customer_ids
        on consents.source_customer_id = customer_ids.source_customer_id
),

-- What was changed again before the account was linked never counted for the person.
turns as (
    select customer_id, channel, purpose, state, valid_from as turned_at, 1 as accounts
    from account_states
    where valid_to is null or valid_from < valid_to
    union all
    select customer_id, channel, purpose, state, valid_to, -1
    from account_states
    where valid_from < valid_to
),

moments as (
    select
        customer_id,
        channel,
        purpose,
        turned_at,
        sum(case when state in ('granted', 'withdrawn') then 0 else accounts end)
            as denied,
        sum(case when state = 'withdrawn' then accounts else 0 end) as withdrawn
    from turns
    group by customer_id, channel, purpose, turned_at
),

states as (
    select
        customer_id,
        channel,
        purpose,
        turned_at,
        case
            when sum(denied) over so_far > 0 then 'denied'
            when sum(withdrawn) over so_far > 0 then 'withdrawn'
            else 'granted'
        end as state
    from moments
    window so_far as (
        partition by customer_id, channel, purpose
        order by turned_at
        rows between unbounded preceding and current row
    )
),

changes as (
    select * from states
    qualify state is distinct from lag(state) over (
        partition by customer_id, channel, purpose order by turned_at
    )
),

periods as (
    select
        customer_id,
        channel,
        purpose,
        state,
        state = 'granted' as is_granted,
        turned_at as valid_from,
        lead(turned_at) over (
            partition by customer_id, channel, purpose order by turned_at
        ) as valid_to
    from changes
)

select * from periods
