{#-
  Incremental models that always equal a full refresh.

  What changed is known from load ids, never from a window of days. The staged events
  take in new loads and drop undone ones, and note whose events that touched
  (`ops.changed_visitors`). Each model after them rebuilds those visitors whole. What
  a model has taken in stands in `ops.built_models`, written in the transaction that
  builds it: a killed build is taken up where it ended. An engine without transactions
  notes first what it is changing; what was killed there is rebuilt from scratch.

  A model that was built by other settings (its code, its variables, seeds above it,
  the way the store reports) is rebuilt from scratch, and all that read it too.
-#}

{#- dbt's own question, which also decides is_incremental(). -#}
{% macro should_full_refresh() -%}
    {%- set asked = config.get('full_refresh') -%}
    {%- if asked is none -%}
        {%- set asked = flags.FULL_REFRESH -%}
    {%- endif -%}
    {{- return(asked or (execute and _keeps_state() and _settings_changed())) -}}
{%- endmacro %}

{#- Whether a row's visitor is to be rebuilt; everybody is where all is. -#}
{% macro visitor_changed() -%}
    {%- if not is_incremental() -%}
        {{- return("true") -}}
    {%- endif -%}
    {%- if _state_of(model.name).change_number == _last_change() -%}
        {{- return("false") -}}
    {%- endif -%}
    {{- return("visitor_id in (select visitor_id from " ~ changed_visitors() ~ ")") -}}
{%- endmacro %}

{#- Whose events changed since the model was built, a row for each such change, and
    from when on: from the start, where an older version did not say. -#}
{% macro changed_visitors() -%}
    {%- set taken, last = _state_of(model.name).change_number, _last_change() -%}
    (
        select
            visitor_id,
            coalesce(changed_from, timestamp '0001-01-01') as changed_from
        from {{ _ledger('changed_visitors') }}
        where change_number > {{ taken }} and change_number <= {{ last }}
    )
{%- endmacro %}

{#- Written before the query of a CTE that is read more than once: the few rows of an
    increment are worth keeping, all rows are not. -#}
{% macro materialized_if_incremental() -%}
    {{- return(materialized() if is_incremental() else not_materialized()) -}}
{%- endmacro %}

{#- dbt's incremental strategy `by_visitor`: replace all rows of changed visitors. -#}
{% macro get_incremental_by_visitor_sql(arguments) -%}
    {{- replaced_by_built(arguments, visitor_changed()) -}}
{%- endmacro %}

{#- Put what was just built in the place of the rows for which a condition holds. -#}
{% macro replaced_by_built(arguments, replaced) -%}
    {{- return(replaced_rows(
        arguments.target_relation,
        arguments.dest_columns | map(attribute='name') | list,
        replaced,
        "select * from " ~ arguments.temp_relation
    )) -}}
{%- endmacro %}

{#- Pre-hook: what is built from scratch is told so by the lack of settings. -#}
{% macro forget_settings() -%}
    {%- if execute and not is_incremental() -%}
        {%- set before = _state_of(model.name) -%}
        {{- _noted('null', before.refresh_number, before.change_number) -}}
    {%- endif -%}
{%- endmacro %}

{#- Post-hook: note what this build took in, and how. -#}
{% macro note_built() -%}
    {%- if execute and not flags.EMPTY -%}
        {{- _note(_last_change()) -}}
    {%- endif -%}
{%- endmacro %}

{#- SQL that notes that this build took in all up to a change. -#}
{% macro _note(change_number) -%}
    {%- set before = _state_of(model.name) -%}
    {%- set is_full = before.settings is none or should_full_refresh() -%}
    {{- _noted(
        "'" ~ _settings() ~ "'",
        before.refresh_number + (1 if is_full else 0),
        change_number
    ) -}}
{%- endmacro %}

{#- SQL that replaces the model's row in `ops.built_models`. -#}
{% macro _noted(settings, refresh_number, change_number) -%}
    {{- replaced_rows(
        _ledger('built_models'),
        ['model_name', 'settings', 'refresh_number', 'change_number'],
        "model_name = '" ~ model.name ~ "'",
        "select '" ~ model.name ~ "' as model_name, " ~ settings ~ " as settings, "
        ~ refresh_number ~ " as refresh_number, " ~ change_number ~ " as change_number"
    ) -}}
{%- endmacro %}

{% macro _keeps_state() -%}
    {{- return(
        model.resource_type == 'model' and model.config.materialized == 'incremental'
    ) -}}
{%- endmacro %}

{#- Settings that a run knows itself by, in the model that it is changing: to any other
    run, they are not the model's. -#}
{% macro _settings_while_changing() -%}
    {{- return(_settings() ~ ' ' ~ invocation_id) -}}
{%- endmacro %}

{% macro _settings_changed() -%}
    {%- set before = _state_of(model.name).settings -%}
    {{- return(before not in (_settings(), _settings_while_changing())) -}}
{%- endmacro %}

{#- A table of the ops schema; not source(), which only a model's own SQL may call. -#}
{% macro _ledger(name) -%}
    {{- return(api.Relation.create(
        database=target.database, schema='ops', identifier=name, type='table'
    )) -}}
{%- endmacro %}
