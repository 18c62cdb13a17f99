{#-
  Rows of a raw table that break what its contract declares: a required column that is
  null, a value outside the accepted ones (in any case, as staging takes them), a number
  outside its bounds. The rules are read from the same YAML that declares the columns.
-#}
{% test satisfies_contract(model) %}

{%- set rules = [] %}
{%- if execute %}
    {%- for table in graph.sources.values()
        if table.source_name == 'store' and table.name == model.identifier %}
        {%- for column in table.columns.values() %}
            {%- set meta = column.config.meta %}
            {%- if meta.get('required') %}
                {%- do rules.append((
                    column.name ~ ' is required', column.name ~ ' is null'
                )) %}
            {%- endif %}
            {%- if 'accepted_values' in meta %}
                {%- do rules.append((
                    column.name ~ ' has an accepted value',
                    'lower(trim(' ~ column.name ~ ")) not in ('"
                    ~ meta['accepted_values'] | join("', '") ~ "')"
                )) %}
            {%- endif %}
            {%- if 'min' in meta %}
                {%- do rules.append((
                    column.name ~ ' is at least ' ~ meta['min'],
                    column.name ~ ' < ' ~ meta['min']
                )) %}
            {%- endif %}
            {%- if 'max' in meta %}
                {%- do rules.append((
                    column.name ~ ' is at most ' ~ meta['max'],
                    column.name ~ ' > ' ~ meta['max']
                )) %}
            {%- endif %}
        {%- endfor %}
    {%- endfor %}
{%- endif %}

with

counted as (
    select
        count(*) as rows_read
        {%- for name, condition in rules %},
        count(case when {{ condition }} then 1 end) as broken_{{ loop.index }}
        {%- endfor %}
    from {{ model }}
),

broken as (
    {%- for name, condition in rules %}
    select
        '{{ name | replace("'", "''") }}' as rule,
        broken_{{ loop.index }} as broken_rows
    from counted
    where broken_{{ loop.index }} > 0
    {{ 'union all' if not loop.last }}
    {%- else %}
    select 'none' as rule, 0 as broken_rows from counted where false
    {%- endfor %}
)

select * from broken

{% endtest %}
