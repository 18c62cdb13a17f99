-- Statistics whose p-value is not the one that tables of the normal distribution give.
with

tabulated as (
    select 0.0 as z, 1.0 as p_value
    union all
    select 0.6744897502, 0.5
    union all
    select -1.0, 0.3173105079
    union all
    select 1.9599639845, 0.05
    union all
    select -2.5758293035, 0.01
    union all
    select 4.8916384757, 0.000001
),

measured as (
    select
        z,
        p_value,
        {{ two_sided_p_value('z') }} as measured_p_value
    from tabulated
)

select * from measured
where abs(measured_p_value - p_value) > 0.0000002
