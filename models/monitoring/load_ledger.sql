-- What the loader took in, refused and derived.
-- Grain: one row per load, destination and rule.
with

loads as (
    select * from {{ ref('stg_store__loads') }}
)

select * from loads
