-- How many customers went from each stage of the lifecycle to each in a month.
-- Grain: one row per as_of_date, previous_lifecycle_stage and lifecycle_stage with a
-- customer. Who had not bought by the date before comes from (none); who stayed went to
-- the same.
with

history as (
    select * from {{ ref('customer_lifecycle_history') }}
),

moves as (
    {{ customer_moves('history', 'lifecycle_stage') }}
)

select * from moves
