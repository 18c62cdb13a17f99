{#-
  Tell which visit each event belongs to: `run_number` counts the visitor's runs
  without a gap of more than the timeout (and, where wanted, without a new campaign),
  `run_start_at` is when the run began, `piece` counts the parts into which it is cut
  where it is longer than a session may be.
  Events are taken in the order of time, ties by event id.

  Events that lie in one stretch of the clock no longer than the timeout are of one
  run, so gaps are looked for between stretches, which are few, and no event is sorted.
  A new campaign may begin anywhere: with it each event is a stretch of its own.
-#}
{% macro sessionised(events, timeout_seconds, max_hours, starts_at_campaign) -%}
    with placed as {{ not_materialized() }} (
        select
            *,
            {%- if starts_at_campaign %}
            event_id as stretch
            {%- else %}
            {{ periods_between(
                "timestamp '0001-01-01'", 'event_at', timeout_seconds
            ) }} as stretch
            {%- endif %}
        from {{ events }}
    ),

    stretches as (
        select
            visitor_id,
            stretch,
            {%- if starts_at_campaign %}
            max(utm_campaign) as utm_campaign,
            {%- endif %}
            min(event_at) as began_at,
            max(event_at) as ended_at
        from placed
        group by visitor_id, stretch
    ),

    with_gaps as (
        select
            *,
            {%- if starts_at_campaign %}
            {{ last_known('utm_campaign') }} over (
                partition by visitor_id
                order by began_at, stretch
                rows between unbounded preceding and 1 preceding
            ) as previous_campaign,
            {%- endif %}
            lag(ended_at) over (
                partition by visitor_id order by began_at, stretch
            ) as previous_ended_at
        from stretches
    ),

    with_starts as (
        select
            *,
            case
                when
                    previous_ended_at is null
                    or began_at
                    > {{ seconds_later('previous_ended_at', timeout_seconds) }}
                    {%- if starts_at_campaign %}
                    or utm_campaign <> coalesce(previous_campaign, '')
                    {%- endif %}
                    then 1
                else 0
            end as is_start
        from with_gaps
    ),

    runs as (
        select
            visitor_id,
            stretch,
            count(case when is_start = 1 then 1 end) over visitor_so_far as run_number,
            max(case when is_start = 1 then began_at end) over visitor_so_far
                as run_start_at
        from with_starts
        window visitor_so_far as (
            partition by visitor_id
            order by began_at, stretch
            rows between unbounded preceding and current row
        )
    )

    -- A client that never stops is cut at the longest a session may be.
    select
        placed.*,
        runs.run_number,
        runs.run_start_at,
        {{ periods_between(
            'runs.run_start_at', 'placed.event_at', max_hours * 3600
        ) }} as piece
    from placed
    inner join runs
        on placed.visitor_id = runs.visitor_id and placed.stretch = runs.stretch
{%- endmacro %}
