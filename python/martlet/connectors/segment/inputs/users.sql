-- Purpose: the latest traits of each user. A warehouse that only appends (BigQuery)
-- keeps the earlier ones as well.
-- Grain: one row per row of users.

select
    *,
    if(
        row_number() over (
            partition by id order by received_at desc nulls last, source_row desc
        ) > 1,
        'superseded_copy',
        null
    ) as refused_rule,
    'a later row of the user is in the same load' as refused_reason,
from source_users
