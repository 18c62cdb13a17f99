-- Purpose: what kinds of calls the dump has, before any was refused.
-- Grain: one row per kind.

select 'Tracked events' as label, count(*) as rows, null as amount from tracks
union all
select 'Purchases with an order id', count(*), sum(amount) from tracks
where sale_id is not null
union all
select 'Refunds', count(*), sum(amount) from tracks
where event = 'order_refunded'
union all
select 'Pages and screens', (select count(*) from pages) + count(*), null from screens
