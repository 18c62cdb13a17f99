"""Read what is recommended: to one customer, beside one product, and how good it was."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from martlet.errors import UsageError
from martlet.warehouse.connection import fetch_dicts, refuse_unbuilt
from martlet.warehouse.interface import Warehouse

_CLOSEST_NAMED = 5
# Whoever has the id, the warehouse's or the store's own.
_MEANT = """
with meant as (
    select $id as customer_id
    union
    select customer_id from identity.identity_customer_ids
    where source_customer_id = $id
)
"""


@dataclass(frozen=True)
class ProductNeighbours:
    """A product, and what is offered beside it.

    Attributes
    ----------
    product : dict
        product_id, product_name, category.
    bought_together, similar : list of dict
        In their order, each with ``product_id`` and ``product_name``.
    """

    product: dict
    bought_together: list[dict]
    similar: list[dict]


def recommended_to(connection: duckdb.DuckDBPyConnection, customer: str) -> list[dict]:
    """Read the list of a customer.

    Parameters
    ----------
    customer : str
        The ``customer_id``, or the id that the store itself gives an account.

    Raises
    ------
    UsageError
        Nobody has that id, or nothing may be offered to whoever has.
    EnvironmentFault
        The marts were never built.
    """
    _check_built(connection)
    rows = fetch_dicts(
        connection,
        _MEANT
        + """
        select
            customer_id,
            recommendations.rank,
            product_id,
            products.product_name,
            recommendations.score,
            recommendations.algorithm,
            recommendations.reason,
            recommendations.fallback_reason,
            recommendations.recommendation_id,
            recommendations.as_of_date
        from marts.product_recommendations as recommendations
        inner join meant using (customer_id)
        left join core.dim_products as products using (product_id)
        order by recommendations.rank
        """,
        {"id": customer},
    )
    if rows:
        return rows
    known = connection.execute(
        _MEANT
        + "select 1 from core.dim_customers inner join meant using (customer_id)",
        {"id": customer},
    ).fetchone()
    if known:
        raise UsageError(
            f"Nothing can be offered to customer '{customer}' now: they have bought all "
            "that sells, and none of it is due again.",
            "See why: docs/recommendations.md, Rules",
        )
    raise UsageError(
        f"There is no customer '{customer}'.",
        "Give a customer_id of the customer_profiles mart, or the store's own id of an "
        "account. Newcomers need a build first: martlet build",
    )


def neighbours_of(
    connection: duckdb.DuckDBPyConnection, product: str
) -> ProductNeighbours:
    """Read what is offered beside a product.

    Parameters
    ----------
    product : str
        The ``product_id``, or the product's name, in any case.

    Raises
    ------
    UsageError
        There is no such product, or several have that name.
    EnvironmentFault
        The marts were never built.
    """
    _check_built(connection)
    found = _find_product(connection, product)
    values = {"id": found["product_id"]}
    return ProductNeighbours(
        found,
        fetch_dicts(
            connection,
            """
            select
                lists.rank,
                lists.bought_with_product_id as product_id,
                products.product_name,
                lists.lift,
                lists.reason,
                lists.fallback_reason
            from marts.bought_together as lists
            left join core.dim_products as products
                on lists.bought_with_product_id = products.product_id
            where lists.product_id = $id
            order by lists.rank
            """,
            values,
        ),
        fetch_dicts(
            connection,
            """
            select
                lists.rank,
                lists.similar_product_id as product_id,
                products.product_name,
                lists.similarity,
                lists.based_on
            from marts.similar_products as lists
            left join core.dim_products as products
                on lists.similar_product_id = products.product_id
            where lists.product_id = $id
            order by lists.rank
            """,
            values,
        ),
    )


def read_trial(warehouse: Warehouse) -> list[dict]:
    """Read how the recommenders did at the trial, the best first.

    Returns
    -------
    list of dict
        algorithm, customers, ndcg, ci_low, ci_high, gain over popularity with
        gain_ci_low and gain_ci_high, relative_gain, coverage, is_served.
    """
    return warehouse.rows(
        """
        with metrics as (
            select * from marts.recommender_metrics
            where cutoff = 10 and customer_group = 'all'
        )

        select
            ndcg.as_of_date,
            ndcg.algorithm,
            ndcg.customers,
            ndcg.metric_value as ndcg,
            ndcg.ci_low,
            ndcg.ci_high,
            ndcg.gain,
            ndcg.gain_ci_low,
            ndcg.gain_ci_high,
            ndcg.relative_gain,
            coverage.metric_value as coverage,
            ndcg.is_served
        from metrics as ndcg
        left join metrics as coverage
            on
                ndcg.algorithm = coverage.algorithm
                and coverage.metric_name = 'coverage'
        where ndcg.metric_name = 'ndcg'
        order by ndcg.metric_value desc, ndcg.algorithm
        """,
    )


def _find_product(connection: duckdb.DuckDBPyConnection, product: str) -> dict:
    named = fetch_dicts(
        connection,
        """
        select
            product_id,
            product_name,
            category,
            product_id = $product as is_meant,
            coalesce(lower(product_name) = lower($product), false) as has_name
        from core.dim_products
        where
            product_id = $product
            or contains(lower(product_name), lower($product))
            or jaro_winkler_similarity(lower(product_id), lower($product)) > 0.9
        order by is_meant desc, has_name desc, product_id
        limit $most
        """,
        {"product": product, "most": _CLOSEST_NAMED},
    )
    meant = [row for row in named if row["is_meant"]]
    exact = meant or [row for row in named if row["has_name"]]
    if len(exact) == 1:
        return {
            name: exact[0][name] for name in ("product_id", "product_name", "category")
        }
    close = ", ".join(f"{row['product_id']} ({row['product_name']})" for row in named)
    raise UsageError(
        f"There is no product '{product}'."
        if not exact
        else f"Several products are called '{product}'.",
        f"Did you mean {close}?" if close else "Give a product_id of dim_products.",
    )


def _check_built(connection: duckdb.DuckDBPyConnection) -> None:
    marts = ("product_recommendations", "bought_together", "similar_products")
    refuse_unbuilt(connection, marts, "The warehouse has no recommendations yet.")
