"""Customers who behave alike, found by K-means.

How many clusters there are is read from the silhouette, on one fixed sample for every
count tried. Everything that comes out is a function of the customers and the seed: not
of the order of the rows, nor of how many threads added them up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.metrics import pairwise_distances_argmin, silhouette_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, RobustScaler

from martlet.errors import ModelRefused
from martlet.estimators.cluster_names import name_clusters
from martlet.estimators.inputs import (
    CATEGORY,
    as_numbers,
    column_kinds,
    listed,
    refuse_repeated,
    signed_log1p,
)
from martlet.estimators.wording import FEATURE_WORDS, FeatureWords

RESTARTS = 10
SILHOUETTE_SAMPLE = 20_000
REACH = 3.0  # scaled units from the median, beyond which a customer is just far away
DECIMALS = 9  # of the centroids: threads add in any order, and the last bits with them


@dataclass(frozen=True)
class ClusterFit:
    """Clusters of one set of customers.

    Attributes
    ----------
    assignments : DataFrame
        One row per customer, by customer_id: customer_id, cluster_id (1 is the
        largest), cluster_name, distance_to_centroid (Euclidean, in scaled units).
    centroids : DataFrame
        One row per cluster and feature: cluster_id, cluster_name, feature, centroid
        (scaled units), mean (the feature's own units, over known values), customers.
    quality : DataFrame
        One row per count tried: k, silhouette (-1 to 1, NaN where undefined), inertia,
        is_chosen.
    parameters : dict
        JSON-able: what was fitted, and what turns features into scaled units.
    """

    assignments: pd.DataFrame
    centroids: pd.DataFrame
    quality: pd.DataFrame
    parameters: dict


def fit_clusters(
    features: pd.DataFrame,
    *,
    k_range: Iterable[int] = range(3, 9),
    seed: int,
    feature_words: FeatureWords = FEATURE_WORDS,
) -> ClusterFit:
    """Cluster customers by their features.

    Missing values become the median, long tails are logged, and each feature is scaled
    by its interquartile range (by 1 where that is zero) and clipped. Unclipped, a
    feature that is nearly always the same (the share of returns) would outweigh all
    others, and the best silhouette would part a handful of oddities from all the rest.

    Parameters
    ----------
    features : DataFrame of shape (customers, features)
        Indexed by customer_id; numbers, NaN where undefined.
    k_range : iterable of int
        Counts of clusters to try, each at least 1. Where the customers are too few, or
        too alike, for the least of them, the largest count that they allow.
    seed : int
        Of the starts and of the silhouette's sample.
    feature_words : mapping of str to tuple of str
        See :func:`martlet.estimators.wording.words_of`.

    Raises
    ------
    ModelRefused
        There are no customers or no features, a customer stands twice, or a feature is
        text or infinite.
    """
    numbers = _checked(features)
    scaling = make_pipeline(
        SimpleImputer(strategy="median", keep_empty_features=True),
        FunctionTransformer(signed_log1p),
        RobustScaler(),
        FunctionTransformer(np.clip, kw_args={"a_min": -REACH, "a_max": REACH}),
    )
    points = scaling.fit_transform(numbers.to_numpy())
    counts = _feasible(sorted(set(k_range)), points)
    fits = [KMeans(k, n_init=RESTARTS, random_state=seed).fit(points) for k in counts]
    sample = _sample(len(points), seed)
    silhouettes = [_silhouette(points[sample], fit.labels_[sample]) for fit in fits]
    best = int(np.argmax(np.nan_to_num(silhouettes, nan=-np.inf)))
    quality = pd.DataFrame(
        {
            "k": counts,
            "silhouette": silhouettes,
            "inertia": [fit.inertia_ for fit in fits],
            "is_chosen": np.arange(len(fits)) == best,
        }
    )
    centroids, label = _largest_first(points, fits[best].cluster_centers_)
    means = numbers.groupby(label).mean()
    names = np.array(_names(points, centroids, means, feature_words), dtype=object)
    assignments = pd.DataFrame(
        {
            "customer_id": numbers.index,
            "cluster_id": label + 1,
            "cluster_name": names[label],
            "distance_to_centroid": np.linalg.norm(points - centroids[label], axis=1),
        }
    )
    return ClusterFit(
        assignments=assignments,
        centroids=_centroid_table(centroids, means, names, np.bincount(label)),
        quality=quality,
        parameters={
            "k": counts[best],
            "customers": len(points),
            "seed": seed,
            "restarts": RESTARTS,
            "silhouette_sample": len(sample),
            "scaling": _scaling_parameters(scaling, numbers.columns),
            "reach": REACH,
        },
    )


def _checked(features: pd.DataFrame) -> pd.DataFrame:
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


def _feasible(counts: list[int], points: np.ndarray) -> list[int]:
    """Keep the counts that these customers can be parted into and judged by.

    A cluster needs a point of its own, and a silhouette needs one customer more than
    there are clusters. Where no count is left, the largest that does, at least one.
    """
    distinct = int((~pd.DataFrame(points).duplicated()).sum())
    most = max(min(distinct, len(points) - 1), 1)
    return [k for k in counts if k <= most] or [most]


def _sample(customers: int, seed: int) -> np.ndarray:
    drawn = np.random.default_rng(seed).permutation(customers)[:SILHOUETTE_SAMPLE]
    return np.sort(drawn)


def _silhouette(points: np.ndarray, label: np.ndarray) -> float:
    """Return the mean silhouette (Rousseeuw 1987); NaN where it is undefined."""
    if not 1 < len(np.unique(label)) < len(points):
        return float("nan")
    return float(silhouette_score(points, label))


def _largest_first(
    points: np.ndarray, centroids: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Round the centroids and order them by customers, most first.

    Of equally large clusters the one with the first customer comes first. Returns the
    centroids and each customer's nearest, from 0.
    """
    rounded = centroids.round(DECIMALS) + 0.0
    nearest = pairwise_distances_argmin(points, rounded)
    found, first, customers = np.unique(nearest, return_index=True, return_counts=True)
    order = found[np.lexsort((first, -customers))]
    place = np.empty(len(centroids), dtype=np.int64)
    place[order] = np.arange(len(order))
    return rounded[order], place[nearest]


def _names(
    points: np.ndarray,
    centroids: np.ndarray,
    means: pd.DataFrame,
    feature_words: FeatureWords,
) -> list[str]:
    deviations = pd.DataFrame(centroids - points.mean(axis=0), columns=means.columns)
    correlations = pd.DataFrame(points, columns=means.columns).corr().fillna(0.0)
    return name_clusters(deviations, means, correlations, feature_words)


def _centroid_table(
    centroids: np.ndarray, means: pd.DataFrame, names: np.ndarray, customers: np.ndarray
) -> pd.DataFrame:
    clusters, features = centroids.shape
    return pd.DataFrame(
        {
            "cluster_id": np.repeat(np.arange(clusters) + 1, features),
            "cluster_name": np.repeat(names, features),
            "feature": np.tile(means.columns.to_numpy(), clusters),
            "centroid": centroids.ravel(),
            "mean": means.to_numpy().ravel(),
            "customers": np.repeat(customers, features),
        }
    )


def _scaling_parameters(scaling: Pipeline, features: pd.Index) -> dict:
    """Return by feature the imputed median, and its logarithm's centre and scale."""
    imputer, _, scaler, _ = (step for _, step in scaling.steps)
    learned = zip(
        features, imputer.statistics_, scaler.center_, scaler.scale_, strict=True
    )
    return {
        name: {"median": float(median), "center": float(center), "scale": float(scale)}
        for name, median, center, scale in learned
    }
