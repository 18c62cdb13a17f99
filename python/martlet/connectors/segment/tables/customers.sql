-- Purpose: the people that identify calls told of.
-- Grain: one row per accepted row of users.

select
    source_row,
    'users' as source_input,
    id as customer_id,
    email,
    phone,
    first_name,
    last_name,
    birthday as birth_date,
    gender,
    country,
    city,
    postcode,
    created_at as registered_at,
from accepted_users
