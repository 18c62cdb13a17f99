{#-
  Sessions are rebuilt from the first that a change can reach, not since ever: what came
  within the timeout after a session's end may lengthen it, and how a long run is cut
  follows from its start. A new campaign is new beside all before it, so where that
  begins sessions a visitor is rebuilt whole.
-#}
{% macro session_changes() -%}
    select
        changes.visitor_id,
        {{ least_of(['min(changes.changed_from)', 'min(sessions.run_start_at)']) }}
            as changed_from
    from {{ changed_visitors() }} as changes
    left join {{ this }} as sessions
        on
            changes.visitor_id = sessions.visitor_id
            {%- if not var('session_starts_at_campaign') %}
            and sessions.session_end_at
            >= {{ seconds_later(
                'changes.changed_from', '-' ~ var('session_timeout_seconds')
            ) }}
            {%- endif %}
    group by changes.visitor_id
{%- endmacro %}

{#- The earliest of them, and where there is none, never. Said beforehand, since an
    engine that knows it reads no more than the events after it, and joins the few to
    the many, not the other way round. -#}
{% macro first_change_at() -%}
    {%- set found = run_query(
        "select min(changed_from) from (" ~ session_changes() ~ ") as changes"
    ) -%}
    timestamp '{{ found.columns[0].values()[0] or '9999-12-31' }}'
{%- endmacro %}

{#- How many sessions stay as they are, since they are over before anything changed. -#}
{% macro sessions_before(changes) -%}
    select
        sessions.visitor_id,
        sessions.traffic_type,
        count(*) as sessions
    from {{ this }} as sessions
    inner join {{ changes }} as changes
        on
            sessions.visitor_id = changes.visitor_id
            and sessions.session_start_at < changes.changed_from
    group by sessions.visitor_id, sessions.traffic_type
{%- endmacro %}

{#- dbt's incremental strategy `by_change`: drop the sessions from the changes on, and
    put those just built in their place. -#}
{% macro get_incremental_by_change_sql(arguments) -%}
    {%- set target = arguments.target_relation -%}
    {%- set replaced -%}
    session_id in (
        select sessions.session_id
        from {{ target }} as sessions
        inner join ({{ session_changes() }}) as changes
            on
                sessions.visitor_id = changes.visitor_id
                and sessions.session_start_at >= changes.changed_from
    )
    {%- endset -%}
    {{- replaced_by_built(arguments, replaced) -}}
{%- endmacro %}
