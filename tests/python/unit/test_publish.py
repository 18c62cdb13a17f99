"""A publication is there whole or not at all, and takes no other one along."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from martlet.errors import EnvironmentFault
from martlet.lock import home_lock
from martlet.settings import Settings
from martlet.warehouse import publish as publishing
from martlet.warehouse.publish import PublicModel, publish
from martlet.warehouse.rebuilding import rebuilding
from support import LineProcess

MODELS = [
    PublicModel("core", "fct_orders", "It's orders.", {"order_id": "Key.", "n": "N."}),
    PublicModel("marts", "totals", "Totals.", {"n": "N of all orders."}),
]
PAGES = {"dictionary.html": "<p>What they are.</p>"}
FILES = {"dictionary.html", "marts.duckdb", "fct_orders.parquet", "totals.parquet"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with a warehouse of two public tables and a private one."""
    home = tmp_path / "home"
    home.mkdir()
    settings = Settings(tmp_path, home, tmp_path / "raw")
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("""
            create schema core;
            create schema marts;
            create schema identity;
            create table core.fct_orders as
            select 'o' || i as order_id, i as n from range(10) as rows (i);
            create table marts.totals as select sum(n) as n from core.fct_orders;
            create table identity.contacts as select 'sealed' as email;
        """)
    return settings


def names(settings: Settings) -> list[str]:
    return sorted(path.name for path in settings.home.iterdir())


def publications(settings: Settings) -> list[str]:
    return [name for name in names(settings) if name.startswith("published-")]


def latest(settings: Settings) -> str:
    return settings.published.readlink().name


def test_only_public_tables_are_published_and_told_of(settings: Settings) -> None:
    publication = publish(settings, MODELS, PAGES)
    assert publication.number == 1
    assert publication.database == settings.published / "marts.duckdb"
    assert [(table.name, table.rows) for table in publication.tables] == [
        ("fct_orders", 10),
        ("totals", 1),
    ]
    directory = settings.published
    sizes = {path.name: path.stat().st_size for path in directory.iterdir()}
    assert sizes == {
        "marts.duckdb": publication.database_bytes,
        "dictionary.html": len(PAGES["dictionary.html"]),
        **{f"{t.name}.parquet": t.parquet_bytes for t in publication.tables},
    }
    with duckdb.connect(str(publication.database), read_only=True) as connection:
        comments = connection.execute(
            "select table_name, comment from duckdb_tables() "
            "union all select column_name, comment from duckdb_columns() "
            "where not internal order by all"
        ).fetchall()
    assert comments == [
        ("fct_orders", "It's orders."),
        ("n", "N of all orders."),
        ("n", "N."),
        ("order_id", "Key."),
        ("totals", "Totals."),
    ]


def test_storage_is_that_of_the_first_duckdb_that_can_read_it(
    settings: Settings,
) -> None:
    database = publish(settings, MODELS, PAGES).database
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as marts (read_only)")
        (tags,) = connection.execute(
            "select tags from duckdb_databases() where database_name = 'marts'"
        ).fetchone()
    assert tags["storage_version"].startswith("v1.0.0")
    # The version that stands in the file's header, by which other versions judge it.
    assert int.from_bytes(database.read_bytes()[12:20], "little") == 64


def test_so_many_publications_stay(settings: Settings) -> None:
    for _ in range(5):
        publish(settings, MODELS, PAGES)
    assert publications(settings) == [f"published-{n:06d}" for n in (3, 4, 5)]
    publish(settings, MODELS, PAGES, keep=1)
    assert publications(settings) == [latest(settings)] == ["published-000006"]
    publish(settings, MODELS, PAGES, keep=4)
    assert publications(settings) == ["published-000006", "published-000007"]


def test_numbers_are_never_given_twice_and_outgrow_six_digits(
    settings: Settings,
) -> None:
    publish(settings, MODELS, PAGES)
    publish(settings, MODELS, PAGES)
    for path in settings.home.glob("published-*"):
        (path / "marts.duckdb").unlink()
        for file in path.iterdir():
            file.unlink()
        path.rmdir()
    assert publish(settings, MODELS, PAGES).number == 3
    settings.published.resolve().rename(settings.home / "published-999999")
    settings.published.unlink()
    assert publish(settings, MODELS, PAGES).number == 1_000_000
    assert publish(settings, MODELS, PAGES, keep=2).number == 1_000_001
    assert publications(settings) == ["published-1000000", "published-1000001"]


def test_what_others_put_beside_publications_stays(settings: Settings) -> None:
    own = settings.home / "published-2024-01"
    own.mkdir()
    for _ in range(5):
        publish(settings, MODELS, PAGES, keep=1)
    assert own.is_dir()


def test_a_directory_in_the_place_of_the_link_is_left_alone(
    settings: Settings,
) -> None:
    settings.published.mkdir()
    (settings.published / "mine.txt").write_text("mine")
    before = names(settings)
    with pytest.raises(EnvironmentFault, match="did not make") as refused:
        publish(settings, MODELS, PAGES)
    assert "mv " in refused.value.hint
    assert names(settings) == before
    assert (settings.published / "mine.txt").read_text() == "mine"


def test_marts_that_are_not_built_are_named(settings: Settings) -> None:
    with pytest.raises(EnvironmentFault, match="not built yet: later_mart"):
        publish(
            settings, [*MODELS, PublicModel("marts", "later_mart", "Later.", {})], PAGES
        )
    assert names(settings) == ["warehouse.duckdb"]


def test_warehouse_that_was_never_built(settings: Settings) -> None:
    settings.warehouse.unlink()
    with pytest.raises(EnvironmentFault, match="no warehouse") as refused:
        publish(settings, MODELS, PAGES)
    assert "martlet build" in refused.value.hint
    assert names(settings) == []


def test_half_built_warehouse_is_not_published(settings: Settings) -> None:
    publish(settings, MODELS, PAGES)
    with pytest.raises(ZeroDivisionError), rebuilding(settings.home, mends=True):
        raise ZeroDivisionError
    with pytest.raises(EnvironmentFault, match="half built"):
        publish(settings, MODELS, PAGES)
    with rebuilding(settings.home):
        pass
    with pytest.raises(EnvironmentFault, match="half built"):
        publish(settings, MODELS, PAGES)
    assert latest(settings) == "published-000001"
    with rebuilding(settings.home, mends=True):
        pass
    assert publish(settings, MODELS, PAGES).number == 2


def test_warehouse_that_another_process_writes(settings: Settings) -> None:
    publish(settings, MODELS, PAGES)
    writer = subprocess.Popen(
        [
            *(sys.executable, "-c"),
            "import duckdb, sys; connection = duckdb.connect(sys.argv[1]); "
            "print('open', flush=True); sys.stdin.read()",
            str(settings.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert writer.stdout.readline().strip() == b"open"
        with pytest.raises(EnvironmentFault, match=f"process {writer.pid} "):
            publish(settings, MODELS, PAGES)
    finally:
        writer.stdin.close()
        writer.wait()
    assert publications(settings) == ["published-000001"]


def test_one_process_at_a_time_builds_or_publishes(tmp_path: Path) -> None:
    with home_lock(tmp_path / "home"):
        with pytest.raises(EnvironmentFault, match="building or publishing"):
            with home_lock(tmp_path / "home"):
                pytest.fail("both hold it")
    with home_lock(tmp_path / "home"):
        pass


@pytest.mark.parametrize(
    "failure",
    [
        OSError(28, "No space left on device"),
        duckdb.IOException(
            "Could not write all bytes to file: No space left on device"
        ),
    ],
)
def test_full_disk_leaves_what_was_published(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    publish(settings, MODELS, PAGES)
    before = names(settings)

    def fill_disk(path: Path) -> None:
        raise failure

    monkeypatch.setattr(publishing, "to_disk", fill_disk)
    with pytest.raises(EnvironmentFault, match="disk is full"):
        publish(settings, MODELS, PAGES)
    assert names(settings) == before
    assert latest(settings) == "published-000001"


# For each order a process publishes that is killed at its nth step to the disk, or that
# the machine lets write files of so many bytes only.
_HINDERED = """
import os, resource, signal, sys
from pathlib import Path
from martlet.settings import Settings
from martlet.warehouse import publish as publishing

home = Path(sys.argv[1])
models = [
    publishing.PublicModel("core", "fct_orders", "x", {}),
    publishing.PublicModel("marts", "totals", "x", {}),
]
pages = {"dictionary.html": "<p>x"}

def kill_at(last):
    calls = iter(range(1, last))

    def counting(function):
        def call(*arguments, **keywords):
            if next(calls, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*arguments, **keywords)
        return call

    publishing._copy_model = counting(publishing._copy_model)
    for name in ("mkdir", "rename", "replace", "symlink", "fsync"):
        setattr(os, name, counting(getattr(os, name)))

def limit_files(most):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

for line in sys.stdin:
    how, number = line.split()
    child = os.fork()
    if not child:
        {"kill": kill_at, "limit": limit_files}[how](int(number))
        try:
            publishing.publish(Settings(home, home, home), models, pages)
        except BaseException:
            os._exit(1)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture
def hindered(settings: Settings) -> Iterator[LineProcess]:
    process = LineProcess(_HINDERED, settings.home)
    yield process
    process.close()


def is_whole(settings: Settings) -> bool:
    files = {path.name for path in settings.published.iterdir()}
    with duckdb.connect(str(settings.published / "marts.duckdb")) as connection:
        sums = connection.execute(
            "select sum(n) from fct_orders union all select n from totals "
            f"union all select n from '{settings.published}/totals.parquet'"
        ).fetchall()
    return sums == [(45,)] * 3 and files == FILES


def test_killed_publication_is_not_seen_and_goes_with_the_next(
    settings: Settings, hindered: LineProcess
) -> None:
    publish(settings, MODELS, PAGES)
    ends = []
    while ends[-1:] != ["0"]:
        hindered.order(f"kill {len(ends) + 1}")
        ends.append(hindered.answer().strip())
        assert is_whole(settings)
    assert ends[:-1] == ["-9"] * 13
    assert len(list(settings.home.glob(".published-*"))) == 0
    number = publish(settings, MODELS, PAGES, keep=1).number
    assert names(settings) == [
        "published",
        f"published-{number:06d}",
        "warehouse.duckdb",
    ]


def test_publication_that_cannot_be_written_leaves_the_one_before(
    settings: Settings, hindered: LineProcess
) -> None:
    publish(settings, MODELS, PAGES)
    ends = set()
    for kilobytes in (0, 1, 5, 13, 20, 100, 263, 400, 600, 2000):
        before = names(settings)
        hindered.order(f"limit {kilobytes * 1000}")
        end = hindered.answer().strip()
        assert is_whole(settings)
        if end == "1":
            assert names(settings) == before
        ends.add((end, kilobytes))
    assert ("1", 263) in ends and ("0", 2000) in ends


def test_everything_is_on_the_disk_before_the_link_moves(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = []
    to_disk, replace = publishing.to_disk, os.replace

    def note_sync(path: Path) -> None:
        happened.append(re.sub(r"\.?published-000001(\.unfinished)?", "new", path.name))
        to_disk(path)

    def note_move(fresh: Path, link: Path) -> None:
        happened.append("link moves")
        replace(fresh, link)

    monkeypatch.setattr(publishing, "to_disk", note_sync)
    monkeypatch.setattr(os, "replace", note_move)
    publish(settings, MODELS, PAGES)
    assert set(happened[:4]) == FILES
    assert happened[4:] == ["new", "home", "link moves", "home"]
