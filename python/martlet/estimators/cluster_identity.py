"""The same cluster under the same number and name, from fit to fit."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import pairwise_distances

from martlet.estimators.cluster_model import ClusterModel
from martlet.estimators.cluster_scaling import LogRobustScaler


def find_again(
    previous: ClusterModel, scaler: LogRobustScaler, centroids: np.ndarray
) -> dict[int, int]:
    """Say which new clusters are which of the previous fit's.

    A new and an old cluster are the same where each is the other's nearest, and the old
    centroid lies less than half way to the next new one. With other features none are,
    and the one cluster of all customers is none of several.

    Parameters
    ----------
    scaler : LogRobustScaler
        Of the new fit.
    centroids : ndarray of shape (clusters, features)
        Of the new fit, in its scaled units.

    Returns
    -------
    dict of int to int
        Place in ``previous`` by place in ``centroids``.
    """
    is_one_of_all = len(previous.ids) == 1, len(centroids) == 1
    if set(previous.features) != set(scaler.parameters_) or len(set(is_one_of_all)) > 1:
        return {}
    order = [previous.features.index(name) for name in scaler.parameters_]
    moved = scaler.moved_from(previous.scaler, previous.centroids[:, order])
    distance = pairwise_distances(centroids, moved)
    between = pairwise_distances(centroids)
    np.fill_diagonal(between, np.inf)
    half_way = between.min(axis=1, initial=np.inf) / 2
    found = {}
    for new, old in enumerate(distance.argmin(axis=1)):
        is_mutual = distance[:, old].argmin() == new
        if is_mutual and distance[new, old] < half_way[new]:
            found[new] = int(old)
    return found
