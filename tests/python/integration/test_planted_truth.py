"""What the generator planted, the marts find again."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import cross_val_predict

from support import BuiltSample, Shop

_COMPLEMENTS = """
with

planted as (
    select product_1, product_2 from '{truth}/complements.{suffix}'
    union all
    select product_2, product_1 from '{truth}/complements.{suffix}'
)

select avg(case when rank <= 10 then 1.0 else 0.0 end)
from planted
left join product_associations using (product_1, product_2)
"""

_LIFT = """
select
    lift.campaign_id,
    case lift.metric
        when 'conversion_rate' then truth.true_conversion_lift
        when 'sales_per_customer' then truth.true_revenue_lift
    end between lift.ci_low and lift.ci_high as is_covered
from campaign_lift as lift
inner join '{truth}/campaign_effects.{suffix}' as truth
    on lift.campaign_id = truth.campaign_id
order by lift.campaign_id, lift.metric
"""


# Customers who bought, with what they are, their cluster, and what it was made of.
_BUYERS = """
select types.customer_type, rfm.rfm_segment, clusters.cluster_id, inputs.*
from model_inputs.input_customer_clusters as inputs
inner join marts.customer_rfm as rfm using (customer_id)
inner join marts.customer_clusters as clusters using (customer_id)
inner join identity.identity_customer_ids as ids using (customer_id)
inner join '{truth}/customer_types.parquet' as types
    on ids.source_customer_id = types.customer_id
qualify row_number() over (
    partition by inputs.customer_id order by ids.source_customer_id
) = 1
"""


def ask(database: Path, sql: str, truth: Path, suffix: str) -> list[tuple]:
    """Ask a published database, the planted truth beside it."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql.format(truth=truth, suffix=suffix)).fetchall()


def auc_gain(summary: dict) -> dict:
    """Give the row of the purchase model's gain over recency."""
    (row,) = (
        row for row in summary["model_quality"] if row["metric_name"] == "auc_gain"
    )
    return row


def test_small_sample(built_sample: BuiltSample, project_dir: Path) -> None:
    truth = project_dir / "tests" / "python" / "fixtures" / "sample_truth"
    ((found,),) = ask(built_sample.database, _COMPLEMENTS, truth, "csv")
    assert found >= 0.9
    lifts = ask(built_sample.database, _LIFT, truth, "csv")
    assert len(lifts) == 10
    # Of ten intervals of 95 %, one may well miss the truth.
    assert sum(is_covered for _, is_covered in lifts) >= 9
    assert auc_gain(built_sample.summary)["metric_value"] > 0


@pytest.mark.slow
def test_store_of_20_000_customers(empty_shop: Shop) -> None:
    empty_shop.raw.rmdir()
    done = empty_shop.martlet(
        *("sample", "--customers", "20000", "--days", "426", "--seed", "11"),
        *("--out", str(empty_shop.raw)),
    )
    assert done.returncode == 0, done.stderr
    done = empty_shop.martlet("build", "--json")
    assert done.returncode == 0, done.stderr
    truth = empty_shop.raw.with_name("raw-truth")
    ((found,),) = ask(empty_shop.published, _COMPLEMENTS, truth, "parquet")
    assert found >= 0.9
    lifts = ask(empty_shop.published, _LIFT, truth, "parquet")
    assert [campaign for campaign, is_covered in lifts if not is_covered] == []
    assert auc_gain(json.loads(done.stdout))["ci_low"] > 0
    with duckdb.connect(str(empty_shop.home / "warehouse.duckdb")) as connection:
        buyers = connection.execute(_BUYERS.format(truth=truth)).df()
    kinds = buyers["customer_type"]
    features = buyers.iloc[:, 5:].astype(float)
    told = cross_val_predict(
        HistGradientBoostingClassifier(random_state=0, max_iter=60), features, kinds
    )
    ceiling = adjusted_rand_score(kinds, told)
    clusters, segments = (
        adjusted_rand_score(kinds, buyers[name])
        for name in ("cluster_id", "rfm_segment")
    )
    assert 0.4 < ceiling < 0.7
    assert clusters > 0.6 * ceiling
    assert clusters > segments
