-- Who entered and left which audience, as builds saw it.
-- Grain: one row per segment, customer and date of a change.
{{ config(materialized='view') }}
with

source as (
    select * from {{ source('ops', 'segment_changes') }}
),

renamed as (
    select
        segment_id,
        customer_id,
        changed_date,
        is_member,
        reason
    from source
)

select * from renamed
