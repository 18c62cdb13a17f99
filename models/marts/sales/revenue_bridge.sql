-- Why net sales moved against the period before, as the steps of a waterfall.
-- Grain: one row per kind of period, first day and effect. Gross sales G move by
-- customers, frequency, basket and price (see gross_sales_changes); of net sales
-- G - dG - rG, with d and r the rates of discounts and refunds, those effects have the
-- share that means of both rates leave, and a rate's own effect is its change times the
-- mean of G. That is exact, and the share is never below zero; amounts are rounded by
-- running totals, and add up to the change to the last digit.
with

changes as (
    select * from {{ ref('gross_sales_changes') }}
),

totals as (
    select
        period_type,
        period_start_date,
        {%- for side in ['before', 'now'] %}
        {%- for measure in sales_measures() %}
        sum({{ measure }}_{{ side }}) as {{ measure }}_{{ side }},
        {%- endfor %}
        sum(case
            when customer_group = 'uncounted' then gross_sales_{{ side }} else 0
        end) as uncounted_sales_{{ side }},
        {%- for group in ['new', 'returning', 'guest'] %}
        sum(case
            when customer_group = '{{ group }}' then customers_{{ side }} else 0
        end) as {{ group }}_customers_{{ side }},
        {%- endfor %}
        {%- endfor %}
        {%- for group in ['new', 'returning', 'guest', 'uncounted'] %}
        sum(case when customer_group = '{{ group }}' then by_customers else 0 end)
            as by_{{ group }},
        {%- endfor %}
        sum(by_frequency) as by_frequency,
        sum(by_basket) as by_basket,
        sum(by_price) as by_price
    from changes
    group by period_type, period_start_date
),

with_told_rates as (
    select
        totals.*,
        {{ money('gross_sales_before - discounts_before - returns_before') }}
            as previous_net_sales,
        {{ money('gross_sales_now - discounts_now - returns_now') }} as net_sales
        {%- for side in ['before', 'now'] %}
        {%- for taken in ['discounts', 'returns'] %},
        {{ ratio(taken ~ '_' ~ side, 'gross_sales_' ~ side) }}
            as {{ taken }}_told_{{ side }}
        {%- endfor %},
        discounts_{{ side }} <= gross_sales_{{ side }} as discounts_fit_{{ side }},
        discounts_{{ side }} + returns_{{ side }} <= gross_sales_{{ side }}
            as returns_fit_{{ side }}
        {%- endfor %}
    from totals
),

-- Where nothing was sold and nothing taken off, the rate is taken to be the other's.
with_rates as (
    select
        with_told_rates.*
        {%- for taken in ['discounts', 'returns'] %}
        {%- for side, other in [('before', 'now'), ('now', 'before')] %},
        case
            when gross_sales_{{ side }} = 0 and {{ taken }}_{{ side }} = 0
                then case when {{ taken }}_fit_{{ other }}
                    then {{ taken }}_told_{{ other }} end
            when {{ taken }}_fit_{{ side }} then {{ taken }}_told_{{ side }}
        end as {{ taken }}_rate_{{ side }}
        {%- endfor %}
        {%- endfor %}
    from with_told_rates
),

-- Where more was taken off than sold, as by refunds of earlier sales, no rate says what
-- is left of a sale: all the change in what was taken off is its own effect.
with_shares as (
    select
        with_rates.*,
        1
        {%- for taken in ['discounts', 'returns'] %}
        - coalesce(({{ taken }}_rate_before + {{ taken }}_rate_now) / 2, 0)
        {%- endfor %} as kept_share
        {%- for taken in ['discounts', 'returns'] %},
        coalesce(
            cast(gross_sales_before + gross_sales_now as double) / 2
            * ({{ taken }}_rate_before - {{ taken }}_rate_now),
            cast({{ taken }}_before - {{ taken }}_now as double)
        ) as by_{{ taken }}
        {%- endfor %}
    from with_rates
),

effects as (
    {%- for effect in revenue_effects() %}
    select
        period_type,
        period_start_date,
        '{{ effect.name }}' as effect,
        {{ loop.index }} as position,
        {{ effect_amount(effect.amount) }} as exact_amount,
        previous_net_sales,
        net_sales,
        cast({{ effect.driver | replace('{side}', 'before') }} as double)
            as driver_before,
        cast({{ effect.driver | replace('{side}', 'now') }} as double) as driver_now
    from with_shares
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

running as (
    select
        effects.*,
        sum(exact_amount) over (
            partition by period_type, period_start_date order by position
        ) as moved_by_then
    from effects
),

with_steps as (
    select
        running.*,
        {{ sales_after('moved_by_then - exact_amount') }} as starts_at,
        {{ sales_after('moved_by_then') }} as ends_at
    from running
),

told as (
    select
        period_type,
        period_start_date,
        cast(position as bigint) as position,
        effect,
        {{ money('ends_at - starts_at') }} as amount,
        starts_at,
        ends_at,
        previous_net_sales,
        net_sales,
        {{ money('net_sales - previous_net_sales') }} as net_sales_change,
        driver_before,
        driver_now,
        '{{ reporting_currency() }}' as currency
    from with_steps
)

select * from told
