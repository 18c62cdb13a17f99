"""What models ask of a warehouse is answered alike, in DuckDB and on Spark."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pandas as pd
import pytest

import ledger_tables
from martlet.errors import EnvironmentFault, ModelRefused
from martlet.warehouse import running
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.ledger import ModelRun, append_run, find_equal_run
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from martlet.warehouse.running import ModelInput, run_model
from spark_sessions import spark_home

ROWS = """
select * from (values
    ('b', cast(2 as bigint), cast(0.5 as double), cast(1.25 as decimal(18, 4)),
     date '2026-01-31', timestamp '2026-01-31 23:30:00', true, 'x'),
    ('a', null, null, null, null, null, null, 'x'),
    ('ä', cast(3 as bigint), cast(-1 as double), cast(0 as decimal(18, 4)),
     date '2026-02-01', timestamp '2026-07-01 00:00:00.000001', false, 'y')
) as t (id, number, score, price, day, instant, is_good, target)
"""


@dataclass
class Engine:
    """A warehouse, and how a test writes to it."""

    warehouse: Warehouse
    execute: Callable[[str], object]


@pytest.fixture(scope="module")
def duckdb_engine() -> Iterator[Engine]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield _ready(Engine(DuckDBWarehouse(connection), connection.execute), "duckdb")


@pytest.fixture(scope="module")
def spark_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    home: Path = tmp_path_factory.mktemp("spark")
    with spark_home(home) as warehouse:
        yield _ready(Engine(warehouse, warehouse._session.sql), "spark")


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(f"{request.param}_engine")


def _ready(engine: Engine, name: str) -> Engine:
    for statement in getattr(ledger_tables, f"on_{name}")():
        engine.execute(statement)
    engine.execute("create schema model_inputs")
    engine.execute(f"create view model_inputs.input_x as {ROWS}")
    # What dbt leaves in the session that models then have.
    engine.execute("create temporary view left__dbt_tmp as select 1 as id")
    return engine


def run(model: str, outputs: object, **changes: object) -> ModelRun:
    told = {
        "model_name": model,
        "step": "fit",
        "as_of_date": date(2026, 1, 1),
        "seed": 1,
        "rows_in": 2,
        "data_fingerprint": "as it was",
        "parameters": {"options": {}},
        "outputs": outputs,
    }
    return ModelRun(**(told | changes))


def test_rows_come_as_plain_values(engine: Engine) -> None:
    rows = engine.warehouse.rows(f"select * from ({ROWS}) as t order by number, id")
    rows = {row.pop("id"): row for row in rows}
    assert rows["b"] == {
        "number": 2,
        "score": 0.5,
        "price": Decimal("1.2500"),
        "day": date(2026, 1, 31),
        "instant": datetime(2026, 1, 31, 23, 30),
        "is_good": True,
        "target": "x",
    }
    assert set(rows["a"].values()) == {None, "x"}
    assert rows["ä"]["instant"] == datetime(2026, 7, 1, 0, 0, 0, 1)


def test_frames_have_the_same_types(engine: Engine) -> None:
    frame = engine.warehouse.frame(
        f"select * from ({ROWS}) as t where target = ?", ["y"]
    )
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    assert types == {
        "id": "str",
        "number": "int64",
        "score": "float64",
        "price": "float64",
        "day": "datetime64[us]",
        "instant": "datetime64[us]",
        "is_good": "bool",
        "target": "str",
    }
    assert frame["instant"].item() == pd.Timestamp("2026-07-01 00:00:00.000001")
    with_nulls = engine.warehouse.frame(ROWS)
    assert str(with_nulls["number"].dtype) == "Int64"
    assert with_nulls["price"].isna().sum() == 1


def test_a_table_is_there_or_is_not(engine: Engine) -> None:
    assert engine.warehouse.has("model_inputs", "input_x")
    assert not engine.warehouse.has("model_inputs", "input_y")
    with pytest.raises(EnvironmentFault, match="no model_inputs"):
        ModelInput("input_y").read(engine.warehouse)


def test_a_description_tells_of_values_and_not_of_their_order(engine: Engine) -> None:
    def described(values: str) -> tuple[int, str]:
        query = f"select * from (values {values}) as t (a, b)"
        return engine.warehouse.described(query)

    assert described("('x', null), (null, 'y')") == described(
        "(null, 'y'), ('x', null)"
    )
    assert described("('x', null)") != described("(null, 'x')")
    assert described("('x', 'y'), ('x', 'y')")[0] == 2
    assert described("('x', 'y'), ('x', 'y')")[1] != described("('x', 'y')")[1]
    nothing = engine.warehouse.described("select 1 as a where 1 = ?", [2])
    assert nothing == (0, "0" * 32)


def test_a_run_is_appended_by_name_and_found_again(engine: Engine) -> None:
    metrics = pd.DataFrame(
        {"metric_value": [0.5, float("nan")], "metric_name": ["auc", "ä"]}
    )
    done = run("appended", [("model_metrics", metrics), ("model_metrics", metrics)])
    run_id, rows_out = append_run(engine.warehouse, done)
    assert rows_out == 4
    written = engine.warehouse.rows(
        "select metric_name, metric_value, ci_low, count(*) as times "
        "from ml.model_metrics where run_id = ? "
        "group by metric_name, metric_value, ci_low order by metric_name",
        [run_id],
    )
    assert [tuple(row.values()) for row in written] == [
        ("auc", 0.5, None, 2),
        ("ä", None, None, 2),
    ]
    assert find_equal_run(engine.warehouse, done) == (run_id, 4)
    told = engine.warehouse.rows(
        "select as_of_date, status, rows_out from ml.model_runs where run_id = ?",
        [run_id],
    )
    assert [tuple(row.values()) for row in told] == [(date(2026, 1, 1), "success", 4)]


def test_nothing_is_read_of_a_run_that_was_stopped(engine: Engine) -> None:
    def stopped() -> Iterator[tuple[str, pd.DataFrame]]:
        yield "model_metrics", pd.DataFrame({"metric_name": ["half"] * 3})
        yield "model_coefficients", pd.DataFrame({"term": ["half"]})
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        append_run(engine.warehouse, run("stopped", stopped()))
    assert not engine.warehouse.rows(
        "select * from ml.model_runs where model_name = 'stopped'"
    )
    whole = pd.DataFrame({"metric_name": ["whole"]})
    run_id, _ = append_run(engine.warehouse, run("stopped", [("model_metrics", whole)]))
    written = engine.warehouse.rows(
        "select metric_name from ml.model_metrics where run_id = ?", [run_id]
    )
    assert written == [{"metric_name": "whole"}]
    # Nor of what the stopped one wrote elsewhere under the same id.
    assert not engine.warehouse.rows(
        "select * from ml.model_coefficients where run_id = ?", [run_id]
    )


def test_batches_are_worked_through_where_they_are(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH_ROWS", 1)
    source = ModelInput("input_x", "x")

    def scored(batch: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        assert list(batch) == [
            "id", "number", "score", "price", "day", "instant", "is_good",
        ]  # fmt: skip
        told = pd.DataFrame(
            {
                "customer_id": batch["id"],
                "score": batch["score"].astype(float) * 2,
                "as_of_date": batch["day"],
                "scored_at": batch["instant"],
            }
        )
        return told, pd.DataFrame({"rows": [len(batch)]})

    counted = []

    def outputs() -> Iterator[tuple[str, object]]:
        for rows, notes in source.in_batches(
            engine.warehouse, scored, "customer_scores"
        ):
            counted.extend(notes["rows"])
            yield "customer_scores", rows

    run_id, rows_out = append_run(engine.warehouse, run("batches", outputs()))
    assert (rows_out, counted) == (2, [1, 1])
    written = engine.warehouse.rows(
        "select customer_id, score, as_of_date, scored_at, reason_1 "
        "from ml.customer_scores where run_id = ? order by customer_id",
        [run_id],
    )
    assert [tuple(row.values()) for row in written] == [
        ("a", None, None, None, None),
        ("b", 1.0, date(2026, 1, 31), datetime(2026, 1, 31, 23, 30), None),
    ]


def test_a_refusal_of_a_batch_is_a_refusal_of_the_run(engine: Engine) -> None:
    def refusing(batch: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        raise ModelRefused(f"Not {batch['id'].min()}.", "Try another.")

    def fit() -> tuple[dict, object]:
        worked = ModelInput("input_x", "x").in_batches(
            engine.warehouse, refusing, "customer_scores"
        )
        return {}, (("customer_scores", rows) for rows, _ in worked)

    outcome = run_model(engine.warehouse, run("refused", []), fit)
    assert outcome.refusal.message.startswith("Not ")
    assert outcome.refusal.hint == "Try another."
    (told,) = engine.warehouse.rows(
        "select status, message from ml.model_runs where run_id = ?", [outcome.run_id]
    )
    assert told == {"status": "refused", "message": outcome.refusal.message}


def test_shares_are_the_same_on_every_engine(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ModelInput("input_x")
    assert source.shares(engine.warehouse, "id") == ["true"]
    monkeypatch.setattr(running, "MOST_FITTED_ROWS", 1)
    shares = source.shares(engine.warehouse, "id")
    assert len(shares) == 3
    for number, share in enumerate(shares):
        found = set(source.where(share).read(engine.warehouse)["id"])
        assert found == {
            one
            for one in ("a", "b", "ä")
            if int(hashlib.md5(f"{one} to fit".encode()).hexdigest(), 16) * 3 >> 128
            == number
        }
