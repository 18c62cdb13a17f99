"""How well points are parted, and whether other customers would be parted alike.

Noise counts as a cluster of its own, so that calling everything noise judges nothing
well. What compares points with points does so on one fixed sample of them.
"""

from __future__ import annotations

import warnings

import numpy as np
from scipy.spatial import cKDTree
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import (
    adjusted_rand_score,
    calinski_harabasz_score,
    davies_bouldin_score,
    pairwise_distances_chunked,
    silhouette_score,
)

from martlet.estimators.cluster_methods import NOISE, Method

COMPARED_SAMPLE = 20_000
RESAMPLES = 20
RESAMPLED = 5_000
INTERVAL = (0.025, 0.975)

NAN = float("nan")


def fixed_sample(customers: int, seed: int, size: int = COMPARED_SAMPLE) -> np.ndarray:
    """Return the places of at most ``size`` customers, ascending."""
    return np.sort(np.random.default_rng(seed).permutation(customers)[:size])


def judge(
    points: np.ndarray, label: np.ndarray, sample: np.ndarray
) -> dict[str, float]:
    """Return the quality of one clustering; NaN where an index is undefined.

    Returns
    -------
    dict
        ``clusters`` without noise, ``noise_share``, ``silhouette`` (Rousseeuw 1987; -1
        to 1), ``inertia`` (sum of squared distances to the own centroid),
        ``davies_bouldin`` (Davies and Bouldin 1979; less is better),
        ``calinski_harabasz`` (Caliński and Harabasz 1974) and ``dunn``.
    """
    found = len(np.unique(label))
    is_parted = 1 < found < len(label)
    return {
        "clusters": len(np.unique(label[label != NOISE])),
        "noise_share": float(np.mean(label == NOISE)),
        "silhouette": silhouette(points[sample], label[sample]),
        "inertia": _inertia(points, label),
        "davies_bouldin": davies_bouldin_score(points, label) if is_parted else NAN,
        "calinski_harabasz": (
            calinski_harabasz_score(points, label) if is_parted else NAN
        ),
        "dunn": dunn(points[sample], label[sample]),
    }


def silhouette(points: np.ndarray, label: np.ndarray) -> float:
    """Return the mean silhouette; NaN where it is undefined."""
    if not 1 < len(np.unique(label)) < len(points):
        return NAN
    return float(silhouette_score(points, label))


def dunn(points: np.ndarray, label: np.ndarray) -> float:
    """Return the least distance between two clusters over the widest cluster.

    Dunn, J. C. (1974): Well-separated clusters and optimal fuzzy partitions. More is
    better; NaN where there is one cluster, or none is wider than a point.
    """
    members = [points[label == one] for one in np.unique(label)]
    if len(members) < 2:
        return NAN
    gap = min(_gap(one, np.vstack(members[:i])) for i, one in enumerate(members) if i)
    width = max(_diameter(one) for one in members)
    return gap / width if width else NAN


def stability(
    points: np.ndarray, label: np.ndarray, method: Method, setting: float, seed: int
) -> tuple[float, float, float]:
    """Return how alike resampled customers are parted: mean, low and high.

    The adjusted Rand index (Hubert and Arabie 1985) between what each customer of a
    resample with replacement was called and what a clustering of the resample calls
    them; low and high hold 95 % of the resamples. NaN for one cluster.
    """
    if len(np.unique(label)) < 2:
        return NAN, NAN, NAN
    random = np.random.default_rng(seed)
    sample = fixed_sample(len(points), seed, RESAMPLED)
    scores = []
    for _ in range(RESAMPLES):
        drawn = random.choice(sample, len(sample))
        with warnings.catch_warnings():
            # Few customers may have fewer different ones in a resample than clusters.
            warnings.simplefilter("ignore", ConvergenceWarning)
            again = method.cluster(points[drawn], setting, seed, restarts=1)
        scores.append(adjusted_rand_score(label[drawn], again.label))
    low, high = np.quantile(scores, INTERVAL)
    return float(np.mean(scores)), float(low), float(high)


def _inertia(points: np.ndarray, label: np.ndarray) -> float:
    return float(
        sum(
            np.square(members - members.mean(axis=0)).sum()
            for members in (points[label == one] for one in np.unique(label))
        )
    )


def _gap(one: np.ndarray, others: np.ndarray) -> float:
    few, many = sorted((one, others), key=len)
    return float(cKDTree(many).query(few)[0].min())


def _diameter(points: np.ndarray) -> float:
    return max(float(chunk.max()) for chunk in pairwise_distances_chunked(points))
