"""An erasure that is killed at any moment is finished by running it again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from erasure_shop import EMAIL, open_shop
from support import PROJECT_DIR, LineProcess, Shop, once

# Imports once, and forks a process for each erasure, which ends itself just before it
# puts the nth file in its place; an erasure that puts fewer ends by itself.
DRIVER = """
import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, sys.argv[1])
from erasure_shop import forget_without_rebuild
from support import Shop

replace = os.replace
for line in sys.stdin:
    directory, moment, *customers = line.split()
    process = os.fork()
    if process == 0:
        left = int(moment)

        def replace_or_die(*paths):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            replace(*paths)

        os.replace = replace_or_die
        os.environ["DBT_TARGET_PATH"] = f"{directory}/target"
        os.environ["DBT_LOG_PATH"] = f"{directory}/logs"
        forget_without_rebuild(Shop(Path(directory)), *customers)
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
"""


class Driver(LineProcess):
    """Begins erasures, and ends them."""

    def forget(self, shop: Shop, *customers: str, kill_before: int = 0) -> int:
        """Forget somebody, whole or up to a file; give how the process ended."""
        order = " ".join([str(shop.directory), str(kill_before), *customers])
        self.order(order)
        return int(self.answer())


@pytest.fixture
def driver() -> Iterator[Driver]:
    """Somebody who forgets."""
    driver = Driver(DRIVER, PROJECT_DIR / "tests" / "python")
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def small_shop(session_dir: Path) -> Shop:
    """The shop with a warehouse that knows who is who, made without dbt."""

    def make(directory: Path) -> dict:
        shop = open_shop(Shop(directory))
        know_who_is_who(shop)
        return {}

    directory = session_dir / "erasure-kills"
    once(directory, make)
    return Shop(directory)


def know_who_is_who(shop: Shop) -> None:
    """Write what the identity room would say of Anna."""
    (email_key,), (phone_key,) = (
        shop.rows(f"select {key} from customers where customer_id = 'k-1000001'")[0]
        for key in ("email_key", "phone_key")
    )
    nodes = [
        *("customer:k-1000001", "customer:k-1000002", "visitor:v-anna-00001"),
        *(f"guest:{email_key}", f"guest_phone:{phone_key}"),
    ]
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        for statement in (
            "create schema identity",
            "create schema ops",
            "create table identity.identity_members as select unnest(?) as node, "
            "md5('customer:k-1000001') as customer_id",
            "alter table identity.identity_members add column own_customer_id varchar",
            "update identity.identity_members set own_customer_id = md5(node)",
            "create table identity.identity_orders as select unnest(['o-10000001', "
            "'o-10000002', 'o-10000003']) as order_id, md5('customer:k-1000001') "
            "as customer_id",
            "create table identity.identity_edges (edge_id varchar, "
            "holder_node varchar, held_node varchar)",
            "create table identity.identity_accounts (node varchar)",
            "create table ops.present_loads (raw_table varchar, load_id varchar)",
            "create table ops.erasures (erasure_id varchar, erased_at timestamp, "
            "people bigint, keeps_orders boolean, rows_removed varchar, "
            "files_searched bigint, traces_found bigint)",
        ):
            connection.execute(statement, [nodes] if "?" in statement else [])
        for folder in shop.raw.glob("load_id=*/*"):
            load_id = folder.parent.name.removeprefix("load_id=")
            connection.execute(
                "insert into ops.present_loads values (?, ?)", [folder.name, load_id]
            )


def copy_of(shop: Shop, directory: Path) -> Shop:
    """Copy a shop, in the place of an earlier copy."""
    shutil.rmtree(directory, ignore_errors=True)
    copied = Shop(directory)
    shutil.copytree(shop.home, copied.home)
    shutil.copytree(shop.raw, copied.raw)
    return copied


def contents(shop: Shop) -> dict[Path, bytes]:
    """Give the raw files, but for the lock."""
    return {
        path.relative_to(shop.raw): path.read_bytes()
        for path in sorted(shop.raw.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def test_a_kill_before_any_file_is_made_good(
    small_shop: Shop, driver: Driver, tmp_path: Path
) -> None:
    whole = copy_of(small_shop, tmp_path / "whole")
    assert driver.forget(whole, EMAIL) == 0
    expected = contents(whole)

    kills = 0
    for moment in range(1, 100, 2):
        shop = copy_of(small_shop, tmp_path / "killed")
        ended = driver.forget(shop, EMAIL, kill_before=moment)
        if ended == 0:
            break
        assert ended == -9
        kills += 1
        # Before the note is written nothing was begun, and there is nothing to finish.
        named = [EMAIL] if moment == 1 else []
        assert driver.forget(shop, *named) == 0, f"killed before file {moment}"
        assert contents(shop) == expected, f"killed before file {moment}"
        with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
            (row,) = connection.sql("from ops.erasures").fetchall()
        assert row[2:4] == (1, False)
        assert not list(shop.home.glob(".erasure*"))
    assert kills > 10
