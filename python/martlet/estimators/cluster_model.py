"""Fitted clusters, as plain numbers that find anybody's cluster again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import pairwise_distances_argmin

from martlet.estimators.cluster_scaling import LogRobustScaler

NOISE_ID = 0
NOISE_NAME = "unlike any other"


@dataclass(frozen=True)
class ClusterModel:
    """Clusters in scaled space.

    Attributes
    ----------
    scaler : LogRobustScaler
        Turns features into points.
    centroids : ndarray of shape (clusters, features)
        In scaled units.
    ids, names : tuple
        Of the clusters, in the order of the centroids.
    radii : ndarray of shape (clusters,)
        How far from the centroid a customer may be; infinite for K-means.
    """

    scaler: LogRobustScaler
    centroids: np.ndarray
    ids: tuple[int, ...]
    names: tuple[str, ...]
    radii: np.ndarray

    @property
    def features(self) -> list[str]:
        """Names of the features, in order."""
        return list(self.scaler.parameters_)

    @classmethod
    def from_tables(
        cls,
        centroids: pd.DataFrame,
        scaling: Mapping[str, Mapping[str, float]],
    ) -> ClusterModel:
        """Make the model of the table that ``centroid_rows`` gave, and its scaling."""
        clusters = centroids.drop_duplicates("cluster_id").sort_values("cluster_id")
        points = centroids.pivot(
            index="cluster_id", columns="feature", values="centroid"
        )
        return cls(
            scaler=LogRobustScaler.from_parameters(scaling),
            centroids=points.loc[clusters["cluster_id"], list(scaling)].to_numpy(),
            ids=tuple(int(one) for one in clusters["cluster_id"]),
            names=tuple(clusters["cluster_name"]),
            radii=clusters["radius"].fillna(np.inf).to_numpy(),
        )

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for each point the place of the nearest centroid, and how far it is.

        A point beyond the radius of that cluster is nobody's: its place is -1.
        """
        if not len(self.centroids):
            return np.full(len(points), -1), np.full(len(points), np.nan)
        place = pairwise_distances_argmin(points, self.centroids)
        distance = np.linalg.norm(points - self.centroids[place], axis=1)
        return np.where(distance <= self.radii[place], place, -1), distance

    def assign(self, numbers: pd.DataFrame) -> pd.DataFrame:
        """Find each customer's cluster.

        Parameters
        ----------
        numbers : DataFrame of shape (customers, features)
            Indexed by customer_id; NaN where unknown.

        Returns
        -------
        DataFrame
            As :attr:`martlet.estimators.clusters.ClusterFit.assignments`.
        """
        place, distance = self.nearest(self.scaler.transform(numbers))
        return self.told(numbers.index, place, distance)

    def told(
        self, customer_ids: pd.Index, place: np.ndarray, distance: np.ndarray
    ) -> pd.DataFrame:
        """Name the clusters at these places; -1 is nobody's."""
        ids = np.array([*self.ids, NOISE_ID], dtype=np.int64)
        names = np.array([*self.names, NOISE_NAME], dtype=object)
        return pd.DataFrame(
            {
                "customer_id": customer_ids,
                "cluster_id": ids[place],
                "cluster_name": names[place],
                "distance_to_centroid": distance,
            }
        )
