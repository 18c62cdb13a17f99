"""What is told of scores is what the scores say; models change hands by the rules."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
from pathlib import Path
from subprocess import Popen

import duckdb
import numpy as np
import pandas as pd
import pytest
import skops.io
from sklearn.metrics import roc_auc_score

from martlet.errors import CheckFailed, ModelRefused
from martlet.warehouse import running
from martlet.warehouse.evaluating import evaluate
from martlet.warehouse.on_duckdb import DuckDBWarehouse
from martlet.warehouse.predicting import score, train
from martlet.warehouse.registry import load_model, promote, served_run
from martlet.warehouse.targets import find_target
from support import BuiltSample, Shop

REASONS = ["reason_1", "reason_2", "reason_3"]
TARGETS = ("purchase", "churn", "conversion", "response")


@pytest.fixture(scope="module")
def told(built_sample: BuiltSample) -> duckdb.DuckDBPyConnection:
    """The built sample, for reading."""
    warehouse = str(built_sample.home / "warehouse.duckdb")
    with duckdb.connect(warehouse, read_only=True) as connection:
        yield connection


@pytest.fixture
def shop(built_sample: BuiltSample, tmp_path: Path) -> Shop:
    """The built sample, copied so that it may change."""
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shutil.copy(built_sample.home / "warehouse.duckdb", shop.home)
    return shop


@pytest.fixture
def warehouse(shop: Shop) -> duckdb.DuckDBPyConnection:
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        yield connection


def judged_rows(told: duckdb.DuckDBPyConnection, target: str) -> pd.DataFrame:
    rows = told.execute(
        "select * from predictions.pred_evaluation_scores where model_name = ?",
        [target],
    ).df()
    assert len(rows) > 100
    return rows


def test_every_target_is_served(told: duckdb.DuckDBPyConnection) -> None:
    served = told.sql(
        "select model_name, count(*) filter (is_served), count(*) "
        "from monitoring.model_candidates group by all"
    ).fetchall()
    assert sorted(served) == sorted((target, 1, 3) for target in TARGETS)
    scored = told.sql(
        "select distinct model_name from marts.customer_scores"
    ).fetchall()
    assert {name for (name,) in scored} == {"purchase", "churn", "response"}
    carts = told.sql("select count(*) from marts.cart_scores").fetchone()
    assert (
        carts
        == told.sql(
            "select count(*) from intermediate.int_open_carts where is_latest"
        ).fetchone()
    )


@pytest.mark.parametrize("target", TARGETS)
def test_gains_and_calibration_are_of_the_judged_rows(
    told: duckdb.DuckDBPyConnection, target: str
) -> None:
    rows = judged_rows(told, target)
    (auc,) = told.execute(
        "select metric_value from monitoring.model_metrics "
        "where model_name = ? and metric_name = 'auc'",
        [target],
    ).fetchone()
    assert auc == pytest.approx(roc_auc_score(rows["label"], rows["score"]))
    gains = told.execute(
        "select contacted_share, contacted, captured, captured_share, lift, profit "
        "from monitoring.model_gains where model_name = ? order by 1",
        [target],
    ).df()
    cost, value = told.execute(
        "select contact_cost, contact_value from model_inputs.input_targets "
        "where target = ?",
        [target],
    ).fetchone()
    equals = rows.groupby("score")["label"].agg(["size", "sum"])[::-1]
    # Of a group of equal scores any part holds its positives in proportion.
    running_rows = np.concatenate([[0], equals["size"].cumsum()])
    running_positives = np.concatenate([[0], equals["sum"].cumsum()])
    contacted = np.arange(1, 21) / 20 * len(rows)
    captured = np.interp(contacted, running_rows, running_positives)
    assert gains["contacted"].to_numpy() == pytest.approx(contacted)
    assert gains["captured"].to_numpy() == pytest.approx(captured)
    positives = rows["label"].sum()
    assert gains["captured_share"].to_numpy() == pytest.approx(captured / positives)
    rate = positives / len(rows)
    assert gains["lift"].to_numpy() == pytest.approx(captured / contacted / rate)
    profit = captured * value - contacted * cost
    assert gains["profit"].to_numpy() == pytest.approx(profit)
    bins = told.execute(
        "select sum(rows), sum(positives), sum(rows * mean_score) "
        "from monitoring.model_calibration where model_name = ?",
        [target],
    ).fetchone()
    assert bins == pytest.approx((len(rows), positives, rows["score"].sum()))


def test_drift_is_recomputed_from_counts(told: duckdb.DuckDBPyConnection) -> None:
    counts = told.sql("from predictions.pred_feature_distributions").df()
    told_drift = told.sql("from monitoring.score_drift").df()
    assert len(told_drift) > 60
    for (target, feature), rows in counts.groupby(["model_name", "feature"]):
        then, now = (rows[column] + 0.5 for column in ("trained_rows", "scored_rows"))
        then, now = then / then.sum(), now / now.sum()
        expected = ((now - then) * np.log(now / then)).sum()
        row = told_drift[
            (told_drift["model_name"] == target) & (told_drift["feature"] == feature)
        ]
        assert row["population_stability_index"].item() == pytest.approx(expected)
    scored = told.sql(
        "select model_name, count(*) from marts.customer_scores group by all"
    ).fetchall()
    for target, customers in scored:
        of_score = told_drift[told_drift["feature"] == "score"].set_index("model_name")
        assert of_score.loc[target, "scored_rows"] == customers


def test_fairness_is_recomputed(told: duckdb.DuckDBPyConnection) -> None:
    people = told.sql("select customer_id, country from core.dim_customers").df()
    fairness = told.sql(
        "from monitoring.score_fairness where attribute = 'country'"
    ).df()
    for target in ("purchase", "churn"):
        rows = judged_rows(told, target).merge(
            people, left_on="entity_id", right_on="customer_id"
        )
        rows["is_selected"] = rows["score"] >= rows["threshold"]
        for country, group in rows.fillna({"country": "(unknown)"}).groupby("country"):
            row = fairness[
                (fairness["model_name"] == target) & (fairness["group_name"] == country)
            ]
            assert row["customers"].item() == len(group)
            selected = group["is_selected"].mean()
            assert row["selection_rate"].item() == pytest.approx(selected)
            if len(group) >= 100:
                gap = selected - rows["is_selected"].mean()
                assert row["selection_rate_gap"].item() == pytest.approx(gap)


@pytest.mark.parametrize("target", TARGETS)
def test_scores_are_those_of_the_kept_model_in_batches_of_any_size(
    warehouse: duckdb.DuckDBPyConnection, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_target(DuckDBWarehouse(warehouse), target)
    rows = found.scoring.read(DuckDBWarehouse(warehouse))
    model = load_model(
        DuckDBWarehouse(warehouse),
        served_run(DuckDBWarehouse(warehouse), target).run_id,
    )
    expected = model.predict(rows).set_index("entity_id").sort_index()
    monkeypatch.setattr(running, "BATCH_ROWS", 100)
    warehouse.execute("update ml.model_runs set seed = 0 where step = 'score'")
    outcome = score(DuckDBWarehouse(warehouse), found)
    table, key = found.output
    scored = warehouse.execute(
        f"select {key} as entity_id, score, reason_1, reason_2, reason_3 "
        f"from ml.{table} where run_id = ?",
        [outcome.run_id],
    ).df()
    # A column of nulls alone comes back untyped.
    scored = scored.astype(dict.fromkeys(REASONS, "str"))
    pd.testing.assert_frame_equal(
        scored.set_index("entity_id").sort_index(), expected, check_dtype=False
    )
    assert score(DuckDBWarehouse(warehouse), found).is_reused


def test_worse_model_is_not_promoted(
    shop: Shop, warehouse: duckdb.DuckDBPyConnection
) -> None:
    before = served_run(DuckDBWarehouse(warehouse), "purchase").run_id
    warehouse.execute(
        """
        create table model_inputs.shuffled as
        select
            * exclude (label),
            case
                when period_date >= (
                    select max(period_date) from model_inputs.input_customers_training
                    where target = 'purchase'
                ) then label
                else cast(hash(entity_id || period_date) % 10 = 0 as integer)
            end as label
        from model_inputs.input_customers_training
        """
    )
    warehouse.execute("drop view model_inputs.input_customers_training")
    warehouse.execute(
        "alter table model_inputs.shuffled rename to input_customers_training"
    )
    trained = train(
        DuckDBWarehouse(warehouse), find_target(DuckDBWarehouse(warehouse), "purchase")
    )
    assert trained.refusal is None
    promotion = promote(DuckDBWarehouse(warehouse), trained.run_id)
    assert promotion.auc_gap < -0.03
    assert "was not promoted" in promotion.refusal.message
    assert served_run(DuckDBWarehouse(warehouse), "purchase").run_id == before
    warehouse.close()
    done = shop.martlet("promote", trained.run_id)
    assert done.returncode == 1
    assert f"{before} goes on serving" in done.stderr


def test_better_model_takes_over_and_can_be_given_back(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    target = find_target(DuckDBWarehouse(warehouse), "purchase")
    first = served_run(DuckDBWarehouse(warehouse), "purchase").run_id
    second = train(DuckDBWarehouse(warehouse), target, full_refresh=True)
    promotion = promote(DuckDBWarehouse(warehouse), second.run_id)
    assert (promotion.replaced_run_id, promotion.auc_gap) == (first, 0)
    assert served_run(DuckDBWarehouse(warehouse), "purchase").run_id == second.run_id
    assert promote(DuckDBWarehouse(warehouse), second.run_id).reason == "serves already"
    promote(DuckDBWarehouse(warehouse), first)
    assert served_run(DuckDBWarehouse(warehouse), "purchase").run_id == first


def test_evaluating_on_the_same_time_tells_the_same(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    _, metrics = evaluate(
        DuckDBWarehouse(warehouse), find_target(DuckDBWarehouse(warehouse), "churn")
    )
    values = metrics.set_index("metric_name")
    assert len(values) == 12
    pd.testing.assert_series_equal(
        values["metric_value"], values["trained_value"], check_names=False
    )


def test_model_that_was_tampered_with_is_not_loaded(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    run_id = served_run(DuckDBWarehouse(warehouse), "purchase").run_id
    content = pickle.dumps({"a": 1})
    warehouse.execute(
        "update ml.model_objects set content = ? where run_id = ?", [content, run_id]
    )
    with pytest.raises(CheckFailed, match="is not what was written"):
        load_model(DuckDBWarehouse(warehouse), run_id)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (skops.io.dumps(Popen.communicate), "holds what no model of martlet does"),
        (skops.io.dumps([1, 2]), "is no model but a list"),
        (skops.io.dumps([1, 2])[:100], "cannot be read"),
        (pickle.dumps({"a": 1}), "cannot be read"),
        (b"", "cannot be read"),
    ],
    ids=["unknown-type", "no-model", "truncated", "pickle", "empty"],
)
def test_bytes_that_are_no_model_are_not_loaded(
    warehouse: duckdb.DuckDBPyConnection, content: bytes, told: str
) -> None:
    run_id = served_run(DuckDBWarehouse(warehouse), "purchase").run_id
    warehouse.execute(
        "update ml.model_objects set content = ?, sha256 = ? where run_id = ?",
        [content, hashlib.sha256(content).hexdigest(), run_id],
    )
    with pytest.raises(CheckFailed, match=told):
        load_model(DuckDBWarehouse(warehouse), run_id)


def test_scoring_without_a_feature_is_refused_and_writes_nothing(
    shop: Shop, warehouse: duckdb.DuckDBPyConnection
) -> None:
    warehouse.execute(
        "create table model_inputs.narrow as "
        "select * exclude (recency_days, orders) from model_inputs.input_customers_scoring"
    )
    warehouse.execute("drop view model_inputs.input_customers_scoring")
    warehouse.execute(
        "alter table model_inputs.narrow rename to input_customers_scoring"
    )
    before = warehouse.sql("select count(*) from ml.customer_scores").fetchone()
    outcome = score(
        DuckDBWarehouse(warehouse), find_target(DuckDBWarehouse(warehouse), "purchase")
    )
    assert isinstance(outcome.refusal, ModelRefused)
    assert warehouse.sql("select count(*) from ml.customer_scores").fetchone() == before
    warehouse.close()
    done = shop.martlet("score", "purchase")
    assert done.returncode == 1
    assert "missing: recency_days, orders" in done.stderr


def test_commands_tell_as_json(shop: Shop) -> None:
    trained = shop.martlet("train", "churn", "--full-refresh", "--json")
    assert trained.returncode == 0, trained.stderr
    told = json.loads(trained.stdout)
    assert [row["algorithm"] for row in told["candidates"]] == [
        "recency_rule",
        "logistic_regression",
        "gradient_boosting",
    ]
    assert told["is_serving"] is False
    promoted = json.loads(shop.martlet("promote", told["run_id"], "--json").stdout)
    assert promoted["run_id"] == told["run_id"]
    shown = json.loads(shop.martlet("runs", "show", told["run_id"], "--json").stdout)
    assert shown["is_serving"] is True
    assert shown["parameters"]["evaluation"]["rows"] > 0
    scored = json.loads(shop.martlet("score", "--json").stdout)
    assert [row["model_name"] for row in scored] == list(TARGETS)
    unknown = shop.martlet("train", "weather")
    assert unknown.returncode == 2
    assert "Targets are purchase, churn, conversion, response" in unknown.stderr
