"""RFM scores: inputs, and proof that both sides scored every customer alike."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks import inputs as shop

from martlet.errors import CheckFailed
from martlet.settings import find_project

COMPARED = "customer_id, recency_days, frequency, monetary, rfm_score, rfm_segment"


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` customers, and the names of the segments."""
    shop.write(inputs, "features.feat_customers", shop.customers(size))
    names = find_project(Path(__file__).parent) / "seeds/reference/rfm_segments.csv"
    shop.write(inputs, "reference.rfm_segments", f"from read_csv('{names}')")


def check(inputs: Path, outputs: Path) -> str:
    """Hold every customer's scores and segment against pandas'."""
    with duckdb.connect() as connection:
        warehouse = outputs / "martlet" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        ours = f"select {COMPARED} from warehouse.marts.customer_rfm"
        theirs = f"select {COMPARED} from read_parquet('{outputs}/pandas/rfm.parquet')"
        customers, others, unequal = connection.execute(
            f"""
            select
                (select count(*) from ({ours})),
                (select count(*) from ({theirs})),
                (select count(*) from ({ours} except all {theirs}))
            """
        ).fetchone()
    if customers != others or unequal:
        raise CheckFailed(
            f"RFM differs: martlet scored {customers} customers, pandas {others}, and "
            f"{unequal} of martlet's rows are not among pandas'."
        )
    return f"{customers:,} customers: equal scores and segments"
