"""The project as its manifest tells it, read once."""

from __future__ import annotations

from typing import Any

import pytest
from rooms import Project


@pytest.fixture(scope="session")
def project(manifest: dict[str, Any]) -> Project:
    """Models, seeds and sources, and how they hang together."""
    return Project(manifest)
