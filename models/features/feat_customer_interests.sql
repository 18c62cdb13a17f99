-- What each customer had spent their money on strictly before an as_of_date.
-- Grain: one row per as_of_date, customer, interest_type and interest. What was sent
-- back counts, since it was wanted; an order counts for a person once it was known
-- whose it is. Products carry no history: their category and brand are the latest.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted and customer_id is not null
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
    where is_merchandise
),

products as (
    select * from {{ ref('dim_products') }}
),

wanted as (
    select
        orders.customer_id,
        orders.identified_at,
        order_lines.category,
        products.brand,
        order_lines.gross_sales - order_lines.discounts as sales
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
    left join products on order_lines.product_id = products.product_id
),

spent as (
    {%- for interest_type in ['category', 'brand'] %}
    select
        dates.as_of_date,
        wanted.customer_id,
        '{{ interest_type }}' as interest_type,
        wanted.{{ interest_type }} as interest,
        {{ money(greatest_of(['sum(wanted.sales)', '0'])) }} as sales
    from wanted
    inner join dates on wanted.identified_at < dates.as_of_at
    where wanted.{{ interest_type }} is not null
    group by dates.as_of_date, wanted.customer_id, wanted.{{ interest_type }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        spent.*,
        count(*) over persons_interests as interests,
        sum(sales) over persons_interests as all_sales,
        -- One factor is a digit wider, or the product would not fit in DuckDB.
        sum({{ as_decimal('sales', 19, 4) }} * sales)
            over persons_interests as squared_sales,
        cast(row_number() over (
            partition by as_of_date, customer_id, interest_type
            order by sales desc, interest
        ) as bigint) as interest_rank
    from spent
    window persons_interests as (partition by as_of_date, customer_id, interest_type)
),

told as (
    select
        as_of_date,
        customer_id,
        interest_type,
        interest,
        interest_rank,
        sales,
        {{ ratio('sales', 'all_sales') }} as sales_share,
        interests,
        -- Herfindahl-Hirschman index: 1 where all is spent on one.
        {{ ratio('squared_sales', 'cast(all_sales as double) * all_sales') }}
            as concentration
    from compared
)

select * from told
