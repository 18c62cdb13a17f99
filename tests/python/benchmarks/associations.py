"""Products bought together: inputs, and proof that both sides measured the same."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks import inputs as shop

from martlet.errors import CheckFailed

TOLERANCE = 1e-6


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` order lines, and what stands beside them."""
    shop.write(inputs, "intermediate.int_order_lines", shop.order_lines(size))
    shop.write(
        inputs,
        "intermediate.int_products",
        shop.products(inputs / "intermediate/int_order_lines.parquet"),
    )
    shop.write(inputs, "intermediate.int_returns", shop.no_returns())
    shop.write(
        inputs, "intermediate.int_recommendation_dates", shop.recommendation_dates()
    )


def check(inputs: Path, outputs: Path) -> str:
    """Hold implicit's neighbours against martlet's.

    implicit ranks pairs seen once too, so it keeps fewer that martlet has to have: all
    that are nearer than the last one martlet kept of a product.
    """
    with duckdb.connect() as connection:
        warehouse = outputs / "martlet" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        pairs, compared, furthest, missing = connection.execute(
            f"""
            with ours as (from warehouse.marts.product_associations),
            theirs as (from read_parquet('{outputs}/implicit/neighbours.parquet')),
            last_kept as (
                select product_1, count(*) as kept, min(cosine_similarity) as cosine
                from ours group by product_1
            )
            select
                (select count(*) from ours),
                count(ours.product_1),
                max(abs(ours.cosine_similarity - theirs.cosine_similarity)),
                count(case
                    when
                        ours.product_1 is null
                        and not (
                            last_kept.kept = 50
                            and theirs.cosine_similarity <= last_kept.cosine + {TOLERANCE}
                        )
                        then 1
                end)
            from theirs
            left join ours using (product_1, product_2)
            left join last_kept on theirs.product_1 = last_kept.product_1
            """
        ).fetchone()
    if not compared or furthest > TOLERANCE or missing:
        raise CheckFailed(
            f"Associations differ: of {compared} pairs in both the cosines are up to "
            f"{furthest} apart, and martlet lacks {missing} of implicit's."
        )
    return (
        f"{pairs:,} associations; {compared:,} of them are implicit's too, with cosines "
        f"within {furthest:.0e}"
    )
