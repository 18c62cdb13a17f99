-- No table that leaves the house tells of fewer customers than release_min_customers,
-- or says anything in a row that it withholds.
with

cells as (
    select 'sales_by_country' as release_name, month, is_suppressed, customers,
        sales as measure
    from {{ ref('sales_by_country') }}
    union all
    select 'sales_by_segment', month, is_suppressed, customers, sales
    from {{ ref('sales_by_segment') }}
    union all
    select 'sales_by_category', month, is_suppressed, customers, sales
    from {{ ref('sales_by_category') }}
    union all
    select 'campaign_answers', month, is_suppressed, customers, contacts
    from {{ ref('campaign_answers') }}
)

select * from cells
where
    (customers < {{ var('release_min_customers') }})
    or (is_suppressed and (customers is not null or measure is not null))
    or (not is_suppressed and (customers is null or measure is null))
