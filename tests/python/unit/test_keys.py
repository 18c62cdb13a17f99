"""The key is found in one order, made once, and never half written."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from martlet.cli.key import app
from martlet.errors import EnvironmentFault, UsageError
from martlet.privacy.keys import (
    find_key,
    find_sealer,
    key_file,
    make_key,
    read_key,
    replace_key,
    sealer_for_loading,
)
from martlet.privacy.sealing import DEMO_KEY, Key, Sealer
from support import PROJECT_DIR

LONG = "k" * 48


@pytest.fixture(autouse=True)
def no_key_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MARTLET_KEY", raising=False)


def test_environment_goes_before_the_key_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealer_for_loading(tmp_path)
    monkeypatch.setenv("MARTLET_KEY", LONG)
    assert find_sealer(tmp_path).seal("x") == Sealer(LONG).seal("x")
    assert sealer_for_loading(tmp_path).seal("x") == Sealer(LONG).seal("x")


def test_first_load_makes_a_private_key_file_and_later_ones_use_it(
    tmp_path: Path,
) -> None:
    home = tmp_path / "not" / "there"
    first, second = sealer_for_loading(home), sealer_for_loading(home)
    assert first.made_key_file == key_file(home)
    assert second.made_key_file is None
    assert stat.S_IMODE(key_file(home).stat().st_mode) == 0o600
    assert (
        find_sealer(home).unseal(first.seal("x"))
        == "x"
        == second.unseal(first.seal("x"))
    )


def test_two_homes_get_two_keys(tmp_path: Path) -> None:
    sealers = [sealer_for_loading(tmp_path / name) for name in ("a", "b")]
    assert sealers[0].seal("x") != sealers[1].seal("x")


def test_no_key_anywhere_names_both_places(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"MARTLET_KEY.*martlet\.key"):
        find_sealer(tmp_path)
    assert not key_file(tmp_path).exists()


def test_damaged_key_file_is_named_and_kept(tmp_path: Path) -> None:
    key_file(tmp_path).write_text("short")
    with pytest.raises(EnvironmentFault, match="is damaged"):
        sealer_for_loading(tmp_path)
    assert key_file(tmp_path).read_text() == "short"


def test_samples_use_the_published_key_whatever_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARTLET_KEY", LONG)
    assert find_sealer(tmp_path, "sample-1-60-1").seal("x") == Sealer(DEMO_KEY).seal(
        "x"
    )


def test_full_disk_leaves_no_half_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        sealer_for_loading(tmp_path)
    assert not key_file(tmp_path).exists()


def test_key_parts_are_read_from_file_and_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = Key.new().rotated()
    replace_key(key_file(tmp_path), key)
    assert find_key(tmp_path) == read_key(key_file(tmp_path)) == key
    monkeypatch.setenv("MARTLET_KEY", str(key.settled()))
    assert find_key(tmp_path) == key.settled()


def test_new_keys_have_two_secrets_and_are_private(tmp_path: Path) -> None:
    path = make_key(tmp_path / "not" / "there")
    key = read_key(path)
    assert path == key_file(tmp_path / "not" / "there")
    assert key.sealing != key.pseudonyms and key.previous is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert find_sealer(path.parent).seal("x") == Sealer(str(key)).seal("x")


@pytest.mark.parametrize("out", [None, "own.key"])
def test_a_key_is_never_overwritten(tmp_path: Path, out: str | None) -> None:
    file = out and tmp_path / out
    path = make_key(tmp_path, file)
    key = path.read_text()
    with pytest.raises(UsageError, match="never overwritten"):
        make_key(tmp_path, file)
    assert path.read_text() == key


def test_no_key_file_is_made_that_would_be_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARTLET_KEY", LONG)
    with pytest.raises(UsageError, match="ignored"):
        make_key(tmp_path)
    assert not key_file(tmp_path).exists()
    assert make_key(tmp_path, tmp_path / "own.key").exists()


def test_a_key_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    old, new = Key.new(), Key.new()
    replace_key(key_file(tmp_path), old)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space"):
            replace_key(key_file(tmp_path), new)
    assert read_key(key_file(tmp_path)) == old
    replace_key(key_file(tmp_path), new)
    assert read_key(key_file(tmp_path)) == new
    assert stat.S_IMODE(key_file(tmp_path).stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [key_file(tmp_path)]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MARTLET_HOME", str(tmp_path))
    monkeypatch.delenv("MARTLET_RAW", raising=False)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments, "--project-dir", str(PROJECT_DIR)])


def test_commands_tell_where_the_key_is_and_never_what(project: Path) -> None:
    made = run("new")
    assert made.exit_code == 0 and str(key_file(project)) in made.output
    raw = project / "raw" / "customers"
    raw.mkdir(parents=True)
    sealed = find_sealer(project).seal("ada@example.org")
    (raw / "c.csv").write_text(f"customer_id,email\nc1,{sealed}\n")
    rotated = run("rotate")
    assert rotated.exit_code == 0 and "1 values in 1 files" in rotated.output
    assert sealed not in (raw / "c.csv").read_text()
    key = read_key(key_file(project))
    for secret in (key.sealing, key.pseudonyms):
        assert secret not in made.output + rotated.output


def test_commands_tell_how_to_set_a_key_that_is_elsewhere(project: Path) -> None:
    out = project / "own key"
    made = run("new", "--out", str(out))
    assert f"export MARTLET_KEY=\"$(cat '{out}')\"" in made.output


def test_the_sample_is_not_rotated(project: Path) -> None:
    make_key(project)
    refused = run("rotate")
    assert isinstance(refused.exception, UsageError)
    assert "published" in refused.exception.message
