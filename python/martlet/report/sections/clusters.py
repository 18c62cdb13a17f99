"""Groups of customers that a model found, and what sets each apart."""

from __future__ import annotations

from markupsafe import Markup

from martlet.report.content import Column, Findings, Grid, Period, Section
from martlet.report.marts import PublishedMarts
from martlet.report.wording import money, share

_CLUSTERS = """
select cluster_id, cluster_name, any_value(customers) as customers,
    any_value(customer_share) as customer_share, any_value(net_sales) as net_sales,
    any_value(net_sales_share) as net_sales_share,
    any_value(net_sales) / nullif(any_value(customers), 0) as net_sales_per_customer
from cluster_profiles
group by cluster_id, cluster_name
order by net_sales desc nulls last, cluster_id
"""

_FEATURES = """
select cluster_id, cluster_name, customers, net_sales_share, feature, mean, mean_of_all,
    deviation
from cluster_profiles
order by net_sales desc nulls last, cluster_id, feature
"""
_STEPS = (-1.5, -0.75, -0.25, 0.25, 0.75, 1.5)


def _find(marts: PublishedMarts, period: Period) -> Findings:
    clusters = marts.rows(_CLUSTERS)
    if not clusters:
        return Findings(
            missing=Markup(
                "No clusters yet: run <code>martlet build</code>. A shop of few customers "
                "is told in RFM segments only."
            )
        )
    features = marts.rows(_FEATURES)
    best = clusters[0]
    headline = Markup("“{}”: {} of customers bring {} of net sales, {} each.").format(
        best["cluster_name"],
        share(best["customer_share"]),
        share(best["net_sales_share"]),
        money(best["net_sales_per_customer"], period.currency),
    )
    return Findings(
        headline=headline,
        action=Markup(
            "Find more like them: export the audience <code>champions</code> as the seed "
            "of a lookalike audience."
        ),
        data={"clusters": clusters, "features": features},
        parts=(
            Grid(
                "How each cluster differs from all customers, in standard deviations",
                features,
                row=Column("cluster_name", "Cluster"),
                column=Column("feature", "Feature", "words"),
                value=Column("deviation", "Deviation", "decimal"),
                steps=_STEPS,
                is_wide=True,
                is_diverging=True,
                beside=(
                    Column("customers", "Customers", "count"),
                    Column("net_sales_share", "Of net sales", "share"),
                ),
            ),
        ),
    )


CLUSTERS = Section("clusters", "Clusters", ("cluster_profiles",), _find)
