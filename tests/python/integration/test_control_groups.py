"""From a segment to incremental ROI: what an export holds back, lift measures later."""

from __future__ import annotations

from datetime import UTC, datetime

import duckdb
import pytest
from scipy.stats import chisquare

from martlet.export.segment import ExportOptions, export_segment
from martlet.privacy.sealing import DEMO_KEY, Sealer
from support import Shop, run_dbt

# Long enough before the end of the sample for everybody's outcome window to be over.
EXPORTED_AT = datetime(2026, 5, 16, 8, tzinfo=UTC)
MEASURED = (
    *("stg_ops__campaign_assignments", "fct_campaign_assignments"),
    *("feat_contact_occasions", "feat_campaign_contacts", "label_campaign_outcomes"),
    *("arm_totals", "sample_ratio_checks", "arm_comparisons"),
    *("campaign_lift_groups", "campaign_lift"),
)


def test_what_a_campaigns_export_holds_back_is_measured(sample_shop: Shop) -> None:
    warehouse = str(sample_shop.home / "warehouse.duckdb")
    with duckdb.connect(warehouse) as connection:
        connection.execute("set TimeZone = 'UTC'")
        # The sample's segment holds nobody back; say that this one does.
        connection.execute(
            "update segments.segment_definitions set control_share = 0.3"
        )
        result = export_segment(
            connection,
            "recommendations",
            "csv",
            ExportOptions(sample_shop.directory / "list.csv", "spring letter"),
            lambda: Sealer(DEMO_KEY),
            exported_at=EXPORTED_AT,
        )
    assert result.control_rows > 100
    done = run_dbt(sample_shop, "build", "--quiet", "--select", *MEASURED)
    assert done.returncode == 0, done.stdout
    with duckdb.connect(warehouse, read_only=True) as connection:
        (lift,) = connection.execute(
            "select customers, verdict, srm_p_value, segment_id_count "
            "from marts.campaign_lift "
            "cross join (select count(distinct segment_id) as segment_id_count "
            "from core.fct_campaign_assignments where campaign_id = 'spring letter') "
            "where campaign_id = 'spring letter' and metric = 'conversion_rate' "
            "and arm = 'treatment'"
        ).fetchall()
        arms = connection.execute(
            "select customers from experiments.arm_totals where dimension = 'everyone' "
            "and campaign_id = 'spring letter' and metric = 'conversion_rate' "
            "order by arm"
        ).fetchall()
        outside = connection.execute(
            "select count(*) from core.fct_campaign_assignments "
            "where assigned_at >= (select as_of_at from intermediate.int_data_period)"
        ).fetchall()
    assert [customers for (customers,) in arms] == [result.control_rows, result.rows]
    customers, verdict, p_value, segments = lift
    assert customers == result.rows and segments == 1
    assert verdict != "not randomised"
    drawn = result.control_rows + result.rows
    expected = chisquare(
        [result.control_rows, result.rows], [0.3 * drawn, 0.7 * drawn]
    ).pvalue
    assert p_value == pytest.approx(expected, abs=1e-4)
    assert outside == [(0,)]


def test_the_draw_is_fair_and_campaigns_draw_apart() -> None:
    """The hash by which customers are held back, over many of them."""
    (first, second, both) = duckdb.sql("""
        select
            avg((md5_number_lower('one ' || md5(i::varchar)) / 18446744073709551616.0
                < 0.1)::int),
            avg((md5_number_lower('two ' || md5(i::varchar)) / 18446744073709551616.0
                < 0.1)::int),
            avg((md5_number_lower('one ' || md5(i::varchar)) / 18446744073709551616.0
                < 0.1 and md5_number_lower('two ' || md5(i::varchar))
                / 18446744073709551616.0 < 0.1)::int)
        from range(1000000) as t(i)
    """).fetchone()
    assert first == pytest.approx(0.1, abs=0.0015)
    assert second == pytest.approx(0.1, abs=0.0015)
    assert both == pytest.approx(0.01, abs=0.0005)
