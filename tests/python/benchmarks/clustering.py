"""Customer clusters: inputs, and proof that both sides found the same ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import adjusted_rand_score

from martlet.errors import CheckFailed
from martlet.estimators.clusters import fit_clusters

SEED = 20_240_229
KINDS = 4
FEATURES = (
    "recency_days", "orders", "mean_days_between_orders", "overdue_ratio", "net_sales",
    "categories", "discount_share",
)  # fmt: skip
ALIKE = 0.99


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` customers about as many centres as there are kinds of them."""
    random = np.random.default_rng(SEED)
    kind = random.choice(KINDS, size, p=[0.4, 0.3, 0.2, 0.1])
    centres = random.normal(1.5, 1.0, (KINDS, len(FEATURES)))
    logs = centres[kind] + random.normal(0, 0.6, (size, len(FEATURES)))
    features = pd.DataFrame(np.exp(logs), columns=list(FEATURES))
    features.insert(0, "customer_id", [f"C{number:08d}" for number in range(size)])
    features.to_parquet(inputs / "customers.parquet")


def run(inputs: Path, outputs: Path) -> None:
    """Cluster as a build does."""
    features = pd.read_parquet(inputs / "customers.parquet").set_index("customer_id")
    fitted = fit_clusters(features, seed=SEED)
    fitted.assignments.to_parquet(outputs / "clusters.parquet")
    told = {"clusters": fitted.parameters["clusters"]}
    (outputs / "chosen.json").write_text(json.dumps(told), "utf-8")


def check(inputs: Path, outputs: Path) -> str:
    """Compare how many clusters both sides chose, and who is in which."""
    ours, theirs = (
        pd.read_parquet(outputs / side / "clusters.parquet")["cluster_id"]
        for side in ("martlet", "scikit-learn")
    )
    chosen, other = (
        json.loads((outputs / side / "chosen.json").read_text("utf-8"))["clusters"]
        for side in ("martlet", "scikit-learn")
    )
    alike = adjusted_rand_score(ours, theirs)
    if chosen != other or alike < ALIKE:
        raise CheckFailed(
            f"Clusters differ: {chosen} and {other}, adjusted Rand index {alike:.3f}."
        )
    return f"{len(ours):,} customers in {chosen} clusters; adjusted Rand {alike:.4f}"
