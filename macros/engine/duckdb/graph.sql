{#- Labels spread: a node that hears of a lesser one takes it and tells on. -#}
{% macro duckdb__connected_components(links) -%}
    with recursive both_ways as (
        select node_1 as node, node_2 as neighbour from {{ links }}
        union
        select node_2 as node, node_1 as neighbour from {{ links }}
    ),

    labels (node, component) using key (node) as (
        select node, least(node, min(neighbour)) as component
        from both_ways
        group by node
        union
        select both_ways.neighbour as node, min(labels.component) as component
        from labels
        inner join both_ways on labels.node = both_ways.node
        inner join recurring.labels as known on both_ways.neighbour = known.node
        where labels.component < known.component
        group by both_ways.neighbour
    )

    select node, component from labels
{%- endmacro %}

{#- Of all ways the one whose last known edge is earliest: a minimax path. Edges known
    at one moment are told apart by id, so there is one answer. Most nodes are one step
    from their root, or hang on one edge and lead nowhere; only the rest goes through
    the recursion. -#}
{% macro duckdb__earliest_connections(roots, edges) -%}
    with recursive weighed as (
        select node_1, node_2, {'reached_at': known_at, 'edge_id': edge_id} as last_edge
        from {{ edges }}
    ),

    steps as materialized (
        select node_1 as node, node_2 as neighbour, last_edge from weighed
        union all
        select node_2 as node, node_1 as neighbour, last_edge from weighed
    ),

    first_steps as materialized (
        select steps.neighbour as node, steps.last_edge
        from steps
        inner join {{ roots }} as roots on steps.node = roots.node
    ),

    onward_steps as materialized (
        select steps.* from steps
        anti join {{ roots }} as roots on steps.node = roots.node
        anti join {{ roots }} as reached_roots on steps.neighbour = reached_roots.node
    ),

    ends as (
        select onward_steps.node from onward_steps
        anti join first_steps on onward_steps.node = first_steps.node
        group by onward_steps.node
        having count(*) = 1
    ),

    relayed_steps as materialized (
        select onward_steps.* from onward_steps
        anti join ends on onward_steps.node = ends.node
        anti join ends as reached_ends on onward_steps.neighbour = reached_ends.node
    ),

    relays as (
        select first_steps.* from first_steps
        semi join relayed_steps on first_steps.node = relayed_steps.node
    ),

    -- Every round of the recursion looks at all of this again: whole numbers are quick.
    numbers as materialized (
        select node, row_number() over (order by node) as number
        from (select distinct node from relayed_steps)
    ),

    ranks as materialized (
        select last_edge, row_number() over (order by last_edge) as rank
        from (select last_edge from relayed_steps union select last_edge from relays)
    ),

    numbered_steps as materialized (
        select nodes.number as node, neighbours.number as neighbour, ranks.rank
        from relayed_steps
        inner join numbers as nodes on relayed_steps.node = nodes.node
        inner join numbers as neighbours on relayed_steps.neighbour = neighbours.node
        inner join ranks on relayed_steps.last_edge = ranks.last_edge
    ),

    relayed (node, rank) using key (node) as (
        select numbers.number as node, ranks.rank
        from relays
        inner join numbers on relays.node = numbers.node
        inner join ranks on relays.last_edge = ranks.last_edge
        union
        select
            numbered_steps.neighbour as node,
            min(greatest(relayed.rank, numbered_steps.rank)) as rank
        from relayed
        inner join numbered_steps on relayed.node = numbered_steps.node
        left join recurring.relayed as known on numbered_steps.neighbour = known.node
        where known.rank is null
            or greatest(relayed.rank, numbered_steps.rank) < known.rank
        group by numbered_steps.neighbour
    ),

    reached as (
        select numbers.node, ranks.last_edge
        from relayed
        inner join numbers on relayed.node = numbers.number
        inner join ranks on relayed.rank = ranks.rank
        union all
        select first_steps.* from first_steps
        anti join relays on first_steps.node = relays.node
    ),

    connected as (
        select node, last_edge from reached
        union all
        select
            ends.node,
            greatest(reached.last_edge, onward_steps.last_edge) as last_edge
        from ends
        inner join onward_steps on ends.node = onward_steps.neighbour
        inner join reached on onward_steps.node = reached.node
    )

    select node, known_at as reached_at, null as edge_id from {{ roots }}
    union all
    select node, last_edge.reached_at, last_edge.edge_id from connected
{%- endmacro %}
