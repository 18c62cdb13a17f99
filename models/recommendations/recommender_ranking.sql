-- Which recommender won the trial, by the discounted gain of ten goods.
-- Grain: one row per algorithm. Where too few customers could judge, none has won and
-- the first place is a default's; of equals the simpler one is better.
with

metrics as (
    select * from {{ ref('trial_metrics') }}
    where metric_name = 'ndcg' and cutoff = 10 and customer_group = 'all'
),

declared as (
    {%- for algorithm in recommenders() %}
    select
        '{{ algorithm }}' as algorithm,
        {{ loop.index }} as simplicity,
        {{ 'true' if algorithm in sql_recommenders() else 'false' }} as is_sql
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

tried as (
    select
        declared.*,
        case
            when metrics.customers >= {{ var('recommendation_trial_min_customers') }}
                then metrics.metric_value
        end as ndcg
    from declared
    left join metrics on declared.algorithm = metrics.algorithm
),

ranked as (
    select
        algorithm,
        is_sql,
        ndcg,
        cast(row_number() over (
            order by
                coalesce(ndcg, -1) desc,
                case
                    when algorithm = '{{ untried_recommender() }}' then 0
                    else simplicity
                end
        ) as bigint) as place
    from tried
)

select * from ranked
