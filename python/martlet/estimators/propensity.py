"""Who will buy within the horizon: fitted, calibrated and judged in the order of time.

Each ``as_of_date`` of the training table has one role. The last judges, the one before
calibrates, all earlier ones fit; the penalty is chosen on the latest fitting date by a
model that saw only those before it. What was judged is what is served.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import log_loss

from martlet.errors import ModelRefused
from martlet.estimators.inputs import (
    NUMBER,
    column_kinds,
    listed,
    refuse_repeated,
    typed,
)
from martlet.estimators.logistic import (
    LogisticModel,
    encoder,
    fit_coefficients,
    is_skewed,
)
from martlet.estimators.metrics import compare, share_below
from martlet.estimators.recency import RecencyRule
from martlet.estimators.wording import FEATURE_WORDS, FeatureWords

KEYS = ("as_of_date", "customer_id")
RECENCY = "recency_days"
STRENGTHS = (0.001, 0.01, 0.1, 1.0, 10.0)
TIED_WITHIN = 0.001
STRENGTH_UNTRIED = 0.1  # where too little history is left to choose by
NEEDED_OF_EACH_CLASS = {"fitting": 50, "calibration": 10, "evaluation": 10}


@dataclass(frozen=True)
class PropensityFit:
    """A judged propensity model.

    Attributes
    ----------
    metrics : DataFrame
        metric_name, metric_value, ci_low, ci_high, baseline_value, evaluated_on.
    coefficients : DataFrame
        term, feature, coefficient, of the calibrated log-odds.
    parameters : dict
        JSON-able: dates, rows and positives of each role, the penalty, the intercept.
    model : LogisticModel
        Fitted and calibrated.
    """

    metrics: pd.DataFrame
    coefficients: pd.DataFrame
    parameters: dict
    model: LogisticModel

    def predict(
        self, scoring: pd.DataFrame, *, feature_words: FeatureWords = FEATURE_WORDS
    ) -> pd.DataFrame:
        """Score customers and say why.

        Parameters
        ----------
        scoring : DataFrame
            customer_id and the features of the training table; as_of_date may be there.
        feature_words : mapping of str to tuple of str
            See :func:`martlet.estimators.wording.words_of`.

        Returns
        -------
        DataFrame
            In the order of ``scoring``: customer_id, score (probability, 0 to 1),
            percentile (share of these customers who score lower, half of the equals
            included, in percent), decile (1 to 10, 10 scores highest), reason_1 to
            reason_3. Equal scores get equal percentiles and deciles.

        Raises
        ------
        ModelRefused
            There are no customers, one stands twice, or the features are not those of
            the model.
        """
        if scoring.empty or "customer_id" not in scoring:
            raise ModelRefused(
                f"Nothing to score: the scoring table has {len(scoring)} rows and the "
                f"columns {listed(scoring.columns)}.",
                "Give it one row per customer, with customer_id and the features.",
            )
        refuse_repeated(scoring["customer_id"], "one customer")
        features = self.model.checked(scoring, KEYS)
        score, reasons = self.model.explain(features, feature_words)
        share = share_below(score)
        return pd.DataFrame(
            {
                "customer_id": scoring["customer_id"].to_numpy(),
                "score": score,
                "percentile": 100 * share,
                "decile": np.floor(10 * share).astype(np.int64) + 1,
            }
        ).join(reasons)


def fit_propensity(
    training: pd.DataFrame,
    *,
    label: str = "label",
    seed: int,
    bootstrap_rounds: int = 500,
) -> PropensityFit:
    """Fit a calibrated logistic model and judge it on the last date.

    Parameters
    ----------
    training : DataFrame
        One row per as_of_date and customer_id: features known strictly before the date
        (numbers or text, null where undefined; ``recency_days`` among them) and the
        label. At least three dates, whose label windows do not overlap. Row order is
        ignored.
    label : str
        Column that is 1 where it happened after the date, else 0.
    seed : int
        Of the bootstrap, which draws customers.
    bootstrap_rounds : int
        Rounds behind each interval.

    Raises
    ------
    ModelRefused
        Too few dates or positives, one class only, a label that is not 0 or 1, features
        that are infinite or of no usable type, or no ``recency_days``.
    """
    _refuse_unfit(training, label)
    dates = pd.to_datetime(training["as_of_date"])
    ordered = training.assign(as_of_date=dates).sort_values(list(KEYS))
    kinds = column_kinds(ordered.drop(columns=[*KEYS, label]))
    if kinds[RECENCY] != NUMBER:
        raise ModelRefused(
            f"{RECENCY} is not a number, and the baseline ranks by it.",
            "Give the days since each customer's last order, null where there is none.",
        )
    features = typed(ordered, kinds).reset_index(drop=True)
    happened = ordered[label].to_numpy(dtype=np.float64)
    on = ordered["as_of_date"].to_numpy()
    *fitting_dates, calibration_date, evaluation_date = np.unique(on)
    roles = {
        "fitting": on < calibration_date,
        "calibration": on == calibration_date,
        "evaluation": on == evaluation_date,
    }
    described = {
        name: _described(on[rows], happened[rows]) for name, rows in roles.items()
    }
    _refuse_too_few(described)

    def part(role: str) -> tuple[pd.DataFrame, np.ndarray]:
        return features[roles[role]], happened[roles[role]]

    strength, losses = _choose_strength(
        *part("fitting"), latest=on[roles["fitting"]] == fitting_dates[-1]
    )
    fitted = LogisticModel.fit(*part("fitting"), strength)
    model = fitted.calibrated(*part("calibration"))

    recency = features[RECENCY].to_numpy()
    rule = RecencyRule.fit(recency[roles["fitting"]], happened[roles["fitting"]])
    metrics = compare(
        model.judge(*part("evaluation")),
        rule.judge(recency[roles["evaluation"]], happened[roles["evaluation"]]),
        rounds=bootstrap_rounds,
        seed=seed,
    )
    parameters = {
        **described,
        "features": model.kinds,
        "logged_features": [
            name
            for name, column in part("fitting")[0].items()
            if model.kinds[name] == NUMBER and is_skewed(column)
        ],
        "strength": strength,
        "validation_log_loss": losses,
        "intercept": model.intercept,
        "seed": seed,
        "bootstrap_rounds": bootstrap_rounds,
    }
    return PropensityFit(
        metrics=metrics.assign(evaluated_on=pd.Timestamp(evaluation_date).date()),
        coefficients=model.table(),
        parameters=parameters,
        model=model,
    )


def _choose_strength(
    features: pd.DataFrame, label: np.ndarray, latest: np.ndarray
) -> tuple[float, dict[str, float]]:
    """Choose the penalty that foretells the latest fitting date best from those before.

    Losses within a thousandth of the best are ties, and a tie goes to the strongest
    penalty: it keeps features that say the same from cancelling out in the reasons.
    Returns the choice and the log loss of each tried; none is tried where the dates
    before have fewer than two classes.
    """
    if len(np.unique(label[~latest])) < 2:
        return STRENGTH_UNTRIED, {}
    encode = encoder(features[~latest]).fit(features[~latest])
    before, after = (encode.transform(features[rows]) for rows in (~latest, latest))
    losses = {}
    for strength in STRENGTHS:
        fitted = fit_coefficients(before, label[~latest], strength)
        foretold = fitted.predict_proba(after)[:, 1]
        losses[strength] = float(log_loss(label[latest], foretold, labels=[0, 1]))
    good_enough = min(losses.values()) * (1 + TIED_WITHIN)
    strongest = min(tried for tried, loss in losses.items() if loss <= good_enough)
    return strongest, {str(strength): loss for strength, loss in losses.items()}


def _described(dates: np.ndarray, label: np.ndarray) -> dict:
    return {
        "dates": [str(date) for date in np.unique(dates).astype("datetime64[D]")],
        "rows": len(label),
        "positives": int(label.sum()),
    }


def _refuse_unfit(training: pd.DataFrame, label: str) -> None:
    missing = [name for name in (*KEYS, RECENCY, label) if name not in training]
    if missing:
        raise ModelRefused(
            f"The training table lacks {listed(missing)}; it has "
            f"{listed(training.columns)}.",
            f"{listed(KEYS)} are the key, {label} says what happened, and {RECENCY} is "
            "what the baseline ranks by.",
        )
    refuse_repeated(training[list(KEYS)], "one customer at one as_of_date")
    others = training.loc[~training[label].isin([0, 1]), label]
    if len(others):
        raise ModelRefused(
            f"The label {label} is neither 0 nor 1 in {len(others)} of "
            f"{len(training)} rows ({others.isna().sum()} of them null).",
            "Train on dates whose label window has closed.",
        )
    dates = training["as_of_date"].nunique()
    if dates < len(NEEDED_OF_EACH_CLASS):
        raise ModelRefused(
            f"The training table has {dates} as_of_dates in {len(training)} rows, and "
            f"{len(NEEDED_OF_EACH_CLASS)} are needed: to fit, calibrate and judge.",
            "Add earlier dates, or wait until another label window has closed.",
        )


def _refuse_too_few(described: dict[str, dict]) -> None:
    for role, needed in NEEDED_OF_EACH_CLASS.items():
        rows, positives = described[role]["rows"], described[role]["positives"]
        if min(positives, rows - positives) < needed:
            raise ModelRefused(
                f"Too few to learn from: the {role} dates "
                f"({listed(described[role]['dates'])}) hold {rows} rows, {positives} "
                f"positive and {rows - positives} negative, and {needed} of each are "
                "needed.",
                "Train on more customers or a longer history.",
            )
