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
from martlet.estimators import fitting
from martlet.estimators.boosting import BoostedModel
from martlet.estimators.logistic import LogisticModel
from martlet.estimators.reasons import Reasons
from martlet.estimators.wording import FEATURE_WORDS

CUSTOMERS = 1500
KEYS = ["period_date", "entity_id"]


def fit_propensity(training: pd.DataFrame, *, bootstrap_rounds: int = 20, **options):
    """Fit with recency as the rule to beat, where a contact costs a tenth."""
    told = {"baseline_feature": "recency_days", "threshold": 0.1, "seed": 1}
    return fitting.fit_propensity(
        training, bootstrap_rounds=bootstrap_rounds, **(told | options)
    )


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
            "period_date": np.repeat(
                pd.date_range("2024-01-31", periods=dates, freq="30D").date, CUSTOMERS
            ),
            "entity_id": [f"c{row % CUSTOMERS:04d}" for row in range(rows)],
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
    latest = training["period_date"] == training["period_date"].max()
    return training[latest].drop(columns="label").reset_index(drop=True)


@pytest.fixture(scope="module")
def fitted(training):
    return fit_propensity(training, bootstrap_rounds=200)


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
    score = fitted.served.predict(scoring)["score"]
    metrics = fitted.metrics.set_index("metric_name")
    assert metrics.loc["auc", "metric_value"] == pytest.approx(
        roc_auc_score(label, score)
    )
    by_recency = -scoring["recency_days"].fillna(1e9)
    assert metrics.loc["auc", "baseline_value"] == pytest.approx(
        roc_auc_score(label, by_recency), abs=0.002
    )
    judged_on = str(training["period_date"].max())
    assert (fitted.metrics["evaluated_on"] == judged_on).all()
    assert list(fitted.metrics) == [
        "metric_name",
        "metric_value",
        "ci_low",
        "ci_high",
        "baseline_value",
        "evaluated_on",
    ]


def test_each_date_has_one_role(training, fitted):
    dates = [str(date) for date in training["period_date"].unique()]
    assert fitted.parameters["fitting"]["dates"] == dates[:-2]
    assert fitted.parameters["calibration"]["dates"] == dates[-2:-1]
    assert fitted.parameters["evaluation"]["dates"] == dates[-1:]
    assert json.loads(json.dumps(fitted.parameters)) == fitted.parameters


def test_last_date_is_only_judged(training, scoring, fitted):
    """Labels and features of the last date change no score."""
    changed = training.copy()
    last = changed.index[changed["period_date"] == changed["period_date"].max()]
    changed.loc[last[:90], "label"] = 1 - changed.loc[last[:90], "label"]
    changed.loc[last, "sessions_30d"] *= 100
    refitted = fit_propensity(changed, bootstrap_rounds=2)
    pd.testing.assert_frame_equal(
        refitted.served.predict(scoring), fitted.served.predict(scoring)
    )
    assert not refitted.metrics.equals(fitted.metrics)


def test_shuffled_label_tells_nothing(training):
    random = np.random.default_rng(4)
    shuffled = training.assign(label=random.permutation(training["label"]))
    metrics = fit_propensity(shuffled, bootstrap_rounds=200).metrics
    auc = metrics.set_index("metric_name").loc["auc"]
    assert auc["ci_low"] < 0.5 < auc["ci_high"]


def test_contributions_add_up_to_the_log_odds(scoring, fitted):
    model = fitted.served.model
    features = fitted.served.checked(scoring)
    encoded = model.encode.transform(features)
    summed = model.intercept + model.contributions(encoded).sum(axis=1)
    assert expit(summed) == pytest.approx(
        fitted.served.predict(scoring)["score"].to_numpy()
    )
    assert summed == pytest.approx(
        model.intercept + encoded @ fitted.effects["coefficient"].to_numpy()
    )
    assert set(fitted.effects["feature"]) == set(model.kinds)


def test_contribution_is_coefficient_times_standardised_value(
    scoring, training, fitted
):
    """Recomputed without the pipeline, for a feature that is logged and complete."""
    dates = training["period_date"].unique()
    seen = np.log1p(
        training.loc[training["period_date"].isin(dates[:-2]), "sessions_30d"]
    )
    standardised = (np.log1p(scoring["sessions_30d"]) - seen.mean()) / seen.std(ddof=0)
    coefficients = fitted.effects.set_index("term")["coefficient"]
    model = fitted.served.model
    features = fitted.served.checked(scoring)
    contributions = model.contributions(model.encode.transform(features))
    assert contributions[:, list(model.kinds).index("sessions_30d")] == pytest.approx(
        (coefficients["sessions_30d"] * standardised).to_numpy()
    )


def test_calibration_is_platts(training, fitted):
    """A second calibration on the same date finds nothing left to correct."""
    dates = training["period_date"].unique()
    rows = training[training["period_date"] == dates[-2]]
    score = fitted.served.predict(rows.drop(columns="label"))["score"]
    again = LogisticRegression(C=1e6).fit(logit(score).to_frame(), rows["label"])
    assert again.coef_[0, 0] == pytest.approx(1, abs=0.01)
    assert again.intercept_[0] == pytest.approx(0, abs=0.01)


def test_reasons_name_the_planted_cause(scoring, fitted):
    scores = fitted.served.predict(scoring).sort_values("score", kind="stable")
    top, bottom = scores[-150:], scores[:150]
    said = r"^many visits in the last 30 days \(\d+\)$"
    assert top["reason_1"].str.match(said).mean() > 0.8
    reasons = bottom[["reason_1", "reason_2", "reason_3"]]
    few = r"^(few|no) visits in the last 30 days"
    assert reasons.apply(lambda rank: rank.str.match(few)).any(axis=1).mean() > 0.8
    assert not (reasons == "country is FR").any(axis=None)


def test_missing_value_is_a_reason_of_its_own(scoring, fitted):
    scores = fitted.served.predict(scoring)
    said = scores[["reason_1", "reason_2", "reason_3"]]
    never_ordered = scoring["recency_days"].isna()
    says_so = (said == "no order yet").any(axis=1)
    assert says_so[never_ordered].mean() > 0.5
    assert not says_so[~never_ordered].any()


def test_callers_words_are_used(scoring, fitted):
    words = {"sessions_30d": ("stays away", "keeps coming back")}
    said = fitted.served.predict(scoring, feature_words=words)["reason_1"]
    assert said.str.startswith("keeps coming back (").any()
    assert not fitted.served.predict(scoring)["reason_1"].str.startswith("high ").any()


def test_a_reason_has_the_customers_own_numbers(fitted):
    features = pd.DataFrame(
        {
            "recency_days": [49.0, 49.0, 3.0, np.nan],
            "mean_days_between_orders": [21.0, np.nan, 1.0, np.nan],
            "days_overdue": [28.0, np.nan, 2.0, np.nan],
            "orders": [9.0, 1.0, 2.0, 0.0],
            "net_sales": [1234.5, 0.5, 20.0, 0.0],
        }
    )
    told = Reasons(features, dict.fromkeys(features, 5.0), FEATURE_WORDS)
    names = ["days_overdue", "net_sales", "orders"]
    ranked = np.tile([0, 1, 2], (4, 1))
    assert told.of(ranked, np.ones((4, 3), bool), names).values.tolist() == [
        [
            "usually buys every 3 weeks, last order 7 weeks ago",
            "high net sales (1,234)",
            "many orders (9)",
        ],
        ["no second purchase yet", "low net sales (0.5)", "few orders (1)"],
        [
            "usually buys every 1 day, last order 3 days ago",
            "high net sales (20)",
            "few orders (2)",
        ],
        ["no second purchase yet", "low net sales (0)", "no orders"],
    ]


def test_one_theme_gives_one_reason():
    """Visits of a week, a month and a quarter: the strongest speaks for all."""
    names = ["sessions_7d", "sessions_30d", "sessions_90d", "reviews"]
    rows = pd.DataFrame(
        np.random.default_rng(5).normal(size=(500, 4)), columns=names, dtype=float
    )
    model = LogisticModel.fit(rows, (rows["sessions_30d"] > 0).to_numpy(float), 1.0)
    told = model.explain(rows, FEATURE_WORDS)
    about_visits = told.apply(lambda rank: rank.str.contains("visits")).sum(axis=1)
    assert about_visits.max() == 1
    by_visits = told["reason_1"].str.contains("visits in the last 30 days")
    assert by_visits.mean() > 0.8
    assert told["reason_3"].isna().all()


def test_equal_rows_get_equal_scores_and_reasons(scoring, fitted):
    twins = pd.concat([scoring] * 2, ignore_index=True)
    twins["entity_id"] = [f"t{row}" for row in range(len(twins))]
    scores = fitted.served.predict(twins).drop(columns="entity_id")
    assert scores["score"].between(0, 1).all()
    pd.testing.assert_frame_equal(
        scores[:CUSTOMERS], scores[CUSTOMERS:].reset_index(drop=True)
    )
    alone = fitted.served.predict(scoring[7:8]).drop(columns="entity_id")
    pd.testing.assert_frame_equal(alone, scores[7:8].reset_index(drop=True))


def test_row_and_column_order_do_not_matter(training, scoring, fitted):
    turned = fit_propensity(
        training.sample(frac=1, random_state=2), bootstrap_rounds=200
    )
    pd.testing.assert_frame_equal(turned.metrics, fitted.metrics)
    pd.testing.assert_frame_equal(turned.effects, fitted.effects)
    expected = fitted.served.predict(scoring).set_index("entity_id")
    mixed = scoring.sample(frac=1, random_state=3)[scoring.columns[::-1]]
    scores = fitted.served.predict(mixed)
    assert scores["entity_id"].tolist() == mixed["entity_id"].tolist()
    pd.testing.assert_frame_equal(
        scores.set_index("entity_id").loc[expected.index], expected
    )


def test_storage_type_does_not_matter(training, fitted):
    stored = training.assign(
        orders=training["orders"].map(Decimal),
        sessions_30d=training["sessions_30d"].astype("Int64"),
        is_guest=training["is_guest"].astype(object),
        country=training["country"].astype("category"),
        label=training["label"].astype(bool),
    )
    refitted = fit_propensity(stored, bootstrap_rounds=2)
    pd.testing.assert_frame_equal(refitted.effects, fitted.effects)


def test_unknown_and_missing_categories_score(scoring, fitted):
    odd = scoring[:2].assign(country=["ZZ", None])
    scores = fitted.served.predict(odd)
    assert scores["score"].between(0, 1).all()
    said = fitted.served.predict(
        odd.assign(sessions_30d=1, recency_days=60.0, orders=2)
    )
    assert said["score"].nunique() == 1


def test_two_fitting_dates_choose_the_penalty_and_one_cannot(training, fitted):
    assert len(fitted.parameters["validation_log_loss"]) == 5
    dates = training["period_date"].unique()
    short = training[training["period_date"].isin(dates[-3:])]
    parameters = fit_propensity(short, bootstrap_rounds=2).parameters
    assert parameters["validation_log_loss"] == {}
    assert parameters["strength"] == 0.1


def test_feature_that_knows_the_answer_is_survived(training):
    leaking = training.assign(leak=training["label"] * 1.0)
    metrics = fit_propensity(leaking, bootstrap_rounds=20).metrics
    assert metrics.set_index("metric_name").loc["auc", "metric_value"] == 1


def test_the_simplest_that_is_not_worse_serves(training, fitted):
    candidates = fitted.candidates.set_index("algorithm")
    assert candidates["is_served"].to_dict() == {
        "recency_rule": False,
        "logistic_regression": True,
        "gradient_boosting": False,
    }
    assert candidates.loc["recency_rule", "auc_gap_ci_low"] > 0
    assert candidates.loc["recency_rule", "reason"].startswith("significantly worse")
    random = np.random.default_rng(3)
    untold = training[[*KEYS, "recency_days"]].assign(noise=random.normal(size=7500))
    odds = -1.2 - 0.3 * np.log1p(np.nan_to_num(training["recency_days"], nan=300))
    untold["label"] = (random.random(7500) < expit(odds)).astype(int)
    by_rule = fit_propensity(untold, bootstrap_rounds=200)
    assert by_rule.served.algorithm == "recency_rule"
    assert by_rule.metrics.set_index("metric_name").loc["auc_gain", "metric_value"] == 0


def test_boosting_serves_where_no_sum_of_terms_can_tell(training):
    random = np.random.default_rng(5)
    crossed = training[[*KEYS, "recency_days"]].assign(
        one=random.normal(size=7500), other=random.normal(size=7500)
    )
    odds = -1 + 2 * np.sign(crossed["one"] * crossed["other"])
    crossed["label"] = (random.random(7500) < expit(odds)).astype(int)
    fit = fit_propensity(crossed, bootstrap_rounds=100)
    assert fit.served.algorithm == "gradient_boosting"
    scored = fit.served.predict(crossed[-CUSTOMERS:].drop(columns="label"))
    assert roc_auc_score(crossed["label"][-CUSTOMERS:], scored["score"]) > 0.8
    again = fit_propensity(crossed, bootstrap_rounds=2).served.predict(
        crossed[-CUSTOMERS:].drop(columns="label")
    )
    pd.testing.assert_frame_equal(again, scored)


def test_too_few_dates_are_refused(training):
    dates = training["period_date"].unique()
    with pytest.raises(ModelRefused, match="2 dates in 3000 rows, and 3"):
        fit_propensity(training[training["period_date"].isin(dates[:2])])


@pytest.mark.parametrize(
    ("date", "role", "positives", "needed"),
    [
        (-1, "evaluation", 9, 10),
        (-2, "calibration", 9, 10),
        (slice(3), "fitting", 49, 50),
    ],
)
def test_too_few_positives_are_refused(training, date, role, positives, needed):
    dates = np.atleast_1d(training["period_date"].unique()[date])
    rows = training.index[training["period_date"].isin(dates)]
    scarce = training["label"].copy()
    scarce[rows] = 0
    scarce[rows[:positives]] = 1
    with pytest.raises(ModelRefused, match=f"{positives} positive .* and {needed} of"):
        fit_propensity(training.assign(label=scarce))
    scarce[rows[positives]] = 1
    fit_propensity(training.assign(label=scarce), bootstrap_rounds=2)


def test_one_class_is_refused(training):
    with pytest.raises(ModelRefused, match="4500 positive and 0 negative"):
        fit_propensity(training.assign(label=1))


def test_missing_label_column_is_refused(training):
    with pytest.raises(ModelRefused, match="lacks label"):
        fit_propensity(training.drop(columns="label"))


def test_open_label_window_is_refused(training):
    label = training["label"].where(training.index != 7)
    with pytest.raises(ModelRefused, match=r"in 1 of 7500 rows \(1 of them null"):
        fit_propensity(training.assign(label=label))


def test_training_without_recency_is_refused(training):
    with pytest.raises(ModelRefused, match="lacks recency_days"):
        fit_propensity(training.drop(columns="recency_days"))


def test_repeated_rows_are_refused(training):
    with pytest.raises(ModelRefused, match="1 repeat"):
        fit_propensity(pd.concat([training, training[:1]]))


def test_infinite_training_feature_is_refused_by_name(training):
    orders = training["orders"].astype(float).where(training.index != 3, np.inf)
    with pytest.raises(ModelRefused, match=r"orders \(1 rows\)"):
        fit_propensity(training.assign(orders=orders))


def test_timestamp_feature_is_refused_by_name(training):
    with pytest.raises(ModelRefused, match=r"seen_at \(datetime"):
        fit_propensity(
            training.assign(seen_at=pd.to_datetime(training["period_date"])), seed=1
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
        (lambda rows: rows.drop(columns="entity_id"), "Nothing to score"),
        (lambda rows: rows.assign(entity_id="c1"), "1499 repeat"),
    ],
)
def test_unlike_scoring_tables_are_refused(scoring, fitted, change, message):
    with pytest.raises(ModelRefused, match=message):
        fitted.served.predict(change(scoring))


def test_feature_that_nobody_had_yet_can_be_fitted(training, scoring):
    """Known on the last dates only, or never."""
    dates = training["period_date"].unique()
    is_early = training["period_date"].isin(dates[:-2])
    rows = training.assign(reviews=1.0, average_rating=np.nan)
    rows.loc[is_early, "reviews"] = np.nan
    fitted = fit_propensity(rows, bootstrap_rounds=50)
    scores = fitted.served.predict(scoring.assign(reviews=2.0, average_rating=np.nan))
    assert scores["score"].between(0, 1).all()
    boosted = BoostedModel.fit(
        pd.DataFrame({"average_rating": np.full(100, np.nan)}),
        (np.arange(100) % 2).astype(float),
        10,
        fitted.served.model,
        seed=1,
    )
    known = pd.DataFrame({"average_rating": [np.nan, 4.0]})
    assert boosted.score(known) == pytest.approx([0.5, 0.5])


def test_all_missing_column_scores_as_imputed(scoring, fitted):
    blank = fitted.served.predict(scoring.assign(orders=None))
    median = fitted.served.predict(scoring.assign(orders=2))
    assert blank["score"].tolist() == median["score"].tolist()
