"""How likely something is to happen: fitted, calibrated and judged in the order of time.

A one-feature rule, a logistic regression and gradient boosting are fitted on the same
rows, calibrated on later ones and judged on the last. The simplest that is not
significantly worse than the best is served, and what was judged is what is served.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from martlet.estimators.boosting import BoostedModel, choose_trees
from martlet.estimators.candidates import (
    BOOSTING,
    LOGISTIC,
    RULE,
    choose,
    served_metrics,
)
from martlet.estimators.drift import Bins
from martlet.estimators.encoding import encoder, logged_features
from martlet.estimators.inputs import feature_kinds
from martlet.estimators.logistic import (
    LogisticModel,
    fit_coefficients,
    loss_once_calibrated,
)
from martlet.estimators.metrics import Judged, judge
from martlet.estimators.propensity import Model, Propensity
from martlet.estimators.training import Part, TrainingRows

STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
TIED_WITHIN = 0.001
STRENGTH_UNTRIED = 0.1  # where too little history is left to choose by
TREES_UNTRIED = 50


@dataclass(frozen=True)
class PropensityFit:
    """A judged propensity model.

    Attributes
    ----------
    served : Propensity
        What scores.
    metrics : DataFrame
        Of what is served: metric_name, metric_value, ci_low, ci_high, baseline_value,
        evaluated_on.
    candidates : DataFrame
        One row each: algorithm, auc, log_loss, auc_gap (below the best) with its
        interval, is_served and reason.
    effects : DataFrame
        term, feature, coefficient, of the calibrated log-odds.
    judged : DataFrame
        period_date, entity_id, label and score of the rows it was judged on.
    distributions : DataFrame
        Rows by bin of each feature while fitting, and of the score while judging.
    parameters : dict
        JSON-able: dates, rows and positives of each role, and what was chosen.
    """

    served: Propensity
    metrics: pd.DataFrame
    candidates: pd.DataFrame
    effects: pd.DataFrame
    judged: pd.DataFrame
    distributions: pd.DataFrame
    parameters: dict


def fit_propensity(
    training: pd.DataFrame,
    *,
    baseline_feature: str,
    threshold: float,
    seed: int,
    bootstrap_rounds: int = 500,
) -> PropensityFit:
    """Fit the candidates, judge them on the last date, and choose.

    Parameters
    ----------
    training : DataFrame
        One row per period_date and entity_id: features known strictly before the date
        (numbers or text, null where undefined), and the label: 1 where it happened
        after the date, else 0. At least three dates, whose label windows do not
        overlap. Row order is ignored.
    baseline_feature : str
        The feature that the rule to beat looks at alone.
    threshold : float
        Probability from which a contact pays: cost over value.
    seed : int
        Of the bootstrap, of samples and of the trees.
    bootstrap_rounds : int
        Rounds behind each interval.

    Raises
    ------
    ModelRefused
        Too few dates or positives, one class only, a label that is not 0 or 1, features
        that are infinite or of no usable type, or no baseline feature.
    """
    rows = TrainingRows.of(training, baseline_feature)
    models, chosen = _fit_candidates(rows, baseline_feature, seed)
    features, label = rows.part("evaluation")
    scores = {name: model.score(features) for name, model in models.items()}
    judgement = judge(
        {
            name: Judged(label, each, threshold=threshold)
            for name, each in scores.items()
        },
        rounds=bootstrap_rounds,
        seed=seed,
    )
    candidates = choose(judgement)
    (algorithm,) = candidates.loc[candidates["is_served"], "algorithm"]
    model, score = models[algorithm], scores[algorithm]
    fitting, _ = rows.part("fitting")
    scored = pd.DataFrame({"score": score})
    bins, of_score = Bins.fit(fitting), Bins.fit(scored)
    described = rows.described()
    return PropensityFit(
        served=Propensity(
            algorithm, model, feature_kinds(rows.features), bins + of_score
        ),
        metrics=served_metrics(judgement, algorithm).assign(
            evaluated_on=described["evaluation"]["dates"][0]
        ),
        candidates=candidates,
        effects=model.effects(),
        judged=rows.keys[rows.roles["evaluation"]].assign(label=label, score=score),
        distributions=pd.concat([bins.count(fitting), of_score.count(scored)]),
        parameters={
            **described,
            **chosen,
            "algorithm": algorithm,
            "features": feature_kinds(rows.features),
            "threshold": threshold,
            "bootstrap_rounds": bootstrap_rounds,
        },
    )


def fit_logistic(rows: TrainingRows, *, seed: int) -> tuple[LogisticModel, dict]:
    """Choose the penalty, fit and calibrate a logistic regression.

    Returns
    -------
    tuple of LogisticModel and dict
        And what was chosen: strength, validation_log_loss by strength tried.
    """
    to_choose_by = rows.to_choose_by(seed)
    strength, losses = STRENGTH_UNTRIED, {}
    if to_choose_by:
        strength, losses = choose_strength(*to_choose_by)
    model = LogisticModel.fit(*rows.part("fitting"), strength)
    chosen = {"strength": strength, "validation_log_loss": losses}
    return model.calibrated(*rows.part("calibration")), chosen


def _fit_candidates(
    rows: TrainingRows, baseline_feature: str, seed: int
) -> tuple[dict[str, Model], dict]:
    """Fit and calibrate each candidate; return them and what was chosen on the way."""
    logistic, chosen = fit_logistic(rows, seed=seed)
    boosted, trees = fit_boosted(rows, logistic, seed=seed)
    models = {
        RULE: _fit_rule(rows, baseline_feature, chosen["strength"]),
        LOGISTIC: logistic,
        BOOSTING: boosted,
    }
    return models, {
        **chosen,
        "trees": trees,
        "logged_features": logged_features(logistic.encode),
        "intercept": logistic.intercept,
    }


def _fit_rule(
    rows: TrainingRows, baseline_feature: str, strength: float
) -> LogisticModel:
    features, label = rows.part("fitting")
    rule = LogisticModel.fit(features[[baseline_feature]], label, strength)
    return rule.calibrated(*rows.part("calibration"))


def fit_boosted(
    rows: TrainingRows, explainer: LogisticModel, *, seed: int
) -> tuple[BoostedModel, int]:
    """Choose how many trees, fit and calibrate them; return them and their number."""
    to_choose_by = rows.to_choose_by(seed)
    trees = choose_trees(*to_choose_by, seed=seed) if to_choose_by else TREES_UNTRIED
    model = BoostedModel.fit(*rows.part("fitting"), trees, explainer, seed=seed)
    return model.calibrated(*rows.part("calibration")), trees


def choose_strength(before: Part, after: Part) -> tuple[float, dict[str, float]]:
    """Choose the penalty that foretells the later rows best, fitted on the earlier.

    By the log loss once calibrated: see :func:`loss_once_calibrated`.
    Losses within a thousandth of the best are ties, and a tie goes to the strongest
    penalty: it keeps features that say the same from cancelling out in the reasons.
    Returns the choice and the loss of each tried.
    """
    encode = encoder(before[0])
    encoded, later = encode.fit_transform(before[0]), encode.transform(after[0])
    losses = {}
    for strength in STRENGTHS:
        fitted = fit_coefficients(encoded, before[1], strength)
        log_odds = fitted.decision_function(later)
        losses[strength] = loss_once_calibrated(log_odds, after[1])
    good_enough = min(losses.values()) * (1 + TIED_WITHIN)
    strongest = min(tried for tried, loss in losses.items() if loss <= good_enough)
    return strongest, {str(strength): loss for strength, loss in losses.items()}
