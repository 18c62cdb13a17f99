"""What happens at an as_of_date or after it changes no feature told as of that date."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from test_dbt import dbt

from martlet.contract import read_contract
from support import BuiltSample

AS_OF = "2026-03-01"
# That day begins in Berlin at 23:00 UTC the evening before.
AS_OF_AT = datetime(2026, 2, 28, 23)
LATER = timedelta(days=50)
MICROSECOND = timedelta(microseconds=1)

# What each family tells more of, once the customer has done one more of everything.
GROWS = (
    "orders", "orders_30d", "net_sales", "returned_lines", "sessions_7d",
    "item_views_30d", "campaign_clicks_90d", "campaign_contacts_90d", "reviews",
    "support_messages",
)  # fmt: skip

# A customer with an order to send back.
_SOMEBODY = """
select orders.customer_id, orders.order_id, lines.product_id
from core.fct_orders as orders
inner join core.fct_order_lines as lines using (order_id)
where
    orders.identified_at < ?::timestamp - interval 30 day
    and orders.is_counted and not orders.is_guest_order and lines.is_merchandise
order by all
limit 1
"""

_PLANTED = {
    "orders": "'planted' || n as order_id, customer_id, 'paid' as status, "
    "'web' as sales_channel, 'EUR' as currency, moment as ordered_at, "
    "true as taxes_included, false as is_test",
    "order_items": "'planted' || n as order_id, 1 as line_number, product_id, "
    "1 as quantity, 100 as unit_price, 0 as discount_amount, 100 as line_amount",
    "returns": "'planted' || n as return_id, order_id, 1 as line_number, product_id, "
    "1 as quantity, 1 as refund_amount, moment as returned_at",
    # A browser of its own for each, so that two events are not one visit.
    "events": "'planted' || n as event_id, 'planted' || n as visitor_id, "
    "customer_id, moment as event_at, "
    "moment as received_at, 'view_item' as event_name, product_id",
    "campaign_touches": "unnest(['click', 'sent']) as touch_type, "
    "touch_type || n as touch_id, campaign_id, customer_id, moment as touched_at",
    "reviews": "'planted' || n as review_id, product_id, customer_id, 5 as rating, "
    "moment as reviewed_at",
    "support_messages": "'planted' || n as message_id, customer_id, moment as sent_at",
}


class RawSample:
    """The sample's raw files in a directory of their own, to be changed."""

    def __init__(self, directory: Path, project_dir: Path, built: BuiltSample) -> None:
        self._directory = directory
        self._raw = directory / "raw"
        shutil.copytree(project_dir / "seeds" / "sample", self._raw)
        self._contract = read_contract(project_dir)
        self._before = built.home / "warehouse.duckdb"
        with duckdb.connect(str(self._before), read_only=True) as connection:
            self.customer_id, self.order_id, self.product_id = connection.execute(
                _SOMEBODY, [AS_OF_AT]
            ).fetchone()
            (self.source_customer_id,) = connection.execute(
                "select min(source_customer_id) from identity.identity_customer_ids "
                "where customer_id = ?",
                [self.customer_id],
            ).fetchone()

    def delay(self) -> None:
        """Move everything from the as_of_date on to a later day."""
        for table in sorted(path.name for path in self._raw.iterdir()):
            columns = {column.name: column for column in self._contract[table].columns}
            moved = ", ".join(
                f"""
                case
                    when cast("{name}" as timestamp) < timestamp '{AS_OF_AT}'
                        then "{name}"
                    else cast(cast(
                        cast("{name}" as timestamp) + interval {LATER.days} day
                        as {column.data_type}
                    ) as varchar)
                end as "{name}"
                """
                for name, column in columns.items()
                if column.data_type == "timestamp" or name == "date_day"
            )
            if moved:
                self._rewrite(table, f"select * replace ({moved}) from {{rows}}")

    def plant(self, *moments: datetime) -> None:
        """Let one customer do one of everything at each of the moments."""
        given = (
            f"'{self.source_customer_id}' as customer_id, "
            f"'{self.order_id}' as order_id, '{self.product_id}' as product_id, "
            "'mail-may' as campaign_id"
        )
        for table, columns in _PLANTED.items():
            planted = " union all ".join(
                f"select {columns} from (select {given}, {number} as n, "
                f"timestamp '{moment}' as moment)"
                for number, moment in enumerate(moments)
            )
            self._rewrite(
                table, f"select * from {{rows}} union all by name ({planted})"
            )

    def _rewrite(self, table: str, query: str) -> None:
        (path,) = (self._raw / table).iterdir()
        rows = f"read_csv('{path}', all_varchar = true)"
        changed = self._raw / table / f"changed-{path.stem}.csv"
        duckdb.sql(query.format(rows=rows)).write_csv(str(changed))
        path.unlink()

    def build(self) -> duckdb.DuckDBPyConnection:
        """Build the features; they are ``after``, those of the sample ``before``."""
        dbt(
            self._directory,
            *("build", "--select", "+feat_customers"),
            *("--exclude-resource-type", "test", "unit_test"),
            MARTLET_RAW=str(self._raw),
        )
        connection = duckdb.connect()
        homes = {
            "before": self._before,
            "after": self._directory / "home/warehouse.duckdb",
        }
        for name, warehouse in homes.items():
            connection.execute(f"attach '{warehouse}' as {name}_warehouse (read_only)")
            connection.execute(
                f"create view {name} as "
                f"select * exclude is_latest from {name}_warehouse.features.feat_customers"
            )
        return connection


@pytest.fixture
def sample(tmp_path: Path, project_dir: Path, built_sample: BuiltSample) -> RawSample:
    return RawSample(tmp_path, project_dir, built_sample)


def test_what_happens_from_then_on_changes_no_feature(sample: RawSample) -> None:
    sample.delay()
    sample.plant(AS_OF_AT, AS_OF_AT + MICROSECOND)
    with sample.build() as connection:
        connection.execute("""
            create table dates as
            select as_of_date from before intersect select as_of_date from after
        """)
        connection.execute(f"delete from dates where as_of_date > '{AS_OF}'")
        assert connection.sql("from dates").fetchall()[5:], "too few dates to compare"
        for one, other in (("before", "after"), ("after", "before")):
            differing = connection.sql(f"""
                from {one} semi join dates using (as_of_date)
                except from {other} semi join dates using (as_of_date)
            """)
            assert differing.fetchall() == []
        # What was planted is there, once its time has come.
        ((orders,),) = connection.sql(f"""
            select max(orders) - min(orders) from after
            where customer_id = '{sample.customer_id}'
            and as_of_date in (date '{AS_OF}', date '{AS_OF}' + interval 1 month)
        """).fetchall()
    assert orders == 2


def test_what_happens_a_microsecond_before_is_known(sample: RawSample) -> None:
    sample.plant(AS_OF_AT - MICROSECOND)
    told = f"""
        select {", ".join(GROWS)} from {{}}
        where customer_id = '{sample.customer_id}' and as_of_date = '{AS_OF}'
    """
    with sample.build() as connection:
        earlier = connection.sql(told.format("before")).fetchone()
        later = connection.sql(told.format("after")).fetchone()
    grown = [after > before for before, after in zip(earlier, later, strict=True)]
    assert dict(zip(GROWS, grown, strict=True)) == dict.fromkeys(GROWS, True)
