"""Names that say what sets a cluster apart.

A name is made of the features in which the cluster's centroid is farthest from the mean
of all customers: "many orders, little discount". Features that say the same thing twice
(orders in 90 and in 365 days) are told once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, count, islice

import pandas as pd

from martlet.estimators.wording import FeatureWords, words_of

WORDS_PER_NAME = 2
NOTEWORTHY = 0.25  # scaled units from the mean, below which nothing is said
SAME_THING = 0.8  # correlation from which two features say the same
AVERAGE = "close to the average"
EVERYBODY = "all customers"
NEARLY_EVERYBODY = "like most others"
SEPARATOR = ", "


def name_clusters(
    deviations: pd.DataFrame,
    means: pd.DataFrame,
    correlations: pd.DataFrame,
    feature_words: FeatureWords,
    kept: Mapping[int, str],
) -> list[str]:
    """Name clusters, each name once.

    Parameters
    ----------
    deviations : DataFrame of shape (clusters, features)
        Centroid less the mean of all customers, in scaled units.
    means : DataFrame of shape (clusters, features)
        Means in the features' own units.
    correlations : DataFrame of shape (features, features)
        Between the scaled features, over customers.
    feature_words : mapping of str to tuple of str
        See :func:`martlet.estimators.wording.words_of`.
    kept : mapping of int to str
        Names that clusters have already, by their place.
    """
    if len(deviations) == 1:
        return [EVERYBODY]
    phrases = [
        kept[place].split(SEPARATOR)
        if place in kept
        else [
            _phrase(name, row[name], feature_words)
            for name in _salient(row, correlations)
        ]
        or [AVERAGE]
        for place, (_, row) in enumerate(deviations.iterrows())
    ]
    while clash := _first_clash(phrases):
        words = next(_ways_apart(clash, phrases, deviations, means, feature_words))
        for cluster, word in zip(clash, words, strict=True):
            if cluster not in kept:
                phrases[cluster].append(word)
    return [SEPARATOR.join(words) for words in phrases]


def _salient(deviation: pd.Series, correlations: pd.DataFrame) -> list[str]:
    chosen: list[str] = []
    for name in deviation.abs().sort_values(ascending=False, kind="stable").index:
        if len(chosen) == WORDS_PER_NAME or abs(deviation[name]) < NOTEWORTHY:
            break
        if (correlations.loc[name, chosen].abs() < SAME_THING).all():
            chosen.append(name)
    return chosen


def _phrase(name: str, deviation: float, feature_words: FeatureWords) -> str:
    words = words_of(name, feature_words)
    return words.high if deviation > 0 else words.low


def _first_clash(phrases: list[list[str]]) -> list[int]:
    """Return the clusters of which the same things are said, in whatever order."""
    names = [frozenset(words) for words in phrases]
    shared = [name for name, times in Counter(names).items() if times > 1]
    return [cluster for cluster, name in enumerate(names) if name in shared[:1]]


def _ways_apart(
    clash: list[int],
    phrases: list[list[str]],
    deviations: pd.DataFrame,
    means: pd.DataFrame,
    feature_words: FeatureWords,
) -> Iterator[list[str]]:
    """Yield, best first, one word for each of these clusters that was not said of it.

    Features that are above average in some and below in others come first, widest
    spread first; then means as numbers; and last, where clusters are alike in every
    known number, a count that no other cluster has.
    """
    of_clash = deviations.iloc[clash]
    spread = of_clash.max() - of_clash.min()
    features = spread.sort_values(ascending=False, kind="stable").index
    is_split = (of_clash > 0).any() & ~(of_clash > 0).all()
    by_sign = [
        [_phrase(name, deviation, feature_words) for deviation in of_clash[name]]
        for name in features[is_split[features]]
    ]
    by_mean = [
        [f"{name.replace('_', ' ')} around {number}" for number in numbers]
        for name in features[means.iloc[clash].notna().all()[features]]
        if len(set(numbers := _distinct_numbers(means[name].iloc[clash].tolist()))) > 1
    ]
    for words in by_sign + by_mean:
        if all(
            word not in phrases[cluster]
            for cluster, word in zip(clash, words, strict=True)
        ):
            yield words
    said = set(chain.from_iterable(phrases))
    fresh = (word for n in count(1) if (word := f"number {n}") not in said)
    yield list(islice(fresh, len(clash)))


def _distinct_numbers(values: list[float]) -> list[str]:
    """Write numbers with as few digits as tell them apart."""
    for digits in range(2, 18):
        written = [f"{value:.{digits}g}" for value in values]
        if len(set(written)) == len(set(values)):
            break
    return written
