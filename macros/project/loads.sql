{#-
  Incremental staging by load. Of rows with one key the greatest wins, so new rows need
  only be held against the stored row of their key. Where a load is undone, older
  versions of its rows come back from the raw files.
-#}

{#- The loads of a raw table that the model has not taken in, and those now gone. -#}
{% macro load_changes(table) -%}
    {%- set present = _present_loads(table) -%}
    {%- if not is_incremental() -%}
        {{- return({'present': present, 'new': present, 'gone': []}) -}}
    {%- endif -%}
    {%- set taken = run_query(
        "select load_id from " ~ _ledger('taken_loads')
        ~ " where model_name = '" ~ model.name ~ "'"
    ).columns[0].values() -%}
    {{- return({
        'present': present,
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
        "(" ~ new ~ " or " ~ came_with(loads.present) ~ " and " ~ key ~ " in (select "
        ~ key ~ " from " ~ this ~ " where " ~ came_with(loads.gone) ~ "))"
    ) -}}
{%- endmacro %}

{#- dbt's incremental strategy `by_load`: replace rows by key, drop those of loads that
    are gone, and note whose events changed. -#}
{% macro get_incremental_by_load_sql(arguments) -%}
    {%- set target, temp = arguments.target_relation, arguments.temp_relation -%}
    {%- set key = arguments.unique_key -%}
    {%- set loads = load_changes(config.require('meta').raw_table) -%}
    {%- set replaced = "(" ~ key ~ " in (select " ~ key ~ " from " ~ temp ~ ") or "
        ~ came_with(loads.gone) ~ ")" -%}
    {%- set changed -%}
    insert into {{ _ledger('changed_visitors') }}
    (change_number, visitor_id, changed_from)
    select
        {{ _state_of(model.name).change_number + 1 }},
        visitor_id,
        min(event_at)
    from (
        select visitor_id, event_at from {{ temp }}
        union all
        select visitor_id, event_at from {{ target }} where {{ replaced }}
    )
    group by visitor_id
    {%- endset -%}
    {%- if loads.new or loads.gone -%}
        {{- statement_before(changed) -}}
        {{- replaced_by_built(arguments, replaced) -}}
    {%- else -%}
    select 1
    {%- endif -%}
{%- endmacro %}

{#- Post-hooks of such a model. A change is numbered where anything changed. -#}
{% macro note_change() -%}
    {%- if execute and not flags.EMPTY -%}
        {%- set loads = load_changes(config.require('meta').raw_table) -%}
        {%- set is_changed = loads.new or loads.gone or not is_incremental() -%}
        {{- _note(_state_of(model.name).change_number + (1 if is_changed else 0)) -}}
    {%- endif -%}
{%- endmacro %}

{% macro note_taken_loads() -%}
    {%- if execute and not flags.EMPTY -%}
        {{- replaced_rows(
            _ledger('taken_loads'),
            ['model_name', 'load_id'],
            "model_name = '" ~ model.name ~ "'",
            "select '" ~ model.name ~ "' as model_name, load_id from "
            ~ _ledger('present_loads') ~ " where raw_table = '"
            ~ config.require('meta').raw_table ~ "'"
        ) -}}
    {%- endif -%}
{%- endmacro %}

{#- On-run-start: which loads there are now. What comes while the run goes on is for
    the next one, whole. -#}
{% macro note_present_loads() -%}
    {%- if execute -%}
        {%- set present = [
            "select '' as raw_table, '' as load_id where false"
        ] -%}
        {%- set tables = graph.sources.values()
            | selectattr('source_name', 'equalto', 'store')
            | map(attribute='name') | list -%}
        {%- for table, load in raw_loads(tables) -%}
            {%- do present.append(
                "select '" ~ table ~ "', '" ~ load | replace("'", "''") ~ "'"
            ) -%}
        {%- endfor -%}
        {{- replaced_table(
            _ledger('present_loads'),
            ['raw_table', 'load_id'],
            present | join(' union all ')
        ) -}}
    {%- endif -%}
{%- endmacro %}

{% macro _present_loads(table) -%}
    {#- A run has just made the ledger, so dbt's cache may not know it; compiling alone
        makes none. -#}
    {%- if not execute or not has_table('ops', 'present_loads') -%}
        {{- return([]) -}}
    {%- endif -%}
    {{- return(run_query(
        "select load_id from " ~ _ledger('present_loads') ~ " where raw_table = '"
        ~ table ~ "' order by load_id"
    ).columns[0].values()) -}}
{%- endmacro %}
