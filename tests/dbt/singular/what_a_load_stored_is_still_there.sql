-- Raw tables that hold fewer rows than their loads stored in them or derived for them.
{%- set tables = [] %}
{%- if execute %}
    {%- for table in graph.sources.values()
        if table.source_name == 'store' and table.name not in ('store', 'loads') %}
        {%- do tables.append(table.name) %}
    {%- endfor %}
{%- endif %}
with

loaded as (
    select destination as table_name, sum(rows) as loaded_rows
    from {{ ref('load_ledger') }}
    where outcome in ('stored', 'derived')
    group by destination
),

raw as (
    {%- for table in tables %}
    select '{{ table }}' as table_name, count(*) as raw_rows
    from {{ source('store', table) }}
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 'none' as table_name, 0 as raw_rows
    {%- endfor %}
)

select
    loaded.table_name,
    loaded.loaded_rows,
    raw.raw_rows
from loaded
left join raw on loaded.table_name = raw.table_name
where coalesce(raw.raw_rows, 0) < loaded.loaded_rows
