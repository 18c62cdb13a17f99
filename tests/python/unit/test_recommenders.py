"""Recommenders, by hand, by brute force, and on tastes that were planted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from martlet.errors import ModelRefused
from martlet.estimators.recommenders import (
    ALGORITHMS,
    Interactions,
    recommend,
    similar_products,
)
from martlet.estimators.recommenders.content import ContentBased, product_vectors
from martlet.estimators.recommenders.neighbours import UserBased
from martlet.estimators.recommenders.ranking import best

SEED = 11


def catalogue_of(products: list[str], **columns: list) -> pd.DataFrame:
    """Describe products, by nothing but their ids where nothing is given."""
    blank = dict.fromkeys(("product_name", "category", "brand", "price"), None)
    rows = {"product_id": products, **blank, "is_available": True} | columns
    return pd.DataFrame(rows)


def bought(pairs: list[tuple[str, str]], **columns: list) -> pd.DataFrame:
    """Make a row of each pair of customer and product."""
    rows = pd.DataFrame(pairs, columns=["customer_id", "product_id"])
    return rows.assign(**({"weight": 1.0, "is_offerable": True} | columns))


def interactions_of(pairs: list[tuple[str, str]], **columns: list) -> Interactions:
    products = sorted({product for _, product in pairs})
    return Interactions.from_frames(bought(pairs, **columns), catalogue_of(products))


def proposals(
    algorithm: str, interactions: Interactions, n: int = 5, seed: int = SEED
) -> pd.DataFrame:
    customers = pd.Series(interactions.customers)
    batches = recommend(algorithm, interactions, customers, n, seed)
    return pd.concat(list(batches), ignore_index=True)


@pytest.fixture(scope="module")
def tastes() -> tuple[pd.DataFrame, dict[str, str]]:
    """Two kinds of customers with twenty products each, and what each bought next."""
    rng = np.random.default_rng(3)
    pairs, hidden = [], {}
    for number in range(200):
        kind = number % 2
        chosen = rng.choice(20, size=11, replace=False)
        customer = f"c{number:03}"
        *before, after = (f"k{kind}-{product:02}" for product in chosen)
        pairs += [(customer, product) for product in before]
        hidden[customer] = after
    # Withheld as what has been bought and is not due again is.
    return bought(pairs, is_offerable=False), hidden


def fitted_on(tastes: tuple[pd.DataFrame, dict[str, str]]) -> Interactions:
    rows, _ = tastes
    products = sorted(set(rows["product_id"]))
    kinds = [product[:2] for product in products]
    return Interactions.from_frames(
        rows, catalogue_of(products, category=kinds, product_name=kinds)
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_planted_tastes_are_found(
    tastes: tuple[pd.DataFrame, dict[str, str]], algorithm: str
) -> None:
    """Of forty goods ten are one's own and ten more of one's kind."""
    interactions = fitted_on(tastes)
    found = proposals(algorithm, interactions, n=10)
    hit = found["product_id"] == found["customer_id"].map(tastes[1])
    assert hit.groupby(found["customer_id"]).any().mean() > 0.9
    of_kind = found["product_id"].str[:2] == found["customer_id"].map(tastes[1]).str[:2]
    assert of_kind.mean() > 0.9


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_fits_are_the_same_whatever_the_order_of_rows(
    tastes: tuple[pd.DataFrame, dict[str, str]], algorithm: str
) -> None:
    rows, _ = tastes
    catalogue = catalogue_of(sorted(set(rows["product_id"])))
    catalogue["category"] = catalogue["product_id"].str[:3]
    one = Interactions.from_frames(rows, catalogue)
    other = Interactions.from_frames(
        rows.sample(frac=1, random_state=1), catalogue.sample(frac=1, random_state=2)
    )
    pd.testing.assert_frame_equal(
        proposals(algorithm, one), proposals(algorithm, other), check_exact=True
    )


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(
    "pairs",
    [
        [("c", "p")],
        [("c", "p"), ("c", "q")],
        [("c", "p"), ("d", "p")],
        [("o'c", '"quoted"'), ("🙂", "🫖"), ("o'c", "🫖")],
    ],
)
def test_tiny_shops_are_no_trouble(
    algorithm: str, pairs: list[tuple[str, str]]
) -> None:
    found = proposals(algorithm, interactions_of(pairs))
    assert set(found["product_id"]) <= {product for _, product in pairs}
    assert np.isfinite(found["score"]).all()


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_what_may_not_be_offered_is_not(
    tastes: tuple[pd.DataFrame, dict[str, str]], algorithm: str
) -> None:
    rows, _ = tastes
    rows = rows.assign(is_offerable=rows["product_id"].str.endswith("0"))
    products = sorted(set(rows["product_id"]))
    gone = "k0-05"
    catalogue = catalogue_of(
        [p for p in products if p != "k1-07"],
        category=[p[:2] for p in products if p != "k1-07"],
        is_available=[p != gone for p in products if p != "k1-07"],
    )
    found = proposals(algorithm, Interactions.from_frames(rows, catalogue), n=40)
    assert not {gone, "k1-07"} & set(found["product_id"])
    pairs = found.merge(rows, on=["customer_id", "product_id"])
    assert pairs["is_offerable"].all()
    assert len(pairs)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_of_what_nobody_bought_only_content_tells(algorithm: str) -> None:
    rows = bought([("c", "p"), ("c", "q"), ("d", "q")])
    catalogue = catalogue_of(["p", "q", "unsold"], category=["x", "x", "x"])
    found = proposals(algorithm, Interactions.from_frames(rows, catalogue))
    is_told = "unsold" in set(found["product_id"])
    assert is_told == (algorithm == "content_based")


def test_strangers_are_passed_over() -> None:
    interactions = interactions_of([("c", "p"), ("d", "q")])
    strangers = pd.Series(["nobody", "c"])
    (batch,) = recommend("als", interactions, strangers, 2, SEED)
    assert set(batch["customer_id"]) == {"c"}


@pytest.mark.parametrize(
    ("rows", "what"),
    [
        (bought([]), "no known customer"),
        (bought([("c", "p"), ("c", "p")]), "twice"),
        (bought([("c", "p")], weight=0.0), "positive"),
        (bought([("c", "p")], weight=float("nan")), "positive"),
    ],
)
def test_what_cannot_be_learned_from_is_refused(rows: pd.DataFrame, what: str) -> None:
    with pytest.raises(ModelRefused, match=what):
        Interactions.from_frames(rows, catalogue_of(["p"]))


@pytest.mark.parametrize("is_centred", [False, True])
def test_similarities_are_cosine_and_correlation(is_centred: bool) -> None:
    rng = np.random.default_rng(5)
    dense = rng.integers(0, 3, (8, 12)).astype(float)
    dense[dense.sum(axis=1) == 0, 0] = 1
    row, column = dense.nonzero()
    interactions = interactions_of(
        [(f"c{r}", f"p{c:02}") for r, c in zip(row, column, strict=True)],
        weight=dense[row, column],
    )
    dense = dense[:, dense.any(axis=0)]
    fitted = UserBased.fit(interactions, SEED, is_centred=is_centred)
    found = fitted.similarities(np.arange(8))
    if is_centred:
        expected = np.corrcoef(dense)
    else:
        lengths = np.linalg.norm(dense, axis=1)
        expected = dense @ dense.T / np.outer(lengths, lengths)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_similar_customers_speak_as_much_as_they_are_similar() -> None:
    """To c, who bought p and q, d (p, r) is similar by 1/2 and e (p, q, s) by 2/√6."""
    interactions = interactions_of(
        [
            *(("c", p) for p in "pq"),
            *(("d", p) for p in "pr"),
            *(("e", p) for p in "pqs"),
        ]
    )
    (scores,) = UserBased.fit(interactions, SEED, is_centred=False).scores(
        np.array([0])
    )
    d, e = 0.5, 2 / np.sqrt(6)
    expected = [1, e / (d + e), d / (d + e), e / (d + e)]
    np.testing.assert_allclose(scores, expected, atol=1e-6)


def test_products_are_alike_by_words_category_brand_and_price() -> None:
    catalogue = catalogue_of(
        ["blue cup", "red cup", "spade", "blank"],
        product_name=["blue cup", "red cup", "spade", None],
        category=["china", "china", "garden", None],
        brand=["A", "A", "B", None],
        price=[5.0, 5.0, 50.0, None],
    )
    likeness = (product_vectors(catalogue) @ product_vectors(catalogue).T).toarray()
    assert likeness[0, 1] > 0.6
    assert likeness[0, 2] == likeness[3].max() == 0
    found = similar_products(catalogue, 2)
    assert set(found["product_id"]) == {"blue cup", "red cup"}
    assert found["rank"].tolist() == [1, 1]


def test_a_shop_without_products_has_none_alike() -> None:
    columns = ["product_id", "product_name", "category", "brand", "price"]
    empty = pd.DataFrame(columns=[*columns, "is_available"])
    assert similar_products(empty, 2).empty


def test_the_product_that_says_most_is_told() -> None:
    catalogue = catalogue_of(
        ["a", "b", "c", "d"],
        product_name=["green tea", "iron kettle", "black tea", "copper kettle"],
    )
    rows = bought([("x", "a"), ("x", "b")], weight=[1.0, 2.0], is_offerable=False)
    fitted = Interactions.from_frames(rows, catalogue)
    found = proposals("content_based", fitted)
    told = dict(zip(found["product_id"], found["because_product_id"], strict=True))
    assert told == {"c": "a", "d": "b"}
    assert isinstance(ContentBased.fit(fitted), ContentBased)


@settings(max_examples=300, deadline=None)
@given(
    scores=arrays(
        float,
        st.tuples(st.integers(1, 5), st.integers(1, 12)),
        elements=st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 0.5 + 1e-12, 1.0]),
    ),
    n=st.integers(1, 6),
)
def test_the_best_are_those_of_a_sort(scores: np.ndarray, n: int) -> None:
    row, column, score, rank = best(scores, n)
    expected = []
    for number, values in enumerate(np.round(scores, 9)):
        finite = [c for c in range(len(values)) if np.isfinite(values[c])]
        finite.sort(key=lambda c: (-values[c], c))
        expected += [(number, c, values[c], r) for r, c in enumerate(finite[:n], 1)]
    assert list(zip(row, column, score, rank, strict=True)) == expected
