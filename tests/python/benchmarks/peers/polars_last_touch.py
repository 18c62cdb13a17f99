"""Polars finding the last touch before each order: one of the eight models."""

from __future__ import annotations

from pathlib import Path

import polars as pl

LOOKBACK = "30d"


def run(inputs: Path, outputs: Path) -> None:
    """Join each order with the last touch in the lookback and after the order before."""
    touches = (
        pl.scan_parquet(inputs / "core" / "fct_marketing_touches.parquet")
        .select("person_id", "touched_at", "touch_id")
        .sort("touched_at", "touch_id")
    )
    orders = (
        pl.scan_parquet(inputs / "core" / "fct_orders.parquet")
        .select("order_id", "ordered_at", person_id="customer_id")
        .sort("ordered_at", "order_id")
        .with_columns(previous_at=pl.col("ordered_at").shift(1).over("person_id"))
    )
    (
        orders.join_asof(
            touches,
            left_on="ordered_at",
            right_on="touched_at",
            by="person_id",
            tolerance=LOOKBACK,
        )
        .filter(
            pl.col("touch_id").is_not_null()
            & (
                pl.col("previous_at").is_null()
                | (pl.col("touched_at") > pl.col("previous_at"))
            )
        )
        .select("order_id", "touch_id")
        .collect()
        .write_parquet(outputs / "last.parquet")
    )
