"""Customer features at twelve dates: inputs, and what one date more costs."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks import compiled
from tests.python.benchmarks import inputs as shop

from martlet.errors import CheckFailed

DATES = 12
DATES_TABLE = "intermediate.int_as_of_dates"

LINES_PER_CUSTOMER = 9
LINES_OF_ORDERS = (1, 1, 2, 2, 3, 4)
SESSIONS_PER_CUSTOMER = 15
TOUCHES_PER_CUSTOMER = 5
CUSTOMERS_PER_REVIEW = 4


def prepare(inputs: Path, size: int) -> None:
    """Write a shop of ``size`` customers and two years, as core tells it."""
    lines = size * LINES_PER_CUSTOMER
    order = f"""
        select
            'O' || number as order_id,
            number,
            floor({size} * chance(number, 'customer') ** 1.3) as customer,
            {_moment("number", "ordered")} as ordered_at
        from ({shop.grouped(lines, LINES_OF_ORDERS)})
        where place = 0
    """
    tables = {
        DATES_TABLE: dates(DATES),
        "core.dim_customers": f"""
            select
                md5(cast(i as varchar)) as customer_id,
                false as is_guest,
                ['DE', 'FR', 'NL'][draw(i, 'country', 3) + 1] as country,
                timestamp '2023-01-01' as first_known_at,
                timestamp '2023-01-01' as account_known_at
            from range({size}) as rows (i)
        """,
        "core.dim_products": """
            select 'P' || i as product_id, 'B' || i % 200 as brand
            from range(5000) as rows (i)
        """,
        "core.fct_orders": f"""
            select
                order_id,
                md5(cast(cast(customer as bigint) as varchar)) as customer_id,
                ordered_at,
                cast(ordered_at as date) as order_date,
                ordered_at as identified_at,
                chance(number, 'counted') < 0.97 as is_counted,
                1 + draw(number, 'items', 5) as items,
                case when chance(number, 'coupon') < 0.1 then 'C' end as coupon_code,
                cast(5 + draw(number, 'sales', 20000) / 100 as decimal(18, 4))
                    as gross_sales,
                cast(draw(number, 'discounts', 400) / 100 as decimal(18, 4))
                    as discounts
            from ({order})
        """,
        "core.fct_order_lines": f"""
            select
                'O' || number as order_id,
                'P' || draw(i, 'product', 5000) as product_id,
                'K' || draw(i, 'product', 5000) % 20 as category,
                true as is_merchandise,
                cast(1 + draw(i, 'price', 9000) / 100 as decimal(18, 4)) as gross_sales,
                cast(0 as decimal(18, 4)) as discounts,
                cast(draw(i, 'cost', 4000) / 100 as decimal(18, 4)) as cost_of_goods
            from ({shop.grouped(lines, LINES_OF_ORDERS)})
        """,
        "core.fct_returns": f"""
            select
                order_id,
                ordered_at + interval 9 day as returned_at,
                cast(3 as decimal(18, 4)) as refunds,
                cast(1 as decimal(18, 4)) as returned_cost
            from ({order})
            where chance(number, 'returned') < 0.05
        """,
        "core.fct_sessions": f"""
            select
                {_customer(size)} as customer_id,
                to_hex(hash(i, 'visitor')) as visitor_id,
                {_moment("i", "visited")} as session_end_at,
                session_end_at as identified_at,
                session_end_at + interval 2 second as last_received_at,
                draw(i, 'views', 6) as item_views,
                draw(i, 'carts', 2) as add_to_carts,
                draw(i, 'searches', 2) as searches,
                ['mobile', 'desktop'][draw(i, 'device', 2) + 1] as device_category,
                ['Direct', 'Email', 'Paid Search', 'Display', 'Referral'][
                    draw(i, 'channel', 5) + 1
                ] as channel_group
            from range({size * SESSIONS_PER_CUSTOMER}) as rows (i)
        """,
        "core.fct_campaign_touches": f"""
            select
                {_customer(size)} as customer_id,
                ['sent', 'sent', 'open', 'click'][draw(i, 'type', 4) + 1] as touch_type,
                {_moment("i", "touched")} as touched_at,
                touched_at as identified_at
            from range({size * TOUCHES_PER_CUSTOMER}) as rows (i)
        """,
        "core.fct_reviews": f"""
            select
                {_customer(size)} as customer_id,
                1 + draw(i, 'rating', 5) as rating,
                {_moment("i", "reviewed")} as reviewed_at,
                reviewed_at as identified_at
            from range({size // CUSTOMERS_PER_REVIEW}) as rows (i)
        """,
        "core.fct_support_messages": f"""
            select
                {_customer(size)} as customer_id,
                {_moment("i", "sent")} as sent_at,
                sent_at as identified_at
            from range({size // CUSTOMERS_PER_REVIEW}) as rows (i)
        """,
    }
    for name, query in tables.items():
        shop.write(inputs, name, query)


def dates(count: int) -> str:
    """Select the ends of ``count`` months, as ``int_as_of_dates``."""
    return f"""
        select
            cast(timestamp '2025-01-01' - to_months(cast(i as integer)) as date)
                as as_of_date,
            cast(as_of_date as timestamp) as as_of_at,
            i = 0 as is_latest
        from range({count}) as rows (i)
    """


def build_one_date_more(inputs: Path, outputs: Path) -> None:
    """Build the same with one month end before those."""
    more = outputs / "inputs"
    for file in (inputs / "models.json", *inputs.glob("*/*.parquet")):
        link = more / file.relative_to(inputs)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    (more / f"{DATES_TABLE.replace('.', '/')}.parquet").unlink()
    shop.write(more, DATES_TABLE, dates(DATES + 1))
    compiled.build(more, outputs)


def check(inputs: Path, outputs: Path) -> str:
    """Hold the features of both against each other at the dates that they share."""
    with duckdb.connect() as connection:
        for side, name in (("martlet", "ours"), ("one date more", "theirs")):
            warehouse = outputs / side / "warehouse.duckdb"
            connection.execute(f"attach '{warehouse}' as {name} (read_only)")
        query = "select {} from {}.features.feat_customers"
        rows, found = connection.execute(
            query.format("count(*), count(distinct as_of_date)", "ours")
        ).fetchone()
        hashed = "as_of_date, sum(hash(columns(*)))"
        told = [
            connection.execute(
                query.format(hashed, name) + " group by as_of_date order by 1"
            ).fetchall()
            for name in ("ours", "theirs")
        ]
    if found != DATES or told[0] != told[1][1:]:
        raise CheckFailed("Another date changed the features of those before.")
    return f"{rows:,} rows of {found} dates: the same beside one date more"


def _customer(size: int) -> str:
    return (
        f"md5(cast(cast(floor({size} * chance(i, 'customer') ** 1.3) as bigint) "
        "as varchar))"
    )


def _moment(number: str, salt: str) -> str:
    """Give a moment of the two years before the latest date."""
    return (
        "timestamp '2023-01-01' + to_seconds("
        f"cast(731 * 86400 * chance({number}, '{salt}') as bigint))"
    )
