"""Write the files of one load so that all of them appear, or none.

Files are written into a hidden folder beside their targets, on the same disk, and moved
at the end; what fails before or during the move leaves everything as it was. The file
that is asked for last is moved last: a load whose last file is there is complete.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path
from types import TracebackType


class Outputs:
    """The files of one load; used as a context that commits where nothing fails.

    Parameters
    ----------
    load_id : str
        Names the files: ``<root>/<folder>/load-<load_id>.parquet``.
    """

    def __init__(self, load_id: str) -> None:
        self._load_id = load_id
        self._targets: dict[Path, Path] = {}
        self._workshops: set[Path] = set()
        self._made_folders: list[Path] = []

    def path(self, root: Path, folder: str) -> Path:
        """Give the path to write now what is to appear in ``root/folder``."""
        # A crash may leave this behind, so its name is none that readers of raw files
        # look for, and the next attempt clears it.
        workshop = root / f".load-{self._load_id}"
        if workshop not in self._workshops:
            shutil.rmtree(workshop, ignore_errors=True)
            self._workshops.add(workshop)
            self._make_folder(workshop)
        written = workshop / f"{folder}.partial"
        self._targets[written] = root / folder / f"load-{self._load_id}.parquet"
        return written

    def __enter__(self) -> Outputs:
        return self

    def __exit__(
        self,
        error_type: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._commit()
        finally:
            for workshop in self._workshops:
                shutil.rmtree(workshop, ignore_errors=True)
            # Folders that hold a file by now stay.
            for folder in reversed(self._made_folders):
                with contextlib.suppress(OSError):
                    folder.rmdir()

    def _commit(self) -> None:
        moved: list[Path] = []
        try:
            for written, target in self._targets.items():
                self._make_folder(target.parent)
                moved.append(written.replace(target))
        except BaseException:
            for target in moved:
                target.unlink()
            raise

    def _make_folder(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir()
            self._made_folders.append(path)
