"""Who entered and left an audience is noted once, by the latest build of a day."""

from __future__ import annotations

import duckdb

from support import Shop, run_dbt

CHANGED = ("int_data_period", "segment_membership")
EARLIER = "--vars", "as_of_date: 2026-06-01"


def notes(shop: Shop) -> list[tuple]:
    """Notes on champions by date, and how many customers each tells of."""
    with duckdb.connect(str(shop.home / "warehouse.duckdb"), read_only=True) as ledger:
        return ledger.execute(
            "select changed_date::varchar, is_member, count(*) "
            "from ops.segment_changes where segment_id = 'champions' "
            "group by all order by all"
        ).fetchall()


def run(shop: Shop, *arguments: str) -> None:
    """Run what keeps the history."""
    done = run_dbt(shop, "run", "--quiet", "--select", *CHANGED, *arguments)
    assert done.returncode == 0, done.stdout


def test_history_is_kept_over_builds(sample_shop: Shop) -> None:
    ((_, _, members),) = first = notes(sample_shop)
    assert first == [("2026-07-01", True, members)] and members > 50
    with duckdb.connect(str(sample_shop.home / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "insert into ops.segment_changes select segment_id, customer_id, "
            "date '2026-06-01', true, 'then' from ops.segment_changes "
            "where segment_id = 'champions' limit 10"
        )
    # Again as of the same date: those ten were members before it already.
    run(sample_shop)
    again = [("2026-06-01", True, 10), ("2026-07-01", True, members - 10)]
    assert notes(sample_shop) == again
    # As of an earlier date, and without any rows: neither rewrites what was noted.
    run(sample_shop, *EARLIER)
    assert notes(sample_shop) == again
    run(sample_shop, "--empty")
    assert notes(sample_shop) == again
    with duckdb.connect(str(sample_shop.home / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "delete from segments.segment_members where segment_id = 'champions' "
            "and customer_id in (select customer_id from ops.segment_changes "
            "where changed_date = '2026-06-01')"
        )
    run(sample_shop)
    assert notes(sample_shop) == [
        ("2026-06-01", True, 10),
        ("2026-07-01", False, 10),
        ("2026-07-01", True, members - 10),
    ]
