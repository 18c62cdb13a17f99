-- What came of recommendations that were shown, by algorithm and position.
-- Grain: one row per date_day (of the showing), algorithm and position. Whoever clicks
-- one and buys the product within the days of the variable was converted by it; a line
-- of an order is the last such click's alone.
with

recommendations as (
    select * from {{ ref('int_shown_recommendations') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

orders as (
    select * from {{ ref('fct_orders') }}
    where is_counted
),

order_lines as (
    select * from {{ ref('fct_order_lines') }}
),

shown as (
    select
        recommendations.*,
        sessions.customer_id
    from recommendations
    inner join sessions on recommendations.session_id = sessions.session_id
),

clicked as (
    select * from shown where clicked_at is not null
),

lines as (
    select
        order_lines.order_id,
        order_lines.line_number,
        order_lines.product_id,
        order_lines.net_sales,
        order_lines.ordered_at,
        orders.customer_id,
        orders.visitor_id
    from order_lines
    inner join orders on order_lines.order_id = orders.order_id
),

-- The same person; where one of the two is nobody known, the same device.
meetings as (
    select
        lines.order_id, lines.line_number, lines.net_sales, lines.ordered_at,
        clicked.session_id, clicked.recommendation_id, clicked.product_id,
        clicked.clicked_at
    from lines
    inner join clicked
        on
            lines.product_id = clicked.product_id
            and lines.customer_id = clicked.customer_id
    union all
    select
        lines.order_id, lines.line_number, lines.net_sales, lines.ordered_at,
        clicked.session_id, clicked.recommendation_id, clicked.product_id,
        clicked.clicked_at
    from lines
    inner join clicked
        on
            lines.product_id = clicked.product_id
            and lines.visitor_id = clicked.visitor_id
    where lines.customer_id is null or clicked.customer_id is null
),

credited as (
    select * from meetings
    where
        ordered_at >= clicked_at
        and ordered_at < {{ days_later(
            'clicked_at', var('recommendation_conversion_days')
        ) }}
    qualify row_number() over (
        partition by order_id, line_number
        order by clicked_at desc, session_id, recommendation_id
    ) = 1
),

sold as (
    select
        session_id,
        recommendation_id,
        product_id,
        sum(net_sales) as revenue
    from credited
    group by session_id, recommendation_id, product_id
),

counted as (
    select
        {{ reporting_date('shown.shown_at') }} as date_day,
        shown.algorithm,
        shown.position,
        count(*) as impressions,
        count(shown.clicked_at) as clicks,
        count(sold.product_id) as conversions,
        sum(sold.revenue) as revenue
    from shown
    left join sold
        on
            shown.session_id = sold.session_id
            and shown.recommendation_id = sold.recommendation_id
            and shown.product_id = sold.product_id
    group by
        {{ reporting_date('shown.shown_at') }},
        shown.algorithm,
        shown.position
),

told as (
    select
        date_day,
        algorithm,
        position,
        impressions,
        clicks,
        conversions,
        {{ money('coalesce(revenue, 0)') }} as revenue,
        '{{ reporting_currency() }}' as currency,
        {{ ratio('clicks', 'impressions') }} as click_through_rate,
        {{ ratio('conversions', 'clicks') }} as conversion_rate
    from counted
)

select * from told
