-- Contacts of campaigns with people, as the shop's tools report them.
-- Grain: one row per touch. The touch is the person's from identified_at on, which may
-- be after the touch.
with

touches as (
    select * from {{ ref('stg_store__campaign_touches') }}
),

customer_ids as (
    select * from {{ ref('identity_customer_ids') }}
),

visitors as (
    select * from {{ ref('identity_visitors') }}
),

resolved as (
    select
        touches.touch_id,
        touches.campaign_id,
        coalesce(customer_ids.customer_id, visitors.customer_id) as customer_id,
        case
            when customer_ids.customer_id is not null
                then {{ greatest_of(['touches.touched_at', 'customer_ids.linked_at']) }}
            else visitors.identified_at
        end as identified_at,
        touches.visitor_id,
        touches.touch_type,
        touches.touched_at
    from touches
    left join customer_ids
        on touches.source_customer_id = customer_ids.source_customer_id
    left join visitors on touches.visitor_id = visitors.visitor_id
)

select * from resolved
