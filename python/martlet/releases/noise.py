"""Laplace noise on sums to which every customer adds a bounded part.

The noise is OpenDP's: drawn from the operating system's randomness, which nobody can
seed, over whole numbers, so that no digit of a floating point number gives the true sum
away (Mironov 2012). The theory is in Dwork and Roth, The Algorithmic Foundations of
Differential Privacy (2014), chapter 3; docs/releases.md says what is guaranteed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from martlet.errors import EnvironmentFault


def add_noise(sums: Sequence[int], sensitivity: int, epsilon: float) -> list[int]:
    """Add discrete Laplace noise of scale ``sensitivity / epsilon`` to each sum.

    Parameters
    ----------
    sums : sequence of int
        True sums over disjoint or overlapping cells.
    sensitivity : int
        By how much one customer changes all of them together, in absolute terms.
    epsilon : float
        What the noise may let be known of one customer.

    Raises
    ------
    EnvironmentFault
        OpenDP is not installed.
    """
    try:
        import opendp.prelude as opendp
    except ImportError as error:
        raise EnvironmentFault(
            "Noise is drawn by OpenDP, which is not installed.",
            "Install it: pip install 'martlet[privacy]'",
        ) from error
    opendp.enable_features("contrib")
    measurement = opendp.m.make_laplace(
        opendp.vector_domain(opendp.atom_domain(T=int)),
        opendp.l1_distance(T=int),
        scale=noise_scale(sensitivity, epsilon),
    )
    return measurement(list(sums))


def noise_scale(sensitivity: int, epsilon: float) -> float:
    """Give the scale of the noise; its standard deviation is about 1.4 times as much."""
    return sensitivity / epsilon


def least_told(min_customers: int, max_cells: int, epsilon: float, delta: float) -> int:
    """Give the least noisy count of customers that a cell is told with.

    That a cell is there says that somebody is in it. Someone who is alone in all of
    ``max_cells`` cells shows in any of them by chance ``delta`` at most (Korolova et al.,
    Releasing Search Queries and Clicks Privately, 2009), and no cell of fewer than
    ``min_customers`` is told.
    """
    scale = noise_scale(max_cells, epsilon)
    tail = 1 + math.exp(-1 / scale)
    above_one = math.ceil(scale * math.log(max_cells / (delta * tail)))
    return max(min_customers, 1 + above_one)
