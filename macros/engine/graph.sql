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
