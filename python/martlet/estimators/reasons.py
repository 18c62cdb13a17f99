"""Why a score, in the words of one customer's own numbers.

"usually buys every 3 weeks, last order 7 weeks ago" rather than a feature's name: what a
feature says is told with its value, and values are told as people say them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from martlet.estimators.wording import FeatureWords, category_words, words_of

REASONS = 3
CANDIDATE_REASONS = 5  # some of which may say the same
_SPANS = ((1 / 24, "hour"), (1.0, "day"), (7.0, "week"), (30.44, "month"))
_SWITCH_AT = {"day": 1.0, "week": 14.0, "month": 70.0}  # days from which a unit is told


class Reasons:
    """Tells the features of rows.

    Parameters
    ----------
    features : DataFrame
        Typed features of the rows, as many as are known.
    averages : mapping of str to float
        Of each number the value above which it counts as high.
    feature_words : mapping of str to tuple of str
        See :func:`martlet.estimators.wording.words_of`.
    """

    def __init__(
        self,
        features: pd.DataFrame,
        averages: Mapping[str, float],
        feature_words: FeatureWords,
    ) -> None:
        self._features = features
        self._averages = averages
        self._words = feature_words

    def of(
        self, ranked: np.ndarray, is_pulling: np.ndarray, names: list[str]
    ) -> pd.DataFrame:
        """Return reason_1 to reason_3, null where nothing more pulls.

        Parameters
        ----------
        ranked : ndarray of shape (rows, candidates)
            Positions in ``names`` of the features that pull most.
        is_pulling : ndarray of shape (rows, candidates)
            Whether they pull at all.

        A reason that would say the same again gives way to the next.
        """
        rows, candidates = ranked.shape
        told = np.full((rows, max(candidates, REASONS)), None, dtype=object)
        for position, name in enumerate(names):
            rows, ranks = np.nonzero((ranked == position) & is_pulling)
            if len(rows):
                told[rows, ranks] = self._told(name, rows)
        for rank in range(1, told.shape[1]):
            for earlier in range(rank):
                told[told[:, rank] == told[:, earlier], rank] = None
        is_empty = np.equal(told, None)
        order = np.argsort(is_empty, axis=1, kind="stable")[:, :REASONS]
        columns = [f"reason_{rank + 1}" for rank in range(REASONS)]
        return pd.DataFrame(
            np.take_along_axis(told, order, axis=1), columns=columns, dtype="str"
        )

    def _told(self, name: str, rows: np.ndarray) -> np.ndarray:
        values = self._features[name].to_numpy()[rows]
        if name not in self._averages:
            said = [category_words(name, value) for value in values]
            return np.array(said, dtype=object)
        words = words_of(name, self._words)
        is_missing = np.isnan(values)
        said = np.full(len(rows), words.missing, dtype=object)
        known = np.flatnonzero(~is_missing)
        is_high = values[known] > self._averages[name]
        if words.told and set(words.needs) <= set(self._features):
            parts = {
                need: self._features[need].to_numpy()[rows] for need in words.needs
            }
            is_told = ~np.any([np.isnan(part) for part in parts.values()], axis=0)
            full = np.flatnonzero(is_told & ~is_missing)
            written = [
                [spoken(need, value) for value in part[full]]
                for need, part in parts.items()
            ]
            said[known] = np.where(is_high, words.high, words.low)
            said[full] = [words.told.format(*row) for row in zip(*written, strict=True)]
            return said
        phrases = np.where(is_high, words.high, words.low)
        if name.startswith("is_"):
            said[known] = phrases
            return said
        said[known] = [
            f"no {phrase.removeprefix('few ')}"
            if value == 0 and phrase.startswith("few ")
            else f"{phrase} ({spoken(name, value)})"
            for phrase, value in zip(phrases, values[known], strict=True)
        ]
        return said


def spoken(name: str, value: float) -> str:
    """Write a value of a feature as people say it: "3 weeks", "40 %", "1,250"."""
    if "days_" in name or name.endswith("_days") or "hours_" in name:
        return span(value / 24 if "hours_" in name else value)
    if name.endswith(("_share", "_share_90d", "_rate", "_rate_90d")):
        return f"{100 * value:.0f} %"
    return (
        f"{value:,.0f}" if value == int(value) or abs(value) >= 100 else f"{value:.2g}"
    )


def span(days: float) -> str:
    """Write a length of time in the unit that people would choose."""
    length, unit = _SPANS[0]
    for each, name in _SPANS[1:]:
        if abs(days) >= _SWITCH_AT[name]:
            length, unit = each, name
    count = round(days / length)
    return f"{count} {unit}" + ("" if abs(count) == 1 else "s")
