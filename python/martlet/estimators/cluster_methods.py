"""Ways of clustering points, and the settings that each of them tries.

A setting is free of scale (a count of clusters, a quantile, a share of the customers),
so that it means the same for all customers and for a resample of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from sklearn.cluster import DBSCAN, HDBSCAN, KMeans
from sklearn.neighbors import NearestNeighbors

from martlet.errors import ModelRefused

RESTARTS = 10
NOISE = -1
MOST_FOR_DENSITY = 100_000
# Share of the customers whose neighbours the radius is to reach.
REACHED_SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
LEAST_SHARES = (0.01, 0.02, 0.05, 0.1)
FEWEST_IN_CLUSTER = 5


@dataclass(frozen=True)
class Clustering:
    """Points parted in one way.

    Attributes
    ----------
    value : float
        What the setting came to on these points.
    label : ndarray of int, shape (points,)
        Cluster of each point from 0, or ``NOISE``.
    """

    value: float
    label: np.ndarray


class Method(Protocol):
    """A way of clustering.

    ``parameter`` is scikit-learn's name of what is tried, ``has_noise`` whether points
    may belong to no cluster.
    """

    parameter: str
    has_noise: bool

    def settings(self, points: np.ndarray) -> list[float]:
        """Return what is worth trying on these points, fewest clusters first."""

    def cluster(
        self, points: np.ndarray, setting: float, seed: int, restarts: int = RESTARTS
    ) -> Clustering:
        """Cluster points of shape (points, features), from so many random starts."""


@dataclass(frozen=True)
class KMeansMethod:
    """K-means from several starts; the setting is the count of clusters."""

    k_range: Iterable[int]
    parameter = "n_clusters"
    has_noise = False

    def settings(self, points: np.ndarray) -> list[float]:
        """Keep the counts that these customers can be parted into and judged by.

        A cluster needs a point of its own, and a silhouette needs one customer more
        than there are clusters. Where no count is left, the largest that does.
        """
        distinct = int((~pd.DataFrame(points).duplicated()).sum())
        most = max(min(distinct, len(points) - 1), 1)
        return [k for k in sorted(set(self.k_range)) if k <= most] or [most]

    def cluster(
        self, points: np.ndarray, setting: float, seed: int, restarts: int = RESTARTS
    ) -> Clustering:
        """Cluster points of shape (points, features)."""
        fit = KMeans(int(setting), n_init=restarts, random_state=seed).fit(points)
        return Clustering(setting, fit.labels_)


@dataclass(frozen=True)
class DbscanMethod:
    """DBSCAN (Ester et al. 1996); the setting is how many points the radius reaches.

    The radius is the quantile of the distances to the ``min_samples``-th neighbour, as
    read from the paper's sorted k-distance graph; ``min_samples`` is twice the features
    (Sander et al. 1998).
    """

    parameter = "eps"
    has_noise = True

    def settings(self, points: np.ndarray) -> list[float]:
        """Return shares of the points whose neighbourhood is to be dense."""
        refuse_too_many(points, "DBSCAN")
        return list(REACHED_SHARES)

    def cluster(
        self, points: np.ndarray, setting: float, seed: int, restarts: int = RESTARTS
    ) -> Clustering:
        """Cluster points of shape (points, features)."""
        del seed, restarts
        neighbours = min(2 * points.shape[1], len(points))
        nearest = NearestNeighbors(n_neighbors=neighbours).fit(points)
        distance = nearest.kneighbors(points)[0][:, -1]
        # Where most points are the same one, a radius of zero would be refused.
        eps = max(float(np.quantile(distance, setting)), np.finfo(float).eps)
        return Clustering(
            eps, DBSCAN(eps=eps, min_samples=neighbours).fit(points).labels_
        )


@dataclass(frozen=True)
class HdbscanMethod:
    """HDBSCAN (Campello et al. 2013); the setting is the least share of a cluster."""

    parameter = "min_cluster_size"
    has_noise = True

    def settings(self, points: np.ndarray) -> list[float]:
        """Return least shares of the points in a cluster, largest first."""
        refuse_too_many(points, "HDBSCAN")
        return sorted(LEAST_SHARES, reverse=True)

    def cluster(
        self, points: np.ndarray, setting: float, seed: int, restarts: int = RESTARTS
    ) -> Clustering:
        """Cluster points of shape (points, features)."""
        del seed, restarts
        size = max(round(setting * len(points)), FEWEST_IN_CLUSTER)
        if len(points) < 2 * size:
            return Clustering(size, np.zeros(len(points), dtype=np.int64))
        fit = HDBSCAN(min_cluster_size=size, copy=True).fit(points)
        return Clustering(size, fit.labels_)


def refuse_too_many(points: np.ndarray, method: str) -> None:
    """Refuse more points than a method that compares each with each can take."""
    if len(points) > MOST_FOR_DENSITY:
        raise ModelRefused(
            f"{method} compares every customer with every other, and {len(points):,} "
            f"customers are more than the {MOST_FOR_DENSITY:,} it can be given.",
            "Use K-means, which grows with the customers: martlet cluster --method kmeans",
        )


def method_of(name: str, k_range: Iterable[int]) -> Method:
    """Return the method called ``name``: kmeans, dbscan or hdbscan."""
    methods: dict[str, Method] = {
        "kmeans": KMeansMethod(tuple(k_range)),
        "dbscan": DbscanMethod(),
        "hdbscan": HdbscanMethod(),
    }
    return methods[name]
