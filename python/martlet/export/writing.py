"""The files of an export: private, in parts where a platform limits them, all or none.

They hold contact data. Each is written under a hidden name beside its place, readable by
its owner alone, and everything that belongs together (lists, removals, manifest) appears
when the export is sure of itself. A run that fails or is killed leaves what was there; the
next one clears away what is left of it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from martlet.disk import move_durably, open_private, to_disk
from martlet.errors import CheckFailed, EnvironmentFault
from martlet.export.destinations import Contact, Destination
from martlet.export.layout import Layout, list_layout, removal_layout
from martlet.export.lines import csv_line
from martlet.export.parquet import write_parquet

_MOMENT = re.compile("[0-9]{8}T[0-9]{6}")


@dataclass(frozen=True)
class WrittenFile:
    """A file of an export, at the place where it will be."""

    path: Path
    rows: int
    bytes: int
    sha256: str


def manifest_path(path: Path) -> Path:
    """Tell where the manifest of a file lies."""
    return path.with_name(f"{path.name}.manifest.json")


class StagedFiles:
    """Files that appear together on ``commit``, or not at all."""

    def __init__(self) -> None:
        self._staged: dict[Path, Path] = {}
        self._outdated: list[Path] = []

    def __enter__(self) -> StagedFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for hidden in self._staged:
            hidden.unlink(missing_ok=True)

    def write_list(
        self,
        path: Path,
        destination: Destination,
        field_names: Sequence[str],
        contacts: Iterable[Contact],
    ) -> list[WrittenFile]:
        """Write whom to add: one file, or ``name-1``, ``name-2``, … within the limits.

        Raises
        ------
        EnvironmentFault
            It cannot be written.
        CheckFailed
            One person's row is larger than the platform lets a file be.
        """
        return self._write(path, list_layout(destination, field_names), contacts)

    def write_removals(
        self, path: Path, destination: Destination, contacts: Iterable[Contact]
    ) -> list[WrittenFile]:
        """Write whom to take off, in the platform's own way; else as ``write_list``."""
        return self._write(path, removal_layout(destination), contacts)

    def write_bytes(self, path: Path, content: bytes) -> WrittenFile:
        """Write a file as it is, such as the manifest.

        Raises
        ------
        EnvironmentFault
            It cannot be written.
        """
        with _explained(path):
            self._make_room(path)
            hidden = self._hide(path)
            with open_private(hidden) as file:
                file.write(content)
            return _written(hidden, path, rows=0)

    def commit(self) -> None:
        """Put every file in its place, in the order in which they were written.

        Parts that an earlier, longer export left are removed: somebody would upload them.

        Raises
        ------
        EnvironmentFault
            A place cannot be written to any more.
        """
        for hidden, path in list(self._staged.items()):
            with _explained(path):
                move_durably(hidden, path)
            del self._staged[hidden]
        for path in self._outdated:
            with _explained(path):
                path.unlink(missing_ok=True)

    def _write(
        self, path: Path, layout: Layout, contacts: Iterable[Contact]
    ) -> list[WrittenFile]:
        with _explained(path):
            self._make_room(path)
            if layout.file_format == "parquet":
                hidden = self._hide(path)
                with open_private(hidden) as file:
                    rows = write_parquet(file, layout, contacts)
                return [_written(hidden, path, rows)]
            parts = self._write_csv(path, layout, contacts)
            # Only now is it known whether the parts need numbers.
            places = (
                [_part(path, number) for number, _ in enumerate(parts, start=1)]
                if len(parts) > 1
                else [path]
            )
            for place in places:
                _refuse_others(place)
            self._outdated += [path] if len(parts) > 1 else []
            self._outdated += _earlier_parts(path, len(parts), layout)
            self._staged.update(
                (part.hidden, place) for part, place in zip(parts, places, strict=True)
            )
            return [
                _written(part.hidden, place, part.rows)
                for part, place in zip(parts, places, strict=True)
            ]

    def _write_csv(
        self, path: Path, layout: Layout, contacts: Iterable[Contact]
    ) -> list[_CsvPart]:
        header = csv_line(layout.headers)
        with ExitStack() as files:

            def begin() -> _CsvPart:
                hidden = self._hide(_part(path, len(parts) + 1))
                file = files.enter_context(open_private(hidden))
                parts.append(_CsvPart(hidden, file, header, layout))
                return parts[-1]

            parts: list[_CsvPart] = []
            part = begin()
            for row in map(layout.row, contacts):
                line = csv_line(row)
                if not part.has_room(line):
                    part.file.close()
                    part = begin()
                    if not part.has_room(line):
                        raise CheckFailed(
                            f"One row has {len(line):,} bytes, and a file may "
                            f"have no more than {layout.max_bytes:,}.",
                            "Leave fields out of the segment, or export to csv.",
                        )
                part.add(line)
            return parts

    def _make_room(self, path: Path) -> None:
        """Make the folder, for its owner alone; clear away what a killed run left."""
        _refuse_others(path)
        missing = [folder for folder in path.absolute().parents if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        # Each export has a moment of its own in the names of its additions and removals.
        stem = _MOMENT.sub(_MOMENT.pattern, re.escape(path.stem))
        left_over = re.compile(
            rf"\.{stem}(-remove-{_MOMENT.pattern})?(-[0-9]+)?"
            rf"{re.escape(path.suffix)}\.unfinished"
        )
        for file in path.parent.iterdir():
            if left_over.fullmatch(file.name) and file not in self._staged:
                file.unlink()

    def _hide(self, path: Path) -> Path:
        hidden = path.with_name(f".{path.name}.unfinished")
        self._staged[hidden] = path
        return hidden


class _CsvPart:
    """One file of a list, and what it may still take."""

    def __init__(
        self, hidden: Path, file: BinaryIO, header: bytes, layout: Layout
    ) -> None:
        self.hidden = hidden
        self.file = file
        self.rows = 0
        self._bytes = file.write(header)
        self._max_rows = layout.max_rows or float("inf")
        self._max_bytes = layout.max_bytes or float("inf")

    def has_room(self, line: bytes) -> bool:
        return self.rows < self._max_rows and self._bytes + len(line) <= self._max_bytes

    def add(self, line: bytes) -> None:
        self._bytes += self.file.write(line)
        self.rows += 1


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(
            f"The list could not be written to {path}: {error.strerror or error}.",
            "Choose another place with --out, or free some space.",
        ) from error


def _refuse_others(path: Path) -> None:
    """Refuse what is there and is no file: a move would put one in its place."""
    if path.is_dir():
        raise EnvironmentFault(f"{path} is a folder.", "Name a file in it with --out.")
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise EnvironmentFault(
            f"{path} is a link or a device, and no file.",
            "Name a file with --out; --dry-run writes none.",
        )


def _part(path: Path, number: int) -> Path:
    return path.with_name(f"{path.stem}-{number}{path.suffix}")


def _earlier_parts(path: Path, parts: int, layout: Layout) -> Iterator[Path]:
    """Find the parts that an export of this kind wrote before and this one does not.

    Somebody's own file of such a name does not begin with the same columns.
    """
    begins = ",".join(layout.own_headers).encode()
    for number in count(parts + 1 if parts > 1 else 1):
        part = _part(path, number)
        if not part.is_file():
            return
        with part.open("rb") as file:
            if not file.readline().startswith(begins):
                return
        yield part


def _written(hidden: Path, path: Path, rows: int) -> WrittenFile:
    to_disk(hidden)
    with hidden.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenFile(path, rows, hidden.stat().st_size, sha256)
