-- Which baskets pairs are counted in, and of which time.
-- Grain: one row per basket_set. A set holds what was bought from from_at on and before
-- as_of_at; the trial's is missing where there was no trial.
with

dates as (
    select * from {{ ref('int_recommendation_dates') }}
),

declared as (
    {%- for set in basket_sets() %}
    select
        {{ set.number }} as basket_set,
        '{{ set.basket_type }}' as basket_type,
        '{{ set.item_type }}' as item_type,
        '{{ set.period }}' as period
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

dated as (
    select
        declared.basket_set,
        declared.basket_type,
        declared.item_type,
        declared.period,
        case declared.basket_type
            when 'order' then {{ var('association_max_basket_products') }}
            else {{ var('association_max_customer_products') }}
        end as max_items,
        dates.purpose,
        dates.as_of_date,
        dates.as_of_at,
        case
            when declared.period = 'recent'
                then {{ days_later(
                    'dates.as_of_at', '-' ~ var('association_recent_days')
                ) }}
            else cast('0001-01-01 00:00:00' as timestamp)
        end as from_at
    from declared
    inner join dates
        on case when declared.period = 'trial' then 'trial' else 'serving' end
            = dates.purpose
)

select * from dated
