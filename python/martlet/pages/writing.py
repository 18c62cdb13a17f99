"""Put a page in its place, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from martlet.disk import move_durably
from martlet.errors import UsageError
from martlet.faults import machine_faults


def write_page(path: Path, text: str) -> None:
    """Write a page in the place of an earlier one.

    Raises
    ------
    UsageError
        There is no such directory, or a directory has that name.
    EnvironmentFault
        The disk is full, or the place may not be written to.
    """
    if path.is_dir():
        raise UsageError(
            f"{path} is a directory.", f"Name a file: --out {path / 'x.html'}"
        )
    if not path.parent.is_dir():
        raise UsageError(
            f"There is no directory {path.parent}.", f"Make it: mkdir -p {path.parent}"
        )
    written = path.with_name(f".{path.name}.new")
    with machine_faults(f"Writing {path}", "What was there before is unchanged."):
        try:
            written.write_text(text, "utf-8")
            move_durably(written, path)
        finally:
            written.unlink(missing_ok=True)
