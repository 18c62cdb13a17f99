{#-
  People of one more layer of addresses: rows `node, person` of everybody among `people`
  (node, person), of each address of the type that `edges` (holder_node, held_node,
  held_type) say they use, and of guests who `orders` (node, node_type) say gave it and
  who are known by nothing else. An address links whoever uses it, to one person; what
  more than `limit` people use links nobody, and is nobody's.
-#}
{% macro linked_people(people, edges, orders, type, limit) -%}
    with holders as (
        select distinct edges.held_node, people.person
        from {{ edges }} as edges
        inner join {{ people }} as people on edges.holder_node = people.node
        where edges.held_type = '{{ type }}'
    ),

    shares as (
        select held_node, min(person) as person, count(*) as people
        from holders
        group by held_node
    ),

    links as (
        select shares.person as node_1, holders.person as node_2
        from shares
        inner join holders on shares.held_node = holders.held_node
        where
            shares.people between 2 and {{ limit }}
            and holders.person <> shares.person
    ),

    components as (
        {{ connected_components('links') }}
    ),

    known as (
        select node, person from {{ people }}
        union all
        select held_node, person from shares
        where people <= {{ limit }}
        union all
        select orders.node, orders.node
        from {{ orders }} as orders
        left join shares on orders.node = shares.held_node
        where orders.node_type = '{{ type }}' and shares.held_node is null
    )

    select known.node, coalesce(components.component, known.person) as person
    from known
    left join components on known.person = components.node
{%- endmacro %}
