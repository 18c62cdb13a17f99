"""RFM in pandas, with the same thresholds: values that occur, ties never parted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

CUTS = (0.2, 0.4, 0.6, 0.8)


def run(inputs: Path, outputs: Path) -> None:
    """Write scores and segments to ``rfm.parquet``."""
    customers = pd.read_parquet(inputs / "features/feat_customers.parquet")
    names = pd.read_parquet(inputs / "reference/rfm_segments.parquet")
    bought = customers[customers["is_latest"] & (customers["orders"] > 0)]
    scores = pd.DataFrame(
        {
            "as_of_date": bought["as_of_date"],
            "customer_id": bought["customer_id"],
            "recency_days": bought["recency_days"].astype("int64"),
            "frequency": bought["orders"],
            "monetary": bought["net_sales"],
            "currency": "EUR",
        }
    )
    scores["r_score"] = 5 - _passed(scores["recency_days"])
    scores["f_score"] = 1 + _passed(scores["frequency"])
    scores["m_score"] = 1 + _passed(scores["monetary"].astype("float64"))
    by = ["r_score", "f_score", "m_score"]
    r_text, f_text, m_text = (scores[score].astype("str") for score in by)
    scores["rfm_score"] = r_text + f_text + m_text
    scores.merge(names, on=by).to_parquet(outputs / "rfm.parquet")


def _passed(values: pd.Series) -> np.ndarray:
    """Count the thresholds that each value passes."""
    thresholds = np.quantile(values, CUTS, method="inverted_cdf")
    return np.searchsorted(thresholds, values, side="left")
