"""Training rows in the order of time, each date with one part to play.

The last ``period_date`` judges, the one before calibrates, all earlier ones fit; what is
chosen while fitting is chosen on the latest of those by what saw only the ones before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.inputs import (
    NUMBER,
    column_kinds,
    listed,
    refuse_repeated,
    typed,
)

KEYS = ("period_date", "entity_id")
LABEL = "label"
NEEDED_OF_EACH_CLASS = {"fitting": 50, "calibration": 10, "evaluation": 10}
CHOOSING_ROWS = 25_000  # enough to choose by; fitting takes all

Part = tuple[pd.DataFrame, np.ndarray]


@dataclass(frozen=True)
class TrainingRows:
    """Typed features and labels by the part they play.

    Attributes
    ----------
    features : DataFrame
        Typed features, in the order of period_date and entity_id.
    label : ndarray of shape (rows,)
        1 where it happened, else 0.
    keys : DataFrame
        period_date and entity_id of each row.
    roles : dict of str to ndarray
        Which rows fit, calibrate and judge.
    """

    features: pd.DataFrame
    label: np.ndarray
    keys: pd.DataFrame
    roles: dict[str, np.ndarray]

    @classmethod
    def of(cls, training: pd.DataFrame, baseline_feature: str) -> TrainingRows:
        """Check a training table, and part it.

        Raises
        ------
        ModelRefused
            See :func:`martlet.estimators.propensity.fit_propensity`.
        """
        _refuse_unfit(training, baseline_feature)
        dates = pd.to_datetime(training["period_date"])
        ordered = training.assign(period_date=dates).sort_values(list(KEYS))
        kinds = column_kinds(ordered.drop(columns=[*KEYS, LABEL]))
        if kinds[baseline_feature] != NUMBER:
            raise ModelRefused(
                f"{baseline_feature} is not a number, and the baseline ranks by it.",
                "Name a number as the target's baseline, null where it is undefined.",
            )
        on = ordered["period_date"].to_numpy()
        *_, calibration_date, evaluation_date = np.unique(on)
        rows = cls(
            features=typed(ordered, kinds).reset_index(drop=True),
            label=ordered[LABEL].to_numpy(dtype=np.float64),
            keys=ordered[list(KEYS)].reset_index(drop=True),
            roles={
                "fitting": on < calibration_date,
                "calibration": on == calibration_date,
                "evaluation": on == evaluation_date,
            },
        )
        rows._refuse_too_few()
        return rows

    def part(self, role: str) -> Part:
        """Return features and label of the rows that fit, calibrate or judge."""
        return self.features[self.roles[role]], self.label[self.roles[role]]

    def to_choose_by(self, seed: int) -> tuple[Part, Part] | None:
        """Return the fitting rows before the latest fitting date, and those on it.

        Of many rows a fixed sample. None where either have fewer than two classes, so
        that there is nothing to fit or to compare.
        """
        fitting = np.flatnonzero(self.roles["fitting"])
        on = self.keys["period_date"].to_numpy()[fitting]
        is_latest = on == on[-1]
        before, after = (
            _sampled(fitting[rows], seed) for rows in (~is_latest, is_latest)
        )
        if any(len(np.unique(self.label[rows])) < 2 for rows in (before, after)):
            return None
        return tuple(
            (self.features.iloc[rows], self.label[rows]) for rows in (before, after)
        )

    def described(self) -> dict[str, dict]:
        """Return dates, rows and positives of each role."""
        return {
            role: {
                "dates": [
                    str(date.date())
                    for date in pd.to_datetime(
                        self.keys.loc[rows, "period_date"].unique()
                    )
                ],
                "rows": int(rows.sum()),
                "positives": int(self.label[rows].sum()),
            }
            for role, rows in self.roles.items()
        }

    def _refuse_too_few(self) -> None:
        for role, said in self.described().items():
            rows, positives = said["rows"], said["positives"]
            needed = NEEDED_OF_EACH_CLASS[role]
            if min(positives, rows - positives) < needed:
                raise ModelRefused(
                    f"Too few to learn from: the {role} dates "
                    f"({listed(said['dates'])}) hold {rows} rows, {positives} "
                    f"positive and {rows - positives} negative, and {needed} of each "
                    "are needed.",
                    "Train on more customers or a longer history.",
                )


def _sampled(rows: np.ndarray, seed: int) -> np.ndarray:
    if len(rows) <= CHOOSING_ROWS:
        return rows
    random = np.random.default_rng(seed)
    return np.sort(random.choice(rows, CHOOSING_ROWS, replace=False))


def _refuse_unfit(training: pd.DataFrame, baseline_feature: str) -> None:
    needed = (*KEYS, baseline_feature, LABEL)
    missing = [name for name in needed if name not in training]
    if missing:
        raise ModelRefused(
            f"The training table lacks {listed(missing)}; it has "
            f"{listed(training.columns)}.",
            f"{listed(KEYS)} are the key, {LABEL} says what happened, and "
            f"{baseline_feature} is what the baseline ranks by.",
        )
    refuse_repeated(training[list(KEYS)], "one entity at one period_date")
    others = training.loc[~training[LABEL].isin([0, 1]), LABEL]
    if len(others):
        raise ModelRefused(
            f"The label is neither 0 nor 1 in {len(others)} of {len(training)} rows "
            f"({others.isna().sum()} of them null).",
            "Train on dates whose label window has closed.",
        )
    dates = training["period_date"].nunique()
    if dates < len(NEEDED_OF_EACH_CLASS):
        raise ModelRefused(
            f"The training table has {dates} dates in {len(training)} rows, and "
            f"{len(NEEDED_OF_EACH_CLASS)} are needed: to fit, calibrate and judge.",
            "Wait until more label windows have closed, or shorten the horizon.",
        )
