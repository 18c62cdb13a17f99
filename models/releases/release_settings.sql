-- What a release goes by, for whoever writes it.
-- Grain: one row.
with

told as (
    select
        cast({{ var('release_min_customers') }} as bigint) as min_customers,
        cast({{ var('release_epsilon_budget') }} as double) as epsilon_budget,
        cast({{ var('release_delta') }} as double) as delta,
        cast({{ var('release_max_cells') }} as bigint) as max_cells,
        '{{ tojson(var('release_max_contribution')) }}' as max_contribution
)

select * from told
