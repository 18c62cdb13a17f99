"""Lists for everyone: inputs, and proof that every customer is served."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks import inputs as shop
from tests.python.benchmarks.associations import prepare as write_lines

from martlet.errors import CheckFailed

LINES_PER_CUSTOMER = 10
LENGTH = 20


def prepare(inputs: Path, size: int) -> None:
    """Write the order lines of ``size`` customers, and what is known of them."""
    write_lines(inputs, size * LINES_PER_CUSTOMER)
    products = inputs / "intermediate/int_products.parquet"
    lines = inputs / "intermediate/int_order_lines.parquet"
    shop.write(inputs, "core.dim_products", _products(products))
    shop.write(inputs, "features.feat_customer_segments", _customers(lines))
    shop.write(
        inputs,
        "staging.stg_store__inventory",
        "select '' as product_id, date '2024-01-01' as snapshot_date, 1 as on_hand "
        "where false",
    )
    shop.write(
        inputs,
        "features.feat_ignored_recommendations",
        "select 'serving' as purpose, '' as customer_id, '' as product_id, "
        "1 as ignored_impressions where false",
    )
    shop.write(
        inputs,
        "recommendations.served_recommender",
        "select 'item_based_order' as algorithm, cast(null as varchar) as run_id",
    )
    shop.write(
        inputs,
        "predictions.pred_recommendation_candidates",
        "select '' as run_id, '' as algorithm, '' as customer_id, '' as product_id, "
        "1.0::double as score, '' as because_product_id where false",
    )


def check(inputs: Path, outputs: Path) -> str:
    """Hold how many have a list, and how long lists are, against the peer's."""
    with duckdb.connect() as connection:
        warehouse = outputs / "martlet" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        ours, lines, longest = connection.execute(
            "select count(distinct customer_id), count(*), max(rank) "
            "from warehouse.recommendations.serving_lists"
        ).fetchone()
        (theirs,) = connection.execute(
            "select count(distinct customer_id) from "
            f"'{outputs}/implicit/lists.parquet'"
        ).fetchone()
    if ours < theirs or longest != LENGTH:
        raise CheckFailed(
            f"martlet serves {ours} customers up to {longest} goods, implicit {theirs}."
        )
    return f"{lines:,} lines for {ours:,} customers; implicit serves {theirs:,}"


def _products(file: Path) -> str:
    return f"""
        select
            product_id,
            product_id as product_name,
            category,
            cast(null as varchar) as brand,
            9.99 as price,
            cast(null as timestamp) as launched_at,
            cast(null as timestamp) as discontinued_at,
            true as is_merchandise
        from '{file}'
    """


def _customers(file: Path) -> str:
    return f"""
        select
            'serving' as purpose,
            date '2025-01-01' as as_of_date,
            customer_id,
            'category: ' || mode(category) as segment,
            mode(category) as favourite_category,
            'repeat' as customer_group
        from '{file}'
        group by customer_id
    """
