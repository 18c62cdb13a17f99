"""Whatever comes in whatever order: builds by visitor equal one build from scratch."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from event_streams import BATCHES, Stream, rows, steps, stream, write
from martlet.warehouse.dbt import DbtOptions, DbtProject, OnNode
from support import STORE

# MARTLET_TEST_STREAMS=2000 tries as many.
STREAMS = int(os.environ.get("MARTLET_TEST_STREAMS", "200"))
ALONE = 10

# Each with streams of its own, all of them packed into one sequence of builds.
VARIANTS = (
    None,
    '{"session_max_hours": 1}',
    '{"session_starts_at_campaign": true}',
)

BY_VISITOR = ("+path:models/intermediate/web",)
UP_TO_SESSIONS = ("+int_sessions",)
ALL = ("+fct_sessions", "+path:models/marts/web")
SEEDS = st.integers(0, 2**32)


@dataclass
class Warehouse:
    """A warehouse that is built again and again while its raw directory changes."""

    project: DbtProject
    models: Sequence[str] = ALL
    vars: str | None = None
    built: int = 0
    loads: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.raw = self.project.settings.raw

    def put(self, streams: Sequence[Stream], batches: set[int]) -> None:
        """Make the raw directory hold these batches, each a load or, one, by hand."""
        for batch in range(BATCHES):
            is_there, wanted = batch in self.loads, batch in batches
            if is_there and not wanted:
                shutil.rmtree(self.raw / self.loads.pop(batch))
            elif wanted and not is_there:
                self.built += 1
                by_hand = f"events/by_hand_{self.built}"
                folder = f"load_id={self.built:06}-{batch}/events"
                self.loads[batch] = by_hand if batch == 0 else folder
                write(rows(streams, batch), self.raw / self.loads[batch])

    def build(
        self,
        *,
        models: Sequence[str] = (),
        full_refresh: bool = False,
        on_node: OnNode | None = None,
    ) -> None:
        """Build these models, or all that come of events."""
        self.project.options = DbtOptions(vars=self.vars, full_refresh=full_refresh)
        selected = ["--select", *(models or self.models), "--resource-type", "model"]
        self.project.build(selected, on_node)

    def refreshes(self) -> list[tuple]:
        """Read how often each model was built from scratch."""
        with duckdb.connect(str(self.project.settings.warehouse)) as connection:
            return connection.execute(
                "select model_name, refresh_number from ops.built_models order by all"
            ).fetchall()

    def tables(self) -> dict[str, list[tuple]]:
        """Read all that is to be equal, its rows in an order of their own."""
        wanted = [
            (node.schema, node.name)
            for node in self.project.manifest.nodes.values()
            if node.resource_type == "model"
            and (
                "web" in node.fqn or node.name in ("stg_store__events", "fct_sessions")
            )
        ]
        with duckdb.connect(str(self.project.settings.warehouse)) as connection:
            built = connection.execute(
                "select table_schema, table_name from information_schema.tables"
            ).fetchall()
            return {
                name: connection.execute(
                    f"select * from {schema}.{name} order by all"
                ).fetchall()
                for schema, name in sorted({*wanted} & {*built})
            }


@pytest.fixture
def warehouse(project: DbtProject) -> Warehouse:
    """A warehouse of the project without its data tests, which would only be sorted out.

    Dbt orders all nodes anew for each of the hundreds of builds here.
    """
    nodes = project.manifest.nodes
    project.manifest.nodes = {
        name: node for name, node in nodes.items() if node.resource_type != "test"
    }
    return Warehouse(project)


def examples(number: int) -> settings:
    """Try the same so many of them each time; each takes a while, so none is shrunk."""
    return settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


def hold_to_a_full_refresh(
    warehouse: Warehouse, streams: Sequence[Stream], states: Sequence[set[int]]
) -> None:
    """Build state after state, then everything at once, and compare.

    Some builds end early, as one does that is killed between two models.
    """
    refreshes = warehouse.refreshes()
    for number, state in enumerate(states):
        warehouse.put(streams, state)
        is_cut_short = number % 2 == 0 and state is not states[-1]
        warehouse.build(models=UP_TO_SESSIONS if is_cut_short else warehouse.models)
    assert warehouse.refreshes() == refreshes, "something was built from scratch"
    equals_a_full_refresh(warehouse)
    warehouse.put(streams, set())


def equals_a_full_refresh(warehouse: Warehouse) -> None:
    """Build once more, then everything at once, and compare."""
    warehouse.build()
    by_visitor = warehouse.tables()
    warehouse.build(full_refresh=True)
    at_once = warehouse.tables()
    assert at_once["stg_store__events"]
    assert by_visitor.keys() == at_once.keys()
    for name, expected in at_once.items():
        assert by_visitor[name] == expected, name


@pytest.mark.slow
@pytest.mark.parametrize("variant", VARIANTS)
def test_any_sequence_of_builds_equals_a_full_refresh(
    warehouse: Warehouse, variant: str | None
) -> None:
    warehouse.vars = variant
    warehouse.build()
    share = (STREAMS - ALONE) // len(VARIANTS)

    @examples(1)
    @given(SEEDS)
    def hold(seed: int) -> None:
        rng = random.Random(f"{seed} {variant}")
        packed = [stream(rng.getrandbits(64)) for _ in range(share)]
        hold_to_a_full_refresh(warehouse, packed, steps(rng.getrandbits(32)))

    hold()


@pytest.mark.slow
def test_a_stream_alone_equals_a_full_refresh(warehouse: Warehouse) -> None:
    warehouse.models = BY_VISITOR
    warehouse.build()

    @examples(ALONE)
    @given(SEEDS)
    def hold(seed: int) -> None:
        hold_to_a_full_refresh(warehouse, [stream(seed)], steps(seed))

    hold()


def test_single_models_take_in_no_more_than_those_they_read(
    warehouse: Warehouse,
) -> None:
    warehouse.models = BY_VISITOR
    streams = [stream(seed) for seed in range(40)]
    warehouse.put(streams, {1, 2})
    warehouse.build()
    warehouse.put(streams, {1, 3})
    for models in (["stg_store__events"], ["int_sessions"], ["int_carts"]):
        warehouse.build(models=models)
    equals_a_full_refresh(warehouse)


@pytest.mark.parametrize("full_refresh", [False, True])
def test_what_comes_during_a_build_is_for_the_next(
    warehouse: Warehouse, full_refresh: bool
) -> None:
    warehouse.models = BY_VISITOR
    streams = [stream(seed) for seed in range(40)]
    warehouse.put(streams, {1, 2})
    warehouse.build()
    warehouse.put(streams, {2})
    warehouse.build(
        on_node=lambda _: warehouse.put(streams, {2, 3}), full_refresh=full_refresh
    )
    equals_a_full_refresh(warehouse)


def test_a_changed_timezone_moves_the_day_of_as_of(warehouse: Warehouse) -> None:
    warehouse.models = BY_VISITOR
    streams = [stream(seed) for seed in range(40)]
    warehouse.put(streams, {1})
    warehouse.vars = '{"as_of_date": "2026-01-02"}'
    warehouse.build()
    store = warehouse.raw / "store" / "store.csv"
    store.write_text(STORE.replace("Europe/Berlin", "America/New_York"), "utf-8")
    equals_a_full_refresh(warehouse)
