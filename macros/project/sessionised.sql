{#-
  Tell which visit each event belongs to: `run_number` counts the visitor's runs
  without a gap of more than the timeout (and, where wanted, without a new campaign),
  `piece` the parts into which a run is cut that is longer than a session may be.
  `is_first` says whether an event is the first of its piece. Events are taken in the
  order of time, ties by event id.
-#}
{% macro sessionised(events, timeout_seconds, max_hours, starts_at_campaign) -%}
    with with_gaps as (
        select
            *,
            {%- if starts_at_campaign %}
            last_value(utm_campaign ignore nulls) over (
                partition by visitor_id
                order by event_at, event_id
                rows between unbounded preceding and 1 preceding
            ) as previous_campaign,
            {%- endif %}
            lag(event_at) over (
                partition by visitor_id order by event_at, event_id
            ) as previous_event_at
        from {{ events }}
    ),

    with_starts as (
        select
            *,
            case
                when
                    previous_event_at is null
                    or event_at
                    > {{ seconds_later('previous_event_at', timeout_seconds) }}
                    {%- if starts_at_campaign %}
                    or utm_campaign <> coalesce(previous_campaign, '')
                    {%- endif %}
                    then 1
                else 0
            end as is_start
        from with_gaps
    ),

    numbered as (
        select
            *,
            sum(is_start) over visitor_so_far as run_number,
            max(case when is_start = 1 then event_at end) over visitor_so_far
                as run_start_at
        from with_starts
        window visitor_so_far as (
            partition by visitor_id
            order by event_at, event_id
            rows between unbounded preceding and current row
        )
    ),

    -- A client that never stops is cut at the longest a session may be.
    cut as (
        select
            *,
            {{ periods_between('run_start_at', 'event_at', max_hours) }}
                as piece,
            {{ periods_between(
                'run_start_at', 'previous_event_at', max_hours
            ) }} as previous_piece
        from numbered
    )

    select
        *,
        is_start = 1 or piece > previous_piece as is_first
    from cut
{%- endmacro %}
