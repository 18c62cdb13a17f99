-- How likely the visitor of each open cart is to buy within the horizon, and why. Empty
-- until scoring has run.
-- Grain: one row per model and cart.
with

scores as (
    select * from {{ ref('pred_cart_scores') }}
),

carts as (
    select * from {{ ref('int_carts') }}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
),

period as (
    select * from {{ ref('int_data_period') }}
),

told as (
    select
        scores.as_of_date,
        scores.cart_id,
        carts.visitor_id,
        sessions.customer_id,
        scores.model_name,
        scores.model_version,
        scores.run_id,
        scores.score,
        scores.percentile,
        scores.decile,
        24 * scores.label_horizon_days as label_horizon_hours,
        scores.reason_1,
        scores.reason_2,
        scores.reason_3,
        scores.scored_at,
        {{ is_stale('scores.as_of_date', 'period.as_of_date') }} as is_stale
    from scores
    cross join period
    left join carts on scores.cart_id = carts.cart_id
    left join sessions on carts.session_id = sessions.session_id
)

select * from told
