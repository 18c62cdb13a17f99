"""Remember an erasure that was begun, so that running it again finishes it.

Once files and warehouse are half changed, nothing could tell any more who it was. So what
names the people is kept until the proof is done, in one file in ``MARTLET_HOME`` that is
sealed whole with the store's key, for its owner alone.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from martlet.disk import write_private
from martlet.erasure.person import People
from martlet.errors import EnvironmentFault
from martlet.privacy.sealing import Sealer

_FILE = ".erasure.sealed"
_PATHS = ("exports", "removals")


@dataclass(frozen=True)
class Erasure:
    """One erasure, whole: who, since when, and what was to be removed.

    ``rows`` counts rows of each raw table, and of quarantine, when it began; ``mentions``
    rows of other people that name them. ``exports`` are files to remove; ``audiences`` the
    platforms that held one of the people, ``untold`` how many addresses of each no raw
    file tells any more, and ``removals`` the lists for platforms that are written. All
    are kept here, since what tells them is gone once the warehouse is made anew.
    """

    erasure_id: str
    erased_at: datetime
    keeps_orders: bool
    asked: tuple[str, ...]
    people: People
    rows: dict[str, int]
    mentions: dict[str, int]
    exports: tuple[Path, ...] = ()
    audiences: tuple[str, ...] = ()
    untold: dict[str, int] = field(default_factory=dict)
    removals: tuple[Path, ...] = ()


def read_journal(home: Path, sealer: Sealer) -> Erasure | None:
    """Read the erasure that was begun and not finished, if there is one.

    Raises
    ------
    EnvironmentFault
        It was begun under another key.
    """
    path = home / _FILE
    if not path.is_file():
        return None
    told = json.loads(sealer.unseal(path.read_text("ascii")))
    return Erasure(
        **{
            **told,
            "erased_at": datetime.fromisoformat(told["erased_at"]),
            "asked": tuple(told["asked"]),
            "audiences": tuple(told["audiences"]),
            **{name: tuple(map(Path, told[name])) for name in _PATHS},
            "people": People.from_dict(told["people"]),
        }
    )


def write_journal(home: Path, sealer: Sealer, erasure: Erasure) -> None:
    """Note that an erasure begins, or how far it has come."""
    told = {
        **asdict(erasure),
        "erased_at": erasure.erased_at.isoformat(),
        "people": erasure.people.as_dict(),
        **{name: list(map(str, getattr(erasure, name))) for name in _PATHS},
    }
    write_private(home / _FILE, sealer.seal(json.dumps(told)).encode("ascii"))


def refuse_unfinished(home: Path) -> None:
    """Refuse while somebody is half erased: the warehouse may hold them still.

    Raises
    ------
    EnvironmentFault
        An erasure was begun and is not finished.
    """
    if (home / _FILE).is_file():
        raise EnvironmentFault(
            "An erasure was begun and is not finished: files and warehouse may still "
            "hold who is to be forgotten.",
            "Finish it: martlet forget",
        )


def remove_journal(home: Path) -> None:
    """Forget that there was an erasure: it is done."""
    (home / _FILE).unlink(missing_ok=True)
