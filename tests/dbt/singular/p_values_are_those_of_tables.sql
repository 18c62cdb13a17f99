-- Statistics whose p-value or quantile is not the one that tables of the normal
-- distribution, Student's t and chi-squared give.
with

normal as (
    -- A number with an exponent is floating-point in every engine, as statistics are.
    select 0e0 as z, 1e0 as p_value
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

student as (
    select
        2.5705818366e0 as t,
        5e0 as degrees,
        5e-2 as p_value,
        2.5705818366e0 as quantile
    union all
    select 2.2281388520, 10.0, 0.05, 2.2281388520
    union all
    select -1.0, 12.5, 0.3362760550, 2.1691859427
    union all
    select 0.0, 30.0, 1.0, 2.0422724563
    union all
    select 3.0, 30.0, 0.0053899641, 2.0422724563
    union all
    select 6.0, 200.5, 0.0000000091, 1.9718662903
),

student_as_normal as (
    select
        student.*,
        {{ normal_of_student_t('t', 'degrees') }} as z
    from student
),

chi_squared as (
    select
        3.8414588207e0 as statistic,
        1 as degrees,
        5e-2 as p_value,
        2e-7 as within
    union all
    select 5.9914645471, 2, 0.05, 0.0000002
    union all
    select 13.8155105580, 2, 0.001, 0.0000002
    union all
    select 2.3659738844, 3, 0.5, 0.004
    union all
    select 7.8147279033, 3, 0.05, 0.002
    union all
    select 16.2662361962, 3, 0.001, 0.0002
),

measured as (
    select
        'normal' as distribution,
        p_value,
        {{ two_sided_p_value('z') }} as measured,
        0.0000002 as within
    from normal
    union all
    select 'student', p_value, {{ two_sided_p_value('z') }}, 0.00001
    from student_as_normal
    union all
    select
        'quantile of student',
        quantile,
        {{ student_t_quantile_975('degrees') }},
        0.001
    from student
    union all
    select
        'chi-squared',
        p_value,
        {{ chi_squared_p_value('statistic', 'degrees') }},
        within
    from chi_squared
)

select * from measured
where abs(measured - p_value) > within
