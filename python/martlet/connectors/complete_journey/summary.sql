-- Purpose: what the files hold, and the money that has no column in a raw table.
-- Grain: one row per fact.

select 'Lines of baskets' as label, count(*) as rows, sum(amount) as amount
from transactions
union all
select 'Baskets', count(distinct basket_id), null from transactions
union all
select 'Households', count(distinct household_id), null from transactions
union all
select 'Discounts by the shop', count(*), sum(shop_discount) from transactions
where shop_discount > 0
union all
select 'Manufacturers'' coupons', count(*), sum(manufacturer_discount) from transactions
where manufacturer_discount > 0
union all
select 'Lines without a quantity', count(*), sum(amount) from transactions
where quantity = 0
union all
select 'Lines of unlisted products', count(*), sum(amount) from transactions
where product_id not in (select product_id from products)
union all
select 'Products', count(*), null from products
union all
select 'Campaigns', count(*), null from campaign_descriptions
union all
select 'Households targeted', count(*), null from targetings
union all
select 'Coupons redeemed', count(*), null from redemptions
union all
select 'Of these with a known basket', count(*), null from redemptions
where basket_id is not null
union all
select 'Households with demographics', count(*), null from demographics
