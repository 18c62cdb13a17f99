"""Contacts of randomised campaigns: checked, and parted into training and judging.

The latest campaign judges models that saw only the ones before it, as whoever plans the
next campaign can know no more. Where the ones before are too few to train on, half of
its customers judge, told by a hash of their id that is the same on every machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.inputs import (
    column_kinds,
    refuse_lacking,
    refuse_repeated,
    typed,
)

KEYS = ("campaign_id", "customer_id")
FLAGS = ("is_treated", "converted")
FEWEST_CUSTOMERS = 200  # of each arm
FEWEST_CONVERSIONS = 20  # of each arm, and as many who did not convert
JUDGING_SHARE = 0.5  # of the customers of a campaign that has to train as well
VALIDATION_SHARE = 0.25  # of the customers who train
ARMS = {1: "treated", 0: "control"}


@dataclass(frozen=True)
class ContactRows:
    """Contacts in the order of campaign and customer.

    Attributes
    ----------
    keys : DataFrame
        campaign_id, customer_id and assigned_at.
    features : DataFrame
        Typed.
    is_treated, converted : ndarray of shape (rows,)
        0 or 1.
    propensity : ndarray of shape (rows,)
        Share of the campaign's customers who were treated; between 0 and 1.
    """

    keys: pd.DataFrame
    features: pd.DataFrame
    is_treated: np.ndarray
    converted: np.ndarray
    propensity: np.ndarray

    @classmethod
    def of(cls, training: pd.DataFrame) -> ContactRows:
        """Check a training table and order it.

        Campaigns of one arm only are left out: they say nothing of uplift.

        Raises
        ------
        ModelRefused
            See :func:`martlet.estimators.uplift.fit_uplift`.
        """
        _refuse_unfit(training)
        dated = training.assign(assigned_at=pd.to_datetime(training["assigned_at"]))
        ordered = dated.sort_values(list(KEYS), ignore_index=True)
        treated = ordered["is_treated"].astype(np.float64)
        share = treated.groupby(ordered["campaign_id"]).transform("mean")
        kinds = column_kinds(ordered.drop(columns=[*KEYS, "assigned_at", *FLAGS]))
        rows = cls(
            ordered[[*KEYS, "assigned_at"]],
            typed(ordered, kinds),
            treated.to_numpy(),
            ordered["converted"].to_numpy(np.float64),
            share.to_numpy(),
        )
        return rows.where((rows.propensity > 0) & (rows.propensity < 1))

    @property
    def weight(self) -> np.ndarray:
        """Half the inverse of the chance to be in the arm that a row is in."""
        chance = np.where(self.is_treated == 1, self.propensity, 1 - self.propensity)
        return 1 / (2 * chance)

    @property
    def kinds(self) -> dict[str, str]:
        """Each feature and its kind; one of which nothing is known is of either."""
        return column_kinds(self.features)

    def where(self, rows: np.ndarray) -> ContactRows:
        """Return the rows that a mask is true for."""
        return ContactRows(
            self.keys[rows].reset_index(drop=True),
            self.features[rows].reset_index(drop=True),
            self.is_treated[rows],
            self.converted[rows],
            self.propensity[rows],
        )

    def arms(self) -> dict[str, dict[str, int]]:
        """Return customers, and rows that converted and that did not, of each arm."""
        counted = {}
        for flag, arm in ARMS.items():
            own = self.is_treated == flag
            converted = int(self.converted[own].sum())
            counted[arm] = {
                "customers": int(self.keys.loc[own, "customer_id"].nunique()),
                "converted": converted,
                "not_converted": int(own.sum()) - converted,
            }
        return counted

    def suffices(self, part: float) -> bool:
        """Say whether each arm holds that part of what is needed, and both outcomes."""
        outcomes = max(part * FEWEST_CONVERSIONS, 1)
        return all(
            arm["customers"] >= part * FEWEST_CUSTOMERS
            and min(arm["converted"], arm["not_converted"]) >= outcomes
            for arm in self.arms().values()
        )

    def refuse_too_few(self, part: float = 1.0) -> None:
        """Refuse rows that do not suffice: see :meth:`suffices`."""
        if self.suffices(part):
            return
        said = "; ".join(
            f"{counts['customers']:,} {arm} customers, {counts['converted']:,} "
            f"conversions against {counts['not_converted']:,}"
            for arm, counts in self.arms().items()
        )
        raise ModelRefused(
            f"Too few to learn from: {said}. Each arm needs {FEWEST_CUSTOMERS} "
            f"customers, {FEWEST_CONVERSIONS} of whom converted and as many did not.",
            "Wait for the outcome of more randomised campaigns, or hold back a larger "
            "control group.",
        )

    def to_judge(self) -> np.ndarray:
        """Return which rows judge; see :meth:`to_train` for those that train for it."""
        latest, before = self._latest()
        if self.where(before).suffices(JUDGING_SHARE):
            return latest
        ids = self.keys["customer_id"]
        return latest & (stable_shares(ids, "judging") < JUDGING_SHARE)

    def to_train(self, judging: np.ndarray) -> np.ndarray:
        """Return which rows train what the ``judging`` ones judge."""
        latest, before = self._latest()
        return before if (judging == latest).all() else ~judging

    def to_validate(self) -> np.ndarray:
        """Return the rows of a fixed quarter of the customers."""
        ids = self.keys["customer_id"]
        return stable_shares(ids, "validation") < VALIDATION_SHARE

    def _latest(self) -> tuple[np.ndarray, np.ndarray]:
        starts = self.keys.groupby("campaign_id")["assigned_at"].min()
        name = starts.sort_values(kind="stable").index[-1]
        latest = (self.keys["campaign_id"] == name).to_numpy()
        return latest, ~latest


def stable_shares(ids: pd.Series, purpose: str) -> np.ndarray:
    """Return a number from 0 to 1 by nothing but each id and the purpose."""
    named = np.array([f"{purpose}:{each}" for each in ids], dtype=object)
    return pd.util.hash_array(named) / 2.0**64


def _refuse_unfit(training: pd.DataFrame) -> None:
    refuse_lacking(training, [*KEYS, "assigned_at", *FLAGS], "training")
    if training.empty:
        raise ModelRefused(
            "There are no contacts of a randomised campaign whose outcome is known.",
            "Leave out a random part of the customers in the next campaign, and load "
            "who was in which part.",
        )
    refuse_repeated(training[list(KEYS)], "one customer of one campaign")
    for flag in FLAGS:
        others = int((~training[flag].isin([0, 1])).sum())
        if others:
            raise ModelRefused(
                f"{flag} is neither 0 nor 1 in {others} of {len(training)} rows.",
                "Train on campaigns whose outcome window has closed.",
            )
    campaigns = training.groupby("campaign_id")["is_treated"].nunique()
    if not (campaigns == len(ARMS)).any():
        treated = int(training["is_treated"].sum())
        raise ModelRefused(
            f"An arm is without rows: {treated:,} are treated and "
            f"{len(training) - treated:,} are not, and none of {len(campaigns)} "
            "campaigns has both.",
            "Leave out a random part of the customers in the next campaign.",
        )
