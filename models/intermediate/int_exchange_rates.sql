-- What one unit of a currency is worth in the reporting currency.
-- Grain: one row per currency and day of the data. A currency without a rate has no
-- row, and a test says so.
with

period as (
    select * from {{ ref('int_data_period') }}
),

rates as (
    select * from {{ ref('exchange_rates') }}
),

days as (
    select {{ days_between('first_date', 'last_date') }} as date_day
    from period
),

daily as (
    select
        days.date_day,
        rates.currency,
        rates.eur_per_unit
    from days
    inner join rates on days.date_day >= rates.valid_from
    qualify row_number() over (
        partition by days.date_day, rates.currency
        order by rates.valid_from desc
    ) = 1
),

converted as (
    select
        daily.date_day,
        daily.currency,
        cast(daily.eur_per_unit as double)
        / cast(reporting.eur_per_unit as double) as rate
    from daily
    inner join daily as reporting
        on
            daily.date_day = reporting.date_day
            and reporting.currency = '{{ reporting_currency() }}'
    where daily.currency <> '{{ reporting_currency() }}'
),

-- The reporting currency is worth one of itself, whether or not it has a rate.
with_reporting as (
    select date_day, currency, rate from converted
    union all
    select date_day, '{{ reporting_currency() }}' as currency, 1 as rate from days
)

select * from with_reporting
