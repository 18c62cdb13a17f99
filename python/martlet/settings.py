"""Where things are: the project, the raw files, and what builds make.

Paths come from the environment once, here, with the same rules that the dbt project
follows: ``MARTLET_HOME`` (default ``data``) and ``MARTLET_RAW`` (default
``$MARTLET_HOME/raw`` if it has files, else the built-in sample).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from martlet.errors import UsageError

RAW_SUFFIXES = (".parquet", ".csv", ".csv.gz")

# What each publication holds beside a Parquet file per table.
PUBLISHED_DATABASE = "marts.duckdb"
DICTIONARY = "dictionary.html"

# A load is one directory of this name, so that one rename brings it or takes it away.
LOAD_PREFIX = "load_id="


@dataclass(frozen=True)
class Settings:
    """Resolved paths of one martlet project."""

    project_dir: Path
    home: Path
    raw: Path

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt and the CLI write."""
        return self.home / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """The directory that BI reads."""
        return self.home / "published"

    @property
    def published_database(self) -> Path:
        """The published DuckDB file."""
        return self.published / PUBLISHED_DATABASE

    @property
    def report(self) -> Path:
        """Where the report goes by default."""
        return self.home / "report.html"

    @property
    def exports(self) -> Path:
        """Where segment lists go by default."""
        return self.home / "exports"

    @property
    def sample(self) -> Path:
        """The built-in sample store."""
        return self.project_dir / "seeds" / "sample"


def is_sample(store_id: str) -> bool:
    """Say whether ``store_id`` is that of a generated store, without a real person."""
    return re.fullmatch(r"sample-\d+-\d+-\d+", store_id) is not None


def raw_files(directory: Path, table: str) -> list[Path]:
    """List the files of one raw table, in name order.

    Files that a person put there lie in ``<table>``, what was loaded in
    ``load_id=<load_id>/<table>``.
    """
    folders = [directory / table, *directory.glob(f"{LOAD_PREFIX}*/{table}")]
    return sorted(
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.name.endswith(RAW_SUFFIXES)
    )


def load_id_of(file: Path) -> str | None:
    """Tell the load that brought a raw file; ``None`` where a person put it there."""
    folder = file.parent.parent.name
    return folder.removeprefix(LOAD_PREFIX) if folder.startswith(LOAD_PREFIX) else None


def find_project(start: Path | None = None) -> Path:
    """Find the nearest directory upwards that holds ``dbt_project.yml``."""
    start = (start or Path.cwd()).resolve()
    for directory in (start, *start.parents):
        if (directory / "dbt_project.yml").is_file():
            return directory
    raise UsageError(
        f"There is no dbt_project.yml in {start} or above it.",
        "Run martlet inside the project, or pass --project-dir.",
    )


def load_settings(project_dir: Path | None = None) -> Settings:
    """Resolve the settings from ``project_dir`` and the environment.

    Relative paths in the environment are taken from the project directory, as dbt does.
    """
    project = find_project(project_dir)
    home = project / os.environ.get("MARTLET_HOME", "data")
    named = os.environ.get("MARTLET_RAW")
    if named:
        raw = project / named
    elif any(path.name.endswith(RAW_SUFFIXES) for path in (home / "raw").rglob("*")):
        raw = home / "raw"
    else:
        raw = project / "seeds" / "sample"
    return Settings(project_dir=project, home=home, raw=raw)
