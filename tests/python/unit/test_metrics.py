"""The measures of a score, against scikit-learn and against hand-worked examples."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as reference

from martlet.estimators.metrics import (
    DRAWN_ROWS,
    Judged,
    bootstrap_interval,
    captured_share,
    equal_mass_bins,
    judge,
    resamples,
    share_below,
)


def judged(label: np.ndarray, score: np.ndarray) -> Judged:
    return Judged(label, score, threshold=0.5)


@pytest.fixture
def scored() -> tuple[np.ndarray, np.ndarray]:
    """400 labels and scores, many of them tied."""
    random = np.random.default_rng(7)
    score = random.integers(1, 20, size=400) / 20
    return (random.random(400) < score).astype(float), score


def test_measures_equal_scikit_learn(scored):
    label, score = scored
    measured = judged(label, score).measures()
    assert measured["auc"] == pytest.approx(reference.roc_auc_score(label, score))
    assert measured["average_precision"] == pytest.approx(
        reference.average_precision_score(label, score)
    )
    assert measured["log_loss"] == pytest.approx(reference.log_loss(label, score))
    assert measured["brier"] == pytest.approx(reference.brier_score_loss(label, score))


def test_weighted_measures_equal_scikit_learn(scored):
    label, score = scored
    of_all = judged(label, score)
    for weight in resamples(len(label), rounds=5, seed=1):
        measured = of_all.measures(weight)
        assert measured["auc"] == pytest.approx(
            reference.roc_auc_score(label, score, sample_weight=weight)
        )
        assert measured["average_precision"] == pytest.approx(
            reference.average_precision_score(label, score, sample_weight=weight)
        )
        assert measured["log_loss"] == pytest.approx(
            reference.log_loss(label, score, sample_weight=weight)
        )


def test_measures_ignore_row_order(scored):
    label, score = scored
    turned = np.random.default_rng(0).permutation(len(label))
    assert judged(label[turned], score[turned]).measures() == pytest.approx(
        judged(label, score).measures()
    )


def test_calibration_error_by_hand():
    # Ten equal masses of two: score 0.1 has rate 0.5 in its one bin, the others fit.
    score = np.repeat([0.1, 0.2], [10, 10])
    label = np.concatenate([np.tile([0, 1], 5), np.repeat([1, 0], [2, 8])])
    measured = judged(label, score).measures()
    assert measured["expected_calibration_error"] == pytest.approx(0.5 * 0.4)


def test_equal_scores_share_a_bin():
    assert equal_mass_bins(np.array([3.0, 1.0, 2.0, 4.0]), 2).tolist() == [1, 0, 0, 1]
    assert equal_mass_bins(np.array([1.0, 5.0, 5.0, 5.0]), 2).tolist() == [0, 1, 1, 1]
    assert len(set(equal_mass_bins(np.full(50, 0.3), 10))) == 1


def test_share_below_is_half_for_equals():
    assert share_below(np.array([5.0])).tolist() == [0.5]
    assert share_below(np.array([1.0, 2.0, 2.0, 3.0])).tolist() == [
        0.125,
        0.5,
        0.5,
        0.875,
    ]


def test_captured_share_by_hand_without_ties():
    # One row per group, best first: the top 40 % hold both positives of the three.
    positives = np.array([1.0, 1.0, 0.0, 0.0, 1.0])
    assert captured_share(positives, np.ones(5), 0.4) == pytest.approx(2 / 3)


def test_captured_share_is_the_mean_over_orders_of_ties():
    # Ten rows, the top two tied with two others. Two of the four tied are positive, so
    # of the two that fit one is, on average; three positives in all.
    positives, total = np.array([2.0, 1.0]), np.array([4.0, 6.0])
    assert captured_share(positives, total, 0.2) == pytest.approx(1 / 3)


def test_lift_is_one_where_nothing_is_told_apart():
    label = np.tile([1.0, 0, 0, 0], 25)
    assert judged(label, np.full(100, 0.25)).measures()["lift_at_10"] == pytest.approx(
        1
    )


def test_contacts_that_pay_are_counted_from_the_threshold_on():
    label = np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    score = np.array([0.5, 0.9, 0.8, 0.4, 0.1])
    measured = judged(label, score).measures()
    assert measured["precision"] == pytest.approx(2 / 3)
    assert measured["recall"] == pytest.approx(2 / 3)
    assert measured["f1"] == pytest.approx(reference.f1_score(label, score >= 0.5))
    nobody = Judged(label, score, threshold=1.0).measures()
    assert np.isnan(nobody["precision"])
    assert nobody["recall"] == 0


def test_one_class_has_no_auc():
    assert np.isnan(judged(np.ones(3), np.array([0.1, 0.2, 0.3])).measures()["auc"])


def test_gaps_are_paired(scored):
    """A model against itself gains nothing in any round."""
    label, score = scored
    both = {"one": judged(label, score), "other": judged(label, score)}
    judgement = judge(both, rounds=50, seed=3)
    assert judgement.auc_gaps["one", "other"] == (0, 0, 0)
    auc = judgement.metrics.query("algorithm == 'one' and metric_name == 'auc'")
    assert (auc["ci_low"] < auc["ci_high"]).all()
    better = {"one": judged(label, score), "other": judged(label, np.full(400, 0.5))}
    gap, low, high = judge(better, rounds=50, seed=3).auc_gaps["one", "other"]
    assert 0 < low < gap < high
    assert gap == pytest.approx(reference.roc_auc_score(label, score) - 0.5)


def test_of_many_rows_the_interval_is_that_of_all():
    """Drawing from a sample and scaling gives the width that all rows would give."""
    random = np.random.default_rng(2)
    rows = 4 * DRAWN_ROWS
    label = (random.random(rows) < 0.3).astype(float)
    score = np.clip(0.3 + 0.2 * label + random.normal(0, 0.2, rows), 0, 1)
    table = judge({"model": judged(label, score)}, rounds=200, seed=1).metrics
    brier = table.set_index("metric_name").loc["brier"]
    loss = (score - label) ** 2
    assert brier["metric_value"] == pytest.approx(loss.mean())
    width = 2 * 1.96 * loss.std() / np.sqrt(rows)
    assert brier["ci_high"] - brier["ci_low"] == pytest.approx(width, rel=0.2)


def test_auc_interval_covers_the_truth_as_often_as_it_says():
    random = np.random.default_rng(11)
    covered = 0
    truth = 0.7602  # of N(1, 1) against N(0, 1): the normal CDF at 1 / sqrt(2)
    for seed in range(60):
        label = np.repeat([1.0, 0.0], [60, 140])
        score = 1 / (1 + np.exp(-random.normal(loc=label)))
        table = judge({"model": judged(label, score)}, rounds=100, seed=seed).metrics
        auc = table.set_index("metric_name").loc["auc"]
        covered += auc["ci_low"] <= truth <= auc["ci_high"]
    assert 51 <= covered < 60


def test_interval_shifts_towards_a_biased_estimate():
    replicates = np.linspace(0.0, 1.0, 1001)
    low, high = bootstrap_interval(0.5, replicates)
    assert (low, high) == pytest.approx((0.025, 0.975), abs=1e-3)
    low, high = bootstrap_interval(0.2, replicates)
    assert low <= 0.001
    assert 0.2 < high < 0.7


def test_intervals_repeat_by_seed(scored):
    label, score = scored
    once, again, other = (
        judge({"model": judged(label, score)}, rounds=20, seed=seed).metrics
        for seed in (1, 1, 2)
    )
    assert once.equals(again)
    assert not once.equals(other)
