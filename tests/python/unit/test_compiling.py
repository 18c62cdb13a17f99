"""Compiled SQL is kept until a file of the project changes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from martlet.errors import EnvironmentFault
from martlet.settings import Settings
from martlet.warehouse import compiling
from martlet.warehouse.compiling import compiled_manifest
from martlet.warehouse.dbt import DbtProject


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project of one model, whose warehouse nobody may open."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.sql").write_text("select 1 as one", "utf-8")
    (tmp_path / "dbt_project.yml").write_text("name: made", "utf-8")
    return Settings(tmp_path, tmp_path / "data", tmp_path / "raw")


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The homes that dbt compiled in, one for each time it did."""
    homes: list[Path] = []

    def compile_project(project: DbtProject) -> None:
        homes.append(project.settings.home)
        assert os.environ["MARTLET_HOME"] == str(project.settings.home)
        target = Path(os.environ["DBT_TARGET_PATH"])
        target.mkdir(parents=True, exist_ok=True)
        manifest = json.dumps({"number": len(homes)})
        (target / "manifest.json").write_text(manifest, "utf-8")

    monkeypatch.delenv("DBT_TARGET_PATH", raising=False)
    monkeypatch.setattr(compiling.DbtProject, "compile", compile_project)
    return homes


def test_only_a_change_compiles_again(settings: Settings, compiled: list[Path]) -> None:
    assert compiled_manifest(settings) == {"number": 1}
    assert compiled_manifest(settings) == {"number": 1}
    model = settings.project_dir / "models" / "a.sql"
    model.write_text("select 2 as one", "utf-8")
    assert compiled_manifest(settings) == {"number": 2}
    model.rename(model.with_name("b.sql"))
    assert compiled_manifest(settings) == {"number": 3}


def test_the_stores_own_warehouse_is_left_alone(
    settings: Settings, compiled: list[Path]
) -> None:
    before = dict(os.environ)
    compiled_manifest(settings)
    assert compiled == [settings.project_dir / "target" / "lineage" / "home"]
    assert dict(os.environ) == before
    assert not settings.home.exists()


def test_what_did_not_compile_is_compiled_again(
    settings: Settings, compiled: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled_manifest(settings)
    (settings.project_dir / "models" / "a.sql").write_text("select", "utf-8")

    def fail(project: DbtProject) -> None:
        raise EnvironmentFault("dbt could not run")

    with monkeypatch.context() as failing:
        failing.setattr(compiling.DbtProject, "compile", fail)
        for _ in range(2):
            with pytest.raises(EnvironmentFault):
                compiled_manifest(settings)
    assert compiled_manifest(settings) == {"number": 2}
