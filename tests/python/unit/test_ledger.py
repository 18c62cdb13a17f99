"""Runs appear whole or not at all, and are found again by what they did."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from martlet.settings import is_sample
from martlet.warehouse.ledger import (
    ModelRun,
    append_run,
    find_equal_run,
)
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from martlet.warehouse.running import ModelInput

RUN_COLUMNS = (
    "run_id varchar, run_number bigint, model_name varchar, step varchar, "
    "trained_by varchar, model_version varchar, "
    "as_of_date date, status varchar, message varchar, seed bigint, rows_in bigint, "
    "rows_out bigint, parameters varchar, data_fingerprint varchar, "
    "code_fingerprint varchar"
)
OUTPUT = pd.DataFrame({"customer_id": ["c1", "c2"], "score": [0.25, 0.75]})


@pytest.fixture
def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("create schema ml")
    connection.execute(f"create table ml.model_runs ({RUN_COLUMNS})")
    connection.execute(
        "create table ml.scores (run_id varchar, customer_id varchar, score double)"
    )
    return connection


def run(**changes: object) -> ModelRun:
    told = {
        "model_name": "model",
        "step": "fit",
        "as_of_date": None,
        "seed": 1,
        "rows_in": 2,
        "data_fingerprint": "as it was",
        "parameters": {"options": {}},
        "outputs": [("scores", OUTPUT)],
    }
    return ModelRun(**(told | changes))


def test_a_run_and_its_outputs_are_appended(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert append_run(DuckDBWarehouse(warehouse), run()) == ("model-000001", 2)
    assert append_run(DuckDBWarehouse(warehouse), run(seed=2)) == ("model-000002", 2)
    written = warehouse.sql(
        "select run_id, count(*) from ml.scores group by 1 order by 1"
    )
    assert written.fetchall() == [("model-000001", 2), ("model-000002", 2)]


def test_a_run_that_fails_to_be_written_leaves_nothing(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    broken = run(outputs=[("scores", OUTPUT), ("no_such_table", OUTPUT)])
    with pytest.raises(duckdb.CatalogException):
        append_run(DuckDBWarehouse(warehouse), broken)
    assert warehouse.sql("select * from ml.scores").fetchall() == []
    assert warehouse.sql("select * from ml.model_runs").fetchall() == []


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 2},
        {"data_fingerprint": "other"},
        {"parameters": {"options": {"k_range": [2, 3]}}},
        {"model_name": "another"},
        {"step": "score"},
        {"trained_by": "another-000001"},
    ],
)
def test_only_a_run_of_the_same_is_found_again(
    warehouse: duckdb.DuckDBPyConnection, change: dict
) -> None:
    append_run(DuckDBWarehouse(warehouse), run())
    assert find_equal_run(DuckDBWarehouse(warehouse), run()) == ("model-000001", 2)
    assert find_equal_run(DuckDBWarehouse(warehouse), run(**change)) is None


def test_a_refused_run_is_tried_again(warehouse: duckdb.DuckDBPyConnection) -> None:
    append_run(DuckDBWarehouse(warehouse), run(outputs=[], refusal="too few rows"))
    assert find_equal_run(DuckDBWarehouse(warehouse), run()) is None


def test_fingerprint_tells_of_values_and_not_of_their_order(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    warehouse.execute("create schema model_inputs")

    def fingerprint(frame: pd.DataFrame) -> tuple[int, str]:
        values = frame.itertuples(index=False, name=None)
        warehouse.execute(
            "create or replace table model_inputs.input_x (id varchar, score double)"
        )
        for row in values:
            warehouse.execute("insert into model_inputs.input_x values (?, ?)", row)
        return ModelInput("input_x").described(DuckDBWarehouse(warehouse))

    assert fingerprint(OUTPUT) == fingerprint(OUTPUT[::-1])
    assert fingerprint(OUTPUT) != fingerprint(OUTPUT.assign(score=0.5))
    twice = pd.concat([OUTPUT, OUTPUT])
    assert fingerprint(twice)[1] != fingerprint(twice[:0])[1]
    assert fingerprint(OUTPUT[:0]) == (0, "0" * 32)


@pytest.mark.parametrize("store_id", ["samples-of-carpet", "sample", "sample-1-2"])
def test_only_generated_stores_are_samples(store_id: str) -> None:
    assert is_sample("sample-1500-426-7")
    assert not is_sample(store_id)
