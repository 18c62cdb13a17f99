-- What was known of a customer strictly before a campaign contacted them.
-- Grain: one row per contact_id of feat_contact_occasions. Orders, touches and visits
-- count once they had happened, been received and were known to be theirs, refunds once
-- they were made. All lie on one timeline per customer, on which what is asked at an
-- instant comes before what became known at it, contacts of that instant included.
with

occasions as (
    select * from {{ ref('feat_contact_occasions') }}
),

customers as (
    select * from {{ ref('dim_customers') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where customer_id is not null
),

returns as (
    select * from {{ ref('fct_returns') }}
),

touches as (
    select * from {{ ref('fct_campaign_touches') }}
    where customer_id is not null
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    where customer_id is not null
),

timeline as (
    select
        customer_id,
        contacted_at as moment,
        0 as is_known,
        contact_id,
        {{ money('null') }} as sales,
        cast(null as timestamp) as ordered_at,
        cast(null as timestamp) as touched_at,
        cast(null as timestamp) as responded_at,
        cast(null as timestamp) as visited_at
    from occasions
    union all
    select
        customer_id,
        identified_at,
        1,
        null,
        gross_sales - discounts,
        case when is_counted then ordered_at end,
        null, null, null
    from orders
    union all
    -- A refund booked with an earlier time than its order is known with the order.
    select
        orders.customer_id,
        {{ greatest_of(['returns.returned_at', 'orders.identified_at']) }},
        1,
        null,
        -returns.refunds,
        null, null, null, null
    from returns
    inner join orders on returns.order_id = orders.order_id
    union all
    select
        customer_id,
        {{ greatest_of(['touched_at', 'identified_at']) }},
        1,
        null, null, null,
        case when touch_type in {{ campaign_contacts() }} then touched_at end,
        case when touch_type in {{ campaign_responses() }} then touched_at end,
        null
    from touches
    where
        touch_type in {{ campaign_contacts() }}
        or touch_type in {{ campaign_responses() }}
    union all
    select
        customer_id,
        {{ greatest_of(['session_end_at', 'identified_at', 'last_received_at']) }},
        1,
        null, null, null, null, null,
        session_end_at
    from sessions
),

known as (
    select
        contact_id,
        sum(sales) over so_far as net_sales,
        count(ordered_at) over so_far as orders,
        max(ordered_at) over so_far as last_ordered_at,
        count(touched_at) over so_far as contacts,
        max(touched_at) over so_far as last_contacted_at,
        count(responded_at) over so_far as responses,
        max(responded_at) over so_far as last_responded_at,
        count(visited_at) over so_far as sessions,
        max(visited_at) over so_far as last_visited_at
    from timeline
    window so_far as (
        partition by customer_id
        order by moment, is_known
        rows between unbounded preceding and current row
    )
),

told as (
    select
        contact_id,
        occasions.customer_id,
        occasions.contacted_at,
        occasions.is_latest,
        occasions.is_assignment,
        occasions.campaign_id,
        occasions.campaign_type,
        -- Whom the shop first hears of by the contact has been known for no time.
        case
            when customers.first_known_at < occasions.contacted_at
                then {{ elapsed_seconds(
                    'customers.first_known_at', 'occasions.contacted_at'
                ) }} / 86400
            else 0
        end as tenure_days,
        known.orders,
        {{ money('coalesce(known.net_sales, 0)') }} as net_sales,
        known.contacts,
        known.responses,
        {{ ratio('known.responses', 'known.contacts') }} as response_rate,
        known.sessions,
        {%- for last, name in [
            ('last_ordered_at', 'recency_days'),
            ('last_contacted_at', 'days_since_last_contact'),
            ('last_responded_at', 'days_since_last_response'),
            ('last_visited_at', 'days_since_last_session'),
        ] %}
        {{ elapsed_seconds('known.' ~ last, 'occasions.contacted_at') }} / 86400
            as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from occasions
    inner join known using (contact_id)
    left join customers on occasions.customer_id = customers.customer_id
)

select * from told
