-- Purpose: the households. The raw contract has no column for what is known of them.
-- Grain: one row per household that any file names.

select household_id as customer_id from accepted_transactions
union
select household_id from accepted_targetings
union
select household_id from accepted_redemptions
union
select household_id from accepted_demographics
