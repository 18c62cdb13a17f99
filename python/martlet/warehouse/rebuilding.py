"""Know when the warehouse is between two states, so that nobody publishes it.

A build is several dbt runs with Python models between them. Where it stops in the middle,
some tables are new and others old, and nothing in them tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from martlet.errors import EnvironmentFault

_MARK = ".half-built"


@contextmanager
def rebuilding(home: Path, *, mends: bool = False) -> Iterator[None]:
    """Mark the warehouse as half built; unmark it when the block is through.

    Parameters
    ----------
    mends : bool
        Whether the block builds everything, so that it does away with the mark of a
        block that stopped before.
    """
    mark = home / _MARK
    was_half_built = mark.exists()
    mark.touch()
    yield
    if mends or not was_half_built:
        mark.unlink()


def refuse_half_built(home: Path) -> None:
    """Refuse to go on where a build stopped in the middle.

    Raises
    ------
    EnvironmentFault
        It did, and no build of everything came through since.
    """
    if (home / _MARK).exists():
        raise EnvironmentFault(
            "Nothing was published, because the warehouse is half built: a build stopped "
            "in the middle. What was published before is as it was.",
            "Build everything: martlet build",
        )
