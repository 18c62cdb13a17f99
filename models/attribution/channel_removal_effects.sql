-- What share of the paths' orders would be lost without a channel: the removal effect
-- of a Markov chain of the first order (Anderl, Becker, von Wangenheim and Schumann
-- 2016, "Mapping the customer journey", IJRM 33). Whoever would have gone to the
-- channel is then lost.
-- Grain: one row per channel on a path. With N the expected visits from each state to
-- each other and h the chance of an order from each state, removing c loses N(start,
-- c) / N(c, c) * h(c) of h(start): the chance to get to c at all, and from there to an
-- order.
with

transitions as (
    select * from {{ ref('channel_transitions') }}
),

states as (
    select
        from_state as state,
        row_number() over (order by from_state) as number
    from (select distinct from_state from transitions)
),

-- The identity less the chances to go from one transient state to another, with the
-- chance to go straight to an order as the right-hand side.
matrix as (
    select
        origins.number as row_number,
        targets.number as column_number,
        case when origins.number = targets.number then 1 else 0 end
        - coalesce(transitions.transition_probability, 0) as value
    from states as origins
    cross join states as targets
    left join transitions
        on
            origins.state = transitions.from_state
            and targets.state = transitions.to_state
    union all
    select
        states.number,
        0,
        coalesce(transitions.transition_probability, 0)
    from states
    left join transitions
        on
            states.state = transitions.from_state
            and transitions.to_state = '(conversion)'
),

solved as (
    {{ inverted_matrix('matrix') }}
),

chances as (
    select
        states.state as channel_group,
        from_start.value as visits_from_start,
        from_itself.value as visits_from_itself,
        orders.value as conversion_probability,
        whole.value as start_conversion_probability
    from states
    inner join states as start on start.state = '(start)'
    inner join solved as from_start
        on
            start.number = from_start.row_number
            and states.number = from_start.column_number
    inner join solved as from_itself
        on
            states.number = from_itself.row_number
            and states.number = from_itself.column_number
    inner join solved as orders
        on states.number = orders.row_number and orders.column_number = 0
    inner join solved as whole
        on start.number = whole.row_number and whole.column_number = 0
    where states.state <> '(start)'
),

told as (
    select
        channel_group,
        {{ weight('conversion_probability') }} as conversion_probability,
        {{ weight(ratio(
            'visits_from_start / visits_from_itself * conversion_probability',
            'start_conversion_probability'
        )) }} as removal_effect
    from chances
)

select * from told
