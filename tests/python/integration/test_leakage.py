"""What happens at an instant or after it changes nothing told as of that instant."""

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

# Two open carts, the first of a visitor whom nobody ever knows.
_CARTS = """
select carts.visitor_id, carts.cart_id
from features.feat_carts as carts
left join identity.identity_visitors as visitors using (visitor_id)
where carts.as_of_at = ?::timestamp
order by visitors.visitor_id nulls first
limit 2
"""

# What a cart and a contact tell more of, once one more of everything was done.
CART_GROWS = (
    "add_to_carts", "products", "cart_value", "visitor_events_24h",
    "visitor_item_views_24h", "is_identified",
)  # fmt: skip
CONTACT_GROWS = ("orders", "net_sales", "contacts", "responses", "sessions")

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
    # One cart's visitor goes on and says who they are, another's buys.
    "events of carts": "unnest(['view_item', 'add_to_cart', 'purchase']) as event_name, "
    "event_name || n as event_id, "
    "if(event_name = 'purchase', buyer, shopper) as visitor_id, "
    "if(event_name = 'view_item', customer_id, null) as customer_id, "
    "moment as event_at, moment as received_at, 'planted' || n as product_id, "
    "1 as quantity, 10 as value, 'EUR' as currency",
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
            (self.shopper, self.cart_id), (self.buyer, self.bought_cart_id) = (
                connection.execute(_CARTS, [AS_OF_AT]).fetchall()
            )
            (self.buyers_customer_id,) = connection.execute(
                "select customer_id from identity.identity_visitors "
                "where visitor_id = ?",
                [self.buyer],
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
            f"'mail-may' as campaign_id, '{self.shopper}' as shopper, "
            f"'{self.buyer}' as buyer"
        )
        for planted_as, columns in _PLANTED.items():
            table = planted_as.removesuffix(" of carts")
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
            *("build", "--select", "+feat_customers", "+feat_carts"),
            "+feat_campaign_contacts",
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
            for view, features in {
                name: "feat_customers",
                f"carts_{name}": "feat_carts",
                f"contacts_{name}": "feat_campaign_contacts",
            }.items():
                connection.execute(
                    f"create view {view} as select * exclude is_latest "
                    f"from {name}_warehouse.features.{features}"
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
        # The buyer's visit goes on past midnight and is of the day it ends on.
        over = (
            f"(customer_id <> '{sample.buyers_customer_id}' or as_of_date < '{AS_OF}')"
        )
        for one, other in (("before", "after"), ("after", "before")):
            differing = connection.sql(f"""
                from {one} semi join dates using (as_of_date) where {over}
                except from {other} semi join dates using (as_of_date) where {over}
            """)
            assert differing.fetchall() == []
        # What was planted is there, once its time has come.
        ((orders,),) = connection.sql(f"""
            select max(orders) - min(orders) from after
            where customer_id = '{sample.customer_id}'
            and as_of_date in (date '{AS_OF}', date '{AS_OF}' + interval 1 month)
        """).fetchall()
        assert orders == 2
        told_of_instants_are_equal(connection)
        # The contact planted at the instant knows what the date that begins then does.
        shared = "orders, net_sales, tenure_days"
        told = connection.sql(
            f"select {shared} from contacts_after where contact_id = 'sent0'"
        ).fetchall()
        assert (
            told
            == connection.sql(
                f"select {shared} from before "
                f"where customer_id = '{sample.customer_id}' and as_of_date = '{AS_OF}'"
            ).fetchall()
        )
        assert grown_between(connection, "sent0", "sent1") == CONTACT_GROWS


def told_of_instants_are_equal(connection: duckdb.DuckDBPyConnection) -> None:
    """Compare carts and contacts up to the instant; those planted are new."""
    instants = {
        "carts": f"as_of_at <= timestamp '{AS_OF_AT}'",
        "contacts": f"contacted_at <= timestamp '{AS_OF_AT}' "
        "and contact_id not like 'sent%'",
    }
    for name, until_then in instants.items():
        ((rows,),) = connection.sql(
            f"select count(*) from {name}_before where {until_then}"
        ).fetchall()
        assert rows > 500
        for one, other in (("before", "after"), ("after", "before")):
            differing = connection.sql(
                f"from {name}_{one} where {until_then} except all "
                f"from {name}_{other} where {until_then}"
            )
            assert differing.fetchall() == [], name


def grown_between(
    connection: duckdb.DuckDBPyConnection, contact: str, later_contact: str
) -> tuple[str, ...]:
    """Say what one contact knows more of than another."""
    earlier, later = (
        connection.sql(
            f"select {', '.join(CONTACT_GROWS)} from contacts_after "
            f"where contact_id = '{contact_id}'"
        ).fetchone()
        for contact_id in (contact, later_contact)
    )
    return tuple(
        name
        for name, before, after in zip(CONTACT_GROWS, earlier, later, strict=True)
        if after > before
    )


def test_what_happens_a_microsecond_before_is_known(sample: RawSample) -> None:
    sample.plant(AS_OF_AT - MICROSECOND, AS_OF_AT)
    told = f"""
        select {", ".join(GROWS)} from {{}}
        where customer_id = '{sample.customer_id}' and as_of_date = '{AS_OF}'
    """
    with sample.build() as connection:
        earlier = connection.sql(told.format("before")).fetchone()
        later = connection.sql(told.format("after")).fetchone()
        contact_grows = grown_between(connection, "sent0", "sent1")
        carts = {
            name: {
                cart_id: features
                for cart_id, *features in connection.sql(
                    f"select cart_id, {', '.join(CART_GROWS)} from carts_{name} "
                    f"where as_of_at = timestamp '{AS_OF_AT}'"
                ).fetchall()
            }
            for name in ("before", "after")
        }
    open_before, open_after = set(carts["before"]), set(carts["after"])
    more = [
        after > before
        for before, after in zip(
            *(carts[name][sample.cart_id] for name in ("before", "after")), strict=True
        )
    ]
    grown = [after > before for before, after in zip(earlier, later, strict=True)]
    assert dict(zip(GROWS, grown, strict=True)) == dict.fromkeys(GROWS, True)
    assert dict(zip(CART_GROWS, more, strict=True)) == dict.fromkeys(CART_GROWS, True)
    # A cart that was bought is open no more.
    assert sample.bought_cart_id in open_before - open_after
    assert contact_grows == CONTACT_GROWS
