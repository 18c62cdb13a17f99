"""Attribution as SQL reckons it, against a plain reading of the eight models.

The compiled models run on paths that Hypothesis draws, gaps, ties and orders of one
instant included; removal effects are solved anew without each channel, and Shapley
values added up over every coalition.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from math import factorial
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiled_models import compiled, run_models, warehouse_of

MODELS = (
    "path_touches",
    "channel_transitions",
    "channel_removal_effects",
    "touch_shares",
    "touch_credits",
    "channel_attribution",
)
ATTRIBUTION_MODELS = (
    *("first_touch", "last_touch", "last_non_direct_touch", "linear"),
    *("position_based", "time_decay", "markov", "shapley"),
)
LOOKBACK, HALF_LIFE = timedelta(days=30), timedelta(days=7)
BEGIN = datetime(2026, 1, 1, 12)
AS_OF = BEGIN + timedelta(days=120)
CHANNELS = ("Direct", "Email", "Paid Search", "it's", "🫖")

TOUCH_TYPES = pa.schema(
    {
        "touch_id": pa.string(),
        "campaign_id": pa.string(),
        "channel_group": pa.string(),
        "person_id": pa.string(),
        "touched_at": pa.timestamp("us"),
    }
)
ORDER_TYPES = pa.schema(
    {
        "order_id": pa.string(),
        "customer_id": pa.string(),
        "visitor_id": pa.string(),
        "ordered_at": pa.timestamp("us"),
        "order_date": pa.date32(),
        "is_counted": pa.bool_(),
        "is_first_order": pa.bool_(),
        "is_margin_assumed": pa.bool_(),
        "net_sales": pa.decimal128(18, 4),
        "gross_margin": pa.decimal128(18, 4),
    }
)

# Days after the beginning: near each other, a lookback apart to the instant, and after
# everything is told.
DAYS = st.one_of(
    st.sampled_from([0, 1, 7, 29.5, 30, 31, 60, 90, 119.999, 120]),
    st.floats(0, 119).map(lambda day: round(day, 3)),
)
Journey = tuple[str, float, str | None]  # person, day, channel; an order has none


@pytest.fixture(scope="module")
def sql(manifest: dict[str, Any]) -> dict[str, str]:
    return compiled(manifest, MODELS)


def shop(moments: Sequence[Journey]) -> tuple[list[dict], list[dict]]:
    """Make touches and orders of what people did."""
    touches, orders = [], []
    for number, (person, day, channel) in enumerate(moments):
        at = BEGIN + timedelta(days=day)
        if channel is None:
            orders.append(
                {
                    "order_id": f"o{number:02}",
                    "customer_id": person if person.startswith("c") else None,
                    "visitor_id": person if person.startswith("v") else None,
                    "ordered_at": at,
                    "order_date": at.date(),
                    "is_counted": True,
                    "is_first_order": False,
                    "is_margin_assumed": False,
                    "net_sales": number * 7 + 1,
                    "gross_margin": number * 3 - 20,
                }
            )
        else:
            touches.append(
                {
                    "touch_id": f"t{number:02}",
                    "campaign_id": None,
                    "channel_group": channel,
                    "person_id": person,
                    "touched_at": at,
                }
            )
    return touches, orders


def told(
    sql: dict[str, str], touches: list[dict], orders: list[dict]
) -> tuple[list[dict], dict[str, dict]]:
    """Run the models; give credits, and channels by name."""
    tables = {
        "intermediate.int_data_period": pa.Table.from_pylist([{"as_of_at": AS_OF}]),
        "core.fct_marketing_touches": pa.Table.from_pylist(touches, TOUCH_TYPES),
        "core.fct_orders": pa.Table.from_pylist(orders, ORDER_TYPES),
    }
    with warehouse_of(tables) as connection:
        run_models(connection, sql)
        read = [
            connection.execute(f"from warehouse.{name}").to_arrow_table().to_pylist()
            for name in ("attribution.touch_credits", "marts.channel_attribution")
        ]
    return read[0], {row["channel_group"]: row for row in read[1]}


def paths(touches: list[dict], orders: list[dict]) -> list[tuple[str | None, list]]:
    """Walk through what each person did; give each path's order and touches."""
    found = []
    for person in {touch["person_id"] for touch in touches}:
        own = [
            (touch["touched_at"], 0, touch["touch_id"], touch)
            for touch in touches
            if touch["person_id"] == person and touch["touched_at"] < AS_OF
        ] + [
            (order["ordered_at"], 1, order["order_id"], None)
            for order in orders
            if person in (order["customer_id"], order["visitor_id"])
            and order["ordered_at"] < AS_OF
        ]
        waiting: list[dict] = []
        for at, is_order, name, touch in sorted(own, key=lambda one: one[:3]):
            if not is_order:
                waiting.append(touch)
                continue
            led = [t for t in waiting if t["touched_at"] >= at - LOOKBACK]
            found += [(None, left) for left in stretches(waiting[: -len(led) or None])]
            found += [(name, led)] if led else []
            waiting = []
        found += [(None, left) for left in stretches(waiting)]
    return found


def stretches(touches: list[dict]) -> list[list[dict]]:
    parts: list[list[dict]] = []
    for touch in touches:
        if parts and touch["touched_at"] - parts[-1][-1]["touched_at"] <= LOOKBACK:
            parts[-1].append(touch)
        else:
            parts.append([touch])
    return parts


def conversion_probability(
    chains: list[list[str]], without: str | None = None
) -> float:
    """Solve the chain in which whoever would go to ``without`` is lost."""
    follows: dict[str, Counter] = defaultdict(Counter)
    for chain in chains:
        for state, following in pairwise(chain):
            follows[state][following] += 1
    states = sorted(follows)
    matrix, to_order = np.eye(len(states)), np.zeros(len(states))
    for row, state in enumerate(states):
        for following, times in follows[state].items():
            chance = times / follows[state].total()
            if following == "(conversion)":
                to_order[row] = chance
            elif following not in ("(null)", without):
                matrix[row, states.index(following)] -= chance
    return np.linalg.solve(matrix, to_order)[states.index("(start)")]


def removal_effects(found: list[tuple[str | None, list]]) -> dict[str, float]:
    chains = [
        ["(start)"]
        + [touch["channel_group"] for touch in touches]
        + ["(conversion)" if order else "(null)"]
        for order, touches in found
    ]
    channels = {touch["channel_group"] for _, touches in found for touch in touches}
    whole = conversion_probability(chains) if chains else 0
    return {
        channel: 1 - conversion_probability(chains, channel) / whole
        if whole
        else np.nan
        for channel in channels
    }


def shapley_values(found: list[tuple[str | None, list]]) -> dict[str, float]:
    """Weigh what each channel adds to every coalition of the others (Shapley 1953)."""
    sets = [
        frozenset(touch["channel_group"] for touch in touches)
        for order, touches in found
        if order
    ]
    channels = sorted(set().union(*sets))
    values = dict.fromkeys(channels, 0.0)
    for channel in channels:
        others = [other for other in channels if other != channel]
        for size in range(len(channels)):
            for coalition in combinations(others, size):
                joined = frozenset({*coalition, channel})
                adds = sum(one <= joined for one in sets) - sum(
                    one <= frozenset(coalition) for one in sets
                )
                share = factorial(size) * factorial(len(others) - size)
                values[channel] += adds * share / factorial(len(channels))
    return values


def points(touches: list[dict], effects: dict[str, float]) -> dict[str, np.ndarray]:
    """Share one path out by each model; a list of weights that sum to one."""
    size = len(touches)
    channels = [touch["channel_group"] for touch in touches]
    indirect = [n for n, channel in enumerate(channels) if channel != "Direct"]
    ages = [touches[-1]["touched_at"] - touch["touched_at"] for touch in touches]
    ends = {1: [1.0], 2: [0.5, 0.5]}
    weights = {
        "first_touch": np.eye(size)[0],
        "last_touch": np.eye(size)[-1],
        "last_non_direct_touch": np.eye(size)[max(indirect, default=size - 1)],
        "linear": np.ones(size),
        "position_based": np.array(
            ends.get(size) or [0.4, *[0.2 / (size - 2)] * (size - 2), 0.4]
        ),
        "time_decay": np.array([0.5 ** (age / HALF_LIFE) for age in ages]),
        "markov": np.array([effects[c] / channels.count(c) for c in channels]),
        "shapley": np.array([1 / channels.count(c) for c in channels]),
    }
    return {model: weight / weight.sum() for model, weight in weights.items()}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["c1", "c2", "v1"]),
            DAYS,
            st.sampled_from([None, None, *CHANNELS]),
        ),
        max_size=24,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_model_is_its_plain_reading(
    sql: dict[str, str], moments: list[Journey]
) -> None:
    touches, orders = shop(moments)
    credits, channels = told(sql, touches, orders)
    found = paths(touches, orders)
    effects = removal_effects(found)
    expected = {
        (order, touch["touch_id"]): {m: w[n] for m, w in weights.items()}
        for order, on_path in found
        if order
        for weights in [points(on_path, effects)]
        for n, touch in enumerate(on_path)
    }
    without = {o["order_id"] for o in orders if o["ordered_at"] < AS_OF} - {
        order for order, _ in expected
    }
    expected |= {
        (order, None): dict.fromkeys(ATTRIBUTION_MODELS, 1) for order in without
    }

    assert {(row["order_id"], row["touch_id"]) for row in credits} == set(expected)
    for row in credits:
        weights = {m: float(row[f"{m}_weight"]) for m in ATTRIBUTION_MODELS}
        wanted = expected[row["order_id"], row["touch_id"]]
        assert weights == pytest.approx(wanted, abs=1e-9)
    for order in orders:
        own = [row for row in credits if row["order_id"] == order["order_id"]]
        for model in ATTRIBUTION_MODELS if own else ():
            assert sum(row[f"{model}_weight"] for row in own) == 1
            assert sum(row[f"{model}_revenue"] for row in own) == order["net_sales"]
            assert sum(row[f"{model}_margin"] for row in own) == order["gross_margin"]
    for channel, effect in effects.items():
        told_effect = channels[channel]["removal_effect"]
        assert (told_effect is None) == np.isnan(effect)
        if told_effect is not None:
            assert float(told_effect) == pytest.approx(effect, abs=1e-9)
    for channel, value in shapley_values(found).items():
        told_value = float(channels[channel]["shapley_conversions"])
        assert told_value == pytest.approx(value, abs=1e-9)


def journeys(*steps: tuple[int, Sequence[str], bool]) -> list[Journey]:
    """Give so many people who each went through the channels, and bought or did not."""
    moments: list[Journey] = []
    for times, channels, buys in steps:
        for _ in range(times):
            person = f"c{len(moments)}"
            moments += [(person, day, name) for day, name in enumerate(channels)]
            moments += [(person, len(channels), None)] if buys else []
    return moments


def test_removal_effects_and_shares_worked_out_by_hand(sql: dict[str, str]) -> None:
    """Search alone twice, mail alone, both, and search in vain.

    Of 4 in 5 paths with an order, mail alone leaves 1 in 5 and search alone 2 in 5.
    Three coalitions with 2, 1 and 4 orders: Shapley gives search 2.5 and mail 1.5.
    """
    moments = journeys(
        (2, ["Search"], True),
        (1, ["Mail"], True),
        (1, ["Search", "Mail"], True),
        (1, ["Search"], False),
    )
    credits, channels = told(sql, *shop(moments))
    search, mail = channels["Search"], channels["Mail"]
    assert [float(c["removal_effect"]) for c in (search, mail)] == [0.75, 0.5]
    assert [c["markov_share"] for c in (search, mail)] == pytest.approx([0.6, 0.4])
    assert [float(c["shapley_conversions"]) for c in (search, mail)] == [2.5, 1.5]
    on_both = [row for row in credits if row["path_length"] == 2]
    assert [float(row["markov_weight"]) for row in on_both] == [0.6, 0.4]


def test_three_channels_worked_out_by_hand(sql: dict[str, str]) -> None:
    """A > B > C buys, B > C does not, B > A > C buys, A > B does not, C buys.

    From the start A, B and C are 2, 2 and 1 in 5. A goes on to B twice and to C once; B
    to C twice, to A once, and ends once; C buys three times of four. Solving
    a = 2/3 b + 1/3 c, b = 1/4 a + 1/2 c, c = 3/4 gives a = 0.6, b = 0.525 and 0.6 in
    all. Without A b is 3/8 and 0.3 is left; without B a is 1/4 and 0.25; without C
    nothing is.
    """
    moments = journeys(
        (1, "ABC", True),
        (1, "BC", False),
        (1, "BAC", True),
        (1, "AB", False),
        (1, "C", True),
    )
    _, channels = told(sql, *shop(moments))
    effects = {name: float(row["removal_effect"]) for name, row in channels.items()}
    assert effects == pytest.approx({"A": 0.5, "B": 1 - 0.25 / 0.6, "C": 1})
    values = {name: float(row["shapley_conversions"]) for name, row in channels.items()}
    assert values == pytest.approx({"A": 2 / 3, "B": 2 / 3, "C": 5 / 3})
