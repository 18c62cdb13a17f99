-- What the loader counted.
-- Grain: one row per load, input, outcome, destination and rule; the loader writes one
-- version of each.
with

source as (
    select * from {{ source('store', 'loads') }}
),

renamed as (
    select
        load_id,
        connector,
        input,
        source_file,
        source_sha256,
        options,
        loaded_at,
        retried_load_id,
        outcome,
        destination,
        rule,
        rows,
        amount
    from source
    where load_id is not null
)

select * from renamed
