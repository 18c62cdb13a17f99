-- Campaigns whose totals are not the sums of their days, on some date basis.
{%- set sums = [
    'spend', 'impressions', 'clicks', 'conversions', 'new_customers',
    'attributed_revenue', 'attributed_margin',
] %}
with

totals as (
    select * from {{ ref('campaign_roi_totals') }}
),

bases as (
    select 'conversion' as date_basis
    union all
    select 'spend'
    union all
    select 'refund'
),

expected as (
    select
        totals.*,
        bases.date_basis
    from totals
    cross join bases
),

days as (
    select
        campaign_id,
        channel_group,
        attribution_model,
        date_basis
        {%- for amount in sums %},
        sum({{ amount }}) as {{ amount }}
        {%- endfor %}
    from {{ ref('campaign_roi') }}
    group by campaign_id, channel_group, attribution_model, date_basis
)

select
    coalesce(expected.campaign_id, days.campaign_id) as campaign_id,
    coalesce(expected.attribution_model, days.attribution_model) as attribution_model,
    coalesce(expected.date_basis, days.date_basis) as date_basis
from expected
full outer join days
    on
        expected.campaign_id = days.campaign_id
        and expected.channel_group = days.channel_group
        and expected.attribution_model = days.attribution_model
        and expected.date_basis = days.date_basis
where
    expected.campaign_id is null
    or days.campaign_id is null
    {%- for amount in sums %}
    or abs(expected.{{ amount }} - days.{{ amount }}) > 0.001
    {%- endfor %}
