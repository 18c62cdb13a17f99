"""The SQL that a build from scratch would run, without touching the warehouse.

Macros ask the warehouse while dbt compiles: an incremental model that is built already
compiles to its next increment. So everything is compiled against an empty warehouse of
its own, which also leaves a build alone that runs meanwhile. What comes out depends on
the project's files alone, and is kept until one of them changes.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from martlet.settings import Settings
from martlet.warehouse.dbt import DbtProject

_PARTS = ("models", "macros", "seeds/reference", "tests/dbt", "profiles")


def compiled_manifest(settings: Settings) -> dict[str, Any]:
    """Give dbt's manifest with the compiled SQL of every model.

    Raises
    ------
    EnvironmentFault
        dbt cannot compile the project; the message says why.
    """
    target = os.environ.get("DBT_TARGET_PATH", "target")
    directory = settings.project_dir / target / "lineage"
    known = directory / "fingerprint"
    fingerprint = _fingerprint(settings.project_dir)
    if not (known.is_file() and known.read_text("utf-8") == fingerprint):
        known.unlink(missing_ok=True)
        empty = replace(settings, home=directory / "home", raw=directory / "raw")
        with _environment_of(empty, directory):
            DbtProject(empty).compile()
        known.write_text(fingerprint, "utf-8")
    return json.loads((directory / "manifest.json").read_text("utf-8"))


def _fingerprint(project_dir: Path) -> str:
    """Tell one state of the project's files from another."""
    files = [project_dir / "dbt_project.yml"]
    files += [path for part in _PARTS for path in (project_dir / part).rglob("*")]
    fingerprint = hashlib.sha256()
    for path in sorted(path for path in files if path.is_file()):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        fingerprint.update(f"{path.relative_to(project_dir)} {content}\n".encode())
    return fingerprint.hexdigest()


@contextmanager
def _environment_of(settings: Settings, target: Path) -> Iterator[None]:
    """Let dbt, which looks for itself, find what ``settings`` name."""
    before = dict(os.environ)
    os.environ["MARTLET_HOME"] = str(settings.home)
    os.environ["MARTLET_RAW"] = str(settings.raw)
    os.environ["DBT_TARGET_PATH"] = str(target)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
