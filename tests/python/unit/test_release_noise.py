"""Noise is of the scale that theory asks for, and nobody can make it come out again."""

from __future__ import annotations

import math
import random
import sys

import numpy as np
import pytest
from scipy.stats import chisquare

from martlet.errors import EnvironmentFault
from martlet.releases.noise import add_noise, least_told, noise_scale

DRAWS = 20_000


def probability(value: int, scale: float) -> float:
    """Probability of one value of discrete Laplace noise."""
    alpha = math.exp(-1 / scale)
    return (1 - alpha) / (1 + alpha) * alpha ** abs(value)


@pytest.mark.parametrize(("sensitivity", "epsilon"), [(1, 1.0), (9, 0.5), (3, 4.0)])
def test_noise_has_the_distribution_of_theory(sensitivity: int, epsilon: float) -> None:
    scale = noise_scale(sensitivity, epsilon)
    drawn = np.array(add_noise([100] * DRAWS, sensitivity, epsilon)) - 100
    alpha = math.exp(-1 / scale)
    spread = math.sqrt(2 * alpha) / (1 - alpha)
    assert abs(drawn.mean()) < 5 * spread / math.sqrt(DRAWS)
    edge = math.ceil(3 * scale)
    values = range(-edge, edge + 1)
    seen = [int((drawn == value).sum()) for value in values]
    expected = [DRAWS * probability(value, scale) for value in values]
    seen.append(DRAWS - sum(seen))
    expected.append(DRAWS - sum(expected))
    # Once in a million runs noise as it should be fails this.
    assert chisquare(seen, expected).pvalue > 1e-6


def test_noise_of_half_the_scale_would_be_noticed() -> None:
    scale = noise_scale(9, 0.5)
    drawn = np.array(add_noise([0] * DRAWS, 9, 1.0))
    expected = scale * DRAWS
    assert abs(abs(drawn).sum() - expected) > 0.3 * expected


def test_seeds_do_not_repeat_the_noise() -> None:
    draws = []
    for _ in range(2):
        random.seed(7)
        np.random.seed(7)
        draws.append(add_noise([0] * 50, 9, 0.5))
    assert draws[0] != draws[1]


@pytest.mark.parametrize("epsilon", [0.1, 1.0, 4.0])
@pytest.mark.parametrize("max_cells", [1, 3])
def test_who_is_alone_shows_as_rarely_as_promised(
    epsilon: float, max_cells: int
) -> None:
    delta = 1e-6
    least = least_told(10, max_cells, epsilon, delta)
    scale = noise_scale(max_cells, epsilon)

    def chance(threshold: int) -> float:
        return max_cells * sum(
            probability(value, scale)
            for value in range(threshold - 1, threshold + round(100 * scale))
        )

    assert least >= 10
    assert chance(least) <= delta
    assert least == 10 or chance(least - 1) > delta


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opendp.prelude", None)
    with pytest.raises(EnvironmentFault) as raised:
        add_noise([1], 1, 1.0)
    assert "pip install 'martlet[privacy]'" in raised.value.hint
