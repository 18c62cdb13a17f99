-- Combinations of RFM scores that no segment is named for, and whose customers would be
-- lost.
with

scores as (
    {%- for score in range(1, 6) %}
    select {{ score }} as score {{ 'union all' if not loop.last }}
    {%- endfor %}
),

segments as (
    select * from {{ ref('rfm_segments') }}
)

select
    r.score as r_score,
    f.score as f_score,
    m.score as m_score
from scores as r
cross join scores as f
cross join scores as m
left join segments
    on
        r.score = segments.r_score
        and f.score = segments.f_score
        and m.score = segments.m_score
where segments.rfm_segment is null
