"""The best of many scores, the same whatever order they come in."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

DECIMALS = 9
# Scores that are held at once: 64 MB.
MOST_SCORES = 8_000_000


def batches(rows: np.ndarray, columns: int) -> Iterator[np.ndarray]:
    """Part rows so that the scores of each part, by so many columns, can be held."""
    size = max(1, MOST_SCORES // max(1, columns))
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def best(
    scores: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Find the ``n`` greatest finite scores of each row; of equals the first.

    Parameters
    ----------
    scores : ndarray of float, rows by columns
        Minus infinity where a column is out of the question.

    Returns
    -------
    tuple of ndarray
        Row, column, score to nine decimals, and rank from 1, by row and rank.
    """
    scores = np.round(scores, DECIMALS)
    last = np.full((len(scores), 1), -np.inf)
    if scores.shape[1] > n:
        last = np.partition(scores, -n, axis=1)[:, [-n]]
    is_above = scores > last
    # Of those equal to the last one as many as there are places left, from the left.
    is_last = (scores == last) & np.isfinite(scores)
    left = n - is_above.sum(axis=1, keepdims=True)
    is_best = is_above | (is_last & (np.cumsum(is_last, axis=1) <= left))
    row, column = np.nonzero(is_best)
    score = scores[row, column]
    in_order = np.lexsort((column, -score, row))
    row, column, score = row[in_order], column[in_order], score[in_order]
    return row, column, score, np.arange(len(row)) - np.searchsorted(row, row) + 1
