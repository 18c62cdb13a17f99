"""Every metric of `models/semantic` in plain SQL, written without MetricFlow.

A group of metrics shares the rows it is told of and what it can be sliced by, each
dimension by the name that MetricFlow knows it by.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

PERIODS = {
    f"metric_time__{grain}": f"cast(date_trunc('{grain}', day) as timestamp)"
    for grain in ("day", "week", "month")
}
CUSTOMER = {
    f"customer__{column}": f"p.{column}"
    for column in ("country", "rfm_segment", "lifecycle_stage", "cluster_name")
}
ORDER = {
    "order_id__channel": "c.channel_group",
    "order_id__campaign": "c.campaign_id",
    "order_id__campaign__campaign_type": "k.campaign_type",
    "order_id__sales_channel": "o.sales_channel",
    "order_id__customer_type": """case
        when o.is_first_order then 'new'
        when o.customer_order_number > 1 then 'returning'
        else 'unknown'
    end""",
}


@dataclass(frozen=True)
class Group:
    """Metrics of the same rows, as expressions over them."""

    rows: str
    metrics: dict[str, str]
    dimensions: dict[str, str]
    # Dimensions by which each metric is asked for alone.
    together: tuple[str, ...]
    # What the rows are for one of: snapshots of a month do not add up over months.
    per: tuple[str, ...] = ()

    @property
    def slices(self) -> list[tuple[str, ...]]:
        """Each dimension by itself, or with what the rows are for one of."""
        return [
            (*self.per, dimension)
            for dimension in self.dimensions
            if dimension not in self.per
        ]

    def query(self, metrics: list[str], dimensions: tuple[str, ...]) -> str:
        """Give the SQL of some metrics by some dimensions."""
        columns = [
            *(f"{self.dimensions[name]} as {name}" for name in dimensions),
            *(f"{self.metrics[name]} as {name}" for name in metrics),
        ]
        by = "group by all" if dimensions else ""
        return f"select {', '.join(columns)} from {self.rows} {by}"


def ratio(numerator: str, denominator: str) -> str:
    """Give the SQL of a ratio that is null where there is nothing to divide by."""
    return f"cast({numerator} as double) / nullif(cast({denominator} as double), 0)"


def total(column: str) -> str:
    """Give the SQL of a sum that is zero where there is nothing to add up."""
    return f"coalesce(sum({column}), 0)"


LINES = """
    select
        order_id, product_id, customer_id, order_date as day,
        gross_sales, discounts, cost_of_goods, quantity
    from core.fct_order_lines
"""
RETURNS = """
    select
        order_id, product_id, customer_id, return_date as day, refunds, returned_cost
    from core.fct_returns
"""
ORDERS = """
    select order_id, customer_id, order_date as day, is_counted as is_order
    from core.fct_orders
"""


def booked(first: str, second: str) -> str:
    """Give the rows of two of the tables above, with all that is known of them."""
    return f"""
        ({first} union all by name {second}) as e
        left join core.fct_orders as o on e.order_id = o.order_id
        left join core.dim_products as d on e.product_id = d.product_id
        left join marts.customer_profiles as p on e.customer_id = p.customer_id
        left join marts.campaign_attribution as c
            on e.order_id = c.order_id and c.last_non_direct_touch_weight > 0
        left join core.dim_campaigns as k on c.campaign_id = k.campaign_id
    """


SALES_BEFORE_RETURNS = f"{total('e.gross_sales')} - {total('e.discounts')}"
REVENUE = f"{SALES_BEFORE_RETURNS} - {total('e.refunds')}"
MARGIN = f"{REVENUE} - {total('e.cost_of_goods')} + {total('e.returned_cost')}"
ITEMS = "coalesce(sum(e.quantity) filter (o.is_counted), 0)"
BUYERS = """
    count(distinct coalesce(o.customer_id, 'order ' || o.order_id)) filter (e.is_order)
"""
COUNTED = "count(*) filter (e.is_order)"

GOODS = Group(
    booked(LINES, RETURNS),
    {
        "gross_sales": total("e.gross_sales"),
        "discounts": total("e.discounts"),
        "returns": total("e.refunds"),
        "sales_before_returns": SALES_BEFORE_RETURNS,
        "revenue": REVENUE,
        "cost_of_sales": total("e.cost_of_goods"),
        "returned_cost": total("e.returned_cost"),
        "gross_margin": MARGIN,
        "gross_margin_rate": ratio(f"({MARGIN})", f"({REVENUE})"),
        "discount_rate": ratio(total("e.discounts"), total("e.gross_sales")),
        "return_rate": ratio(total("e.refunds"), f"({SALES_BEFORE_RETURNS})"),
        "items_sold": ITEMS,
    },
    {
        **PERIODS,
        **CUSTOMER,
        **ORDER,
        "product__category": "d.category",
        "product__brand": "d.brand",
    },
    ("metric_time__month", "product__category", "order_id__channel"),
)
BASKETS = Group(
    booked(LINES, ORDERS),
    {
        "orders": COUNTED,
        "average_order_value": ratio(f"({SALES_BEFORE_RETURNS})", COUNTED),
        "items_per_order": ratio(ITEMS, COUNTED),
        "buying_customers": BUYERS,
        "new_customers": "count(*) filter (e.is_order and o.is_first_order)",
        "orders_per_customer": ratio(COUNTED, BUYERS),
    },
    {**PERIODS, **CUSTOMER, **ORDER},
    ("metric_time__week", "customer__country", "order_id__customer_type"),
)


def sessions_with(condition: str) -> str:
    """Give the SQL of a count of sessions."""
    return f"count(*) filter ({condition})"


VISITS = Group(
    """
        (select session_date as day, * from core.fct_sessions) as s
        left join marts.customer_profiles as p on s.customer_id = p.customer_id
        left join core.fct_visit_touches as v
            on s.session_id = v.touch_id and v.touch_type = 'visit'
        left join core.dim_campaigns as k on v.campaign_id = k.campaign_id
    """,
    {
        "sessions": "count(*)",
        "visitors": "count(distinct s.visitor_id)",
        "engaged_sessions": sessions_with("is_engaged"),
        "engagement_rate": ratio(sessions_with("is_engaged"), "count(*)"),
        "bounces": sessions_with("is_bounce"),
        "bounce_rate": ratio(sessions_with("is_bounce"), "count(*)"),
        "cart_sessions": sessions_with("add_to_carts > 0"),
        "cart_rate": ratio(sessions_with("add_to_carts > 0"), "count(*)"),
        "checkout_sessions": sessions_with("checkouts > 0"),
        "purchasing_sessions": sessions_with("purchases > 0"),
        "conversion_rate": ratio(sessions_with("purchases > 0"), "count(*)"),
    },
    {
        **PERIODS,
        **CUSTOMER,
        "channel": "s.channel_group",
        "session__last_non_direct_channel_group": "s.last_non_direct_channel_group",
        "session__device_category": "s.device_category",
        "session__visitor_type": """
            case when s.session_number = 1 then 'new' else 'returning' end
        """,
        "session__campaign": "v.campaign_id",
        "session__campaign__campaign_type": "k.campaign_type",
    },
    ("metric_time__month", "channel", "session__device_category"),
)
CAMPAIGNS = Group(
    """
        (
            select date_day as day, * from marts.campaign_roi
            where attribution_model = 'last_non_direct_touch'
                and date_basis = 'refund'
        ) as r
        left join core.dim_campaigns as k on r.campaign_id = k.campaign_id
    """,
    {
        "spend": "sum(spend)",
        "impressions": "sum(impressions)",
        "clicks": "sum(clicks)",
        "attributed_orders": "sum(conversions)",
        "attributed_new_customers": "sum(new_customers)",
        "attributed_revenue": "sum(attributed_revenue)",
        "attributed_margin": "sum(attributed_margin)",
        "attributed_profit": "sum(attributed_margin) - sum(spend)",
        "click_through_rate": ratio("sum(clicks)", "sum(impressions)"),
        "cost_per_click": ratio("sum(spend)", "sum(clicks)"),
        "cost_per_order": ratio("sum(spend)", "sum(conversions)"),
        "cac": ratio("sum(spend)", "sum(new_customers)"),
        "roas": ratio(
            "sum(case when r.has_spend then attributed_revenue end)", "sum(spend)"
        ),
        "roi": ratio(
            "(sum(case when r.has_spend then attributed_margin end) - sum(spend))",
            "sum(spend)",
        ),
    },
    {
        **PERIODS,
        "channel": "r.channel_group",
        "campaign": "r.campaign_id",
        "campaign__campaign_name": "k.campaign_name",
        "campaign__campaign_type": "k.campaign_type",
        "campaign__platform": "k.platform",
        "campaign__objective": "k.objective",
    },
    ("metric_time__month", "channel", "campaign"),
)
LAPSED = "sum(case when l.lifecycle_stage = 'lapsed' then 1 else 0 end)"
REPEAT = "sum(case when l.orders > 1 then 1 else 0 end)"
STAGES = {
    "customers_with_orders": "count(*)",
    "repeat_customers": REPEAT,
    "lapsed_customers": LAPSED,
    "repeat_rate": ratio(REPEAT, "count(*)"),
    "churn_share": ratio(LAPSED, "count(*)"),
}
STAGES_TODAY = Group(
    """
        marts.customer_lifecycle as l
        left join marts.customer_profiles as p using (customer_id)
    """,
    STAGES,
    CUSTOMER,
    ("customer__country", "customer__rfm_segment", "customer__cluster_name"),
)
STAGES_BY_MONTH = Group(
    """
        (
            select as_of_date as day, * from marts.customer_lifecycle_history
            qualify as_of_date
                = max(as_of_date) over (partition by date_trunc('month', as_of_date))
        ) as l
        left join marts.customer_profiles as p using (customer_id)
    """,
    STAGES,
    {"metric_time__month": PERIODS["metric_time__month"], **CUSTOMER},
    ("metric_time__month", "customer__country", "customer__rfm_segment"),
    per=("metric_time__month",),
)
KNOWN = Group(
    "marts.customer_profiles as p",
    {"known_customers": "count(*)"},
    CUSTOMER | {"customer__membership_tier": "p.membership_tier"},
    ("customer__country", "customer__rfm_segment", "customer__cluster_name"),
)
VALUES = Group(
    """
        marts.customer_clv as v
        left join marts.customer_profiles as p using (customer_id)
    """,
    {
        "predicted_value": "sum(v.predicted_clv_365d)",
        "valued_customers": "count(v.predicted_clv_365d)",
        "clv": "avg(v.predicted_clv_365d)",
    },
    CUSTOMER,
    ("customer__country", "customer__rfm_segment", "customer__cluster_name"),
)
OVER = "filter (cohort_month_number > 0 and retention_rate is not null)"
COHORTS = Group(
    "(select cohort_month as day, * from marts.customer_cohorts)",
    {
        "retained_customer_months": f"sum(retained_customers) {OVER}",
        "cohort_customer_months": f"sum(customers) {OVER}",
        "retention_rate": ratio(
            f"sum(retained_customers) {OVER}", f"sum(customers) {OVER}"
        ),
    },
    {
        "metric_time__month": PERIODS["metric_time__month"],
        "cohort__cohort_month_number": "cohort_month_number",
    },
    ("metric_time__month", "cohort__cohort_month_number"),
)

GROUPS = {
    **{"goods": GOODS, "baskets": BASKETS, "visits": VISITS, "campaigns": CAMPAIGNS},
    **{"stages today": STAGES_TODAY, "stages by month": STAGES_BY_MONTH},
    **{"known": KNOWN, "values": VALUES, "cohorts": COHORTS},
}
TOLD = set(chain.from_iterable(group.metrics for group in GROUPS.values()))
