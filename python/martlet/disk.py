"""Bring files onto the disk: there after a power cut, and their owner's alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO


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


def open_private(path: Path) -> BinaryIO:
    """Make a file that only its owner may read; never in the place of another one."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb", buffering=1 << 20)


def write_private(path: Path, content: bytes) -> None:
    """Put a file that only its owner may read in its place, whole or not at all."""
    written = path.with_name(f".{path.name}.new")
    written.unlink(missing_ok=True)
    with open_private(written) as file:
        file.write(content)
    move_durably(written, path)
