-- How many customers moved from each RFM segment to each in a month.
-- Grain: one row per as_of_date, previous_rfm_segment and rfm_segment with a customer.
-- Who had not bought by the date before comes from (none); who stayed moved to the
-- same.
with

history as (
    select * from {{ ref('customer_rfm_history') }}
),

moves as (
    {{ customer_moves('history', 'rfm_segment') }}
)

select * from moves
