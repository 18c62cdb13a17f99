"""Find and remove files that were made for people to use and that hold somebody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from martlet.erasure.searching import Needles, files_below
from martlet.erasure.values import Values
from martlet.erasure.writings import Writings
from martlet.export.writing import manifest_path


@dataclass(frozen=True)
class Trace:
    """Where something was found: a file, and the table in it where it has several."""

    path: Path
    place: str = ""

    def __str__(self) -> str:
        """Write the place as a person reads it."""
        return f"{self.path} ({self.place})" if self.place else str(self.path)


class Search:
    """Looks into files for what names people, in their bytes and in their values."""

    def __init__(self, writings: Writings) -> None:
        self._needles = Needles(writings)
        self._values = Values(writings, self._needles)

    def traces(self, path: Path) -> list[Trace]:
        """List what a file holds of them; empty where it holds nothing."""
        places = [
            Trace(path, "" if place == path.name else place)
            for place in self._values.places_in(path)
        ]
        return places or [Trace(path, place) for place in self._needles.places_in(path)]


def files_with_them(
    exports: Path, written: Sequence[tuple[str, Path]], search: Search
) -> list[Path]:
    """List export files that hold people, and all that was exported with them.

    Parameters
    ----------
    exports : Path
        The directory where lists, and answers to people, go.
    written : sequence of (str, Path)
        Files that exports wrote anywhere, with the export of each.
    """
    known = {path.resolve(): export_id for export_id, path in written if path.is_file()}
    candidates = {*files_below([exports]), *known}
    hit = {path for path in candidates if search.traces(path)}
    exports_hit = {known[path] for path in hit if path in known}
    hit |= {path for path, export_id in known.items() if export_id in exports_hit}
    return sorted(hit | _manifests(hit))


def remove_files(paths: Iterable[Path]) -> None:
    """Remove files; those that are gone already are gone."""
    for path in paths:
        path.unlink(missing_ok=True)


def _manifests(paths: Iterable[Path]) -> set[Path]:
    found = map(manifest_path, paths)
    return {path for path in found if path.is_file()}
