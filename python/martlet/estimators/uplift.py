"""Whom to treat: the customers who convert because of a campaign, not beside it.

A score of who will buy finds those who would buy anyway. Campaigns with a random
control group tell how much more the treated convert, and for whom. Four candidates
learn it; a part of the training customers chooses among them, a campaign that none of
them saw judges them all, and the chosen one is fitted again on everything to foretell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.estimators.inputs import refuse_lacking, refuse_repeated, typed_like
from martlet.estimators.metrics import equal_mass_bins, share_below
from martlet.estimators.uplift_learners import (
    BOOSTING,
    CANDIDATES,
    STRENGTH,
    ClassTransformation,
    TwoModels,
    fit_learner,
)
from martlet.estimators.uplift_metrics import QINI, RankedUplift, judge_uplift
from martlet.estimators.uplift_rows import ContactRows

BOOTSTRAP_ROUNDS = 200
DECILES = 10


@dataclass(frozen=True)
class Uplift:
    """Predicted uplift, and how it did in a campaign that was held out.

    Attributes
    ----------
    predictions : DataFrame
        One row per customer: customer_id, uplift (difference of the probability to
        convert, -1 to 1), percentile (0 to 100), decile (10 is the highest). Equal
        customers get equal values.
    curve : DataFrame
        Of the chosen candidate on the holdout: candidate, depth (0.1 to 1),
        treated_customers, control_customers, uplift, incremental_conversions,
        random_incremental_conversions. See :mod:`martlet.estimators.uplift_metrics`.
    metrics : DataFrame
        Of the chosen candidate on the holdout: metric_name, metric_value, ci_low,
        ci_high (95 %), baseline_value (random targeting), evaluated_on.
    candidates : DataFrame
        candidate, qini with ci_low and ci_high on the holdout, validation_qini,
        is_chosen.
    parameters : dict
        JSON-able: what trained, validated and judged, and the settings.
    """

    predictions: pd.DataFrame
    curve: pd.DataFrame
    metrics: pd.DataFrame
    candidates: pd.DataFrame
    parameters: dict


def fit_uplift(training: pd.DataFrame, scoring: pd.DataFrame, *, seed: int) -> Uplift:
    """Fit the candidates, choose, judge, and foretell.

    Parameters
    ----------
    training : DataFrame
        One row per campaign and customer of randomised campaigns whose outcome window
        has closed: campaign_id, customer_id, assigned_at, is_treated and converted (0
        or 1), and features as they were known when assigned (numbers or text, null
        where unknown). Row order is ignored.
    scoring : DataFrame
        One row per customer: customer_id and the same features.
    seed : int
        Of the bootstrap and of the trees.

    Raises
    ------
    ModelRefused
        No rows, no campaign of both arms, an arm of fewer than 200 customers, 20
        conversions or 20 of the contrary, flags that are not 0 or 1, repeated keys, or
        features that are missing, infinite or of no usable type.
    """
    rows = ContactRows.of(training)
    rows.refuse_too_few()
    customers, features = _to_score(scoring, rows)
    judging = rows.to_judge()
    before, holdout = rows.where(rows.to_train(judging)), rows.where(judging)
    validated = _validation_qini(before, seed)
    chosen = max(CANDIDATES, key=lambda name: np.nan_to_num(validated[name], nan=-1.0))
    ranked = {
        name: _ranked(fit_learner(name, before, seed=seed), holdout)
        for name in CANDIDATES
    }
    judged = judge_uplift(ranked, rounds=BOOTSTRAP_ROUNDS, seed=seed)
    metrics = judged[judged["candidate"] == chosen].drop(columns="candidate")
    curve = ranked[chosen].curve()
    curve.insert(0, "candidate", chosen)
    served = fit_learner(chosen, rows, seed=seed)
    return Uplift(
        predictions=_predictions(served, customers, features),
        curve=curve,
        metrics=metrics.assign(evaluated_on=_said(holdout, rows)).reset_index(
            drop=True
        ),
        candidates=_candidates(judged, validated, chosen),
        parameters={
            "candidate": chosen,
            "trained_on": _described(before),
            "judged_on": _described(holdout),
            "served_from": _described(rows),
            "campaigns_of_one_arm": int(
                training["campaign_id"].nunique() - rows.keys["campaign_id"].nunique()
            ),
            "features": rows.kinds,
            "logistic_strength": STRENGTH,
            "boosting": BOOSTING,
            "bootstrap_rounds": BOOTSTRAP_ROUNDS,
            "seed": seed,
        },
    )


def _validation_qini(before: ContactRows, seed: int) -> dict[str, float]:
    """Return each candidate's Qini among training customers whom it did not see.

    Rows weigh by the inverse of their chance to be in their arm, so that each depth
    holds the campaigns in the same mix in both arms.
    """
    held_back = before.to_validate()
    fitting, validation = before.where(~held_back), before.where(held_back)
    fitting.refuse_too_few(part=0.0)
    return {
        name: _ranked(fit_learner(name, fitting, seed=seed), validation).measures(
            validation.weight
        )[QINI]
        for name in CANDIDATES
    }


def _ranked(
    learner: TwoModels | ClassTransformation, rows: ContactRows
) -> RankedUplift:
    return RankedUplift(rows.is_treated, rows.converted, learner.uplift(rows.features))


def _to_score(
    scoring: pd.DataFrame, rows: ContactRows
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return customer_id in rising order, and the typed features."""
    refuse_lacking(scoring, ["customer_id"], "scoring")
    refuse_repeated(scoring["customer_id"], "one customer")
    ordered = scoring.sort_values("customer_id", ignore_index=True)
    return ordered[["customer_id"]], typed_like(ordered, rows.kinds, "scoring")


def _predictions(
    learner: TwoModels | ClassTransformation,
    customers: pd.DataFrame,
    features: pd.DataFrame,
) -> pd.DataFrame:
    uplift = learner.uplift(features) if len(features) else np.zeros(0)
    return customers.assign(
        uplift=uplift,
        percentile=100 * share_below(uplift),
        decile=equal_mass_bins(uplift, DECILES) + 1,
    )


def _candidates(
    judged: pd.DataFrame, validated: dict[str, float], chosen: str
) -> pd.DataFrame:
    qini = judged[judged["metric_name"] == QINI].rename(columns={"metric_value": QINI})
    return (
        qini[["candidate", QINI, "ci_low", "ci_high"]]
        .assign(
            validation_qini=qini["candidate"].map(validated),
            is_chosen=qini["candidate"] == chosen,
        )
        .reset_index(drop=True)
    )


def _said(holdout: ContactRows, rows: ContactRows) -> str:
    campaign = holdout.keys["campaign_id"].iloc[0]
    whole = int((rows.keys["campaign_id"] == campaign).sum())
    half = "" if len(holdout.keys) == whole else "half of "
    return f"{half}campaign {campaign}, {len(holdout.keys):,} customers"


def _described(rows: ContactRows) -> dict:
    shares = rows.keys.assign(share=rows.propensity).groupby("campaign_id")["share"]
    return {**rows.arms(), "treated_share_of": shares.first().to_dict()}
