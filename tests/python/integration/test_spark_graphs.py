"""Graphs that Spark walks in rounds come to what DuckDB's recursion tells, or fail."""

from __future__ import annotations

import json
import random
import subprocess

from pytest import mark

from spark_engine import needs_spark, run_dbt_on_spark
from support import Shop, run_dbt

pytestmark = [needs_spark, mark.spark]

Edge = tuple[str, str, int]

WALKS = """
with edges as ({edges}),

roots as ({roots}),

components as ({{{{ connected_components('edges') }}}}),

connections as ({{{{ earliest_connections('roots', 'edges') }}}})

select
    components.node,
    components.component,
    cast(connections.reached_at as {{{{ dbt.type_string() }}}}) as reached_at,
    connections.edge_id
from components
left join connections on components.node = connections.node
order by components.node
"""
EDGES = """
select node_1, node_2, edge_id, cast(known_at as timestamp) as known_at
from (values {}) as told (node_1, node_2, edge_id, known_at)
"""
ROOTS = """
select node, cast(known_at as timestamp) as known_at
from (values {}) as told (node, known_at)
"""
COMPONENTS = """
with edges as ({edges})

select * from ({{{{ connected_components('edges') }}}}) as components
"""
CONNECTIONS = """
with edges as ({edges}),

roots as ({roots})

select * from ({{{{ earliest_connections('roots', 'edges') }}}}) as connections
"""


def _query(sql: str, edges: list[Edge], roots: list[str]) -> list[str]:
    """Give arguments of dbt that show all rows of a query on a graph."""
    rows = ", ".join(
        f"('{one}', '{other}', 'e{number:03}', '2026-01-01 00:{minute:02}:00')"
        for number, (one, other, minute) in enumerate(edges)
    )
    known = ", ".join(f"('{node}', '2025-12-31 00:00:00')" for node in roots)
    inline = sql.format(edges=EDGES.format(rows), roots=ROOTS.format(known))
    return ["--quiet", "show", "--limit", "-1", "--output", "json", "--inline", inline]


def _shown(run: subprocess.CompletedProcess[str]) -> list[dict[str, str]]:
    assert run.returncode == 0, run.stdout[-3000:]
    return json.loads(run.stdout[run.stdout.index('{\n  "show"') :])["show"]


def _graph(seed: int, components: int, nodes: int) -> list[Edge]:
    """Draw connected graphs with ways about, ties in time and edges told twice."""
    draw = random.Random(seed)
    edges = []
    for component in range(components):
        names = [f"{component:02}-{node}" for node in range(nodes)]
        draw.shuffle(names)
        pairs = [(names[i], draw.choice(names[:i])) for i in range(1, nodes)]
        pairs += [tuple(draw.sample(names, 2)) for _ in range(nodes // 2)]
        pairs.append(draw.choice(pairs))
        edges += [(one, other, draw.randrange(6)) for one, other in pairs]
    return edges


def _chain(edges: int) -> list[Edge]:
    return [(f"n{i:02}", f"n{i + 1:02}", 59 - i) for i in range(edges)]


def test_graphs_are_the_same_on_both_engines(empty_shop: Shop) -> None:
    empty_shop.home.mkdir(exist_ok=True)
    edges = _graph(1, components=12, nodes=8) + _chain(12)
    query = _query(WALKS, edges, [*(f"{each:02}-3" for each in range(12)), "n00"])
    on_spark = _shown(run_dbt_on_spark(empty_shop, *query))
    assert on_spark == _shown(run_dbt(empty_shop, *query))
    assert len(on_spark) == 12 * 8 + 13
    for row in on_spark:
        least = "n00" if row["node"][0] == "n" else f"{row['node'][:2]}-0"
        assert row["component"] == least


@mark.parametrize("walk", [COMPONENTS, CONNECTIONS])
def test_a_chain_longer_than_spark_looks_fails(empty_shop: Shop, walk: str) -> None:
    empty_shop.home.mkdir(exist_ok=True)
    run = run_dbt_on_spark(empty_shop, *_query(walk, _chain(13), ["n00"]))
    assert run.returncode != 0
    assert "People are linked over more than 12 others" in run.stdout
