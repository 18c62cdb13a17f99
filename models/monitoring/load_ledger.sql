-- What the loader took in, refused, consulted and derived.
-- Grain: one row per load, input, outcome, destination and rule.
with

loads as (
    select * from {{ ref('stg_store__loads') }}
)

select * from loads
