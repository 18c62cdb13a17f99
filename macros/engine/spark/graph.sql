{#-
  Spark's recursion may not aggregate, so a graph is walked in so many rounds as are
  written down: each goes one edge further, and a node's edge to itself keeps what it
  knows. One round more shows whether they were enough: what they do not reach stops the
  build rather than being told wrongly.
-#}
{% macro _graph_rounds() -%}
    {{- return(12) -}}
{%- endmacro %}

{#- Every node takes the least label among its neighbours' and its own. -#}
{% macro spark__connected_components(links) -%}
    with both_ways as (
        select inline(array(
            struct(node_1 as node, node_2 as neighbour),
            struct(node_2 as node, node_1 as neighbour),
            struct(node_1 as node, node_1 as neighbour),
            struct(node_2 as node, node_2 as neighbour)
        ))
        from {{ links }}
    ),

    steps as (
        select distinct node, neighbour from both_ways
    ),

    round_0 as (
        select distinct node, node as component from both_ways
    ),

    {% for round in range(_graph_rounds() + 1) -%}
    round_{{ loop.index }} as (
        select steps.neighbour as node, min(known.component) as component
        from round_{{ round }} as known
        inner join steps on known.node = steps.node
        group by steps.neighbour
    ){{ ',' if not loop.last }}

    {% endfor -%}
    select
        known.node,
        case
            when known.component = further.component then known.component
            else {{ _graph_too_long() }}
        end as component
    from round_{{ _graph_rounds() }} as known
    inner join round_{{ _graph_rounds() + 1 }} as further on known.node = further.node
{%- endmacro %}

{#- Every node takes the earliest way there is by now: of all ways the one whose last
    known edge is earliest. Edges known at one moment are told apart by id. -#}
{% macro spark__earliest_connections(roots, edges) -%}
    with weighed as (
        select
            node_1,
            node_2,
            struct(known_at as reached_at, edge_id) as last_edge,
            if(false, struct(known_at as reached_at, edge_id), null) as no_edge
        from {{ edges }}
    ),

    steps as (
        select distinct inline(array(
            struct(node_1 as node, node_2 as neighbour, last_edge),
            struct(node_2 as node, node_1 as neighbour, last_edge),
            struct(node_1 as node, node_1 as neighbour, no_edge as last_edge),
            struct(node_2 as node, node_2 as neighbour, no_edge as last_edge)
        ))
        from weighed
    ),

    -- By no edge: of structs a null is the least part, so a root's way is the earliest.
    round_0 as (
        select
            node,
            struct(
                cast(null as timestamp) as reached_at, cast(null as string) as edge_id
            ) as last_edge
        from {{ roots }}
    ),

    {% for round in range(_graph_rounds() + 1) -%}
    round_{{ loop.index }} as (
        select
            coalesce(steps.neighbour, known.node) as node,
            min(case
                when steps.last_edge is null or steps.last_edge < known.last_edge
                    then known.last_edge
                else steps.last_edge
            end) as last_edge
        from round_{{ round }} as known
        left join steps on known.node = steps.node
        group by coalesce(steps.neighbour, known.node)
    ){{ ',' if not loop.last }}

    {% endfor -%}
    select
        further.node,
        coalesce(roots.known_at, further.last_edge.reached_at) as reached_at,
        case
            when known.last_edge <=> further.last_edge then further.last_edge.edge_id
            else {{ _graph_too_long() }}
        end as edge_id
    from round_{{ _graph_rounds() + 1 }} as further
    left join round_{{ _graph_rounds() }} as known on further.node = known.node
    left join {{ roots }} as roots on further.node = roots.node
{%- endmacro %}

{% macro _graph_too_long() -%}
    {{- failure(
        'People are linked over more than ' ~ _graph_rounds() ~ ' others, further than '
        ~ 'Spark looks; lower identity_email_max_people or identity_phone_max_people'
    ) -}}
{%- endmacro %}
