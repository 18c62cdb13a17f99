"""Bare scikit-learn: the same scaling, counts, restarts, seeds and silhouette.

No other index, no resamples, no names, and no numbers that stay from fit to fit.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.metrics import silhouette_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, RobustScaler

COUNTS = range(3, 9)
RESTARTS = 10
SAMPLE = 20_000
REACH = 3.0
SEED = 20_240_229


def run(inputs: Path, outputs: Path) -> None:
    """Write the cluster of each customer to ``clusters.parquet``."""
    customers = pd.read_parquet(inputs / "customers.parquet")
    scaling = make_pipeline(
        SimpleImputer(strategy="median"),
        FunctionTransformer(np.log1p),
        RobustScaler(),
        FunctionTransformer(np.clip, kw_args={"a_min": -REACH, "a_max": REACH}),
    )
    points = scaling.fit_transform(customers.drop(columns="customer_id").to_numpy())
    fits = [KMeans(k, n_init=RESTARTS, random_state=SEED).fit(points) for k in COUNTS]
    sample = np.random.default_rng(SEED).permutation(len(points))[:SAMPLE]
    best = max(
        fits, key=lambda fit: silhouette_score(points[sample], fit.labels_[sample])
    )
    pd.DataFrame(
        {"customer_id": customers["customer_id"], "cluster_id": best.labels_}
    ).to_parquet(outputs / "clusters.parquet")
    told = {"clusters": len(best.cluster_centers_)}
    (outputs / "chosen.json").write_text(json.dumps(told), "utf-8")
