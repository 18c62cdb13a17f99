"""Orders credited by all attribution models: inputs, growth, and what a peer finds too."""

from __future__ import annotations

from pathlib import Path

import duckdb
from tests.python.benchmarks import compiled
from tests.python.benchmarks import inputs as shop

from martlet.errors import CheckFailed

TOUCHES_PER_ORDER = 20
TOUCHES_OF_PERSONS = (1, 1, 2, 3, 4, 5, 8, 11)
CHANNELS = 12
SMALLER = 10
MODELS = (
    *("first_touch", "last_touch", "last_non_direct_touch", "linear"),
    *("position_based", "time_decay", "markov", "shapley"),
)


def prepare(inputs: Path, size: int) -> None:
    """Write ``size`` touches and a twentieth as many orders; and a tenth of both."""
    for directory, touches in (
        (inputs, size),
        (inputs / "smaller" / "inputs", size // SMALLER),
    ):
        directory.mkdir(parents=True, exist_ok=True)
        shop.write(directory, "core.fct_marketing_touches", _touches(touches))
        shop.write(directory, "core.fct_orders", _orders(touches))
        shop.write(
            directory,
            "intermediate.int_data_period",
            "select timestamp '2026-03-01' as as_of_at, date '2026-03-01' as as_of_date",
        )
    models = (inputs / "models.json").read_text("utf-8")
    (inputs / "smaller" / "inputs" / "models.json").write_text(models, "utf-8")


def _moment(number: str, i: str, salt: str) -> str:
    """Give an instant within forty days of a person's own in two years."""
    return (
        "timestamp '2024-01-01' + to_seconds(cast(86400 * ("
        f"700 * chance({number}, 'about') + 40 * chance({i}, '{salt}')) as bigint))"
    )


def _touches(rows: int) -> str:
    return f"""
        select
            'T' || i as touch_id,
            case when draw(i, 'campaign', 3) = 0 then 'C' || draw(i, 'which', 200) end
                as campaign_id,
            case draw(i, 'channel', {CHANNELS})
                when 0 then 'Direct' else 'channel ' || draw(i, 'channel', {CHANNELS})
            end as channel_group,
            md5(cast(number as varchar)) as person_id,
            {_moment("number", "i", "touched")} as touched_at
        from ({shop.grouped(rows, TOUCHES_OF_PERSONS)})
    """


def _orders(touches: int) -> str:
    persons = touches * len(TOUCHES_OF_PERSONS) // sum(TOUCHES_OF_PERSONS)
    return f"""
        with placed as (
            select i, draw(i, 'person', {persons}) as number
            from range({touches // TOUCHES_PER_ORDER}) as rows (i)
        )
        select
            'O' || i as order_id,
            md5(cast(number as varchar)) as customer_id,
            cast(null as varchar) as visitor_id,
            {_moment("number", "i", "ordered")} as ordered_at,
            cast(ordered_at as date) as order_date,
            true as is_counted,
            false as is_first_order,
            false as is_margin_assumed,
            cast(5 + draw(i, 'sales', 20000) / 100 as decimal(18, 4)) as net_sales,
            cast(draw(i, 'margin', 9000) / 100 as decimal(18, 4)) as gross_margin
        from placed
    """


def build_smaller(inputs: Path, outputs: Path) -> None:
    """Build the same of a tenth of the touches."""
    compiled.build(inputs / "smaller" / "inputs", outputs)


def check(inputs: Path, outputs: Path) -> str:
    """Hold the last touches against the peer's, and weights against one."""
    with duckdb.connect() as connection:
        warehouse = outputs / "martlet" / "warehouse.duckdb"
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        orders, credited, apart, uneven = connection.execute(
            f"""
            with ours as (from warehouse.attribution.touch_credits),
            theirs as (from read_parquet('{outputs}/Polars last touch/last.parquet')),
            sums as (
                select
                    order_id,
                    {", ".join(f"sum({model}_weight) as {model}" for model in MODELS)}
                from ours group by order_id
            )
            select
                (select count(*) from sums),
                (select count(*) from theirs),
                (
                    select count(*) from theirs
                    full join (from ours where touch_id is not null
                        and last_touch_weight = 1) as last using (order_id)
                    where last.touch_id is distinct from theirs.touch_id
                ),
                (
                    select count(*) from sums
                    where {" or ".join(f"{model} <> 1" for model in MODELS)}
                )
            """
        ).fetchone()
    if not credited or apart or uneven:
        raise CheckFailed(
            f"Credits differ: of {orders} orders {apart} have another last touch than "
            f"Polars finds, and the weights of {uneven} do not sum to one."
        )
    return (
        f"{orders:,} orders, each credited in full by {len(MODELS)} models; "
        f"{credited:,} with a touch, and the last is Polars' too"
    )
