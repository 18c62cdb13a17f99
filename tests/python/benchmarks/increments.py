"""An increment of 1 %: what it costs beside a full build, and that it gives the same.

Measured is the SQL that dbt would run for ``int_sessions`` and ``int_session_channels``.
martlet's side has them without the events that came since; it deletes the rows of
changed visitors and builds those again. The other side builds both from scratch. What
dbt takes beside it, and staging, are not measured.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
from tests.python.benchmarks import inputs as shop
from tests.python.benchmarks.compiled import run_dbt

from martlet.errors import CheckFailed

EVENTS = "staging.stg_store__events"
SEEDS = ("traffic_patterns", "referrer_sources", "channel_rules")
FULL = "a full build"

# One event in a hundred: the last ones, or those of a visitor's day here and there.
LATE = {
    "last_day": f"event_at > (select quantile_disc(event_at, 0.99) from {EVENTS})",
    "spread": "hash(visitor_id, cast(event_at as date)) % 100 = 0",
}

# What dbt's files say: whom a model by visitor deletes first, and where rows come from.
CHANGED = re.compile(r"visitor_id in \(select visitor_id from \(.+?\)\)", re.DOTALL)
NEW_ROWS = re.compile(r'"(\w+__dbt_tmp\w*)"')
COMPARED = """
    select session_id, session_number, last_non_direct_channel_group
    from {0}.intermediate.int_sessions
    left join {0}.intermediate.int_session_channels using (session_id)
"""


def prepare_last_day(inputs: Path, size: int) -> None:
    """Make ``size`` events, and models that lack the last 1 %."""
    _prepare(inputs, size, LATE["last_day"])


def prepare_spread(inputs: Path, size: int) -> None:
    """Make ``size`` events, and models that lack 1 % of visitors' days."""
    _prepare(inputs, size, LATE["spread"])


def increment(inputs: Path, outputs: Path) -> None:
    """Take in what came late, in the prepared warehouse; again does the same again."""
    increments = json.loads((inputs / "increments.json").read_text("utf-8"))
    with duckdb.connect(inputs / "warehouse.duckdb") as connection:
        for statements in increments:
            connection.execute("begin")
            for statement in statements:
                connection.execute(statement)
            connection.execute("commit")


def build(inputs: Path, outputs: Path) -> None:
    """Build the models of all events from scratch."""
    with duckdb.connect(outputs / "warehouse.duckdb") as connection:
        connection.execute(
            f"attach '{inputs}/warehouse.duckdb' as prepared (read_only)"
        )
        for schema in ("staging", "reference", "intermediate"):
            connection.execute(f"create schema {schema}")
        for table in _tables():
            connection.execute(f"create view {table} as from prepared.{table}")
        for model in _models(inputs):
            connection.execute(f"create table {model['relation']} as {model['sql']}")


def check(inputs: Path, outputs: Path) -> str:
    """Hold session numbers and last channels against a full build's."""
    with duckdb.connect() as connection:
        by_visitor = inputs / "warehouse.duckdb"
        at_once = outputs / FULL / "warehouse.duckdb"
        connection.execute(f"attach '{by_visitor}' as by_visitor (read_only)")
        connection.execute(f"attach '{at_once}' as at_once (read_only)")
        ours, theirs = COMPARED.format("by_visitor"), COMPARED.format("at_once")
        sessions, unequal = connection.execute(
            f"""
            select
                (select count(*) from ({theirs})),
                (select count(*) from (({ours}) except all ({theirs})))
                + (select count(*) from (({theirs}) except all ({ours})))
            """
        ).fetchone()
        visitors, visitors_changed = connection.execute(
            f"""
            select
                (select count(distinct visitor_id) from by_visitor.{EVENTS}),
                (select count(*) from by_visitor.ops.changed_visitors)
            """
        ).fetchone()
    if unequal:
        raise CheckFailed(f"{unequal:,} sessions differ from those of a full build.")
    return (
        f"session numbers and last channels of {sessions:,} sessions; "
        f"{visitors_changed / visitors:.1%} of visitors were built again"
    )


def _prepare(inputs: Path, size: int, is_late: str) -> None:
    shop.write(inputs, EVENTS, shop.events(size))
    shop.write(inputs, "intermediate.int_user_agents", shop.user_agents())
    for seed in SEEDS:
        shop.write(inputs, f"reference.{seed}", shop.seed(seed))
    warehouse = inputs / "warehouse.duckdb"
    with duckdb.connect(warehouse) as connection:
        for schema in ("staging", "reference", "intermediate"):
            connection.execute(f"create schema {schema}")
        for table in _tables():
            file = inputs / f"{table.replace('.', '/')}.parquet"
            connection.execute(f"create table {table} as from '{file}'")
            file.unlink()
        connection.execute(f"create table late as from {EVENTS} where {is_late}")
        connection.execute(f"delete from {EVENTS} where {is_late}")

    names = [model["relation"].split(".")[-1].strip('"') for model in _models(inputs)]
    run_dbt("run", names, home=inputs)
    with duckdb.connect(warehouse) as connection:
        for read in ("stg_store__events", "int_user_agents"):
            connection.execute(
                f"insert into ops.built_models values ('{read}', null, 0, 0)"
            )
        connection.execute(f"insert into {EVENTS} from late")
        connection.execute(
            "insert into ops.changed_visitors "
            "select 1, visitor_id, min(event_at) from late group by visitor_id"
        )
        connection.execute("drop table late")
    increments = []
    for name in names:
        with duckdb.connect(warehouse) as connection:
            # What the model reads has taken in the change, and the model has not.
            connection.execute(
                f"update ops.built_models set change_number = (model_name <> '{name}')"
            )
        increments.append(_statements(run_dbt("run", [name], home=inputs)[name]))
    (inputs / "increments.json").write_text(json.dumps(increments))


def _statements(model: dict[str, str]) -> list[str]:
    """List what dbt ran to bring the model up to date."""
    new_rows = NEW_ROWS.search(model["written_by"])
    if "ops" not in model["sql"] or not new_rows:
        raise CheckFailed(f"dbt built {model['relation']} from scratch.")
    built = f'create or replace temp table "{new_rows[1]}" as {model["sql"]}'
    forgotten = [
        f"delete from {model['relation']} where {changed}"
        for changed in CHANGED.findall(model["sql"])
    ]
    return [*forgotten, built, model["written_by"]]


def _tables() -> list[str]:
    seeds = (f"reference.{seed}" for seed in SEEDS)
    return [EVENTS, "intermediate.int_user_agents", *seeds]


def _models(inputs: Path) -> list[dict[str, str]]:
    return json.loads((inputs / "models.json").read_text("utf-8"))
