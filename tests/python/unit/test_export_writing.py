"""Files of an export: private, within limits, whole or not there at all."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from martlet.errors import CheckFailed, EnvironmentFault
from martlet.export.destinations import DESTINATIONS, Contact
from martlet.export.lines import csv_line
from martlet.export.writing import StagedFiles, WrittenFile

CSV = DESTINATIONS["csv"]
HEADER = b"email,first_name,last_name,phone\n"


def people(count: int, first_name: str = "") -> list[Contact]:
    return [
        Contact(f"c{number}", email=f"p{number}@x.de", first_name=first_name)
        for number in range(count)
    ]


def export(path: Path, contacts: list[Contact], **limits) -> list[WrittenFile]:
    """Write a list as csv with limits, and a manifest beside it."""
    with StagedFiles() as staged:
        files = staged.write_list(path, replace(CSV, **limits), (), contacts)
        staged.write_bytes(path.with_name("manifest.json"), b"{}")
        staged.commit()
    return files


def content(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def content_names(directory: Path) -> set[str]:
    return {file.name for file in directory.iterdir()}


@given(
    names=st.lists(st.text(alphabet='aé王",\n', max_size=6), max_size=30),
    max_rows=st.one_of(st.none(), st.integers(1, 12)),
    max_bytes=st.one_of(st.none(), st.integers(100, 400)),
)
@settings(max_examples=150, deadline=None)
def test_parts_hold_each_row_once_and_keep_to_the_limits(
    names: list[str], max_rows: int | None, max_bytes: int | None
) -> None:
    contacts = [
        Contact(f"c{number}", email=f"p{number}@x.de", first_name=name)
        for number, name in enumerate(names)
    ]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "list.csv"
        files = export(path, contacts, max_rows=max_rows, max_bytes=max_bytes)
        read = []
        for number, file in enumerate(files, start=1):
            written = file.path.read_bytes()
            assert written.startswith(HEADER)
            assert (file.bytes, file.sha256) == (
                len(written),
                hashlib.sha256(written).hexdigest(),
            )
            assert max_bytes is None or len(written) <= max_bytes
            assert file.path.name == (
                "list.csv" if len(files) == 1 else f"list-{number}.csv"
            )
            with file.path.open(encoding="utf-8", newline="") as lines:
                _, *rows = csv.reader(lines)
            assert file.rows == len(rows) and (
                max_rows is None or len(rows) <= max_rows
            )
            assert rows or len(files) == 1
            read += [row[0] for row in rows]
        assert read == [contact.email for contact in contacts]
        names_there = {file.path.name for file in files} | {"manifest.json"}
        assert set(content(Path(directory))) == names_there


@given(row=st.lists(st.text(alphabet='aé王",\n\r\t =', max_size=5), min_size=1))
@settings(max_examples=500, deadline=None)
def test_line_is_read_as_the_cells_it_was_made_of(row: list[str]) -> None:
    line = csv_line(row).decode("utf-8")
    assert line.endswith("\n")
    assert list(csv.reader(io.StringIO(line, newline=""))) == [row]


def test_files_and_new_folders_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "deeper" / "list.csv"
    before = os.umask(0)
    try:
        export(path, people(3), max_rows=2)
    finally:
        os.umask(before)
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(content(path.parent)) == 3
    for file in path.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_parts_of_an_earlier_longer_export_go(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(path, people(9), max_rows=2)
    assert {"list-1.csv", "list-5.csv"} <= set(content(tmp_path))
    export(path, people(3), max_rows=2)
    assert set(content(tmp_path)) == {"list-1.csv", "list-2.csv", "manifest.json"}
    export(path, people(3))
    assert set(content(tmp_path)) == {"list.csv", "manifest.json"}
    export(path, people(3), max_rows=2)
    assert set(content(tmp_path)) == {"list-1.csv", "list-2.csv", "manifest.json"}


def test_files_of_somebody_else_stay(tmp_path: Path) -> None:
    own = {"list-1.csv": b"my own\n", "list-old.csv": HEADER, "list-3.csv": HEADER}
    for name, text in own.items():
        (tmp_path / name).write_bytes(text)
    export(tmp_path / "list.csv", people(1))
    assert own.items() <= content(tmp_path).items()


def test_nothing_appears_before_the_commit(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"old")
    with StagedFiles() as staged:
        staged.write_list(path, CSV, (), people(2))
        staged.write_removals(tmp_path / "list-removals.csv", CSV, people(1))
        staged.write_bytes(tmp_path / "manifest.json", b"{}")
        assert path.read_bytes() == b"old"
        visible = {name for name in content(tmp_path) if not name.startswith(".")}
        assert visible == {"list.csv"}
        staged.commit()
    assert set(content(tmp_path)) == {"list.csv", "list-removals.csv", "manifest.json"}
    assert (tmp_path / "list-removals.csv").read_bytes() == b"email,phone\np0@x.de,\n"


def test_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(path, people(5), max_rows=2)
    before = content(tmp_path)

    def failing() -> Iterator[Contact]:
        yield from people(3)
        raise RuntimeError("the key does not open this")

    for destination in (replace(CSV, max_rows=2), DESTINATIONS["parquet"]):
        with pytest.raises(RuntimeError), StagedFiles() as staged:
            staged.write_bytes(tmp_path / "manifest.json", b"new")
            staged.write_list(path, destination, (), failing())
        assert content(tmp_path) == before


def test_list_that_is_not_committed_is_gone(tmp_path: Path) -> None:
    with StagedFiles() as staged:
        staged.write_list(tmp_path / "list.csv", CSV, (), people(2))
    assert content(tmp_path) == {}


def test_row_that_no_file_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckFailed, match="no more than 60"):
        export(tmp_path / "list.csv", people(2, "long" * 20), max_bytes=60)
    assert content(tmp_path) == {}


def test_folder_in_the_place_of_the_file_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "list.csv").mkdir()
    with pytest.raises(EnvironmentFault, match="is a folder"):
        export(tmp_path / "list.csv", people(1))
    (tmp_path / "parts-2.csv").mkdir()
    with pytest.raises(EnvironmentFault, match="is a folder"):
        export(tmp_path / "parts.csv", people(3), max_rows=2)
    assert content_names(tmp_path) == {"list.csv", "parts-2.csv"}
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EnvironmentFault, match="could not be written"):
        export(tmp_path / "file" / "list.csv", people(1))


KILLED = """
import sys
from pathlib import Path
from martlet.export.destinations import DESTINATIONS, Contact
from martlet.export.lines import csv_line
from martlet.export.writing import StagedFiles
from dataclasses import replace

def endless():
    number = 0
    while True:
        number += 1
        yield Contact(f"c{number}", email=f"p{number}@x.de")
        if number == 50_000:
            print("writing", flush=True)

with StagedFiles() as staged:
    csv = replace(DESTINATIONS["csv"], max_rows=20_000)
    staged.write_bytes(Path(sys.argv[1]).with_name("manifest.json"), b"new")
    staged.write_list(Path(sys.argv[1]), csv, (), endless())
"""


def test_killed_run_leaves_the_old_files_and_the_next_clears_up(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    export(path, people(3), max_rows=2)
    before = content(tmp_path)
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    left = content(tmp_path)
    assert before.items() <= left.items() and len(left) > len(before)
    assert {".list-1.csv.unfinished", ".manifest.json.unfinished"} <= set(left)
    assert all(name.startswith(".") for name in set(left) - set(before))
    export(path, people(3), max_rows=2)
    assert content(tmp_path) == before


def test_parquet_is_written_batch_by_batch(tmp_path: Path) -> None:
    path = tmp_path / "list.parquet"
    with StagedFiles() as staged:
        (file,) = staged.write_list(
            path, DESTINATIONS["parquet"], ("x",), iter(people(120_001))
        )
        staged.commit()
    table = pq.read_table(path)
    assert file.rows == table.num_rows == 120_001
    assert pq.read_metadata(path).num_row_groups == 3
    assert table["x"].null_count == 120_001
    assert hashlib.sha256(path.read_bytes()).hexdigest() == file.sha256
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_a_killed_run_left_of_another_moment_is_cleared_away(
    tmp_path: Path,
) -> None:
    left = [
        ".list-add-20260101T080000-1.csv.unfinished",
        ".list-add-20260101T080000-remove-20260101T080000-2.csv.unfinished",
    ]
    others = [".list-add-spring-1.csv.unfinished", ".list-1.csv.unfinished"]
    for name in (*left, *others):
        (tmp_path / name).write_bytes(b"p@x.de\n")

    export(tmp_path / "list-add-20260202T090000.csv", people(1))

    assert content_names(tmp_path) == {
        "list-add-20260202T090000.csv",
        "manifest.json",
        *others,
    }


@pytest.mark.parametrize("kind", ["link", "fifo"])
def test_what_is_no_file_is_never_replaced(tmp_path: Path, kind: str) -> None:
    place = tmp_path / "list.csv"
    if kind == "link":
        place.symlink_to(tmp_path / "elsewhere")
    else:
        os.mkfifo(place)

    with pytest.raises(EnvironmentFault, match="link or a device"):
        export(place, people(1))

    assert content_names(tmp_path) == {"list.csv"}
