"""Draw the people of one chunk: who they are, how they shop, which devices they use.

A chunk holds its registered customers first and then the people who only ever buy as
guests; both are numbered from 0 within the chunk. Visitors (devices) are numbered
within the chunk too, those of known people first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from martlet.sample import columns
from martlet.sample.assortment import CATEGORY_NAMES
from martlet.sample.catalogue import CURRENCIES
from martlet.sample.contacts import Contacts, draw_contacts
from martlet.sample.kinds import KINDS, by_kind
from martlet.sample.period import DAY_MS, Period

GUESTS_PER_CUSTOMER = 0.075
IDS_PER_CHUNK = 10_000_000

# country: share, (city, postcode) of a few places
_COUNTRIES: dict[str, tuple[float, tuple[tuple[str, str], ...]]] = {
    "DE": (
        0.52,
        (
            ("Berlin", "10115"),
            ("Hamburg", "20095"),
            ("München", "80331"),
            ("Leipzig", "04109"),
            ("Köln", "50667"),
        ),
    ),
    "AT": (0.09, (("Wien", "1010"), ("Graz", "8010"))),
    "FR": (0.10, (("Paris", "75004"), ("Lyon", "69002"), ("Nantes", "44000"))),
    "NL": (0.08, (("Amsterdam", "1012"), ("Utrecht", "3511"))),
    "IT": (0.06, (("Milano", "20121"), ("Torino", "10121"))),
    "ES": (0.05, (("Madrid", "28004"), ("Valencia", "46001"))),
    "GB": (0.10, (("London", "N1"), ("Leeds", "LS1"), ("Bristol", "BS1"))),
}
COUNTRY_CODES = tuple(_COUNTRIES)
COUNTRY_SHARES = np.array([share for share, _ in _COUNTRIES.values()])
_PLACES = [
    (country, *place) for country, (_, places) in _COUNTRIES.items() for place in places
]
_GENDERS = ("female", "male", "diverse")
_TIERS = ("basic", "silver", "gold")


@dataclass(frozen=True)
class People:
    """The people of one chunk.

    Attributes
    ----------
    frame : pandas.DataFrame
        A row per person: ``kind``, ``registered_ms`` (-1 for guests), ``first_day`` and
        ``last_day`` of buying (last excluded), ``rate`` of orders a year, ``country``
        and ``currency`` codes, ``first_visitor`` and ``visitors``.
    first_number : int
        Number in the whole store of the chunk's first customer.
    first_id : int
        Where ids of the chunk's orders, events and so on begin.
    customers : int
        How many of the people are registered.
    taste_ends : numpy.ndarray
        Shares of the categories, cumulated (people, categories).
    contacts : Contacts
        Sealed contact data of all people.
    visitor_owner : numpy.ndarray
        The person behind each visitor.
    """

    frame: pd.DataFrame
    first_number: int
    first_id: int
    customers: int
    taste_ends: np.ndarray
    contacts: Contacts
    visitor_owner: np.ndarray

    def __len__(self) -> int:
        return len(self.frame)

    def column(self, name: str, person: np.ndarray) -> np.ndarray:
        """Return a column's values at ``person`` numbers."""
        return self.frame[name].to_numpy()[person]

    def trait(self, attribute: str, person: np.ndarray) -> np.ndarray:
        """Return an attribute of each person's kind."""
        return by_kind(attribute)[self.column("kind", person)]

    def draw_visitors(self, rng: np.random.Generator, person: np.ndarray) -> np.ndarray:
        """Draw a device of each person; the first is used most."""
        other = rng.integers(0, self.column("visitors", person))
        device = np.where(rng.random(len(person)) < 0.6, 0, other)
        return self.column("first_visitor", person) + device

    def customer_ids(self, person: np.ndarray) -> pa.Array:
        """Return customer ids; null for -1."""
        number = np.where(person < 0, -1, self.first_number + person + 1)
        return columns.numbered("c", number, 7)

    def visitor_ids(self, visitor: np.ndarray) -> pa.Array:
        """Return visitor ids, spread so that one person's devices do not look alike."""
        # An odd factor is a bijection of the numbers below a power of two.
        scrambled = (self.first_id + visitor + 1) * 0x9E3779B1 % 2**40
        return columns.numbered("v", np.where(visitor < 0, -1, scrambled))

    def ids(self, prefix: str, number: np.ndarray) -> pa.Array:
        """Return ids of what the chunk numbers from 0; null for -1."""
        number = np.where(number < 0, -1, self.first_id + number + 1)
        return columns.numbered(prefix, number, 7)


def draw_people(
    rng: np.random.Generator,
    period: Period,
    chunk: int,
    first_number: int,
    customers: int,
) -> People:
    """Draw ``customers`` registered people and the guests beside them.

    ``first_number`` is the number in the store of the first of them.
    """
    guests = int(np.ceil(customers * GUESTS_PER_CUSTOMER))
    size = customers + guests
    kind = np.concatenate(
        [
            rng.choice(len(KINDS), customers, p=by_kind("share")),
            rng.choice(len(KINDS), guests, p=by_kind("guest_share")),
        ]
    )
    arrived_ms = _draw_arrivals(rng, period, by_kind("established")[kind])
    registered_ms = np.where(np.arange(size) < customers, arrived_ms, -1)
    # Some buy as guests for weeks before they open an account.
    head_start = np.where(rng.random(size) < 0.2, rng.integers(5, 60, size), 0)
    first_day = period.day_of(arrived_ms - head_start * DAY_MS)
    shape = by_kind("rate_shape")[kind]
    country = rng.choice(len(COUNTRY_CODES), size, p=COUNTRY_SHARES)
    devices = rng.choice([1, 2, 3], size, p=[0.55, 0.33, 0.12])
    frame = pd.DataFrame(
        {
            "kind": kind,
            "registered_ms": registered_ms,
            "first_day": first_day,
            "last_day": _draw_last_days(rng, period, first_day, kind),
            "rate": by_kind("orders_per_year")[kind] * rng.gamma(shape) / shape,
            "country": country,
            "currency": np.where(
                country == COUNTRY_CODES.index("GB"), CURRENCIES.index("GBP"), 0
            ),
            "first_visitor": np.cumsum(devices) - devices,
            "visitors": devices,
        }
    )
    return People(
        frame=frame,
        first_number=first_number,
        first_id=chunk * IDS_PER_CHUNK,
        customers=customers,
        taste_ends=_draw_tastes(rng, kind),
        contacts=draw_contacts(rng, first_number, customers, guests),
        visitor_owner=np.repeat(np.arange(size), devices),
    )


def _draw_arrivals(
    rng: np.random.Generator, period: Period, established: np.ndarray
) -> np.ndarray:
    before = period.start_ms - rng.integers(DAY_MS, 900 * DAY_MS, len(established))
    new = period.draw_instants(rng, rng.integers(0, period.days, len(established)))
    return np.where(rng.random(len(established)) < established, before, new)


def _draw_last_days(
    rng: np.random.Generator, period: Period, first_day: np.ndarray, kind: np.ndarray
) -> np.ndarray:
    """Draw the day on which each person stops buying; the period's end for most."""
    lapses = rng.random(len(kind)) < by_kind("lapse_share")[kind]
    share_lived = 0.1 + 0.75 * rng.random(len(kind))
    lapse_day = first_day + share_lived * (period.days - first_day)
    return np.where(lapses, lapse_day, period.days).astype(int)


def _draw_tastes(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    liking = np.array(
        [
            [1.4 if name in one.favourites else 0.7 for name in CATEGORY_NAMES]
            for one in KINDS
        ]
    )
    shares = rng.gamma(liking[kind])
    ends = np.cumsum(shares, axis=1)
    return ends / ends[:, -1:]


def customer_columns(rng: np.random.Generator, people: People) -> dict[str, pa.Array]:
    """Return the columns of ``customers``."""
    size = people.customers
    frame = people.frame.iloc[:size]
    country = frame["country"].to_numpy()
    place = _draw_places(rng, country)
    age_days = rng.integers(18 * 365, 80 * 365, size)
    birth = frame["registered_ms"].to_numpy() // DAY_MS - age_days
    # Tiers follow the orders loosely: they were earned before the period, too.
    earned = frame["rate"].to_numpy() * rng.lognormal(0, 0.8, size)
    contacts = people.contacts.columns(np.arange(size))
    return {
        "customer_id": people.customer_ids(np.arange(size)),
        **contacts,
        "birth_date": pa.array(
            birth.astype("datetime64[D]"), mask=rng.random(size) < 0.25
        ),
        "gender": columns.words(
            _GENDERS, rng.choice([-1, 0, 1, 2], size, p=[0.2, 0.42, 0.37, 0.01])
        ),
        "country": columns.words(COUNTRY_CODES, country),
        "city": columns.words([city for _, city, _ in _PLACES], place),
        "postcode": columns.words([postcode for _, _, postcode in _PLACES], place),
        "registered_at": columns.instants(frame["registered_ms"]),
        "membership_tier": columns.words(_TIERS, np.digitize(earned, [4.0, 14.0])),
        "referred_by_customer_id": people.customer_ids(_draw_referrers(rng, frame)),
    }


def _draw_places(rng: np.random.Generator, country: np.ndarray) -> np.ndarray:
    sizes = np.array([len(places) for _, places in _COUNTRIES.values()])
    return np.cumsum(sizes)[country] - 1 - rng.integers(0, sizes[country])


def _draw_referrers(rng: np.random.Generator, frame: pd.DataFrame) -> np.ndarray:
    """Draw who brought whom: someone of the chunk who had registered before."""
    size, registered = len(frame), frame["registered_ms"].to_numpy()
    someone = rng.integers(0, size, size)
    is_referred = (rng.random(size) < 0.15) & (registered[someone] < registered)
    return np.where(is_referred, someone, -1)
