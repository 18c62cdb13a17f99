{#-
  Incremental staging by load. Of rows with one key the greatest wins, so new rows need
  only be held against the stored row of their key. Where a load is undone, older
  versions of its rows come back from the raw files.
-#}

{#- The loads of a raw table that the model has not taken in, and those now gone. -#}
{% macro load_changes(table) -%}
    {%- if not is_incremental() -%}
        {{- return({'new': [], 'gone': []}) -}}
    {%- endif -%}
    {%- set present = _present_loads(table) -%}
    {%- set taken = run_query(
        "select load_id from " ~ _ledger('taken_loads')
        ~ " where model_name = '" ~ model.name ~ "'"
    ).columns[0].values() -%}
    {{- return({
        'new': present | reject('in', taken) | list,
        'gone': taken | reject('in', present) | list,
    }) -}}
{%- endmacro %}

{#- Which raw rows to read: those of new loads, and older versions of what is gone. -#}
{% macro to_take_in(loads, key) -%}
    {%- set new = came_with(loads.new) -%}
    {%- if not loads.gone -%}
        {{- return(new) -}}
    {%- endif -%}
    {{- return(
        "(" ~ new ~ " or " ~ key ~ " in (select " ~ key ~ " from " ~ this
        ~ " where " ~ came_with(loads.gone) ~ "))"
    ) -}}
{%- endmacro %}

{#- dbt's incremental strategy `by_load`: replace rows by key, drop those of loads that
    are gone, and note whose events changed. -#}
{% macro get_incremental_by_load_sql(arguments) -%}
    {%- set target, temp = arguments.target_relation, arguments.temp_relation -%}
    {%- set key = arguments.unique_key -%}
    {%- set columns = get_quoted_csv(arguments.dest_columns | map(attribute='name')) -%}
    {%- set loads = load_changes(config.require('meta').raw_table) -%}
    {%- set replaced = "(" ~ key ~ " in (select " ~ key ~ " from " ~ temp ~ ") or "
        ~ came_with(loads.gone) ~ ")" -%}
    {%- if loads.new or loads.gone %}
    insert into {{ _ledger('changed_visitors') }}
    select {{ _state_of(model.name).change_number + 1 }}, visitor_id
    from (
        select visitor_id from {{ temp }}
        union
        select visitor_id from {{ target }} where {{ replaced }}
    );
    delete from {{ target }} where {{ replaced }};
    insert into {{ target }} ({{ columns }}) select {{ columns }} from {{ temp }};
    {%- else %}
    select 1
    {%- endif %}
{%- endmacro %}

{#- Post-hook of such a model. A change is numbered where anything changed. -#}
{% macro note_loads() -%}
    {%- if execute -%}
        {%- set table = config.require('meta').raw_table -%}
        {%- set loads = load_changes(table) -%}
        {%- set is_changed = loads.new or loads.gone or not is_incremental() -%}
        {{- _note(_state_of(model.name).change_number + (1 if is_changed else 0)) }}
        delete from {{ _ledger('taken_loads') }} where model_name = '{{ model.name }}';
        insert into {{ _ledger('taken_loads') }}
        select '{{ model.name }}', load_id from {{ _ledger('present_loads') }}
        where raw_table = '{{ table }}'
        union
        select '{{ model.name }}', load_id from {{ this }} where load_id is not null;
    {%- endif -%}
{%- endmacro %}

{#- On-run-start: which loads there are now. Files that come while a run goes on are
    read by it or by the next one, and noted only by whoever read them. -#}
{% macro note_present_loads() -%}
    {%- if execute -%}
        {%- set ledger = _ledger('present_loads') -%}
        {%- do run_query("delete from " ~ ledger) -%}
        {%- for table in graph.sources.values() if table.source_name == 'store' -%}
            {%- for load in raw_loads(table.name) -%}
                {%- do run_query(
                    "insert into " ~ ledger ~ " values ('" ~ table.name ~ "', '"
                    ~ load | replace("'", "''") ~ "')"
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro _present_loads(table) -%}
    {{- return(run_query(
        "select load_id from " ~ _ledger('present_loads') ~ " where raw_table = '"
        ~ table ~ "' order by load_id"
    ).columns[0].values()) -}}
{%- endmacro %}
