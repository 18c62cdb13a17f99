-- What each customer had told the shop, in reviews and to its service, strictly before
-- an as_of_date.
-- Grain: one row per as_of_date and customer with a review or a message before it.
-- Either counts for a person once it was known whose it is.
with

dates as (
    select * from {{ ref('int_as_of_dates') }}
),

reviews as (
    select * from {{ ref('fct_reviews') }}
    where customer_id is not null
),

messages as (
    select * from {{ ref('fct_support_messages') }}
    where customer_id is not null
),

told as (
    select
        customer_id,
        reviewed_at as told_at,
        identified_at,
        1 as reviews,
        rating,
        0 as messages
    from reviews
    union all
    select
        customer_id,
        sent_at,
        identified_at,
        0 as reviews,
        null as rating,
        1 as messages
    from messages
),

counted as (
    select
        dates.as_of_date,
        told.customer_id,
        cast(sum(told.reviews) as bigint) as reviews,
        {{ ratio('sum(told.rating)', 'count(told.rating)') }} as average_rating,
        cast(min(told.rating) as bigint) as lowest_rating,
        cast(sum(told.messages) as bigint) as support_messages,
        cast(sum(case
            when told.told_at >= {{ days_later('dates.as_of_at', -90) }}
                then told.messages
            else 0
        end) as bigint) as support_messages_90d
    from told
    inner join dates
        on told.told_at < dates.as_of_at and told.identified_at < dates.as_of_at
    group by dates.as_of_date, told.customer_id
)

select * from counted
