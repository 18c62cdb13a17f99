"""Planted clusters come back, named, whatever the order of the rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import adjusted_rand_score

from martlet.errors import ModelRefused
from martlet.estimators.clusters import fit_clusters

ORDERS = [2, 30, 8, 30]
RECENCY = [300, 5, 60, 200]
DISCOUNT = [0.05, 0.05, 0.9, 0.5]
SHARES = [0.4, 0.3, 0.2, 0.1]


@pytest.fixture(scope="module")
def planted() -> tuple[pd.DataFrame, np.ndarray]:
    """Features of 1,200 customers of four types, and the types."""
    random = np.random.default_rng(5)
    kind = random.choice(4, size=1200, p=SHARES)
    features = pd.DataFrame(
        {
            "orders": np.array(ORDERS)[kind] * random.lognormal(0, 0.1, 1200),
            "recency_days": np.array(RECENCY)[kind] * random.lognormal(0, 0.1, 1200),
            "discount_share": np.array(DISCOUNT)[kind] + random.normal(0, 0.02, 1200),
        },
        index=pd.Index([f"c{row:04d}" for row in range(1200)], name="customer_id"),
    )
    return features, kind


@pytest.fixture(scope="module")
def fitted(planted):
    return fit_clusters(planted[0], seed=1)


def customers(*rows: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"orders": rows}, index=[f"c{row:02d}" for row in range(len(rows))]
    )


def test_planted_clusters_are_recovered(planted, fitted):
    assert adjusted_rand_score(planted[1], fitted.assignments["cluster_id"]) > 0.95
    assert fitted.parameters["clusters"] == 4


def test_largest_cluster_is_first(fitted):
    sizes = fitted.assignments["cluster_id"].value_counts().sort_index()
    assert sizes.index.tolist() == [1, 2, 3, 4]
    assert sizes.is_monotonic_decreasing


def test_names_say_what_sets_apart(planted, fitted):
    named = fitted.assignments.set_index("customer_id")["cluster_name"]
    bargain_hunters = named[planted[1] == 2].mode()[0]
    assert "much discount" in bargain_hunters
    lapsed_one_timers = named[planted[1] == 0].mode()[0]
    assert "few orders" in lapsed_one_timers
    assert named.nunique() == 4


def test_callers_words_are_used(planted):
    words = {"orders": ("buys rarely", "buys often")}
    names = fit_clusters(planted[0], seed=1, feature_words=words).assignments
    said = " | ".join(names["cluster_name"].unique())
    assert "buys often" in said
    assert "high discount share" in said


def test_quality_marks_the_best_silhouette(fitted):
    quality = fitted.quality
    assert quality["parameter_value"].tolist() == [3, 4, 5, 6, 7, 8]
    assert quality["clusters"].tolist() == [3, 4, 5, 6, 7, 8]
    assert quality.loc[quality["is_chosen"], "clusters"].tolist() == [4]
    assert quality["silhouette"].idxmax() == quality["is_chosen"].idxmax()
    assert quality["inertia"].is_monotonic_decreasing


def test_row_order_does_not_matter(planted, fitted):
    turned = fit_clusters(planted[0].sample(frac=1, random_state=3), seed=1)
    pd.testing.assert_frame_equal(turned.assignments, fitted.assignments)
    pd.testing.assert_frame_equal(turned.centroids, fitted.centroids)
    pd.testing.assert_frame_equal(turned.quality, fitted.quality)


def test_published_numbers_reproduce_the_assignments(planted, fitted):
    """Scaling and centroids are enough to find each customer's cluster again."""
    scaling = pd.DataFrame(json.loads(json.dumps(fitted.parameters))["scaling"])
    scaled = planted[0].fillna(scaling.loc["median"])
    scaled = np.sign(scaled) * np.log1p(scaled.abs())
    scaled = (scaled - scaling.loc["center"]) / scaling.loc["scale"]
    reach = fitted.parameters["reach"]
    scaled = scaled.clip(-reach, reach)
    centroids = fitted.centroids.pivot(
        index="cluster_id", columns="feature", values="centroid"
    )[scaled.columns]
    distance = np.linalg.norm(
        scaled.to_numpy()[:, None, :] - centroids.to_numpy()[None], axis=2
    )
    assert (distance.argmin(axis=1) + 1 == fitted.assignments["cluster_id"]).all()
    assert fitted.assignments["distance_to_centroid"].to_numpy() == pytest.approx(
        distance.min(axis=1)
    )


def test_means_are_in_the_features_own_units(planted, fitted):
    by_hand = planted[0].groupby(fitted.assignments["cluster_id"].to_numpy()).mean()
    published = fitted.centroids.pivot(
        index="cluster_id", columns="feature", values="mean"
    )
    pd.testing.assert_frame_equal(
        published[by_hand.columns], by_hand, check_names=False
    )
    assert (
        fitted.centroids.groupby("cluster_id")["customers"].first().tolist()
        == fitted.assignments["cluster_id"].value_counts().sort_index().tolist()
    )


def test_missing_values_are_imputed(planted):
    features, kind = planted
    holed = features.assign(gross_margin=np.nan)
    holed.loc[holed.index[::50], "recency_days"] = np.nan
    fit = fit_clusters(holed, seed=1)
    assert adjusted_rand_score(kind, fit.assignments["cluster_id"]) > 0.9
    of_margin = fit.centroids.query("feature == 'gross_margin'")
    assert of_margin["mean"].isna().all()
    assert (of_margin["centroid"] == 0).all()


def test_rare_oddities_do_not_outweigh_everything(planted):
    """A share that is nearly always the same does not part a few from all others."""
    features, kind = planted
    random = np.random.default_rng(8)
    share = np.abs(random.normal(0, 0.001, len(features)))
    share[:25] = 1.0
    share[0] = 60.0
    fit = fit_clusters(features.assign(return_share=share), seed=1)
    assert adjusted_rand_score(kind, fit.assignments["cluster_id"]) > 0.4


def test_one_customer_is_one_cluster():
    fit = fit_clusters(customers(3), seed=1)
    assert fit.assignments[["cluster_id", "distance_to_centroid"]].values.tolist() == [
        [1, 0]
    ]
    assert fit.quality["parameter_value"].tolist() == [1]
    assert fit.quality["silhouette"].isna().all()


def test_equal_customers_are_one_cluster():
    fit = fit_clusters(customers(*[4] * 50), seed=1)
    assert fit.assignments["cluster_id"].unique().tolist() == [1]
    assert fit.assignments["cluster_name"].unique().tolist() == ["all customers"]
    assert (fit.assignments["distance_to_centroid"] == 0).all()


def test_fewer_kinds_of_customers_than_clusters():
    fit = fit_clusters(customers(*[1] * 20, *[50] * 10), seed=1)
    assert fit.quality["parameter_value"].tolist() == [2]
    assert fit.assignments["cluster_name"].tolist() == (
        ["few orders"] * 20 + ["many orders"] * 10
    )


def test_fewer_customers_than_clusters():
    fit = fit_clusters(customers(1, 2, 50), seed=1)
    assert fit.quality["parameter_value"].tolist() == [2]
    assert fit.assignments["cluster_id"].tolist() == [1, 1, 2]


def test_one_cluster_can_be_asked_for(planted):
    fit = fit_clusters(planted[0], k_range=[1], seed=1)
    assert fit.assignments["cluster_name"].unique().tolist() == ["all customers"]


def test_equally_large_clusters_are_ordered_by_their_first_customer():
    fit = fit_clusters(customers(*[90, 1] * 20), k_range=[2], seed=1)
    assert fit.assignments["cluster_id"].iloc[0] == 1


@pytest.mark.parametrize("clusters", [3, 5, 8])
def test_names_are_unique_even_of_one_feature(clusters):
    evenly = pd.DataFrame(
        {"orders": np.linspace(1000, 1001, 200)}, index=map(str, range(200))
    )
    fit = fit_clusters(evenly, k_range=[clusters], seed=1)
    names = fit.assignments.groupby("cluster_id")["cluster_name"].unique()
    assert len({name for (name,) in names}) == clusters


def test_clash_adds_the_feature_that_tells_apart():
    """Two clusters with many orders; only their discount differs, and little."""
    rows = pd.DataFrame(
        {
            "orders": np.repeat([1.0, 400.0, 400.0], [200, 30, 30]),
            "net_sales": np.repeat([10.0, 9000.0], [200, 60]),
            "discount_share": np.repeat([0.3, 0.2, 0.4], [200, 30, 30]),
        },
        index=[f"c{row:03d}" for row in range(260)],
    )
    names = fit_clusters(rows, k_range=[3], seed=1).assignments["cluster_name"].unique()
    assert sorted(names) == [
        "few orders",
        "many orders, little discount",
        "many orders, much discount",
    ]


def test_infinite_values_are_refused_by_name():
    with pytest.raises(ModelRefused, match=r"orders \(2 rows\) of 3"):
        fit_clusters(customers(1, np.inf, -np.inf), seed=1)


def test_no_customers_are_refused():
    with pytest.raises(ModelRefused, match="0 customers with 1 features"):
        fit_clusters(customers(), seed=1)


def test_repeated_customers_are_refused():
    with pytest.raises(ModelRefused, match="1 repeat"):
        fit_clusters(customers(1, 2).set_axis(["c1", "c1"]), seed=1)


def test_text_is_refused_by_name():
    with pytest.raises(ModelRefused, match="country"):
        fit_clusters(customers(1, 2).assign(country=["DE", "FR"]), seed=1)
