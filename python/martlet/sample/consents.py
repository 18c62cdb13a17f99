"""Draw what registered customers allow, and when they change their mind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.people import People
from martlet.sample.period import DAY_MS, MINUTE_MS, Period

# channel, purpose, shares of those who first grant and first deny; the rest never say
_TOPICS = (
    ("email", "marketing", 0.72, 0.18),
    ("sms", "marketing", 0.25, 0.45),
    ("ads", "ad_user_data", 0.55, 0.33),
    ("ads", "ad_personalization", 0.48, 0.38),
)
_STATES = ("granted", "denied", "withdrawn")
_GRANTED, _DENIED, _WITHDRAWN = range(3)
_SOURCES = ("registration form", "cookie banner", "preference centre")
_EMAIL = 0


@dataclass(frozen=True)
class Consents:
    """First answers and later changes, (topics, customers).

    ``first`` holds codes of granted and denied, -1 for none; ``changed_ms`` is when a
    granted consent is withdrawn or another answer becomes granted, -1 for never.
    """

    first: np.ndarray
    changed_ms: np.ndarray

    def may_be_mailed(self, instant: int) -> np.ndarray:
        """Say for each customer whether marketing e-mail is granted at ``instant``."""
        changed = self.changed_ms[_EMAIL]
        has_changed = (changed >= 0) & (changed <= instant)
        return (self.first[_EMAIL] == _GRANTED) != has_changed


def draw_consents(rng: np.random.Generator, people: People, period: Period) -> Consents:
    """Draw the consents of the registered customers of a chunk."""
    shape = (len(_TOPICS), people.customers)
    chance = rng.random(shape)
    granted = np.array([[share] for _, _, share, _ in _TOPICS])
    denied = granted + [[share] for _, _, _, share in _TOPICS]
    first = np.select([chance < granted, chance < denied], [_GRANTED, _DENIED], -1)
    registered = _registered(people)
    open_days = np.maximum((period.end_ms - registered) // DAY_MS, 1)
    changed = (
        registered + DAY_MS + (rng.random(shape) * open_days * DAY_MS).astype("int64")
    )
    changes = rng.random(shape) < np.where(first == _GRANTED, 0.12, 0.08)
    changes &= changed < period.end_ms
    return Consents(first, np.where(changes, changed, -1))


def consent_columns(
    rng: np.random.Generator, people: People, consents: Consents
) -> dict[str, pa.Array]:
    """Return the columns of ``consents``."""
    answered, changed = consents.first >= 0, consents.changed_ms >= 0
    topic, person = np.nonzero(np.concatenate([answered, changed]))
    is_change = topic >= len(_TOPICS)
    topic %= len(_TOPICS)
    first = consents.first[topic, person]
    at_first = _registered(people)[person] + rng.integers(1_000, MINUTE_MS, len(person))
    later = np.where(first == _GRANTED, _WITHDRAWN, _GRANTED)
    by_form = np.where(topic < 2, 0, 1)
    return {
        "customer_id": people.customer_ids(person),
        "channel": columns.words([channel for channel, *_ in _TOPICS], topic),
        "purpose": columns.words([purpose for _, purpose, *_ in _TOPICS], topic),
        "changed_at": columns.instants(
            np.where(is_change, consents.changed_ms[topic, person], at_first)
        ),
        "state": columns.words(_STATES, np.where(is_change, later, first)),
        "source": columns.words(_SOURCES, np.where(is_change, 2, by_form)),
    }


def _registered(people: People) -> np.ndarray:
    return people.frame["registered_ms"].to_numpy()[: people.customers]
