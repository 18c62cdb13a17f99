"""Generated shops: skewed as real ones are, the same on every call.

Everything is a hash of a row's number, so rows are made in parallel and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from martlet.settings import find_project

# Rows of successive groups: most visits and baskets are small, a few are large.
EVENTS_OF_VISITS = (1, 1, 2, 3, 4, 5, 8, 11)
LINES_OF_BASKETS = (1, 1, 2, 3, 4, 6, 9, 14)

VISITS_PER_VISITOR = 2.5
PRODUCTS_PER_LINE = 30_000 / 10_000_000
FEWEST_PRODUCTS = 100

MACROS = """
    create macro draw(i, salt, n) as cast(hash(i, salt) % n as bigint);
    create macro chance(i, salt) as draw(i, salt, 1000003) / 1000003;
"""


def write(inputs: Path, table: str, query: str) -> None:
    """Write ``query`` to the Parquet file of ``table``, as ``schema.table``."""
    file = inputs / f"{table.replace('.', '/')}.parquet"
    file.parent.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(MACROS)
        connection.execute("set preserve_insertion_order = false")
        connection.execute(f"copy ({query}) to '{file}' (format parquet)")


def grouped(rows: int, sizes: Sequence[int]) -> str:
    """Select each row's number ``i``, its group's ``number``, and its ``place`` there."""
    cycle = [
        (number, place) for number, size in enumerate(sizes) for place in range(size)
    ]
    steps = ", ".join(str((step, *taken)) for step, taken in enumerate(cycle))
    return f"""
        select
            cycle * {len(cycle)} + step as i,
            cycle * {len(sizes)} + group_number as number,
            place
        from range({rows // len(cycle) + 1}) as cycles (cycle)
        cross join (values {steps}) as steps (step, group_number, place)
        where cycle * {len(cycle)} + step < {rows}
    """


def events(rows: int) -> str:
    """Select ``rows`` events in the shape of ``stg_store__events``.

    A purchase may be reported twice in a visit; one user agent in 25 is a robot's, and
    one visit in 300 is to a shop that is being worked on.
    """
    visits = rows * len(EVENTS_OF_VISITS) / sum(EVENTS_OF_VISITS)
    visitors = max(int(visits / VISITS_PER_VISITOR), 1)
    return f"""
        with placed as materialized (
            select i, number as visit, place
            from ({grouped(rows, EVENTS_OF_VISITS)})
        ),
        dated as (
            select
                *,
                floor({visitors} * chance(visit, 'visitor') ** 1.5) as visitor,
                timestamp '2024-01-01'
                + to_seconds(cast(366 * 86400 * chance(visit, 'start') as bigint))
                + to_milliseconds(
                    cast(1000 * place * (20 + 200 * chance(visit, 'pace')) as bigint)
                ) as event_at,
                chance(i, 'name') as kind,
                place = 0 and chance(visit, 'tagged') < 0.2 as is_tagged
            from placed
        ),
        named as (
            select
                *,
                case
                    when place = 0 or kind < 0.35 then 'page_view'
                    when kind < 0.75 then 'view_item'
                    when kind < 0.84 then 'search'
                    when kind < 0.94 then 'add_to_cart'
                    when kind < 0.97 then 'begin_checkout'
                    else 'purchase'
                end as event_name
            from dated
        )
        select
            md5(cast(i as varchar)) as event_id,
            to_hex(hash(visitor, 'visitor')) as visitor_id,
            case
                when chance(visit, 'signed in') < 0.2
                    then 'C' || cast(visitor as bigint)
            end as source_customer_id,
            event_at,
            event_at + interval 2 seconds as received_at,
            event_name,
            case when draw(visit, 'host', 300) = 0 then 'https://staging.'
                else 'https://www.' end
            || 'shop.example/' || event_name || '/'
            || draw(i, 'page', 5000) as page_url,
            case
                when place = 0 and chance(visit, 'referred') < 0.5
                    then 'https://site' || draw(visit, 'site', 200) || '.example/'
            end as referrer_url,
            case
                when event_name in ('view_item', 'add_to_cart')
                    then 'P' || draw(i, 'product', 5000)
            end as product_id,
            cast(case when event_name = 'add_to_cart' then 1 end as bigint) as quantity,
            cast(case
                when event_name = 'purchase' then draw(visit, 'value', 200000) / 1000
            end as decimal(18, 4)) as value,
            ['EUR', 'EUR', 'EUR', 'USD', null][draw(visit, 'currency', 5) + 1]
                as currency,
            case when event_name = 'purchase' then 'O' || visit end as order_id,
            case when event_name = 'search' then 'term ' || draw(i, 'term', 900) end
                as search_term,
            cast(null as bigint) as search_results,
            cast(null as varchar) as item_list_id,
            cast(null as bigint) as item_list_index,
            cast(null as varchar) as recommendation_id,
            draw(i, 'engaged', 20000) as engagement_time_ms,
            case when is_tagged then 'source' || visit % 12 end as utm_source,
            case when is_tagged then 'medium' || visit % 5 end as utm_medium,
            case when is_tagged then 'campaign' || visit % 80 end as utm_campaign,
            case when is_tagged then 'content' || visit % 40 end as utm_content,
            cast(null as varchar) as utm_term,
            ['mobile', 'mobile', 'desktop', 'tablet'][draw(visitor, 'device', 4) + 1]
                as device_category,
            ['DE', 'FR', 'NL'][draw(visitor, 'country', 3) + 1] as country,
            'Mozilla/5.0 (agent ' || draw(visitor, 'agent', 200) || ')' as user_agent
        from named
    """


def user_agents() -> str:
    """Select the user agents of :func:`events`, as ``int_user_agents``."""
    return """
        select
            'Mozilla/5.0 (agent ' || i || ')' as user_agent,
            case when i % 25 = 0 then 'bot' else 'person' end as traffic_type
        from range(200) as rows (i)
    """


def seed(name: str) -> str:
    """Select the project's reference seed ``name``."""
    file = find_project(Path(__file__).parent) / f"seeds/reference/{name}.csv"
    return f"select * from read_csv('{file}')"


def order_lines(rows: int) -> str:
    """Select ``rows`` order lines, with the columns of ``int_order_lines`` that matter.

    Products are bought by Zipf's law with exponent 1; some stand twice in a basket.
    """
    products = max(int(rows * PRODUCTS_PER_LINE), FEWEST_PRODUCTS)
    return f"""
        with placed as materialized (
            select
                i,
                number,
                floor(exp(ln({products} + 1) * chance(i, 'product'))) as product
            from ({grouped(rows, LINES_OF_BASKETS)})
        )
        select
            'O' || number as order_id,
            i as line_number,
            'P' || lpad(cast(cast(product as bigint) as varchar), 6, '0') as product_id,
            timestamp '2024-01-01'
            + to_seconds(cast(366 * 86400 * chance(number, 'ordered') as bigint))
                as ordered_at,
            'C' || draw(number, 'customer', {max(rows // 10, 1)}) as customer_id,
            ordered_at as identified_at,
            cast(ordered_at as date) as order_date,
            'category ' || product % 40 as category,
            chance(number, 'counted') < 0.97 as is_order,
            product % 100 <> 99 as is_merchandise,
            case when chance(i, 'given back') < 0.02 then -1 else 1 end as quantity,
            cast(
                case when chance(i, 'given away') < 0.02 then 0 else 9.99 end
                as decimal(18, 4)
            ) as gross_sales
        from placed
    """


def products(lines: Path) -> str:
    """Select the products of the order lines in a file, as ``int_products``."""
    return f"""
        select product_id, any_value(category) as category
        from read_parquet('{lines}') group by product_id
    """


def no_returns() -> str:
    """Select nothing, with the columns of ``int_returns`` that matter."""
    return """
        select
            '' as order_id,
            1 as line_number,
            '' as product_id,
            timestamp '2024-01-01' as returned_at,
            1 as quantity,
            true as is_order
        where false
    """


def recommendation_dates() -> str:
    """Select the end of :func:`order_lines`, as ``int_recommendation_dates``."""
    return """
        select
            'serving' as purpose,
            date '2025-01-01' as as_of_date,
            timestamp '2025-01-01' as as_of_at,
            timestamp '2025-01-29' as horizon_end_at
    """


def customers(rows: int) -> str:
    """Select ``rows`` customers, with the columns of ``feat_customers`` RFM reads.

    One in eight never bought; orders and money have long tails and many ties.
    """
    return f"""
        with drawn as materialized (
            select
                i,
                case
                    when chance(i, 'bought') < 0.875
                        then cast(floor((1 - chance(i, 'orders')) ** -0.7) as bigint)
                    else 0
                end as orders
            from range({rows}) as rows (i)
        )
        select
            date '2025-01-01' as as_of_date,
            md5(cast(i as varchar)) as customer_id,
            true as is_latest,
            orders,
            cast(
                case when orders > 0 then floor(730 * chance(i, 'recency') ** 2) end
                as bigint
            ) as recency_days,
            cast(
                orders * round(exp(5 * chance(i, 'basket')), 2) as decimal(18, 4)
            ) as net_sales
        from drawn
    """
