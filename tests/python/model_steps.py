"""What both engines are to do alike, and what a process of Spark's own does of it.

Run as ``python model_steps.py loading HOME TABLES``, ``... running HOME`` or
``... dying HOME``: Spark lets one process use a home, and a process that is killed must
not be the test's.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

import ledger_tables
from martlet.settings import load_settings
from martlet.warehouse import running
from martlet.warehouse.clustering import cluster_customers
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.ledger import ModelRun, append_run
from martlet.warehouse.opening import open_for_models
from martlet.warehouse.predicting import score, train
from martlet.warehouse.recommending import (
    compare_products,
    recommend_by_winner,
    try_recommenders,
)
from martlet.warehouse.registry import promote
from martlet.warehouse.running import ModelOutcome
from martlet.warehouse.targets import find_target
from support import PROJECT_DIR

# So few that customers, training rows and purchases are all more.
FEW_ROWS = 700


def run_models(warehouse: Warehouse) -> Iterator[ModelOutcome]:
    """Run each kind of model on all rows, then again where memory holds few."""
    for most in (running.MOST_FITTED_ROWS, FEW_ROWS):
        running.MOST_FITTED_ROWS = most
        yield cluster_customers(warehouse, full_refresh=True)
        yield compare_products(warehouse)
        yield try_recommenders(warehouse)
        yield recommend_by_winner(warehouse)
    running.MOST_FITTED_ROWS = 5_000
    for name in ("purchase", "churn"):
        target = find_target(warehouse, name)
        trained = train(warehouse, target)
        promote(warehouse, trained.run_id)
        yield trained
        yield score(warehouse, target)
    yield score(warehouse, find_target(warehouse, "conversion"))
    # By the same fit everyone is assigned, a batch at a time.
    yield cluster_customers(warehouse)


def lose(warehouse: Warehouse) -> None:
    """Write a part of a run, and be killed."""

    def outputs() -> Iterator[tuple[str, pd.DataFrame]]:
        yield "customer_scores", pd.DataFrame({"customer_id": ["half"] * 3})
        os.kill(os.getpid(), signal.SIGKILL)

    append_run(warehouse, a_run(outputs()))


def a_run(outputs: object) -> ModelRun:
    """Describe a run of a model that is none."""
    return ModelRun("killed", "fit", None, 1, 3, "as it was", outputs=outputs)


def load(warehouse: Warehouse, tables: Path) -> None:
    """Make the ledgers, and a table of each Parquet file ``<schema>.<table>.parquet``."""
    for statement in ledger_tables.on_spark():
        warehouse._session.sql(statement)
    for file in tables.iterdir():
        name = file.name.removesuffix(".parquet")
        schema = name.partition(".")[0]
        warehouse._session.sql(f"create schema if not exists {schema}")
        warehouse._session.sql(f"create view {name} as select * from parquet.`{file}`")


if __name__ == "__main__":
    doing, *paths = sys.argv[1:]
    os.environ["MARTLET_HOME"] = paths[0]
    with open_for_models(load_settings(PROJECT_DIR), "spark") as spark:
        if doing == "loading":
            load(spark, Path(paths[1]))
            for outcome in run_models(spark):
                print(outcome)
        elif doing == "dying":
            lose(spark)
        else:
            rows = pd.DataFrame({"customer_id": ["whole"]})
            print(append_run(spark, a_run([("customer_scores", rows)])))
