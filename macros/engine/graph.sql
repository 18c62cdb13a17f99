{#-
  Graphs whose edges go both ways. Recursion costs a scan of its edges at every step, so
  callers leave out of it whatever a join can tell.
-#}

{#- Rows `node, component`: every node of `links` (node_1, node_2) with the least node
    that it hangs together with. -#}
{% macro connected_components(links) -%}
    {{ adapter.dispatch('connected_components', 'martlet')(links) }}
{%- endmacro %}

{#- Rows `node, reached_at, edge_id`: every node that hangs together with one of `roots`
    (node, known_at), when it first did through the `edges` (edge_id, node_1, node_2,
    known_at) known by then, and the edge that became known last on the way; a root is
    reached at its own known_at, by no edge. No two roots may hang together. -#}
{% macro earliest_connections(roots, edges) -%}
    {{ adapter.dispatch('earliest_connections', 'martlet')(roots, edges) }}
{%- endmacro %}

{#-
  Rows `chain, node`: every start (chain, node), and what `links` (chain, node,
  next_node) lead to from there, one after another; a node has one link at most.
-#}
{% macro chains(starts, links) -%}
    {{- adapter.dispatch('chains', 'martlet')(starts, links) -}}
{%- endmacro %}

{% macro default__chains(starts, links) -%}
    with recursive followed as (
        select chain, node from {{ starts }}
        union all
        select links.chain, links.next_node
        from followed
        inner join {{ links }} as links
            on followed.chain = links.chain and followed.node = links.node
    )

    select * from followed
{%- endmacro %}
