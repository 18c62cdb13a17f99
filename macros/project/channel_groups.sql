{#-
  Tell the channel group of each source, medium and campaign: that of the first rule
  all of whose patterns match. A pattern is held once against every text, however many
  ways in and rules have it, since matching costs more than joining.
-#}
{% macro channel_groups(ways_in, rules) -%}
    {%- set fields = ['source', 'medium', 'campaign'] -%}
    with matches as (
        {%- for field in fields %}
        select
            '{{ field }}' as field,
            texts.{{ field }} as field_text,
            patterns.{{ field }}_pattern as pattern
        from (select distinct {{ field }} from {{ ways_in }}) as texts
        inner join (select distinct {{ field }}_pattern from {{ rules }}) as patterns
            on {{ matches_pattern(
                'texts.' ~ field, 'patterns.' ~ field ~ '_pattern'
            ) }}
        {{ 'union all' if not loop.last }}
        {%- endfor %}
    )

    select
        ways_in.source,
        ways_in.medium,
        ways_in.campaign,
        rules.channel_group
    from {{ ways_in }} as ways_in
    {%- for field in fields %}
    inner join matches as {{ field }}s
        on
            {{ field }}s.field = '{{ field }}'
            and ways_in.{{ field }} is not distinct from {{ field }}s.field_text
    {%- endfor %}
    inner join {{ rules }} as rules
        on
            {%- for field in fields %}
            {{ 'and ' if not loop.first -}}
            {{ field }}s.pattern is not distinct from rules.{{ field }}_pattern
            {%- endfor %}
    qualify row_number() over (
        partition by ways_in.source, ways_in.medium, ways_in.campaign
        order by rules.priority
    ) = 1
{%- endmacro %}
