-- Purpose: variants, each with what the first row of its product says.
-- Grain: one row per row of the products export: a variant, or a further picture.

with

variants as (
    select
        source_row,
        first_value(title ignore nulls) over product as title,
        first_value(vendor ignore nulls) over product as vendor,
        -- The shop's own type comes before Shopify's standard category.
        coalesce(
            first_value(product_type ignore nulls) over product,
            first_value(product_category ignore nulls) over product
        ) as category,
        -- A product without options has one variant of this name.
        concat_ws(' / ', nullif(option_1, 'Default Title'), option_2, option_3)
            as variant,
        sku,
        price,
        unit_cost,
    from source_products
    window product as (
        partition by handle
        order by source_row
        rows between unbounded preceding and unbounded following
    )
),

-- As order lines write it.
named as (
    select
        *,
        concat_ws(' - ', title, nullif(variant, '')) as product_name,
    from variants
),

judged as (
    select
        *,
        if(sku is null and price is null, 'picture_row', null) as refused_rule,
        'adds a picture to a product and is no variant' as refused_reason,
    from named
)

select * from judged
