"""Campaigns foretold from others, to see how well that goes.

In the order of time a campaign is foretold from those whose result was known when it
started, which is what will be asked of the model. Left out one after the other, all are
foretold from nearly all: more is judged, but from campaigns that came later as well.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.base import RegressorMixin
from sklearn.compose import TransformedTargetRegressor
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor

from martlet.estimators.encoding import encoder

BASELINE = "mean_of_past"
FEWEST_KNOWN = 10  # campaigns that a campaign is foretold from
MOST_REFITS = 40
MOST_LEFT_OUT_ALONE = 40  # campaigns; of more, a twentieth is left out at a time
FOLDS = 20

Split = tuple[np.ndarray, np.ndarray]


def regressors(seed: int) -> dict[str, RegressorMixin]:
    """Make the unfitted candidates, simplest first, for 10 to 300 campaigns."""
    scaled_svr = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
    return {
        BASELINE: DummyRegressor(),
        "linear_regression": LinearRegression(),
        "decision_tree": DecisionTreeRegressor(
            max_depth=3, min_samples_leaf=5, random_state=seed
        ),
        "support_vector_regression": scaled_svr,
        "gradient_boosting": GradientBoostingRegressor(
            n_estimators=60, max_depth=2, min_samples_leaf=5, random_state=seed
        ),
    }


def foretell(
    known: pd.DataFrame, roi: np.ndarray, ahead: pd.DataFrame, *, seed: int
) -> pd.DataFrame:
    """Return what each candidate, fitted on known campaigns, says of those ahead.

    Parameters
    ----------
    known, ahead : DataFrame
        Typed features.
    roi : ndarray of shape (known campaigns,)
        Profit over cost.

    Returns
    -------
    DataFrame
        One row per campaign ahead, with its index; one column per candidate.
    """
    encode = encoder(known)
    values, values_ahead = encode.fit_transform(known), encode.transform(ahead)
    return pd.DataFrame(
        {
            name: regressor.fit(values, roi).predict(values_ahead)
            for name, regressor in regressors(seed).items()
        },
        index=ahead.index,
    )


def foretell_each(
    features: pd.DataFrame, roi: np.ndarray, splits: list[Split], *, seed: int
) -> pd.DataFrame:
    """Foretell the second part of each split from its first: see :func:`foretell`."""
    told = [
        foretell(features.iloc[known], roi[known], features.iloc[ahead], seed=seed)
        for known, ahead in splits
    ]
    return pd.concat(told) if told else pd.DataFrame(columns=list(regressors(seed)))


def in_time_order(starts: np.ndarray, closes: np.ndarray) -> list[Split]:
    """Part campaigns into those known at a time and those that then started.

    Campaigns that knew the same are foretold by one fit. Where that would be more fits
    than ``MOST_REFITS``, neighbours are joined, and know what the first of them knew.

    Parameters
    ----------
    starts, closes : ndarray of datetime64 of shape (campaigns,)
        When each started, in rising order, and when its result was known.
    """
    known = np.searchsorted(np.sort(closes), starts, side="right")
    judged = np.flatnonzero(known >= FEWEST_KNOWN)
    if not len(judged):
        return []
    fresh = np.flatnonzero(np.diff(known[judged], prepend=-1))
    kept = np.linspace(0, len(fresh), MOST_REFITS, endpoint=False).astype(int)
    blocks = fresh[np.unique(kept)]
    return [
        (np.flatnonzero(closes <= starts[judged[first]]), judged[first:end])
        for first, end in pairwise([*blocks, len(judged)])
    ]


def left_out(campaigns: int) -> list[Split]:
    """Part campaigns into all but one and that one, or all but a fold and that fold."""
    place = np.arange(campaigns)
    folds = campaigns if campaigns <= MOST_LEFT_OUT_ALONE else FOLDS
    fold = place % folds
    return [(place[fold != one], place[fold == one]) for one in range(folds)]
