"""The directory of one load, which appears whole or not at all.

Everything a load stores lies in ``<raw>/load_id=<load_id>``. It is written under a
hidden name beside it, and one rename brings it to where readers look: whatever kills the
process, the raw store is the one before or the one after. Refused rows are put into
quarantine before that rename, and count from it on: files of a load that is not there
are swept by the next one.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from martlet.disk import to_disk
from martlet.settings import LOAD_PREFIX

_SUFFIX = ".parquet"


class LoadDirectory:
    """What one load writes; used as a context, and kept by :meth:`commit`.

    Parameters
    ----------
    raw, quarantine : Path
        Directories for raw tables and for refused rows.
    load_id : str
        Names the load.
    """

    def __init__(self, raw: Path, quarantine: Path, load_id: str) -> None:
        self._target = raw / f"{LOAD_PREFIX}{load_id}"
        self._workshop = raw / f".{LOAD_PREFIX}{load_id}"
        self._quarantine = quarantine
        self._load_id = load_id
        self._refused: list[Path] = []

    def __enter__(self) -> LoadDirectory:
        shutil.rmtree(self._workshop, ignore_errors=True)
        self._workshop.mkdir()
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._workshop.exists():
            shutil.rmtree(self._workshop, ignore_errors=True)
            for path in self._refused:
                path.unlink(missing_ok=True)

    def table(self, name: str) -> Path:
        """Give the file to write the rows of a raw table to."""
        folder = self._workshop / name
        folder.mkdir(exist_ok=True)
        return folder / f"part-{len(list(folder.iterdir()))}.parquet"

    def refused(self, place: str) -> Path:
        """Give the file to write the refused rows of one kind to."""
        path = quarantine_file(self._quarantine, place, self._load_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._refused.append(path)
        return path

    def tables(self) -> list[tuple[str, Path]]:
        """List what was written so far: raw tables and their files."""
        files = sorted(self._workshop.glob("*/*"))
        return [(path.parent.name, path) for path in files]

    def refused_files(self) -> list[Path]:
        """List the files of refused rows that were written so far."""
        return [path for path in self._refused if path.exists()]

    def commit(self) -> None:
        """Make the load part of the raw store."""
        for path in (*self._workshop.rglob("*"), *self.refused_files()):
            to_disk(path)
        self._workshop.rename(self._target)
        to_disk(self._target.parent)


def load_ids(raw: Path) -> list[str]:
    """List the loads of a raw store, in their order."""
    return sorted(
        path.name.removeprefix(LOAD_PREFIX)
        for path in raw.glob(f"{LOAD_PREFIX}*")
        if path.is_dir()
    )


def quarantine_file(quarantine: Path, place: str, load_id: str) -> Path:
    """Where the rows lie that one load refused for one table."""
    return quarantine / place / f"{LOAD_PREFIX}{load_id}{_SUFFIX}"


def quarantine_files(quarantine: Path, load_id: str = "*") -> list[Path]:
    """List the files of refused rows, of one load or of all."""
    return sorted(quarantine.glob(f"*/{LOAD_PREFIX}{load_id}{_SUFFIX}"))


def remove_loads(raw: Path, quarantine: Path, removed: Iterable[str]) -> None:
    """Take loads out of the raw store, each at once, and their refused rows."""
    for load_id in removed:
        hidden = raw / f".{LOAD_PREFIX}{load_id}"
        shutil.rmtree(hidden, ignore_errors=True)
        (raw / f"{LOAD_PREFIX}{load_id}").rename(hidden)
    sweep(raw, quarantine)


def sweep(raw: Path, quarantine: Path) -> None:
    """Remove what loads left behind that were killed; needs the lock."""
    for hidden in raw.glob(f".{LOAD_PREFIX}*"):
        shutil.rmtree(hidden)
    known = set(load_ids(raw))
    for path in quarantine_files(quarantine):
        if path.name.removeprefix(LOAD_PREFIX).removesuffix(_SUFFIX) not in known:
            path.unlink()
