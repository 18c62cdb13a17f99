-- Purpose: the items sold, each of which is one unit; freight is charged by the item.
-- Grain: one row per unit.

select
    *,
    price as amount,
from source_order_items
