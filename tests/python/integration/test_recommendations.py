"""Recommendations as their readers meet them, and the trial against a plain reading."""

from __future__ import annotations

import csv
import json
import math
from collections import defaultdict
from pathlib import Path

import duckdb
import numpy as np
import pytest

from martlet.estimators.recommenders import ALGORITHMS
from support import BuiltSample, Shop, run_dbt

SQL_ALGORITHMS = {
    "popularity",
    "popularity_by_segment",
    "personal_frequency",
    "item_based_order",
    "item_based_customer",
}
# What the trial rests on, and what would be served were it still that day.
AT_THE_TRIAL = {
    "features.feat_products": "purpose",
    "features.feat_customer_products": "purpose",
    "features.feat_customer_segments": "purpose",
    "features.feat_popularity": "purpose",
    "features.feat_ignored_recommendations": "purpose",
    "features.feat_associations": "basket_set, period, purpose",
}


@pytest.fixture(scope="module")
def warehouse(built_sample: BuiltSample) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(built_sample.home / "warehouse.duckdb"), read_only=True)


def test_every_recommender_was_tried(warehouse: duckdb.DuckDBPyConnection) -> None:
    tried = warehouse.execute(
        "select distinct algorithm from marts.recommender_metrics"
    ).fetchall()
    assert {name for (name,) in tried} == SQL_ALGORITHMS | ALGORITHMS.keys()


def test_metrics_equal_a_plain_reading_of_the_lists(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Discounted gain, average precision, recall, and their gains over popularity."""
    bought, lists = defaultdict(set), defaultdict(list)
    for customer, product in warehouse.execute(
        "select customer_id, product_id from labels.label_product_purchases"
    ).fetchall():
        bought[customer].add(product)
    for algorithm, customer, product in warehouse.execute(
        "select algorithm, customer_id, product_id from recommendations.trial_lists "
        "order by algorithm, customer_id, rank"
    ).fetchall():
        lists[algorithm, customer].append(product)
    of_customer = defaultdict(dict)
    for (algorithm, customer), goods in lists.items():
        wanted = bought[customer]
        for k in (5, 10, 20):
            hits = [product in wanted for product in goods[:k]]
            best = min(k, len(wanted))
            gain = sum(hit / math.log2(i + 2) for i, hit in enumerate(hits))
            most = sum(1 / math.log2(i + 2) for i in range(best))
            precisions = [sum(hits[: i + 1]) / (i + 1) for i, h in enumerate(hits) if h]
            told = {
                "ndcg": gain / most,
                "map": sum(precisions) / best,
                "recall": sum(hits) / len(wanted),
                "precision": sum(hits) / k,
            }
            for name, value in told.items():
                of_customer[algorithm, name, k][customer] = value
    rows = warehouse.execute(
        """
        select algorithm, metric_name, cutoff, customers, metric_value, ci_low, gain,
            gain_ci_high
        from marts.recommender_metrics
        where
            customer_group = 'all'
            and metric_name in ('ndcg', 'map', 'recall', 'precision')
        """
    ).fetchall()
    assert len(rows) == len(of_customer) == 11 * 4 * 3
    for algorithm, name, k, customers, value, low, gain, gain_high in rows:
        mine = of_customer[algorithm, name, k]
        values = np.array(list(mine.values()))
        gains = np.array(
            [v - of_customer["popularity", name, k][c] for c, v in mine.items()]
        )
        error = values.std(ddof=1) / math.sqrt(len(values))
        gain_error = gains.std(ddof=1) / math.sqrt(len(gains))
        assert customers == len(values)
        assert value == pytest.approx(values.mean(), abs=1e-9)
        assert low == pytest.approx(values.mean() - 1.959964 * error, abs=1e-6)
        assert gain == pytest.approx(gains.mean(), abs=1e-9)
        assert gain_high == pytest.approx(
            gains.mean() + 1.959964 * gain_error, abs=1e-6
        )


def test_the_winner_serves_everyone_known(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    best = warehouse.execute(
        "select algorithm from marts.recommender_metrics where metric_name = 'ndcg' and "
        "cutoff = 10 and customer_group = 'all' order by metric_value desc limit 1"
    ).fetchone()
    served = warehouse.execute(
        "select distinct algorithm from marts.product_recommendations"
    ).fetchall()
    assert served == [best]
    without, lines = warehouse.execute(
        """
        select count(*) filter (lists.customer_id is null), count(*)
        from model_inputs.input_seekers
        left join marts.product_recommendations as lists using (customer_id)
        """
    ).fetchone()
    assert without == 0 and lines > 20_000


def test_lists_say_why(warehouse: duckdb.DuckDBPyConnection) -> None:
    reasons = [
        reason
        for (reason,) in warehouse.execute(
            "select distinct reason from marts.product_recommendations"
        ).fetchall()
    ]
    assert all(reasons)
    fallbacks = dict(
        warehouse.execute(
            "select fallback_reason, count(*) from marts.product_recommendations group by 1"
        ).fetchall()
    )
    assert {None, "new_customer", "too_few_candidates"} <= fallbacks.keys()


def test_nothing_after_the_trial_is_known_at_it(
    sample_shop: Shop, warehouse: duckdb.DuckDBPyConnection
) -> None:
    """A warehouse told as of the trial's date serves from what the trial rests on."""
    (as_of_date,) = warehouse.execute(
        "select as_of_date from intermediate.int_recommendation_dates "
        "where purpose = 'trial'"
    ).fetchone()
    built = run_dbt(
        sample_shop,
        *("build", "--vars", json.dumps({"as_of_date": as_of_date.isoformat()})),
        *("--select", "+feat_popularity", "+feat_associations"),
        *("+feat_ignored_recommendations", "+feat_customer_products"),
        *("--resource-type", "model"),
        *("--resource-type", "seed"),
    )
    assert built.returncode == 0, built.stdout[-3000:]
    with duckdb.connect() as connection:
        for name, path in (
            ("later", Path(warehouse.execute("pragma database_list").fetchone()[2])),
            ("earlier", sample_shop.home / "warehouse.duckdb"),
        ):
            connection.execute(f"attach '{path}' as {name} (read_only)")
        for table, names in AT_THE_TRIAL.items():
            told = f"select * exclude ({names}) from {{}}.{table} where {{}}"
            tried = told.format("later", "purpose = 'trial'")
            served = told.format("earlier", "purpose = 'serving'")
            if "associations" in table:
                kinds = " and basket_type = 'order' and item_type = 'product'"
                tried += kinds
                served += kinds + " and period = 'all_time'"
            rows, missing, added = connection.execute(
                f"""
                select
                    (select count(*) from ({tried})),
                    (select count(*) from (({tried}) except all ({served}))),
                    (select count(*) from (({served}) except all ({tried})))
                """
            ).fetchone()
            assert rows, table
            assert (missing, added) == (0, 0), table


def test_planted_recommenders_are_told_apart(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    """Goods that go with what somebody bought are clicked more, the first place most."""
    low, high = (
        warehouse.execute(
            f"select {end} from marts.recommendation_performance_totals "
            "where algorithm = ?",
            [algorithm],
        ).fetchone()[0]
        for end, algorithm in (
            ("click_through_rate_ci_low", "item_based_order"),
            ("click_through_rate_ci_high", "popularity"),
        )
    )
    assert low > high
    rates = warehouse.execute(
        "select sum(clicks) / sum(impressions) from marts.recommendation_performance "
        "where algorithm = 'item_based_order' group by position order by position"
    ).fetchall()
    assert len(rates) == 4
    assert rates == sorted(rates, reverse=True)


def test_a_list_is_shown_for_either_id(
    sample_shop: Shop, warehouse: duckdb.DuckDBPyConnection
) -> None:
    customer, account = warehouse.execute(
        "select customer_id, min(source_customer_id) from identity.identity_customer_ids "
        "inner join core.fct_orders using (customer_id) group by 1 order by 1 limit 1"
    ).fetchone()
    by_own = sample_shop.martlet("recommend", "--for", account, "--json")
    by_surrogate = sample_shop.martlet("recommend", "--for", customer, "--json")
    assert by_own.returncode == 0, by_own.stderr
    assert json.loads(by_own.stdout) == json.loads(by_surrogate.stdout)
    assert [row["rank"] for row in json.loads(by_own.stdout)] == list(range(1, 21))
    shown = sample_shop.martlet("recommend", "--for", account)
    assert f"Recommended to {account}" in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("recommend", "--for", "nobody's id"), "There is no customer 'nobody's id'"),
        (("similar", "no such thing"), "There is no product 'no such thing'"),
        (("similar", "🫖'; drop table x"), "There is no product"),
    ],
)
def test_who_and_what_is_unknown_is_said(
    sample_shop: Shop, arguments: tuple[str, ...], said: str
) -> None:
    done = sample_shop.martlet(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Next:" in done.stderr


def test_a_product_is_found_by_id_and_name(
    sample_shop: Shop, warehouse: duckdb.DuckDBPyConnection
) -> None:
    product, name = warehouse.execute(
        "select min(product_id), product_name from core.dim_products "
        "group by product_name having count(*) = 1 order by 1 limit 1"
    ).fetchone()
    found = [
        json.loads(sample_shop.martlet("similar", given, "--json").stdout)
        for given in (product, name.upper())
    ]
    assert found[0] == found[1]
    assert found[0]["bought_together"] and found[0]["similar"]
    assert product not in {row["product_id"] for row in found[0]["similar"]}


def test_recommending_again_changes_nothing(sample_shop: Shop) -> None:
    before = lists_of(sample_shop)
    done = sample_shop.martlet("recommend", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert all(run["is_reused"] for run in told["runs"])
    assert sum(row["is_served"] for row in told["trial"]) == 1
    assert lists_of(sample_shop) == before


def lists_of(shop: Shop) -> list[tuple]:
    path = str(shop.home / "warehouse.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        return connection.execute(
            "from marts.product_recommendations order by all"
        ).fetchall()


def test_lists_for_mail_tools_are_wide(sample_shop: Shop) -> None:
    done = sample_shop.martlet("export", "recommendations", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    (listed,) = result["files"]
    with Path(listed["path"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == result["rows"] > 100
    assert result["excluded"]["no_consent"] > 0
    for row in rows:
        assert row["email"] and row["product_id_1"] and row["reason_1"]
        assert row["recommendation_id_1"].endswith(".1")
        assert len({row[f"product_id_{n}"] for n in range(1, 7)}) == 6
    assert len({row["email"] for row in rows}) == len(rows)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("connector", "source"),
    [
        ("online-retail", "online_retail/online_retail.parquet"),
        ("complete-journey", "complete_journey"),
    ],
)
def test_the_winner_beats_popularity_on_real_shops(
    tmp_path: Path, test_data: Path, connector: str, source: str
) -> None:
    """By a fifth at least, of what SQL alone computes, beyond its interval."""
    shop = Shop(tmp_path)
    shop.load(connector, test_data / source)
    shop.home.mkdir(exist_ok=True)
    sets = "order_product_all_time,order_product_trial"
    done = run_dbt(
        shop,
        *("build", "--select", "+recommender_metrics", "--vars"),
        json.dumps({"association_sets": sets}),
        *("--resource-type", "model", "--resource-type", "seed"),
    )
    assert done.returncode == 0, done.stdout[-3000:]
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        relative_gain, gain_low, baseline, customers = connection.execute(
            "select relative_gain, gain_ci_low, baseline_value, customers "
            "from marts.recommender_metrics where is_served and metric_name = 'ndcg' "
            "and cutoff = 10 and customer_group = 'all'"
        ).fetchone()
    assert customers > 1_000
    assert relative_gain > 0.2
    assert gain_low > 0.2 * baseline
