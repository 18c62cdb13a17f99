-- What the loader counted.
-- Grain: one row per load, destination and rule; of several versions the latest.
with

source as (
    select * from {{ source('store', 'loads') }}
),

renamed as (
    select
        load_id,
        connector,
        source_file,
        source_sha256,
        outcome,
        destination,
        rule,
        rows,
        amount
    from source
    where load_id is not null
        and destination is not null
        and rule is not null
),

latest as (
    {{ latest_version('renamed', key=['load_id', 'destination', 'rule']) }}
)

select * from latest
