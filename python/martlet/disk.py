"""Bring files onto the disk so that they are there after a power cut."""

from __future__ import annotations

import os
from pathlib import Path


def to_disk(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def move_durably(written: Path, target: Path) -> None:
    """Put a file in the place of another on the same disk."""
    to_disk(written)
    os.replace(written, target)
    to_disk(target.parent)
