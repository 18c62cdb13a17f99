"""Made-up contact data, sealed as soon as it is drawn.

No real person can be meant: mail goes to domains reserved for examples (RFC 2606), and
telephone numbers lie in a Berlin block that the German regulator keeps for film and
television.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from martlet.privacy.normalising import normalise_email
from martlet.privacy.sealing import DEMO_KEY, Sealer
from martlet.sample import columns


def _latin(name: str) -> str:
    """Write a European name as it stands in an address."""
    letters = unicodedata.normalize("NFKD", name)
    return letters.encode("ascii", "ignore").decode().lower()


# Given and family names: as written, and as they stand in an address.
_EUROPEAN = tuple(
    {name: _latin(name) for name in names.split()}
    for names in (
        "Annika Benedikt Chiara Domhnall Elodie Ferran Gudrun Henrike "
        "Ilaria Jürgen Katarzyna Leocadie Matthijs Noémie Oisín Philippa",
        "Ahlfeld Brennecke Castellvi Dupérier Eikenaar Fenwick Gallinari Hösl "
        "Ibarrola Jagodzinska Kerrigan Lindqvist Morvan Niedermayr Oosterhuis Pellissier",
    )
)
_CHINESE = (
    {
        "晓雯": "xiaowen", "子轩": "zixuan", "雨桐": "yutong", "建国": "jianguo",
        "思琪": "siqi", "浩然": "haoran", "美玲": "meiling", "志远": "zhiyuan",
    },
    {
        "欧阳": "ouyang", "司徒": "situ", "诸葛": "zhuge", "上官": "shangguan",
        "慕容": "murong", "夏侯": "xiahou", "令狐": "linghu", "皇甫": "huangfu",
    },
)  # fmt: skip
_NAMES = (_EUROPEAN, _CHINESE)
_ADDRESSED = tuple(tuple(list(part.values()) for part in names) for names in _NAMES)
CHINESE_SHARE = 0.22
_DOMAINS = ("example.com", "example.org", "example.net")
# "+49 30 23125" and six digits: fifteen digits are the most that E.164 allows.
_PHONE_BLOCK, _PHONES = "+493023125", 1_000_000


@dataclass(frozen=True)
class Contacts:
    """Sealed contact data of the people of a chunk; null where nothing is known."""

    email: pa.Array
    email_key: pa.Array
    phone: pa.Array
    phone_key: pa.Array
    first_name: pa.Array
    last_name: pa.Array
    reads_chinese: np.ndarray

    def columns(self, person: np.ndarray) -> dict[str, pa.Array]:
        """Return all sealed columns and their keys at ``person`` numbers."""
        names = ("first_name", "last_name")
        return self.reach(person) | {
            name: getattr(self, name).take(columns.whole(person)) for name in names
        }

    def reach(
        self, by_email: np.ndarray, by_phone: np.ndarray | None = None
    ) -> dict[str, pa.Array]:
        """Return e-mail and phone with their keys; null for -1."""
        by_phone = by_email if by_phone is None else by_phone
        return {
            "email": self.email.take(columns.whole(by_email)),
            "email_key": self.email_key.take(columns.whole(by_email)),
            "phone": self.phone.take(columns.whole(by_phone)),
            "phone_key": self.phone_key.take(columns.whole(by_phone)),
        }


def draw_contacts(
    rng: np.random.Generator, first_number: int, customers: int, guests: int
) -> Contacts:
    """Draw names and addresses; every registered customer has an e-mail address.

    ``first_number`` is the number in the store of the first customer; it keeps
    addresses and telephone numbers apart from those of other chunks.
    """
    size = customers + guests
    sealer = Sealer(DEMO_KEY)
    is_chinese = rng.random(size) < CHINESE_SHARE
    given = np.where(is_chinese, rng.integers(0, 8, size), rng.integers(0, 16, size))
    family = np.where(is_chinese, rng.integers(0, 8, size), rng.integers(0, 16, size))
    domain = rng.integers(0, len(_DOMAINS), size)
    is_guest = np.arange(size) >= customers
    has_email = ~is_guest | (rng.random(size) < 0.95)
    number = first_number + np.arange(size) - np.where(is_guest, customers, 0)
    has_phone = ~is_guest & (rng.random(size) < 0.6) & (number < _PHONES)

    emails: list[str | None] = []
    phones: list[str | None] = []
    for person in range(size):
        firsts, lasts = _ADDRESSED[int(is_chinese[person])]
        name = f"{firsts[given[person]]}.{lasts[family[person]]}"
        mailbox = f"{name}.{'g' if is_guest[person] else ''}{number[person]}"
        email = normalise_email(f"{mailbox}@{_DOMAINS[domain[person]]}")
        emails.append(email if has_email[person] else None)
        phones.append(
            f"{_PHONE_BLOCK}{number[person]:06d}" if has_phone[person] else None
        )

    def each(operation, values: list[str | None]) -> pa.Array:
        return pa.array(
            [None if value is None else operation(value) for value in values],
            pa.string(),
        )

    def names(part: int, code: np.ndarray) -> pa.Array:
        # Few names are sealed once, and looked up.
        choices = [written for names in _NAMES for written in names[part]]
        offset = np.where(is_chinese, len(_EUROPEAN[part]), 0)
        return columns.words([sealer.seal(name) for name in choices], code + offset)

    return Contacts(
        email=each(sealer.seal, emails),
        email_key=each(sealer.pseudonym, emails),
        phone=each(sealer.seal, phones),
        phone_key=each(sealer.pseudonym, phones),
        first_name=names(0, given),
        last_name=names(1, family),
        reads_chinese=is_chinese,
    )
