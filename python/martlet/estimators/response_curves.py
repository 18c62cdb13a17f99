"""How revenue answers to spend: carried over into later weeks, and ever less of it.

Spend is spread over the weeks by a geometric adstock (Broadbent 1979, "One way TV
advertisements work", Journal of the Market Research Society 21), and saturates by a
Hill curve of slope 1, which is Michaelis and Menten's (1913). That one is concave from
zero on, so that a budget has one best split.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

CARRYOVERS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
MULTIPLES = tuple(0.25 * 2 ** (half_step / 2) for half_step in range(11))  # to 8
WEEKS_BEFORE = 4  # whose mean spend stands for that before the first week


def adstock(spend: np.ndarray, carryover: float) -> np.ndarray:
    """Spread spend over the weeks after it.

    ``a[t] = (1 - carryover) * spend[t] + carryover * a[t - 1]``, so that spend that
    stays the same is its own adstock. Before the first week, spend is taken to have
    been the mean of the first ``WEEKS_BEFORE``.

    Parameters
    ----------
    spend : ndarray of shape (weeks, ...)
        Money per week, in the order of time.
    carryover : float
        Share that is left a week later, 0 to below 1.
    """
    before = carryover * spend[:WEEKS_BEFORE].mean(axis=0, keepdims=True)
    spread, _ = lfilter([1 - carryover], [1, -carryover], spend, axis=0, zi=before)
    return spread


def saturation(spend: np.ndarray, half_saturation: np.ndarray | float) -> np.ndarray:
    """Return the share of the most a channel can do, 0 to 1 (Michaelis and Menten)."""
    return spend / (spend + half_saturation)


@dataclass(frozen=True)
class ShapeGrid:
    """The shapes tried for each channel.

    Attributes
    ----------
    carryover : ndarray of shape (shapes,)
        Share of the adstock that is left a week later.
    half_saturation : ndarray of shape (channels, shapes)
        Weekly spend that does half of the most, money.
    columns : ndarray of shape (weeks, channels, shapes)
        Saturated adstock.
    """

    carryover: np.ndarray
    half_saturation: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, spend: np.ndarray) -> ShapeGrid:
        """Span the grid over the spend of each channel, each of some.

        Half saturations are ``MULTIPLES`` of the mean adstock in weeks with spend.

        Parameters
        ----------
        spend : ndarray of shape (weeks, channels)
            Money per week.
        """
        spread = np.stack([adstock(spend, each) for each in CARRYOVERS], axis=-1)
        is_spent = (spend > 0)[:, :, None]
        usual = (spread * is_spent).sum(axis=0) / is_spent.sum(axis=0)
        half = (usual[:, :, None] * np.array(MULTIPLES)).reshape(spend.shape[1], -1)
        return cls(
            carryover=np.repeat(CARRYOVERS, len(MULTIPLES)),
            half_saturation=half,
            columns=saturation(np.repeat(spread, len(MULTIPLES), axis=-1), half),
        )
