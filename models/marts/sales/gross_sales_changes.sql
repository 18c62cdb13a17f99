-- By what each group's gross sales moved against the period before: its number of
-- customers, their orders, the items of an order, what an item came to.
-- Grain: one row per kind of period, first day and customer group. Gross sales are the
-- product of the four, and the logarithmic mean Divisia index (LMDI-I, Ang 2005) splits
-- their change exactly and in no order: a factor's part is the logarithmic mean of
-- sales before and now times the logarithm of the factor's ratio. A group that is
-- missing, or lacks a factor, before or now has all of its change from its customers.
with

periods as (
    select * from {{ ref('int_compared_periods') }}
    where not coalesce(begins_before_orders, false)
),

sales as (
    select * from {{ ref('period_sales') }}
),

beside as (
    select
        periods.period_type,
        periods.period_start_date,
        coalesce(sales.customer_group, 'returning') as customer_group
        {%- for measure in sales_measures() %},
        coalesce(sum(case
            when sales.period_start_date = periods.previous_period_start_date
                then sales.{{ measure }}
        end), 0) as {{ measure }}_before,
        coalesce(sum(case
            when sales.period_start_date = periods.period_start_date
                then sales.{{ measure }}
        end), 0) as {{ measure }}_now
        {%- endfor %}
    from periods
    left join sales
        on
            periods.period_type = sales.period_type
            and sales.period_start_date
            in (periods.period_start_date, periods.previous_period_start_date)
    group by
        periods.period_type, periods.period_start_date,
        coalesce(sales.customer_group, 'returning')
),

with_factors as (
    select
        beside.*,
        {%- for side in ['before', 'now'] %}
        cast(customers_{{ side }} as double) as factor_customers_{{ side }},
        {{ ratio('orders_' ~ side, 'customers_' ~ side) }}
            as factor_frequency_{{ side }},
        {{ ratio('items_' ~ side, 'orders_' ~ side) }} as factor_basket_{{ side }},
        {{ ratio('gross_sales_' ~ side, 'items_' ~ side) }} as factor_price_{{ side }},
        {%- endfor %}
        cast(gross_sales_now - gross_sales_before as double) as change,
        customer_group <> 'uncounted'
        and {{ least_of([
            'customers_before', 'orders_before', 'items_before', 'gross_sales_before',
            'customers_now', 'orders_now', 'items_now', 'gross_sales_now',
        ]) }} > 0 as has_factors
    from beside
),

with_mean as (
    select
        with_factors.*,
        case when has_factors then {{ logarithmic_mean(
            'cast(gross_sales_before as double)', 'cast(gross_sales_now as double)'
        ) }} end as mean_sales
    from with_factors
),

split as (
    select
        with_mean.*
        {%- for factor in ['customers', 'frequency', 'basket', 'price'] %},
        {{ effect_amount(
            'case when has_factors then mean_sales * ln(factor_' ~ factor
            ~ '_now / factor_' ~ factor ~ '_before) else '
            ~ ('change' if factor == 'customers' else '0.0') ~ ' end'
        ) }} as by_{{ factor }}
        {%- endfor %}
    from with_mean
)

select * from split
