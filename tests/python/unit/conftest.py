"""What unit tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

from support import RawStore


@pytest.fixture
def store(tmp_path: Path) -> RawStore:
    """A raw store into which nothing was loaded yet."""
    return RawStore(tmp_path)
