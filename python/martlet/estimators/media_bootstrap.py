"""How sure a media mix is: residuals drawn again in blocks of weeks (Kuensch 1989).

Weeks that follow each other are alike, so they are drawn together: "The Jackknife and
the Bootstrap for General Stationary Observations", Annals of Statistics 17.
"""

from __future__ import annotations

import numpy as np

from martlet.estimators.media_regression import MediaFit, MediaRegression

BLOCK_WEEKS = (4, 8)
SWEEPS_PER_DRAW = 2
SHAPE_TERMS = 3  # fitted of a channel: coefficient, carryover, half saturation


def block_weeks(weeks: int) -> int:
    """Return the length of a block: the cube root of the weeks, within bounds.

    The rate at which it should grow by Hall, Horowitz and Jing (1995).
    """
    return int(np.clip(round(weeks ** (1 / 3)), *BLOCK_WEEKS))


class MediaBootstrap:
    """Noise like that of a fit, drawn once and put to several questions.

    Parameters
    ----------
    regression : MediaRegression
        Of ``weeks`` weeks.
    fit : MediaFit
        What it found.
    revenue : ndarray of shape (weeks,)
        What it was fitted to.
    seed, draws : int
        Of the noise. Residuals are widened by the degrees of freedom the fit took.
    """

    def __init__(
        self,
        regression: MediaRegression,
        fit: MediaFit,
        revenue: np.ndarray,
        *,
        seed: int,
        draws: int,
    ) -> None:
        self._regression, self._fit, self._revenue = regression, fit, revenue
        weeks, block = len(revenue), block_weeks(len(revenue))
        taken = regression.baseline_terms
        taken += SHAPE_TERMS * np.count_nonzero(fit.coefficient)
        widened = np.sqrt(weeks / max(weeks - taken, 1))
        starts = np.random.default_rng(seed).integers(
            weeks - block + 1, size=(draws, -(-weeks // block))
        )
        rows = (starts[:, :, None] + np.arange(block)).reshape(draws, -1)[:, :weeks]
        self._noise = widened * regression.residual(revenue, fit)[rows]

    def refits(self) -> list[MediaFit]:
        """Return a fit for each draw, shapes included."""
        media = self._regression.added(self._fit).sum(axis=1)
        return [
            self._regression.fit(media + noise, self._fit.shape, SWEEPS_PER_DRAW)
            for noise in self._noise
        ]

    def p_values(self) -> np.ndarray:
        """Return for each channel how likely chance alone does as well as it does.

        The share of draws without the channel in which the best of its shapes gains as
        much as it did. A shape that is looked for is always found, and only a null
        that looks for one too is fair (Hansen 1996, "Inference when a nuisance
        parameter is not identified under the null hypothesis").
        """
        return np.array(
            [self._p_value(channel) for channel in range(self._regression.channels)]
        )

    def _p_value(self, channel: int) -> float:
        regression, shape = self._regression, self._fit.shape
        gain = regression.gain(self._revenue, shape, channel)
        others = regression.without(self._revenue, shape, channel)
        media = regression.added(others).sum(axis=1)
        as_good = sum(
            regression.gain(media + noise, shape, channel) >= gain
            for noise in self._noise
        )
        return (1 + as_good) / (1 + len(self._noise))
