"""Try recommenders on time unseen, and let the winner propose goods to everyone.

Python fits and proposes; the rules that make lists of proposals, the judging and the
choice are SQL, the same for every recommender (``models/recommendations``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pandas as pd

from martlet.errors import ModelRefused
from martlet.estimators.recommenders import (
    ALGORITHMS,
    Interactions,
    recommend,
    similar_products,
)
from martlet.warehouse.interface import Warehouse
from martlet.warehouse.running import (
    DEFAULT_SEED,
    Fitted,
    ModelInput,
    ModelOutcome,
    as_of_date,
    run_model,
    run_of,
)

TRIAL_MODEL = "recommender_trial"
RECOMMENDER_MODEL = "recommender"
SIMILARITY_MODEL = "product_similarity"

# Rules leave some out, so more are proposed than a list holds.
CANDIDATES = 60
SIMILAR_PRODUCTS = 30


@dataclass(frozen=True)
class _Inputs:
    """What recommenders learn from, as of one of the two dates."""

    interactions: ModelInput
    catalogue: ModelInput

    def of_customers(self, condition: str) -> _Inputs:
        return replace(self, interactions=self.interactions.where(condition))

    @classmethod
    def of(cls, purpose: str) -> _Inputs:
        condition = f"purpose = '{purpose}'"
        return cls(
            ModelInput("input_interactions", condition=condition),
            ModelInput("input_catalogue", condition=condition),
        )

    def read(self, warehouse: Warehouse) -> Interactions:
        return Interactions.from_frames(
            self.interactions.read(warehouse), self.catalogue.read(warehouse)
        )


def try_recommenders(
    warehouse: Warehouse,
    *,
    seed: int = DEFAULT_SEED,
    full_refresh: bool = False,
) -> ModelOutcome:
    """Let every recommender that is fitted propose goods as of the trial.

    Reads ``input_interactions`` and ``input_catalogue`` of the trial and
    ``input_seekers_holdout``; appends to ``ml.recommendation_trials``. Of purchases too
    many to be fitted in memory those of a share of the customers are read, and those of
    everyone the trial judges by.
    """
    inputs = _Inputs.of("trial")
    shares = inputs.interactions.shares(warehouse, "customer_id")
    inputs = inputs.of_customers(
        f"({shares[0]} or customer_id in "
        "(select customer_id from model_inputs.input_seekers_holdout))"
    )
    holdout = ModelInput("input_seekers_holdout")
    seekers = holdout.read(warehouse)

    def fit() -> Fitted:
        if not len(seekers):
            raise ModelRefused(
                "No recommender could be tried: no known customer bought anything in "
                "the weeks after an earlier end of a month.",
                "It will be once the history is longer.",
            )
        interactions = inputs.read(warehouse)
        today = as_of_date(seekers)

        def proposed() -> Iterator[tuple[str, pd.DataFrame]]:
            for algorithm in ALGORITHMS:
                for batch in _proposals(
                    algorithm, interactions, seekers["customer_id"], seed
                ):
                    yield "recommendation_trials", batch.assign(as_of_date=today)

        parameters = {
            "algorithms": list(ALGORITHMS),
            "sampled_share": 1 / len(shares),
        }
        return parameters, proposed()

    run = run_of(
        warehouse,
        TRIAL_MODEL,
        [inputs.interactions, inputs.catalogue, holdout],
        today=as_of_date(seekers),
        seed=seed,
        options={"candidates": CANDIDATES},
    )
    return run_model(warehouse, run, fit, full_refresh=full_refresh)


def recommend_by_winner(
    warehouse: Warehouse, *, seed: int = DEFAULT_SEED
) -> ModelOutcome | None:
    """Fit the winner of the trial on all there is, and let it propose goods.

    Of purchases too many to be fitted in memory it is fitted on one share of the customers
    after the other, and proposes goods to each.

    Returns
    -------
    ModelOutcome or None
        None where SQL computes the winner, so that nothing is to be fitted.
    """
    (winner,) = warehouse.rows(
        "select algorithm, is_sql from recommendations.recommender_ranking "
        "order by place limit 1"
    )
    if winner["is_sql"]:
        return None
    algorithm = winner["algorithm"]
    inputs = _Inputs.of("serving")
    shares = inputs.interactions.shares(warehouse, "customer_id")
    seekers = ModelInput("input_seekers")
    (told,) = warehouse.rows(
        "select max(as_of_date) as today from model_inputs.input_seekers"
    )
    today = told["today"]

    def proposed() -> Iterator[tuple[str, pd.DataFrame]]:
        for share in shares:
            interactions = inputs.of_customers(share).read(warehouse)
            customers = seekers.where(share).read(warehouse)["customer_id"]
            for batch in _proposals(algorithm, interactions, customers, seed):
                yield "recommendation_candidates", batch.assign(as_of_date=today)

    def fit() -> Fitted:
        parameters = {"algorithm": algorithm, "sampled_share": 1 / len(shares)}
        return parameters, proposed()

    run = run_of(
        warehouse,
        RECOMMENDER_MODEL,
        [inputs.interactions, inputs.catalogue],
        today=today,
        seed=seed,
        options={"algorithm": algorithm, "candidates": CANDIDATES},
    )
    return run_model(warehouse, run, fit)


def compare_products(warehouse: Warehouse) -> ModelOutcome:
    """Find which products are alike by what they are; nothing is random.

    Reads ``input_catalogue``; appends to ``ml.product_similarities``.
    """
    source = _Inputs.of("serving").catalogue
    catalogue = source.read(warehouse)

    def fit() -> Fitted:
        return {}, [
            ("product_similarities", similar_products(catalogue, SIMILAR_PRODUCTS))
        ]

    run = run_of(
        warehouse,
        SIMILARITY_MODEL,
        [source],
        today=as_of_date(catalogue),
        seed=DEFAULT_SEED,
        options={"products": SIMILAR_PRODUCTS},
    )
    return run_model(warehouse, run, fit)


def _proposals(
    algorithm: str, interactions: Interactions, customers: pd.Series, seed: int
) -> Iterator[pd.DataFrame]:
    for batch in recommend(algorithm, interactions, customers, CANDIDATES, seed):
        yield batch.assign(algorithm=algorithm)
