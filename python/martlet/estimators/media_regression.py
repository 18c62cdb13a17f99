"""Revenue regressed on trend, season and media, for many revenues of the same weeks.

Jin, Wang, Sun, Chan and Koehler (2017), "Bayesian Methods for Media Mix Modeling with
Carryover and Shape Effects", with shapes from a grid. All that a fit needs of the weeks
is then in the inner products of the grid's columns: computed once, they let a bootstrap
fit hundreds of revenues within a second.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from martlet.estimators.response_curves import CARRYOVERS, MULTIPLES, ShapeGrid

USUAL_SHARE = 0.2  # of revenue, that a channel brings in: the scale of the prior
WEAKEST_PRIOR = 1e-6  # so that no noise at all still leaves one answer
STARTS = range(len(MULTIPLES) // 2, len(CARRYOVERS) * len(MULTIPLES), len(MULTIPLES))
MOST_SWEEPS = 10
MOST_STEPS = 1000  # of a least squares, which takes about one per channel
BETTER_BY = 1e-9  # of the loss, below which a shape is not changed


@dataclass(frozen=True)
class MediaFit:
    """Which shape each channel has, and how much it does.

    Attributes
    ----------
    shape : ndarray of int of shape (channels,)
        Position in the grid.
    coefficient : ndarray of shape (channels,)
        Revenue per week of a channel that is wholly saturated, at least 0.
    """

    shape: np.ndarray
    coefficient: np.ndarray


class MediaRegression:
    """Revenue on trend, season and media, ready to be fitted to many revenues.

    The baseline is projected out of both sides once (Frisch, Waugh 1933), and what
    media do is at least 0. Each channel's mean contribution has a half-normal prior, as
    in Jin et al.: where channels cannot be told apart, they share.

    Parameters
    ----------
    grid : ShapeGrid
        Of ``weeks`` weeks.
    baseline : ndarray of shape (weeks, terms)
        Trend and season, whose coefficients are free.
    strength : float
        Of the prior: the variance of the noise over that of mean contributions.
    """

    def __init__(
        self, grid: ShapeGrid, baseline: np.ndarray, *, strength: float
    ) -> None:
        weeks, self.channels, self.shapes = grid.columns.shape
        self.grid = grid
        columns = grid.columns.reshape(weeks, -1)
        self.baseline_terms = baseline.shape[1]
        self._baseline = np.linalg.qr(baseline)[0]
        self._columns = self.without_baseline(columns)
        self._products = self._columns.T @ self._columns
        self._penalty = strength * columns.mean(axis=0) ** 2

    @classmethod
    def fitted(
        cls, grid: ShapeGrid, baseline: np.ndarray, revenue: np.ndarray
    ) -> tuple[MediaRegression, MediaFit]:
        """Fit twice: the prior's strength asks for the noise that a first fit leaves.

        Parameters
        ----------
        grid, baseline
            As of the class.
        revenue : ndarray of shape (weeks,)
            Money per week, above 0 on average.
        """
        terms = np.linalg.lstsq(baseline, revenue)[0]
        noise = revenue - baseline @ terms
        for _ in range(2):
            strength = noise.var() / (USUAL_SHARE * revenue.mean()) ** 2
            regression = cls(grid, baseline, strength=max(strength, WEAKEST_PRIOR))
            fit = regression.fit(revenue)
            noise = regression.residual(revenue, fit)
        return regression, fit

    def without_baseline(self, values: np.ndarray) -> np.ndarray:
        """Return what is left of ``values`` (weeks first) beside trend and season."""
        return values - self._baseline @ (self._baseline.T @ values)

    def added(self, fit: MediaFit) -> np.ndarray:
        """Return what each channel adds in each week, of shape (weeks, channels)."""
        channels = np.arange(self.channels)
        return self.grid.columns[:, channels, fit.shape] * fit.coefficient

    def residual(self, revenue: np.ndarray, fit: MediaFit) -> np.ndarray:
        """Return what neither the baseline nor media explain of each week."""
        return self.without_baseline(revenue - self.added(fit).sum(axis=1))

    def fit(
        self,
        revenue: np.ndarray,
        start: np.ndarray | None = None,
        sweeps: int = MOST_SWEEPS,
    ) -> MediaFit:
        """Choose shapes by coordinate descent over the channels, and coefficients.

        Parameters
        ----------
        revenue : ndarray of shape (weeks,)
            Per week.
        start : ndarray of int of shape (channels,), optional
            Shapes to begin with; else several are tried, the same in all channels, and
            the best end is taken.
        sweeps : int
            Over the channels, at most.
        """
        target = self._columns.T @ revenue
        starts = (
            [np.full(self.channels, shape) for shape in STARTS]
            if start is None
            else [start]
        )
        found = [self._descend(target, each, sweeps) for each in starts]
        shape, coefficient, _ = min(found, key=lambda each: each[-1])
        return MediaFit(shape, coefficient)

    def without(self, revenue: np.ndarray, shape: np.ndarray, channel: int) -> MediaFit:
        """Return the fit in which ``channel`` does nothing, shapes as they are."""
        others = np.delete(np.arange(self.channels), channel)
        target = self._columns.T @ revenue
        coefficient = np.zeros(self.channels)
        coefficient[others] = self._solve(target, shape[None, :], others)[0][0]
        return MediaFit(shape, coefficient)

    def gain(self, revenue: np.ndarray, shape: np.ndarray, channel: int) -> float:
        """Return how much loss it saves to let ``channel`` do something.

        With the best of its shapes; the other channels keep theirs. The loss is the
        squared error and the prior's.
        """
        others = np.delete(np.arange(self.channels), channel)
        target = self._columns.T @ revenue
        _, (without,) = self._solve(target, shape[None, :], others)
        _, losses = self._solve(target, self._varied(shape, channel))
        return float(without - losses.min())

    def _varied(self, shape: np.ndarray, channel: int) -> np.ndarray:
        """Return ``shape`` with each shape of one channel, (shapes, channels)."""
        tried = np.tile(shape, (self.shapes, 1))
        tried[:, channel] = np.arange(self.shapes)
        return tried

    def _descend(
        self, target: np.ndarray, shape: np.ndarray, sweeps: int
    ) -> tuple[np.ndarray, np.ndarray, float]:
        """Return shapes, coefficients, and the loss less that of no media."""
        shape = shape.copy()
        (coefficient,), (loss,) = self._solve(target, shape[None, :])
        for _ in range(sweeps):
            before = loss
            for channel in range(self.channels):
                tried = self._varied(shape, channel)
                coefficients, losses = self._solve(target, tried)
                best = losses.argmin()
                if losses[best] < loss - BETTER_BY * abs(loss):
                    shape = tried[best]
                    coefficient, loss = coefficients[best], losses[best]
            if loss == before:
                break
        return shape, coefficient, loss

    def _solve(
        self,
        target: np.ndarray,
        shapes: np.ndarray,
        channels: np.ndarray | slice = slice(None),
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return coefficients and loss for each row of ``shapes`` (tries, channels)."""
        at = (shapes + np.arange(self.channels) * self.shapes)[:, channels]
        products = self._products[at[:, :, None], at[:, None, :]]
        diagonal = np.arange(at.shape[1])
        products[:, diagonal, diagonal] += self._penalty[at]
        goals = target[at]
        coefficients = np.linalg.solve(products, goals[:, :, None])[:, :, 0]
        below = np.flatnonzero((coefficients < 0).any(axis=1))
        roots = np.linalg.cholesky(products[below])
        rooted = np.linalg.solve(roots, goals[below][:, :, None])[:, :, 0]
        for row, root, goal in zip(below, roots, rooted, strict=True):
            coefficients[row], _ = nnls(root.T, goal, maxiter=MOST_STEPS)
        # Where what is above 0 is at its best, the loss is what it saves.
        return coefficients, -(coefficients * goals).sum(axis=1)
