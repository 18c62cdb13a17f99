-- Raw tables of which a row is neither staged, nor superseded by another of its key,
-- nor without a key, nor later than the as_of_date variable.
select *
from {{ ref('raw_reconciliation') }}
where
    superseded_rows < 0
    or staged_rows + superseded_rows + unkeyed_rows + later_rows <> raw_rows
    or (raw_rows > unkeyed_rows + later_rows and staged_rows = 0)
