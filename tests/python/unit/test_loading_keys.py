"""The key is found in one order, made once, and never half written."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from martlet.errors import EnvironmentFault
from martlet.loading.keys import find_sealer, key_file, sealer_for_loading
from martlet.sealing import DEMO_KEY, Sealer

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
