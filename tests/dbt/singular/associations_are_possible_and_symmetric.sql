-- Associations that no set of baskets could give: both directions differing where both
-- are kept, products met more often than bought, shares beyond one.
with

associations as (
    select * from {{ ref('product_associations') }}
)

select associations.*
from associations
left join associations as reverse
    on
        associations.basket_type = reverse.basket_type
        and associations.period = reverse.period
        and associations.product_1 = reverse.product_2
        and associations.product_2 = reverse.product_1
where
    associations.cooccurrences <> reverse.cooccurrences
    or associations.occurrences_1 <> reverse.occurrences_2
    or associations.lift <> reverse.lift
    or associations.log_likelihood_ratio <> reverse.log_likelihood_ratio
    or associations.cooccurrences > associations.baskets
    or associations.p_value not between 0 and 1
    or associations.cooccurrences > associations.occurrences_1
    or associations.cooccurrences > associations.occurrences_2
    or associations.product_1 = associations.product_2
    or associations.confidence > 1
    or associations.jaccard > 1
    or associations.cosine_similarity > 1
    or associations.support > associations.confidence
