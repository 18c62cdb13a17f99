"""Plain dbt works from the root, before any Python model has run."""

from __future__ import annotations

import subprocess
from pathlib import Path

from support import BIN, PROJECT_DIR, environment


def dbt(directory: Path, *arguments: str, **variables: str) -> str:
    """Run dbt as in a fresh clone, and return what it printed."""
    env = environment(directory) | variables
    Path(env["MARTLET_HOME"]).mkdir(exist_ok=True)
    done = subprocess.run(
        [str(BIN / "dbt"), *arguments],
        cwd=PROJECT_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def test_build_with_every_data_and_unit_test(tmp_path: Path) -> None:
    told = dbt(tmp_path, "build", "--no-partial-parse")
    assert "ERROR=0" in told and "WARN=0" in told and "SKIP=0" in told
    assert "unit tests" in told


def test_build_of_no_data_at_all(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    exclusion = ("--exclude-resource-type", "unit_test")
    dbt(tmp_path, "build", *exclusion, MARTLET_RAW=str(tmp_path / "raw"))


def test_build_as_of_an_earlier_date(tmp_path: Path) -> None:
    exclusion = ("--exclude-resource-type", "unit_test")
    dbt(tmp_path, "build", *exclusion, "--vars", "{as_of_date: 2026-01-01}")


def test_the_parse_that_tests_hand_over_is_read(tmp_path: Path) -> None:
    told = dbt(tmp_path, "parse")
    assert "Registered adapter" in told
    assert "partial pars" not in told.lower()


def test_documentation_is_one_page(tmp_path: Path) -> None:
    dbt(tmp_path, "parse")
    dbt(tmp_path, "docs", "generate", "--static", "--no-compile", "--empty-catalog")
    page = (tmp_path / "target" / "static_index.html").read_text("utf-8")
    # The overview, and what a model and an exposure say of themselves.
    assert "A marketing warehouse for online shops" in page
    assert "How each order's sales are credited to what led to it" in page
    assert "The page that `martlet report` writes" in page
