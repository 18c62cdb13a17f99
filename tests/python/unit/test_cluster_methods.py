"""Clusters of any shape, noise, and the indices that judge them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from sklearn.metrics import adjusted_rand_score

from martlet.errors import ModelRefused
from martlet.estimators.cluster_methods import MOST_FOR_DENSITY
from martlet.estimators.cluster_model import NOISE_ID, NOISE_NAME
from martlet.estimators.cluster_quality import dunn
from martlet.estimators.clusters import fit_clusters

METHODS = ["kmeans", "dbscan", "hdbscan"]
DENSITY = METHODS[1:]


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, np.ndarray]:
    """Features of 600 customers of three types, and of thirty who are like nobody."""
    random = np.random.default_rng(7)
    kind = np.repeat([0, 1, 2, -1], [300, 200, 100, 30])
    centres = np.array([[0.5, 5.0], [2.0, 1.0], [3.5, 3.0], [0.0, 0.0]])[kind]
    features = pd.DataFrame(
        np.exp(centres + random.normal(0, 0.1, centres.shape)),
        columns=["orders", "recency_days"],
        index=pd.Index([f"c{row:03d}" for row in range(630)], name="customer_id"),
    )
    strangers = np.exp(random.uniform(0, 5, (30, 2)))
    features.loc[kind == -1] = strangers
    return features, kind


@pytest.mark.parametrize("method", METHODS)
def test_planted_clusters_are_found(planted, method):
    features, kind = planted
    fit = fit_clusters(features, method=method, seed=1)
    found = fit.assignments["cluster_id"].to_numpy()
    assert adjusted_rand_score(kind[kind >= 0], found[kind >= 0]) > 0.9
    assert fit.centroids["cluster_name"].nunique() == fit.parameters["clusters"]


@pytest.mark.parametrize("method", DENSITY)
def test_noise_is_told_as_such(planted, method):
    features, kind = planted
    fit = fit_clusters(features, method=method, seed=1)
    noise = fit.assignments[fit.assignments["cluster_id"] == NOISE_ID]
    assert set(noise["cluster_name"]) == {NOISE_NAME}
    assert (kind[noise.index] == -1).sum() >= 5
    (chosen,) = fit.quality[fit.quality["is_chosen"]].to_dict("records")
    assert chosen["noise_share"] == pytest.approx(len(noise) / len(features))
    assert NOISE_ID not in set(fit.centroids["cluster_id"])
    assert (noise["distance_to_centroid"] > 0).all()


@pytest.mark.parametrize("method", DENSITY)
def test_density_methods_depend_on_no_order_of_rows(planted, method):
    features, _ = planted
    one = fit_clusters(features, method=method, seed=1)
    other = fit_clusters(features.sample(frac=1, random_state=2), method=method, seed=1)
    pd.testing.assert_frame_equal(one.assignments, other.assignments)
    pd.testing.assert_frame_equal(one.quality, other.quality)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("orders", [[3], [4] * 50, [1, 2, 50], [1] * 20 + [50] * 10])
def test_few_or_equal_customers_are_clustered(method, orders):
    features = pd.DataFrame({"orders": [float(one) for one in orders]})
    fit = fit_clusters(features, method=method, seed=1)
    assert len(fit.assignments) == len(orders)
    assert fit.quality["is_chosen"].sum() == 1
    if len(set(orders)) == 1:
        assert fit.assignments["cluster_name"].unique().tolist() == ["all customers"]


@pytest.mark.parametrize("method", METHODS)
def test_no_customers_are_refused(method):
    with pytest.raises(ModelRefused, match="Nothing to cluster"):
        fit_clusters(pd.DataFrame({"orders": []}), method=method, seed=1)


@pytest.mark.parametrize("method", METHODS)
def test_infinite_features_are_refused(method):
    features = pd.DataFrame({"orders": [1.0, np.inf], "net_sales": [1.0, 2.0]})
    with pytest.raises(ModelRefused, match=r"orders \(1 rows\)"):
        fit_clusters(features, method=method, seed=1)


@pytest.mark.parametrize("method", METHODS)
def test_missing_features_are_imputed(method):
    features = pd.DataFrame({"orders": [1.0, 1.1, 1.2, 1.3, np.nan] * 10})
    fit = fit_clusters(features.assign(margin=np.nan), method=method, seed=1)
    assert fit.assignments["distance_to_centroid"].notna().all()


@pytest.mark.parametrize("method", DENSITY)
def test_more_customers_than_can_be_compared_are_refused(method):
    features = pd.DataFrame({"orders": np.arange(MOST_FOR_DENSITY + 1.0)})
    with pytest.raises(
        ModelRefused, match=r"100,001 customers are more than the 100,000"
    ):
        fit_clusters(features, method=method, seed=1)


def test_every_setting_says_why(planted):
    quality = fit_clusters(planted[0], seed=1).quality
    (chosen,) = quality.loc[quality["is_chosen"], "reason"]
    assert chosen.startswith("Highest silhouette (0.") and "of 6 tried" in chosen
    others = quality.loc[~quality["is_chosen"], "reason"]
    assert others.str.startswith("Silhouette ").all()


def test_stability_is_high_where_clusters_are_real_and_low_where_not(planted):
    random = np.random.default_rng(3)
    evenly = pd.DataFrame(random.uniform(1, 100, (600, 4)), columns=list("abcd"))
    real, made_up = (
        fit_clusters(features, seed=1, k_range=k_range)
        .quality.query("is_chosen")
        .iloc[0]
        for features, k_range in ((planted[0], [3]), (evenly, [8]))
    )
    assert real["stability"] > 0.9 > 0.7 > made_up["stability"]
    for quality in (real, made_up):
        assert quality["stability_ci_low"] <= quality["stability"]
        assert quality["stability"] <= quality["stability_ci_high"]


@given(st.integers(0, 10_000), st.integers(2, 60), st.integers(1, 5))
@settings(deadline=None)
def test_dunn_is_least_gap_over_widest_cluster(seed, customers, clusters):
    random = np.random.default_rng(seed)
    points = random.integers(0, 6, (customers, 2)).astype(float)
    label = random.integers(0, clusters, customers)
    distance = cdist(points, points)
    is_within = label[:, None] == label[None, :]
    expected = np.nan
    if len(np.unique(label)) > 1 and distance[is_within].max() > 0:
        expected = distance[~is_within].min() / distance[is_within].max()
    assert dunn(points, label) == pytest.approx(expected, nan_ok=True)
