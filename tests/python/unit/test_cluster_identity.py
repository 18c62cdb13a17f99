"""The same clusters keep number and name; newcomers are assigned without refitting."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from martlet.estimators.cluster_model import NOISE_ID, ClusterModel
from martlet.estimators.cluster_names import name_clusters
from martlet.estimators.clusters import ClusterFit, fit_clusters

CENTRES = {"a": (0.5, 5.0), "b": (2.0, 1.0), "c": (3.5, 3.0), "d": (0.5, 1.0)}


def shop(sizes: dict[str, int], *, drift: float = 0.0, seed: int = 4) -> pd.DataFrame:
    """Customers about some of the centres, in logarithms of orders and recency."""
    random = np.random.default_rng(seed)
    kinds = [kind for kind, size in sizes.items() for _ in range(size)]
    centres = np.array([CENTRES[kind] for kind in kinds]) + drift
    logs = centres + random.normal(0, 0.1, centres.shape)
    return pd.DataFrame(
        np.exp(logs),
        columns=["orders", "recency_days"],
        index=[f"{kind}{place:04d}" for place, kind in enumerate(kinds)],
    )


def fit(
    features: pd.DataFrame, clusters: int, before: ClusterFit | None = None, **more
):
    highest = max(before.model.ids) if before else 0
    return fit_clusters(
        features,
        k_range=[clusters],
        seed=1,
        previous=before.model if before else None,
        **{"highest_id": highest, **more},
    )


def told(fitted: ClusterFit) -> dict[str, tuple[int, str]]:
    """Number and name of each kind of customer."""
    rows = fitted.assignments
    kinds = rows["customer_id"].str[0]
    found = rows.groupby(kinds)[["cluster_id", "cluster_name"]].agg(
        lambda values: values.mode()[0]
    )
    return {
        kind: tuple(row) for kind, row in zip(found.index, found.values, strict=True)
    }


@pytest.fixture(scope="module")
def first() -> ClusterFit:
    return fit(shop({"a": 300, "b": 200, "c": 100}), 3)


def test_first_clusters_are_numbered_from_the_largest(first):
    assert {kind: number for kind, (number, _) in told(first).items()} == {
        "a": 1, "b": 2, "c": 3,
    }  # fmt: skip


def test_clusters_are_known_again_though_their_sizes_turned(first):
    again = fit(shop({"a": 60, "b": 200, "c": 400}, seed=9), 3, first)
    assert told(again) == told(first)


def test_clusters_that_drifted_a_little_are_known_again(first):
    again = fit(shop({"a": 300, "b": 200, "c": 100}, drift=0.4), 3, first)
    assert told(again) == told(first)


def test_a_new_cluster_has_a_number_and_a_name_of_its_own(first):
    again = fit(shop({"a": 300, "b": 200, "c": 100, "d": 80}), 4, first)
    now, before = told(again), told(first)
    assert {kind: now[kind] for kind in before} == before
    number, name = now["d"]
    assert number == 4
    assert name not in {name for _, name in before.values()}


def test_a_cluster_that_is_gone_leaves_its_number_to_nobody(first):
    fewer = fit(shop({"a": 300, "b": 200}), 2, first)
    assert told(fewer) == {kind: told(first)[kind] for kind in ("a", "b")}
    back = fit(shop({"a": 300, "b": 200, "d": 90}), 3, fewer, highest_id=3)
    assert told(back)["d"][0] == 4


def test_of_a_cluster_that_parted_one_half_keeps_the_number(first):
    half = shop({"a": 300, "b": 200, "c": 100})
    half.loc[half.index[:140], "orders"] *= 1.6
    again = fit(half, 4, first)
    ids = again.assignments["cluster_id"]
    assert sorted(ids.unique()) == [1, 2, 3, 4]
    assert ids[:300].isin([1, 4]).all()


def test_with_other_features_numbering_goes_on(first):
    other = shop({"a": 300, "b": 200, "c": 100}).rename(columns={"orders": "items"})
    assert sorted(fit(other, 3, first).model.ids) == [4, 5, 6]


def test_one_cluster_of_all_is_none_of_several(first):
    features = shop({"a": 300, "b": 200, "c": 100})
    everybody = fit(features, 1, first)
    assert everybody.model.names == ("all customers",)
    several = fit(features, 3, everybody)
    assert "all customers" not in several.model.names
    assert set(several.model.ids).isdisjoint(everybody.model.ids)


def test_names_that_are_kept_are_told_apart_from_new_ones():
    """A new cluster of which the same would be said gets a word more."""
    deviations = pd.DataFrame({"orders": [-1.0, 1.0, 1.1], "items": [0.0, 0.1, -0.1]})
    correlations = pd.DataFrame(np.eye(2), deviations.columns, deviations.columns)
    names = name_clusters(deviations, deviations, correlations, {}, {1: "high orders"})
    assert names[1] == "high orders"
    assert names[2] == "high orders, low items"
    assert len(set(names)) == 3


@pytest.mark.parametrize("method", ["kmeans", "dbscan", "hdbscan"])
def test_a_model_read_back_says_the_same_of_everybody(method):
    features = shop({"a": 300, "b": 200, "c": 100})
    fitted = fit_clusters(features, method=method, seed=1)
    parameters = json.loads(json.dumps(fitted.parameters))
    model = ClusterModel.from_tables(
        fitted.centroids.sample(frac=1, random_state=1), parameters["scaling"]
    )
    assigned = model.assign(features.sort_index())
    is_member = fitted.assignments["cluster_id"] != NOISE_ID
    pd.testing.assert_frame_equal(assigned[is_member], fitted.assignments[is_member])
    assert (
        assigned["cluster_name"] == fitted.assignments["cluster_name"]
    ).mean() > 0.95


def test_newcomers_join_the_nearest_cluster(first):
    newcomers = shop({"a": 5, "c": 5}, seed=77)
    newcomers.loc["a0000", "orders"] = np.nan
    assigned = first.model.assign(newcomers).set_index("customer_id")
    assert (assigned.loc[newcomers.index[1:5], "cluster_id"] == 1).all()
    assert (assigned.loc[newcomers.index[5:], "cluster_id"] == 3).all()
    assert assigned["distance_to_centroid"].notna().all()


def test_a_newcomer_far_from_every_dense_cluster_is_of_none():
    fitted = fit_clusters(shop({"a": 300, "b": 200, "c": 100}), method="dbscan", seed=1)
    far = pd.DataFrame({"orders": [60.0], "recency_days": [150.0]}, index=["far"])
    (found,) = fitted.model.assign(far).to_dict("records")
    assert (found["cluster_id"], found["cluster_name"]) == (0, "unlike any other")


@given(
    centroids=st.lists(
        st.tuples(*[st.sampled_from([-1.0, -0.1, 0.0, 0.1, 0.30000001, 1.0])] * 3),
        min_size=2,
        max_size=6,
    ),
    known=st.lists(st.sampled_from([0.0, 2.0, math.nan]), min_size=18, max_size=18),
    kept=st.sets(st.sampled_from(["high orders", "low orders, number 1", "number 1"])),
)
def test_any_clusters_have_names_of_their_own(centroids, known, kept):
    """Also where gaps filled by the median leave no known number to tell them apart."""
    features = ["orders", "items", "visits"]
    deviations = pd.DataFrame(centroids, columns=features)
    means = pd.DataFrame(np.reshape(known, (6, 3))[: len(centroids)], columns=features)
    correlations = pd.DataFrame(np.eye(3), index=features, columns=features)
    kept_names = dict(enumerate(sorted(kept)[: len(centroids)]))
    names = name_clusters(deviations, means, correlations, {}, kept_names)
    assert len(set(names)) == len(centroids)
    assert {place: names[place] for place in kept_names} == kept_names
    assert not any("nan" in name for name in names)
