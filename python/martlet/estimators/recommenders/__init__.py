"""Recommenders that are fitted: who may like what, from what everyone bought.

Each is fitted on :class:`Interactions` and gives a score to every product for any of the
customers; :func:`recommend` makes proposals of the scores, the same way for all. The
rules of a shop (how many goods of a category, what fills a short list) are not theirs.
"""

from martlet.estimators.recommenders.algorithms import (
    ALGORITHMS,
    Recommender,
    fit_recommender,
    recommend,
)
from martlet.estimators.recommenders.content import similar_products
from martlet.estimators.recommenders.interactions import Interactions

__all__ = [
    "ALGORITHMS",
    "Interactions",
    "Recommender",
    "fit_recommender",
    "recommend",
    "similar_products",
]
