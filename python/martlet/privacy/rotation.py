"""Seal a store's contact data anew under another secret, without touching pseudonyms.

The key file holds the new secret and the previous one until every file is sealed anew,
and each file is replaced in one step. So everything opens at any moment, and a rotation
that was killed is finished by running it again.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from martlet.contract import RawTable
from martlet.errors import EnvironmentFault, UsageError
from martlet.faults import machine_faults
from martlet.lock import raw_lock
from martlet.privacy.keys import (
    VARIABLE,
    find_key,
    key_file,
    read_key,
    replace_key,
)
from martlet.privacy.resealing import (
    SealedFile,
    examine,
    register_reseal,
    seal_anew,
    sealed_places,
)
from martlet.privacy.sealing import DEMO_KEY, Key, Sealer
from martlet.settings import is_sample
from martlet.sql import scratch_database

_AFTERMATH = "Everything still opens, and the same command goes on where it stopped."


@dataclass(frozen=True)
class Rotation:
    """What a rotation did: where the key is now, and what was sealed anew."""

    key_file: Path
    files: int
    values: int


def rotate_key(
    home: Path,
    raw: Path,
    quarantines: Iterable[Path],
    contract: dict[str, RawTable],
    *,
    store_id: str = "",
    out: Path | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Rotation:
    """Draw a new sealing secret and seal every sealed value anew.

    Parameters
    ----------
    home : Path
        ``MARTLET_HOME``, where the key file is.
    raw : Path
        The raw directory.
    quarantines : iterable of Path
        Directories of refused rows; those that are missing are passed over.
    contract : dict of str to RawTable
        What :func:`martlet.contract.read_contract` gives.
    store_id : str
        The store that ``raw`` belongs to.
    out : Path, optional
        Where to write the new key, if ``MARTLET_KEY`` holds the present one.
    progress : callable, optional
        Called with the next file, the steps done, and the steps in all.

    Raises
    ------
    UsageError
        The store is the sample, or nothing in it is sealed; or ``out`` is missing,
        unwanted, or holds another key.
    EnvironmentFault
        There is no key, or some value does not open with it; nothing was changed.
    """
    _refuse_sample(is_sample(store_id))
    key_path = _key_path(home, out)
    with (
        machine_faults("Rotating the key", _AFTERMATH),
        raw_lock(raw),
        scratch_database() as connection,
    ):
        in_use = find_key(home)
        _refuse_sample(in_use.sealing == DEMO_KEY)
        key = _key_to_seal_with(in_use, out)
        register_reseal(connection, Sealer(str(key)))
        places = list(sealed_places(raw, quarantines, contract))
        tell = progress or _say_nothing
        files = []
        for done, (path, sealed) in enumerate(places):
            tell(path.name, done, 2 * len(places))
            files.append(examine(connection, path, sealed))
        _refuse_foreign(files)
        if not any(file.values for file in files):
            raise _nothing_sealed(raw)
        stale = [file for file in files if file.stale]
        if out and out.exists() and stale:
            _refuse_settled(out)
        replace_key(key_path, key)
        for done, file in enumerate(files, len(files)):
            tell(file.path.name, done, 2 * len(files))
            if file.stale:
                seal_anew(connection, file)
        replace_key(key_path, key.settled())
    return Rotation(key_path, len(stale), sum(file.stale for file in stale))


def _key_path(home: Path, out: Path | None) -> Path:
    """Tell where the new key goes: to ``out``, just where there is no key file in use."""
    is_variable = bool(os.environ.get(VARIABLE))
    if is_variable and out is None:
        raise UsageError(
            f"The key is in {VARIABLE}, which no command can change.",
            "Name a file for the new key: martlet key rotate --out FILE",
        )
    if out and not is_variable:
        raise UsageError(
            f"{VARIABLE} is not set: the new key takes its place in {key_file(home)}.",
            "Leave --out away: martlet key rotate",
        )
    return out or key_file(home)


def _refuse_sample(is_sample: bool) -> None:
    if is_sample:
        raise UsageError(
            "The generated sample is sealed with a key that is published in the source: "
            "there is no secret to change.",
            "Name a store of your own with MARTLET_RAW.",
        )


def _key_to_seal_with(in_use: Key, out: Path | None) -> Key:
    """Give the key of an unfinished rotation, else one with a new sealing secret."""
    if out is None or not out.exists():
        return in_use if in_use.previous else in_use.rotated()
    written = read_key(out)
    if in_use.previous and written.settled() == in_use.settled():
        return in_use
    successor = replace(in_use, sealing=written.sealing, previous=in_use.sealing)
    is_other = written.sealing != in_use.sealing
    if is_other and written in (successor, successor.settled()):
        return successor
    raise _another_key(out)


def _refuse_settled(out: Path) -> None:
    """Refuse to go back to the key of an earlier rotation."""
    if read_key(out).previous is None:
        raise _another_key(out)


def _nothing_sealed(raw: Path) -> UsageError:
    """Keep the key of a store that is elsewhere from getting lost."""
    return UsageError(
        f"Nothing in {raw} is sealed, so there is nothing to seal anew.",
        "Name the directory of the store's raw tables with MARTLET_RAW.",
    )


def _another_key(out: Path) -> UsageError:
    return UsageError(
        f"{out} is there and holds another key, which is never overwritten.",
        "Name another file: martlet key rotate --out FILE",
    )


def _refuse_foreign(files: list[SealedFile]) -> None:
    foreign = [file for file in files if file.foreign]
    if foreign:
        values, others = sum(file.foreign for file in foreign), len(foreign) - 1
        more = f" and {others:,} more files" if others else ""
        raise EnvironmentFault(
            f"{values:,} values in {foreign[0].path}{more} do not open with this key: "
            "they were sealed under another one, are damaged, or are in clear. Nothing "
            "was changed.",
            "Set MARTLET_KEY to the key this store was loaded with, or take these files "
            "out of it.",
        )


def _say_nothing(label: str, done: int, total: int) -> None:
    """Report no progress."""
