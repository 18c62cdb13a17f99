-- The person behind each order, and since when that is known.
-- Grain: one row per order; test orders are left out. A guest is somebody known without
-- an account on the order; an order that nothing identifies belongs to nobody.
with

order_keys as (
    select * from {{ ref('identity_order_keys') }}
),

members as (
    select * from {{ ref('identity_members') }}
),

resolved as (
    select
        order_keys.order_id,
        members.customer_id,
        members.customer_id is not null and order_keys.node_type <> 'account'
            as is_guest_order,
        case
            when members.customer_id is not null
                then {{ greatest_of(['order_keys.ordered_at', 'members.linked_at']) }}
        end as linked_at
    from order_keys
    left join members on order_keys.node = members.node
)

select * from resolved
