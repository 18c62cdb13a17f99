"""Propensity learns what was planted, says why exactly, and refuses what it cannot."""

from __future__ import annotations

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from martlet.errors import ModelRefused
from martlet.estimators.propensity import fit_propensity
from martlet.estimators.recency import RecencyRule

CUSTOMERS = 1500


def history(*, dates: int = 5, seed: int = 0) -> pd.DataFrame:
    """Make a training table in which visits, more than recency, lead to orders."""
    random = np.random.default_rng(seed)
    rows = CUSTOMERS * dates
    orders = random.poisson(2, rows)
    recency = np.where(orders > 0, random.exponential(80, rows).round(), np.nan)
    visits = random.negative_binomial(1, 0.3, rows)
    country = random.choice(["DE", "FR", "LI"], rows, p=[0.6, 0.396, 0.004])
    log_odds = (
        -1.2
        - 0.3 * np.log1p(np.nan_to_num(recency, nan=300))
        + 1.0 * np.log1p(visits)
        + 0.6 * (country == "FR")
    )
    return pd.DataFrame(
        {
            "as_of_date": np.repeat(
                pd.date_range("2024-01-31", periods=dates, freq="30D").date, CUSTOMERS
            ),
            "customer_id": [f"c{row % CUSTOMERS:04d}" for row in range(rows)],
            "recency_days": recency,
            "orders": orders,
            "sessions_30d": visits,
            "country": country,
            "is_guest": random.random(rows) < 0.2,
            "label": (random.random(rows) < expit(log_odds)).astype(int),
        }
    )


@pytest.fixture(scope="module")
def training() -> pd.DataFrame:
    return history()


@pytest.fixture(scope="module")
def scoring(training) -> pd.DataFrame:
    latest = training["as_of_date"] == training["as_of_date"].max()
    return training[latest].drop(columns="label").reset_index(drop=True)


@pytest.fixture(scope="module")
def fitted(training):
    return fit_propensity(training, seed=1, bootstrap_rounds=200)


def test_planted_cause_beats_recency(fitted):
    metrics = fitted.metrics.set_index("metric_name")
    assert metrics.loc["auc_gain", "ci_low"] > 0.05
    assert metrics.loc["expected_calibration_error", "metric_value"] < 0.04
    for better_when_higher in ("average_precision", "lift_at_10", "captured_at_10"):
        row = metrics.loc[better_when_higher]
        assert row["metric_value"] > row["baseline_value"]
    for better_when_lower in ("log_loss", "brier"):
        row = metrics.loc[better_when_lower]
        assert row["metric_value"] < row["baseline_value"]


def test_metrics_are_of_the_last_date(training, scoring, fitted):
    label = training["label"][-CUSTOMERS:]
    score = fitted.predict(scoring)["score"]
    metrics = fitted.metrics.set_index("metric_name")
    assert metrics.loc["auc", "metric_value"] == pytest.approx(
        roc_auc_score(label, score)
    )
    by_recency = -scoring["recency_days"].fillna(np.inf)
    assert metrics.loc["auc", "baseline_value"] == pytest.approx(
        roc_auc_score(label, by_recency.replace(-np.inf, -1e9))
    )
    assert (fitted.metrics["evaluated_on"] == training["as_of_date"].max()).all()
    assert list(fitted.metrics) == [
        "metric_name",
        "metric_value",
        "ci_low",
        "ci_high",
        "baseline_value",
        "evaluated_on",
    ]


def test_each_date_has_one_role(training, fitted):
    dates = [str(date) for date in training["as_of_date"].unique()]
    assert fitted.parameters["fitting"]["dates"] == dates[:-2]
    assert fitted.parameters["calibration"]["dates"] == dates[-2:-1]
    assert fitted.parameters["evaluation"]["dates"] == dates[-1:]
    assert json.loads(json.dumps(fitted.parameters)) == fitted.parameters


def test_last_date_is_only_judged(training, scoring, fitted):
    """Labels and features of the last date change no score."""
    changed = training.copy()
    last = changed["as_of_date"] == changed["as_of_date"].max()
    changed.loc[last, "label"] = 1 - changed.loc[last, "label"]
    changed.loc[last, "sessions_30d"] *= 100
    refitted = fit_propensity(changed, seed=1, bootstrap_rounds=2)
    pd.testing.assert_frame_equal(refitted.predict(scoring), fitted.predict(scoring))
    assert refitted.metrics["metric_value"].iloc[0] < 0.5


def test_shuffled_label_tells_nothing(training):
    random = np.random.default_rng(4)
    shuffled = training.assign(label=random.permutation(training["label"]))
    metrics = fit_propensity(shuffled, seed=1, bootstrap_rounds=200).metrics
    auc = metrics.set_index("metric_name").loc["auc"]
    assert auc["ci_low"] < 0.5 < auc["ci_high"]


def test_contributions_add_up_to_the_log_odds(scoring, fitted):
    model = fitted.model
    features = model.checked(scoring, ["as_of_date", "customer_id"])
    encoded = model.encode.transform(features)
    summed = model.intercept + model.contributions(encoded).sum(axis=1)
    assert expit(summed) == pytest.approx(fitted.predict(scoring)["score"].to_numpy())
    assert summed == pytest.approx(
        model.intercept + encoded @ fitted.coefficients["coefficient"].to_numpy()
    )
    assert list(fitted.coefficients["feature"].unique()) == list(model.kinds)


def test_contribution_is_coefficient_times_standardised_value(
    scoring, training, fitted
):
    """Recomputed without the pipeline, for a feature that is logged and complete."""
    dates = training["as_of_date"].unique()
    seen = np.log1p(
        training.loc[training["as_of_date"].isin(dates[:-2]), "sessions_30d"]
    )
    standardised = (np.log1p(scoring["sessions_30d"]) - seen.mean()) / seen.std(ddof=0)
    coefficients = fitted.coefficients.set_index("term")["coefficient"]
    model = fitted.model
    features = model.checked(scoring, ["as_of_date", "customer_id"])
    contributions = model.contributions(model.encode.transform(features))
    assert contributions[:, list(model.kinds).index("sessions_30d")] == pytest.approx(
        (coefficients["sessions_30d"] * standardised).to_numpy()
    )


def test_calibration_is_platts(training, fitted):
    """A second calibration on the same date finds nothing left to correct."""
    dates = training["as_of_date"].unique()
    rows = training[training["as_of_date"] == dates[-2]]
    score = fitted.predict(rows.drop(columns="label"))["score"]
    again = LogisticRegression(C=1e6).fit(logit(score).to_frame(), rows["label"])
    assert again.coef_[0, 0] == pytest.approx(1, abs=0.01)
    assert again.intercept_[0] == pytest.approx(0, abs=0.01)


def test_reasons_name_the_planted_cause(scoring, fitted):
    scores = fitted.predict(scoring)
    top = scores[scores["decile"] == 10]
    assert (top["reason_1"] == "many visits in the last 30 days").mean() > 0.8
    bottom = scores[scores["decile"] == 1]
    said = bottom[["reason_1", "reason_2", "reason_3"]]
    assert (said == "few visits in the last 30 days").any(axis=1).mean() > 0.8
    assert not (said == "country is FR").any(axis=None)


def test_missing_value_is_a_reason_of_its_own(scoring, fitted):
    scores = fitted.predict(scoring)
    said = scores[["reason_1", "reason_2", "reason_3"]]
    never_ordered = scoring["recency_days"].isna()
    says_so = (said == "no order yet").any(axis=1)
    assert says_so[never_ordered].mean() > 0.5
    assert not says_so[~never_ordered].any()


def test_callers_words_are_used(scoring, fitted):
    words = {"sessions_30d": ("stays away", "keeps coming back")}
    said = fitted.predict(scoring, feature_words=words)["reason_1"].unique()
    assert "keeps coming back" in said
    assert "high recency days" not in fitted.predict(scoring)["reason_1"].unique()


def test_percentiles_and_deciles_share_ties(scoring, fitted):
    twins = pd.concat([scoring] * 2, ignore_index=True)
    twins["customer_id"] = [f"t{row}" for row in range(len(twins))]
    scores = fitted.predict(twins)
    assert scores["score"].between(0, 1).all()
    assert scores["percentile"].between(0, 100).all()
    assert sorted(scores["decile"].unique()) == list(range(1, 11))
    first, second = scores[:CUSTOMERS], scores[CUSTOMERS:].reset_index(drop=True)
    columns = ["score", "percentile", "decile", "reason_1", "reason_2", "reason_3"]
    pd.testing.assert_frame_equal(first[columns], second[columns])
    by_score = scores.sort_values("score")
    assert by_score["percentile"].is_monotonic_increasing
    assert by_score["decile"].is_monotonic_increasing
    assert fitted.predict(scoring[:1])[["percentile", "decile"]].values.tolist() == [
        [50, 6]
    ]


def test_row_and_column_order_do_not_matter(training, scoring, fitted):
    turned = fit_propensity(
        training.sample(frac=1, random_state=2), seed=1, bootstrap_rounds=200
    )
    pd.testing.assert_frame_equal(turned.metrics, fitted.metrics)
    pd.testing.assert_frame_equal(turned.coefficients, fitted.coefficients)
    expected = fitted.predict(scoring).set_index("customer_id")
    mixed = scoring.sample(frac=1, random_state=3)[scoring.columns[::-1]]
    scores = fitted.predict(mixed)
    assert scores["customer_id"].tolist() == mixed["customer_id"].tolist()
    pd.testing.assert_frame_equal(
        scores.set_index("customer_id").loc[expected.index], expected
    )


def test_storage_type_does_not_matter(training, fitted):
    stored = training.assign(
        orders=training["orders"].map(Decimal),
        sessions_30d=training["sessions_30d"].astype("Int64"),
        is_guest=training["is_guest"].astype(object),
        country=training["country"].astype("category"),
        label=training["label"].astype(bool),
    )
    refitted = fit_propensity(stored, seed=1, bootstrap_rounds=2)
    pd.testing.assert_frame_equal(refitted.coefficients, fitted.coefficients)


def test_unknown_and_missing_categories_score(scoring, fitted):
    odd = scoring[:2].assign(country=["ZZ", None])
    scores = fitted.predict(odd)
    assert scores["score"].between(0, 1).all()
    said = fitted.predict(odd.assign(sessions_30d=1, recency_days=60.0, orders=2))
    assert said["score"].nunique() == 1


def test_two_fitting_dates_choose_the_penalty_and_one_cannot(training, fitted):
    assert len(fitted.parameters["validation_log_loss"]) == 5
    dates = training["as_of_date"].unique()
    short = training[training["as_of_date"].isin(dates[-3:])]
    parameters = fit_propensity(short, seed=1, bootstrap_rounds=2).parameters
    assert parameters["validation_log_loss"] == {}
    assert parameters["strength"] == 0.1


def test_feature_that_knows_the_answer_is_survived(training):
    leaking = training.assign(leak=training["label"] * 1.0)
    metrics = fit_propensity(leaking, seed=1, bootstrap_rounds=20).metrics
    assert metrics.set_index("metric_name").loc["auc", "metric_value"] == 1


def test_recency_rule_by_hand():
    recency = np.array([1.0, 1, 9, 9, np.nan, np.nan])
    label = np.array([1.0, 1, 0, 1, 0, 0])
    rule = RecencyRule.fit(recency, label)
    measured = rule.judge(recency, label).measures()
    assert measured["auc"] == pytest.approx((2 * 3 + 2.5) / 9)
    # (positives + overall rate 0.5) / (rows + 1) in each group
    foretold = np.array([2.5, 2.5, 1.5, 1.5, 0.5, 0.5]) / 3
    assert measured["brier"] == pytest.approx(((foretold - label) ** 2).mean())


def test_too_few_dates_are_refused(training):
    dates = training["as_of_date"].unique()
    with pytest.raises(ModelRefused, match="2 as_of_dates in 3000 rows, and 3"):
        fit_propensity(training[training["as_of_date"].isin(dates[:2])], seed=1)


@pytest.mark.parametrize(
    ("date", "role", "positives", "needed"),
    [
        (-1, "evaluation", 9, 10),
        (-2, "calibration", 9, 10),
        (slice(3), "fitting", 49, 50),
    ],
)
def test_too_few_positives_are_refused(training, date, role, positives, needed):
    dates = np.atleast_1d(training["as_of_date"].unique()[date])
    rows = training.index[training["as_of_date"].isin(dates)]
    scarce = training["label"].copy()
    scarce[rows] = 0
    scarce[rows[:positives]] = 1
    with pytest.raises(ModelRefused, match=f"{positives} positive .* and {needed} of"):
        fit_propensity(training.assign(label=scarce), seed=1)
    scarce[rows[positives]] = 1
    fit_propensity(training.assign(label=scarce), seed=1, bootstrap_rounds=2)


def test_one_class_is_refused(training):
    with pytest.raises(ModelRefused, match="4500 positive and 0 negative"):
        fit_propensity(training.assign(label=1), seed=1)


def test_missing_label_column_is_refused(training):
    with pytest.raises(ModelRefused, match="lacks bought"):
        fit_propensity(training, label="bought", seed=1)


def test_open_label_window_is_refused(training):
    label = training["label"].where(training.index != 7)
    with pytest.raises(ModelRefused, match=r"in 1 of 7500 rows \(1 of them null"):
        fit_propensity(training.assign(label=label), seed=1)


def test_training_without_recency_is_refused(training):
    with pytest.raises(ModelRefused, match="lacks recency_days"):
        fit_propensity(training.drop(columns="recency_days"), seed=1)


def test_repeated_rows_are_refused(training):
    with pytest.raises(ModelRefused, match="1 repeat"):
        fit_propensity(pd.concat([training, training[:1]]), seed=1)


def test_infinite_training_feature_is_refused_by_name(training):
    orders = training["orders"].astype(float).where(training.index != 3, np.inf)
    with pytest.raises(ModelRefused, match=r"orders \(1 rows\)"):
        fit_propensity(training.assign(orders=orders), seed=1)


def test_timestamp_feature_is_refused_by_name(training):
    with pytest.raises(ModelRefused, match=r"seen_at \(datetime"):
        fit_propensity(
            training.assign(seen_at=pd.to_datetime(training["as_of_date"])), seed=1
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop(columns="orders"), "missing: orders"),
        (lambda rows: rows.assign(label=1), "unknown to the model: label"),
        (
            lambda rows: rows.assign(orders="many"),
            r"another type: orders \(category, was number\)",
        ),
        (
            lambda rows: rows.assign(country=49),
            r"another type: country \(number, was category\)",
        ),
        (lambda rows: rows.assign(orders=np.inf), r"orders \(1500 rows\)"),
        (lambda rows: rows[:0], "0 rows"),
        (lambda rows: rows.drop(columns="customer_id"), "Nothing to score"),
        (lambda rows: rows.assign(customer_id="c1"), "1499 repeat"),
    ],
)
def test_unlike_scoring_tables_are_refused(scoring, fitted, change, message):
    with pytest.raises(ModelRefused, match=message):
        fitted.predict(change(scoring))


def test_all_missing_column_scores_as_imputed(scoring, fitted):
    blank = fitted.predict(scoring.assign(orders=None))
    median = fitted.predict(scoring.assign(orders=2))
    assert blank["score"].tolist() == median["score"].tolist()
