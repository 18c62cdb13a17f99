"""Funnels as SQL counts them, against a plain reading of their rules.

Many short random streams are packed as disjoint visitors into one run of the compiled
model. Names, instants and windows come from small sets, so that ties, repeats and events
exactly on the edge of a window are common.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from compiled_models import warehouse_of

STREAMS = 800
NAMES = ("page_view", "view_item", "add_to_cart", "purchase", "view-item")
GAPS = (0, 0, 0, 1, 10, 10, 50, 60, 3_600, 40_000, 86_400)
WINDOWS = (1, 60, 3_600, 86_400, 172_800)
MIDNIGHT = datetime(2026, 3, 2)

Met = tuple[str, str, str, datetime, int, datetime, datetime | None]


@dataclass(frozen=True)
class Event:
    """One event of a visitor; their list is in the order of `number`."""

    visitor: str
    session: str
    number: int
    at: datetime
    name: str
    order: str | None


@dataclass(frozen=True)
class Funnel:
    """One funnel of the seed; each step has the names of its events."""

    name: str
    steps: tuple[tuple[str, ...], ...]
    order: str
    window: int | None
    entity: str


def reference(events: list[Event], funnels: Iterable[Funnel]) -> Iterator[Met]:
    """Yield funnel, visitor, session, start, step, its instant and the one before."""
    for stream in streams_of(events):
        told = first_reports(stream)
        for funnel in funnels:
            for start in starts(told, funnel):
                met = walk(told[start:], funnel)
                for step, at in met.items():
                    first = told[start]
                    yield (
                        *(funnel.name, first.visitor, first.session, first.at),
                        *(step, at, met.get(step - 1)),
                    )


def streams_of(events: list[Event]) -> list[list[Event]]:
    """Give each visitor's events in their order."""
    streams = defaultdict(list)
    for event in sorted(events, key=lambda event: event.number):
        streams[event.visitor].append(event)
    return list(streams.values())


def first_reports(stream: list[Event]) -> list[Event]:
    """Leave out a purchase whose order the visitor's browser has reported before."""
    reported = set()
    kept = []
    for event in stream:
        if event.name != "purchase" or event.order not in reported:
            kept.append(event)
        if event.name == "purchase" and event.order:
            reported.add(event.order)
    return kept


def starts(stream: list[Event], funnel: Funnel) -> Iterator[int]:
    """Yield where the first starting event of each session, or day, stands."""
    begun = set()
    starting = {name for step in funnel.steps for name in step}
    if funnel.order == "strict":
        starting = set(funnel.steps[0])
    for place, event in enumerate(stream):
        unit = event.session if funnel.entity == "session" else event.at.date()
        if event.name in starting and unit not in begun:
            begun.add(unit)
            yield place


def walk(stream: list[Event], funnel: Funnel) -> dict[int, datetime]:
    """Give each step that the events from the start of an attempt meet, and when."""
    met: dict[int, datetime] = {}
    start = stream[0]
    for event in stream:
        if funnel.entity == "session" and event.session != start.session:
            break
        if funnel.window and event.at > start.at + timedelta(seconds=funnel.window):
            break
        open_steps = [n for n in range(1, len(funnel.steps) + 1) if n not in met]
        if funnel.order == "strict":
            open_steps = open_steps[:1]
        for step in open_steps:
            if event.name in funnel.steps[step - 1]:
                met[step] = event.at
                break
    return met


def random_stream(drawn: random.Random, visitor: str) -> Iterator[Event]:
    at = MIDNIGHT - timedelta(seconds=drawn.choice((0, 1, 10, 60, 3_600)))
    number, session = 0, 0
    for _ in range(drawn.randint(1, 16)):
        number += drawn.choice((1, 1, 3))
        session += drawn.random() < 0.2
        at += timedelta(seconds=drawn.choice(GAPS))
        at += timedelta(microseconds=drawn.random() < 0.1)
        order = drawn.choice((None, "o1", "o2"))
        name = drawn.choice(NAMES)
        yield Event(visitor, f"{visitor}-{session}", number, at, name, order)


def random_funnel(drawn: random.Random, name: str) -> Funnel:
    """Draw a funnel; where its order is open, steps share all of their events or none."""
    order = drawn.choice(("strict", "open"))
    entity = drawn.choice(("session", "visitor"))
    window = drawn.choice(WINDOWS if entity == "visitor" else (None, *WINDOWS))
    names = drawn.sample(NAMES, k=4)
    choices = [(names[0],), (names[1],), (names[2], names[3])]
    if order == "strict":
        choices += [(names[0], names[1])]
    length = drawn.choice((1, 2, 3, 3, 4, 4, 10))
    steps = tuple(drawn.choice(choices) for _ in range(length))
    return Funnel(name, steps, order, window, entity)


@pytest.fixture(scope="module")
def case() -> tuple[list[Event], list[Funnel]]:
    """Random streams and funnels, always the same."""
    drawn = random.Random(4)
    visitors = [f"v{number}" for number in range(STREAMS)]
    events = [event for visitor in visitors for event in random_stream(drawn, visitor)]
    return events, [random_funnel(drawn, f"f{number}") for number in range(48)]


@pytest.fixture(scope="module")
def expected(case: tuple[list[Event], list[Funnel]]) -> list[Met]:
    """What the rules give."""
    return sorted(reference(*case), key=str)


@pytest.fixture(scope="module")
def sql(manifest: dict[str, Any]) -> str:
    """The model as dbt compiles it."""
    return manifest["nodes"]["model.martlet.int_funnel_steps"]["compiled_code"]


@pytest.fixture(scope="module")
def warehouse(
    case: tuple[list[Event], list[Funnel]],
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the two tables that the model reads, in no order."""
    events, funnels = case
    shuffled = random.Random(5).sample(events, k=len(events))
    tables = {
        "intermediate.int_session_events": event_rows(shuffled),
        "reference.funnel_steps": funnel_rows(funnels),
    }
    with warehouse_of(
        {name: pa.Table.from_pylist(rows) for name, rows in tables.items()}
    ) as connection:
        yield connection


def event_rows(events: list[Event]) -> list[dict[str, Any]]:
    first = {event for stream in streams_of(events) for event in first_reports(stream)}
    return [
        {
            "event_id": f"{event.visitor}-{event.number}",
            "visitor_id": event.visitor,
            "session_id": event.session,
            "event_at": event.at,
            "event_number": event.number,
            "event_name": event.name,
            "order_id": event.order,
            "is_repeated_purchase": event not in first,
        }
        for event in events
    ]


def funnel_rows(funnels: list[Funnel]) -> list[dict[str, Any]]:
    return [
        {
            "funnel_name": funnel.name,
            "step_number": number,
            "step_name": f"step {number}",
            "event_name": "|".join(names),
            "step_order": funnel.order,
            "window_seconds": funnel.window,
            "counted_entity": funnel.entity,
        }
        for funnel in funnels
        for number, names in enumerate(funnel.steps, start=1)
    ]


def told(connection: duckdb.DuckDBPyConnection, sql: str) -> list[Met]:
    rows = connection.execute(
        "select funnel_name, visitor_id, session_id, attempt_started_at, step_number, "
        f"reached_at, previous_step_at from ({sql})"
    ).fetchall()
    return sorted(rows, key=str)


def test_funnels_are_what_their_rules_say(
    warehouse: duckdb.DuckDBPyConnection, sql: str, expected: list[Met]
) -> None:
    assert told(warehouse, sql) == expected


def test_streams_hold_what_is_hard(
    case: tuple[list[Event], list[Funnel]], expected: list[Met]
) -> None:
    events, funnels = case
    windows = {funnel.name: funnel.window for funnel in funnels}
    on_the_edge = [
        met for met in expected if (met[5] - met[3]).total_seconds() == windows[met[0]]
    ]
    late = [met for met in expected if met[6] and met[6] > met[5]]
    assert len({event.visitor for event in events}) >= 500
    assert len(on_the_edge) > 100
    assert len(late) > 100
    assert max(met[4] for met in expected) == 10
    assert {(f.order, f.entity) for f in funnels} == {
        (order, entity)
        for order in ("strict", "open")
        for entity in ("session", "visitor")
    }


def test_every_attempt_has_an_id_of_its_own(
    warehouse: duckdb.DuckDBPyConnection, sql: str, expected: list[Met]
) -> None:
    ids = warehouse.execute(
        "select count(distinct (funnel_name, attempt_id)), count(distinct (funnel_name, "
        f"attempt_id, visitor_id, session_id, attempt_started_at)) from ({sql})"
    ).fetchone()
    attempts = len({(*met[:4],) for met in expected})
    assert ids == (attempts, attempts)


@pytest.mark.parametrize(
    ("rule", "broken"),
    [
        ("known.event_number < step_events", "known.event_number <= step_events"),
        ("known.event_number <= step_events", "known.event_number < step_events"),
        ("step_events.event_at <= coalesce", "step_events.event_at < coalesce"),
        ("where step_number = 1 or step_order = 'open'", "where step_number = 1"),
        ("case when step_order = 'open' then event_name end", "step_order"),
        ("not coalesce(is_repeated_purchase, false)", "true"),
        ("then events.session_id", "then events.visitor_id"),
        ("when counted_entity = 'visitor' then", "when counted_entity = 'v' then"),
        ("min(step_events.event_number)", "max(step_events.event_number)"),
    ],
)
def test_a_broken_rule_is_noticed(
    warehouse: duckdb.DuckDBPyConnection,
    sql: str,
    expected: list[Met],
    rule: str,
    broken: str,
) -> None:
    assert rule in sql
    assert told(warehouse, sql.replace(rule, broken)) != expected
