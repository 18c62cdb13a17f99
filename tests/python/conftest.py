"""What tests share: the project, real data, dbt's manifest, and one built sample.

Whatever is expensive is made once per test session, also when pytest-xdist runs several
workers: the first to need it makes it, the others wait and read it.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support import BIN, PROJECT_DIR, BuiltSample, environment, once

if "PYTEST_XDIST_WORKER" in os.environ:
    # The workers share the cores already. Threads that wait for each other's cores spin.
    os.environ["OMP_NUM_THREADS"] = "1"


@pytest.fixture(scope="session")
def project_dir() -> Path:
    """Root of the repository."""
    return PROJECT_DIR


@pytest.fixture(scope="session")
def test_data() -> Path:
    """Folder of real data sets; tests that need it are skipped where it is missing."""
    beside = PROJECT_DIR.parent / "shared" / "data"
    folder = Path(os.environ.get("MARTLET_TEST_DATA", beside))
    if not folder.is_dir():
        pytest.skip(f"{folder} is missing; MARTLET_TEST_DATA names the real data")
    return folder


@pytest.fixture(scope="session")
def session_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Directory of this test session, the same one for every xdist worker."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def manifest(session_dir: Path) -> dict[str, Any]:
    """Dbt's manifest of the whole project, with the compiled SQL of every model."""

    def compile_project(directory: Path) -> dict[str, Any]:
        env = environment(directory) | {"MARTLET_RAW": str(directory / "raw")}
        # Macros ask raw tables and ledgers while dbt compiles; a run makes them first.
        seed = ["seed", "--select", "order_statuses", "--no-partial-parse"]
        run([str(BIN / "dbt"), *seed, "--quiet"], env)
        run([str(BIN / "dbt"), "compile", "--quiet"], env)
        return json.loads((directory / "target" / "manifest.json").read_text("utf-8"))

    return once(session_dir / "compiled", compile_project)


@pytest.fixture(scope="session")
def built_sample(session_dir: Path) -> BuiltSample:
    """The built-in sample, built and published once."""

    def build(directory: Path) -> dict[str, Any]:
        command = [str(BIN / "martlet"), "build", "--json"]
        return json.loads(run(command, environment(directory)))

    directory = session_dir / "sample"
    summary = once(directory, build)
    return BuiltSample(directory / "home", Path(summary["published"]), summary)


def run(command: list[str], env: dict[str, str]) -> str:
    """Run a command in the project and return what it printed; fail if it fails."""
    Path(env["MARTLET_HOME"]).mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        command, cwd=PROJECT_DIR, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        pytest.fail(
            f"{' '.join(command)} ended with {done.returncode}\n"
            f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}",
            pytrace=False,
        )
    return done.stdout
