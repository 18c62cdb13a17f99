-- Tables of sales rest on the same orders, so that the totals of a month in two of them
-- are equal, or withheld in both: a difference would be about those in one of them.
with

totals as (
    select month, customers, sales from {{ ref('sales_by_country') }}
    where
        country = {{ all_of_dimension() }}
        and sales_channel = {{ all_of_dimension() }}
    union all
    select month, customers, sales from {{ ref('sales_by_segment') }}
    where rfm_segment = {{ all_of_dimension() }}
    union all
    select month, customers, sales from {{ ref('sales_by_category') }}
    where category = {{ all_of_dimension() }}
),

disagreeing as (
    select month
    from totals
    group by month
    having
        count(distinct customers) > 1
        or count(distinct sales) > 1
        or count(customers) not in (0, count(*))
)

select * from disagreeing
