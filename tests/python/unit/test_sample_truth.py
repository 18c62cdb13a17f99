"""What was planted in the sample can be found in it again."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from martlet.contract import read_contract
from martlet.sample import generate_sample

PROJECT = Path(__file__).parents[3]
ROBOTS = "regexp_matches(user_agent, 'bot|HeadlessChrome')"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """A store of 8,000 customers: its tables, and its truth as ``truth_<name>``."""
    directory = tmp_path_factory.mktemp("planted")
    store, truth = directory / "store", directory / "truth"
    contract = read_contract(PROJECT)
    generate_sample(store, truth, contract, customers=8000, days=426, seed=11)
    connection = duckdb.connect()
    for folder in store.iterdir():
        connection.execute(f"create view {folder.name} as from '{folder}/*.parquet'")
    for file in truth.iterdir():
        connection.execute(f"create view truth_{file.stem} as from '{file}'")
    return connection


def one(shop: duckdb.DuckDBPyConnection, query: str) -> tuple:
    return shop.sql(query).fetchone()


def test_period_ends_on_the_fixed_day(shop: duckdb.DuckDBPyConnection) -> None:
    first, last, received = one(
        shop, "select min(event_at), max(event_at), max(received_at) from events"
    )
    assert str(first) >= "2025-04-30 22:00:00"
    assert "2026-06-30 12:00:00" < str(last) < "2026-06-30 22:00:00"
    assert str(received) <= "2026-07-02 22:00:00"


def test_volume_per_customer(shop: duckdb.DuckDBPyConnection) -> None:
    (events,) = one(shop, "select count(*) / 8000 from events")
    assert 53 < events < 63


def test_customers_are_of_overlapping_kinds(shop: duckdb.DuckDBPyConnection) -> None:
    orders = dict(
        shop.sql(
            """
            select customer_type, count(order_id) / count(distinct customer_id)
            from truth_customer_types left join orders using (customer_id)
            group by all
            """
        ).fetchall()
    )
    assert orders["frequent"] > 2 * orders["lapsing"] > 2 * orders["seasonal"]
    assert orders["seasonal"] > orders["one_off"] > orders["window_shopper"]


def test_planted_pairs_are_bought_together(shop: duckdb.DuckDBPyConnection) -> None:
    found, planted = one(
        shop,
        """
        with lines as (select order_id, product_id from order_items),
        sold as (select product_id, count(*) as orders from lines group by all),
        pairs as (
            select a.product_id as product_1, b.product_id as product_2, count(*) as joint
            from lines as a join lines as b using (order_id)
            where a.product_id != b.product_id
            group by all
        ),
        ranked as (
            select product_1, product_2, row_number() over (
                partition by product_1
                order by joint / sqrt(one.orders * other.orders) desc
            ) as place
            from pairs
            join sold as one on one.product_id = product_1
            join sold as other on other.product_id = product_2
        )
        select count(place), count(*)
        from truth_complements
        left join ranked
            on (ranked.product_1, ranked.product_2)
                = (truth_complements.product_1, truth_complements.product_2)
            and place <= 10
        """,
    )
    assert planted == 30
    assert found >= 27


def test_arms_are_balanced_and_only_treatment_is_touched(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    shares = shop.sql(
        """
        select avg((arm = 'treatment')::int), count(*)
        from campaign_assignments group by campaign_id
        """
    ).fetchall()
    assert len(shares) == 5
    for share, assigned in shares:
        assert abs(share - 0.5) < 4 * (0.25 / assigned) ** 0.5
    (strays,) = one(
        shop,
        """
        select count(*)
        from campaign_touches
        left join campaign_assignments using (campaign_id, customer_id)
        where arm is distinct from 'treatment'
        """,
    )
    assert strays == 0


def test_difference_between_arms_is_the_true_effect(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    rows = shop.sql(
        """
        with traced as (
            select coalesce(orders.customer_id, customers.customer_id) as customer_id,
                ordered_at
            from orders left join customers using (email_key)
            where status in ('completed', 'shipped', 'refunded') and not is_test
        ),
        outcomes as (
            select campaign_id, arm, assigned.customer_id,
                (count(ordered_at) > 0)::int as converted
            from campaign_assignments as assigned
            left join traced
                on traced.customer_id = assigned.customer_id
                and ordered_at >= assigned_at
                and ordered_at < assigned_at + interval 14 days
            group by all
        ),
        arms as (
            select campaign_id,
                avg(converted) filter (arm = 'treatment')
                    - avg(converted) filter (arm = 'control') as lift,
                sqrt(
                    var_samp(converted) filter (arm = 'treatment')
                        / count(*) filter (arm = 'treatment')
                    + var_samp(converted) filter (arm = 'control')
                        / count(*) filter (arm = 'control')
                ) as standard_error
            from outcomes group by all
        )
        select campaign_id, lift, standard_error, true_conversion_lift, true_revenue_lift
        from arms join truth_campaign_effects using (campaign_id)
        """
    ).fetchall()
    assert len(rows) == 5
    for campaign, lift, standard_error, truth, revenue in rows:
        assert abs(lift - truth) < 3 * standard_error, campaign
        assert (truth > 0) == (revenue > 0) == (campaign != "mail-december")


def test_sales_draw_bargain_hunters(shop: duckdb.DuckDBPyConnection) -> None:
    response = shop.sql(
        """
        with days as (
            select day::date as day from range(date '2025-07-17', date '2026-07-01',
                interval 1 day) as days (day)
        ),
        sales as (
            select distinct starts_on, ends_on from truth_discount_response
        ),
        marked as (
            select day, exists (
                select 1 from sales where day between starts_on and ends_on
            ) as in_sale
            from days
        ),
        sold as (
            select ordered_at::date as day, customer_type, count(*) as orders
            from orders join truth_customer_types using (customer_id)
            where customer_type in ('bargain', 'frequent')
            group by all
        )
        select customer_type,
            (sum(orders) filter (in_sale) / (select count_if(in_sale) from marked))
            / (sum(orders) filter (not in_sale)
                / (select count_if(not in_sale) from marked))
        from sold join marked using (day)
        group by all
        """
    ).fetchall()
    ratio = dict(response)
    assert ratio["bargain"] > 3
    assert ratio["bargain"] > 2 * ratio["frequent"]


def test_lines_charge_what_they_say(shop: duckdb.DuckDBPyConnection) -> None:
    broken, discounted = one(
        shop,
        """
        select
            count_if(line_amount != quantity * unit_price - discount_amount),
            avg((discount_amount > 0)::int)
        from order_items
        """,
    )
    assert broken == 0
    assert 0.05 < discounted < 0.5


def test_tax_is_inside_the_price(shop: duckdb.DuckDBPyConnection) -> None:
    (furthest,) = one(
        shop,
        """
        with charged as (
            select order_id, sum(line_amount) as goods from order_items group by all
        )
        select max(abs(
            tax_amount - (goods - discount_amount + shipping_amount) * 0.19 / 1.19
        ))
        from orders join charged using (order_id)
        where taxes_included
        """,
    )
    assert furthest < 0.006


def test_refunds_stay_below_what_was_charged(shop: duckdb.DuckDBPyConnection) -> None:
    too_much, whole, share = one(
        shop,
        """
        with charged as (
            select order_id, sum(line_amount) as goods, count(*) as lines
            from order_items group by all
        ),
        refunded as (
            select order_id, sum(refund_amount) as refund, count(line_number) as lines
            from returns group by all
        )
        select count_if(refund > goods - discount_amount), count_if(refunded.lines = 0),
            sum(refunded.lines) / (select count(*) from order_items)
        from refunded join charged using (order_id) join orders using (order_id)
        """,
    )
    assert too_much == 0
    assert whole > 0
    assert 0.04 < share < 0.08


def test_guests_currencies_and_channels(shop: duckdb.DuckDBPyConnection) -> None:
    guests, nameless, pounds, web, tests, reunited = one(
        shop,
        """
        select
            avg((customer_id is null)::int),
            count_if(customer_id is null and email_key is null),
            avg((currency = 'GBP')::int),
            avg((sales_channel = 'web')::int),
            count_if(is_test),
            count_if(customer_id is null
                and email_key in (select email_key from customers))
        from orders
        """,
    )
    assert 0.09 < guests < 0.16
    assert 0.07 < pounds < 0.13
    assert 0.72 < web < 0.78
    assert min(nameless, tests, reunited) > 0


def test_every_web_order_has_its_purchase_event(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    orders, matched = one(
        shop,
        """
        with purchases as (
            select distinct order_id, visitor_id, customer_id, event_at, value, currency
            from events where event_name = 'purchase'
        ),
        goods as (
            select order_id, sum(line_amount) as goods from order_items group by all
        )
        select count(*), count_if(
            events.visitor_id = orders.visitor_id
            and events.customer_id is not distinct from orders.customer_id
            and event_at = ordered_at
            and value = goods - discount_amount
            and events.currency = orders.currency
        )
        from orders join goods using (order_id)
        full join purchases as events using (order_id)
        where sales_channel is distinct from 'app'
            and sales_channel is distinct from 'store'
            and sales_channel is distinct from 'phone'
        """,
    )
    assert orders == matched > 0


def test_events_come_twice_late_and_from_robots(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    late, robots, exact, later, ties = one(
        shop,
        f"""
        with repeats as (
            select event_id, count(*) as times, count(distinct received_at) as arrivals
            from events group by all having times > 1
        ),
        ties as (
            select visitor_id, event_at from events
            group by all having count(distinct event_id) > 1
        )
        select
            avg((received_at > event_at + interval 1 hour)::int),
            avg({ROBOTS}::int),
            (select count_if(arrivals = 1) from repeats),
            (select count_if(arrivals = 2) from repeats),
            (select count(*) from ties)
        from events
        """,
    )
    assert 0.008 < late < 0.02
    assert 0.02 < robots < 0.045
    assert min(exact, later, ties) > 0


def test_truth_names_robots_and_owners(shop: duckdb.DuckDBPyConnection) -> None:
    unnamed, wrong_owner = one(
        shop,
        f"""
        select
            count_if({ROBOTS} and visitor_id not in (select visitor_id from truth_bots)),
            count_if(events.customer_id != owners.customer_id)
        from events left join truth_visitors as owners using (visitor_id)
        """,
    )
    assert unnamed == 0
    assert wrong_owner == 0


def test_visits_convert_and_gather_before_orders(
    shop: duckdb.DuckDBPyConnection,
) -> None:
    converting, unknown, before, after = one(
        shop,
        f"""
        with human as (
            select distinct on (event_id) * from events where not {ROBOTS}
        ),
        gaps as (
            select *, event_at - lag(event_at) over (
                partition by visitor_id order by event_at
            ) as gap
            from human
        ),
        visits as (
            select visitor_id, event_at from gaps
            where gap is null or gap > interval 30 minutes
        ),
        owned as (
            select customer_id, event_at from visits join truth_visitors using (visitor_id)
        ),
        around as (
            select order_id,
                count_if(event_at between ordered_at - interval 5 days
                    and ordered_at - interval 2 hours) as before,
                count_if(event_at between ordered_at + interval 2 hours
                    and ordered_at + interval 5 days) as after
            from orders join owned using (customer_id)
            group by all
        )
        select
            (select count(distinct order_id) from human) / (select count(*) from visits),
            1 - (select count(*) from owned) / (select count(*) from visits),
            (select sum(before) from around),
            (select sum(after) from around)
        """,
    )
    assert 0.05 < converting < 0.085
    assert 0.33 < unknown < 0.45
    assert before > 1.8 * after


def test_some_campaigns_pay_and_one_does_not(shop: duckdb.DuckDBPyConnection) -> None:
    """Last touch within the visit of the order, goods at a margin of a third."""
    rows = shop.sql(
        """
        with entries as (
            select visitor_id, event_at, utm_campaign from events
            where referrer_url is not null or utm_source is not null
        ),
        bought as (
            select distinct order_id, visitor_id, event_at, value
            from events where event_name = 'purchase'
        ),
        earned as (
            select utm_campaign as campaign_id, sum(value) / 3 as margin
            from bought asof join entries
                on bought.visitor_id = entries.visitor_id
                and bought.event_at >= entries.event_at
            group by all
        ),
        spent as (select campaign_id, sum(spend) as spend from ad_spend group by all)
        select campaign_id, margin / spend - 1 from spent join earned using (campaign_id)
        """
    ).fetchall()
    roi = dict(rows)
    assert roi["ad-search-generic"] < -0.3
    assert sum(value > 0.5 for value in roi.values()) >= 2


def test_consent_to_mail(shop: duckdb.DuckDBPyConnection) -> None:
    granted, unknown = one(
        shop,
        """
        with latest as (
            select customer_id, arg_max(state, changed_at) as state from consents
            where channel = 'email' group by all
        )
        select avg(coalesce(state = 'granted', false)::int), avg((state is null)::int)
        from customers left join latest using (customer_id)
        """,
    )
    assert 0.61 < granted < 0.70
    assert unknown > 0.03


def test_stars_follow_returns(shop: duckdb.DuckDBPyConnection) -> None:
    kept, returned = one(
        shop,
        """
        with back as (select distinct order_id, product_id from returns)
        select avg(rating) filter (back.order_id is null),
            avg(rating) filter (back.order_id is not null)
        from reviews left join back using (order_id, product_id)
        """,
    )
    assert kept > returned + 0.7
