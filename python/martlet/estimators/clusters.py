"""Customers who behave alike.

By K-means unless told otherwise; which setting is best is read from the silhouette, on
one fixed sample for every setting tried. Everything that comes out is a function of the
customers, the seed and the fit before: not of the order of the rows, nor of how many
threads added them up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances_argmin

from martlet.errors import ModelRefused
from martlet.estimators.cluster_identity import find_again
from martlet.estimators.cluster_methods import NOISE, RESTARTS, Method, method_of
from martlet.estimators.cluster_model import ClusterModel
from martlet.estimators.cluster_names import NEARLY_EVERYBODY, name_clusters
from martlet.estimators.cluster_quality import (
    COMPARED_SAMPLE,
    fixed_sample,
    judge,
    stability,
)
from martlet.estimators.cluster_scaling import REACH, LogRobustScaler
from martlet.estimators.inputs import (
    CATEGORY,
    as_numbers,
    column_kinds,
    listed,
    refuse_repeated,
)
from martlet.estimators.wording import FEATURE_WORDS, FeatureWords

DECIMALS = 9  # of the centroids: threads add in any order, and the last bits with them


@dataclass(frozen=True)
class ClusterFit:
    """Clusters of one set of customers.

    Attributes
    ----------
    model : ClusterModel
        Finds the cluster of customers who were not there.
    assignments : DataFrame
        One row per customer, by customer_id: customer_id, cluster_id, cluster_name,
        distance_to_centroid (Euclidean, in scaled units). Of the methods that know
        noise, those of no cluster have the id 0.
    centroids : DataFrame
        One row per cluster and feature: cluster_id, cluster_name, feature, centroid
        (scaled units), mean (the feature's own units, over known values), customers,
        radius (scaled units; NaN without a limit).
    quality : DataFrame
        One row per setting tried: method, parameter, parameter_value, what
        :func:`martlet.estimators.cluster_quality.judge` returns, is_chosen, reason, and
        of the chosen one stability with stability_ci_low and stability_ci_high.
    parameters : dict
        JSON-able: what was fitted, and what turns features into scaled units.
    """

    model: ClusterModel
    assignments: pd.DataFrame
    centroids: pd.DataFrame
    quality: pd.DataFrame
    parameters: dict


def fit_clusters(
    features: pd.DataFrame,
    *,
    method: str = "kmeans",
    k_range: Iterable[int] = range(3, 9),
    seed: int,
    previous: ClusterModel | None = None,
    highest_id: int = 0,
    feature_words: FeatureWords = FEATURE_WORDS,
) -> ClusterFit:
    """Cluster customers by their features.

    Parameters
    ----------
    features : DataFrame of shape (customers, features)
        Indexed by customer_id; numbers, NaN where undefined.
    method : str
        kmeans, dbscan or hdbscan.
    k_range : iterable of int
        Counts of clusters that K-means tries, each at least 1. Where the customers are
        too few, or too alike, for the least of them, the largest count they allow.
    seed : int
        Of the starts, of the sample that is compared and of the resamples.
    previous : ClusterModel, optional
        The fit before: clusters found again keep their number and name.
    highest_id : int
        Highest number that a cluster ever had; new clusters are numbered after it, from
        the largest.
    feature_words : mapping of str to tuple of str
        See :func:`martlet.estimators.wording.words_of`.

    Raises
    ------
    ModelRefused
        There are no customers or no features, a customer stands twice, a feature is
        text or infinite, or the customers are too many for the method.
    """
    numbers = checked_numbers(features)
    scaler = LogRobustScaler().fit(numbers)
    points = scaler.transform(numbers)
    way = method_of(method, k_range)
    label, quality = _best(way, points, seed)
    label, centroids = _largest_first(points, label, way)
    again = find_again(previous, scaler, centroids) if previous else {}
    means = numbers.groupby(label).mean().drop(index=NOISE, errors="ignore")
    model = ClusterModel(
        scaler=scaler,
        centroids=centroids,
        ids=_ids(len(centroids), previous, again, highest_id),
        names=_names(points, label, centroids, means, feature_words, previous, again),
        radii=_radii(points, label, centroids, way),
    )
    distance = np.linalg.norm(points - centroids[label], axis=1)
    if way.has_noise:
        nearest = pairwise_distances_argmin(points, centroids)
        to_nearest = np.linalg.norm(points - centroids[nearest], axis=1)
        distance = np.where(label == NOISE, to_nearest, distance)
    return ClusterFit(
        model=model,
        assignments=model.told(numbers.index, label, distance),
        centroids=_centroid_table(model, means, np.bincount(label[label != NOISE])),
        quality=quality.assign(method=method, parameter=way.parameter),
        parameters={
            "method": method,
            "clusters": len(centroids),
            "customers": len(points),
            "seed": seed,
            "restarts": RESTARTS,
            "compared_sample": min(COMPARED_SAMPLE, len(points)),
            "scaling": scaler.parameters_,
            "reach": REACH,
        },
    )


def checked_numbers(features: pd.DataFrame) -> pd.DataFrame:
    """Return features as numbers, by customer_id, or refuse them."""
    if features.empty:
        raise ModelRefused(
            f"Nothing to cluster: {len(features)} customers with {features.shape[1]} "
            "features, and at least one of each is needed.",
            "Load orders or customers first.",
        )
    refuse_repeated(features.index.to_frame(index=False), "one customer")
    kinds = column_kinds(features)
    texts = [name for name, kind in kinds.items() if kind == CATEGORY]
    if texts:
        raise ModelRefused(
            f"Clusters are made of numbers, and these are text: {listed(texts)}.",
            "Leave them out.",
        )
    return as_numbers(features).sort_index()


def _best(
    way: Method, points: np.ndarray, seed: int
) -> tuple[np.ndarray, pd.DataFrame]:
    """Try every setting; return the labels of the best, and what was tried.

    The best has the highest silhouette, and of equals the fewest clusters.
    """
    settings = way.settings(points)
    sample = fixed_sample(len(points), seed)
    tried = [way.cluster(points, setting, seed) for setting in settings]
    judged = [judge(points, one.label, sample) for one in tried]
    ranks = [
        (np.nan_to_num(of["silhouette"], nan=-np.inf), -of["clusters"]) for of in judged
    ]
    best = max(range(len(tried)), key=lambda place: ranks[place])
    label = tried[best].label
    mean, low, high = stability(points, label, way, settings[best], seed)
    is_chosen = np.arange(len(tried)) == best
    quality = pd.DataFrame(judged).assign(
        parameter_value=[float(one.value) for one in tried],
        stability=np.where(is_chosen, mean, np.nan),
        stability_ci_low=np.where(is_chosen, low, np.nan),
        stability_ci_high=np.where(is_chosen, high, np.nan),
        is_chosen=is_chosen,
        reason=[_reason(place, best, judged) for place in range(len(tried))],
    )
    return label, quality


def _reason(place: int, best: int, judged: list[dict[str, float]]) -> str:
    """Say why a setting was chosen, or not."""
    ours, chosen = (judged[one]["silhouette"] for one in (place, best))
    if np.isnan(chosen):
        return "These customers are too few or too alike to be parted."
    if place == best:
        return f"Highest silhouette ({ours:.3f}) of {len(judged)} tried."
    if np.isnan(ours):
        return "It parts nobody from anybody, so there is nothing to judge."
    return f"Silhouette {ours:.3f} against {chosen:.3f} of the chosen one."


def _largest_first(
    points: np.ndarray, label: np.ndarray, way: Method
) -> tuple[np.ndarray, np.ndarray]:
    """Round the centroids and order them by customers, most first.

    Of equally large clusters the one with the first customer comes first. Returns each
    customer's cluster, from 0, and the centroids. Where everybody is noise, nothing
    parts anybody, and all are one cluster.
    """
    if (label == NOISE).all():
        label = np.zeros(len(points), dtype=np.int64)
    clusters = np.unique(label[label != NOISE])
    centroids = np.array([points[label == one].mean(axis=0) for one in clusters])
    centroids = centroids.round(DECIMALS) + 0.0
    if way.has_noise:
        places = np.full(len(points), NOISE)
        for place, one in enumerate(clusters):
            places[label == one] = place
    else:
        places = pairwise_distances_argmin(points, centroids)
    found, first, customers = np.unique(places, return_index=True, return_counts=True)
    order = [found[at] for at in np.lexsort((first, -customers)) if found[at] != NOISE]
    new_place = np.full(len(centroids) + 1, NOISE)
    new_place[order] = np.arange(len(order))
    return new_place[places], centroids[order]


def _radii(
    points: np.ndarray, label: np.ndarray, centroids: np.ndarray, way: Method
) -> np.ndarray:
    if not way.has_noise:
        return np.full(len(centroids), np.inf)
    return np.array(
        [
            np.linalg.norm(points[label == place] - centroid, axis=1).max()
            for place, centroid in enumerate(centroids)
        ]
    )


def _ids(
    clusters: int,
    previous: ClusterModel | None,
    again: dict[int, int],
    highest_id: int,
) -> tuple[int, ...]:
    ids = []
    for place in range(clusters):
        if previous and place in again:
            ids.append(previous.ids[again[place]])
        else:
            highest_id += 1
            ids.append(highest_id)
    return tuple(ids)


def _names(
    points: np.ndarray,
    label: np.ndarray,
    centroids: np.ndarray,
    means: pd.DataFrame,
    feature_words: FeatureWords,
    previous: ClusterModel | None,
    again: dict[int, int],
) -> tuple[str, ...]:
    deviations = pd.DataFrame(centroids - points.mean(axis=0), columns=means.columns)
    correlations = pd.DataFrame(points, columns=means.columns).corr().fillna(0.0)
    if len(centroids) == 1 and (label == NOISE).any():
        return (NEARLY_EVERYBODY,)
    kept = {new: previous.names[old] for new, old in again.items()} if previous else {}
    return tuple(name_clusters(deviations, means, correlations, feature_words, kept))


def _centroid_table(
    model: ClusterModel, means: pd.DataFrame, customers: np.ndarray
) -> pd.DataFrame:
    clusters, features = model.centroids.shape
    return pd.DataFrame(
        {
            "cluster_id": np.repeat(model.ids, features),
            "cluster_name": np.repeat(np.array(model.names, dtype=object), features),
            "feature": np.tile(means.columns.to_numpy(), clusters),
            "centroid": model.centroids.ravel(),
            "mean": means.to_numpy().ravel(),
            "customers": np.repeat(customers, features),
            "radius": np.repeat(
                np.where(np.isinf(model.radii), np.nan, model.radii), features
            ),
        }
    )
