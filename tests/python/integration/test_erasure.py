"""Whoever is forgotten leaves no trace, does not come back, and takes nobody along."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from erasure_shop import (
    ACCOUNTS,
    DEVICE,
    EMAIL,
    ERASED_AT,
    ORDERS,
    PHONE,
    SEALER,
    TABLES,
    deliver,
    forget_without_rebuild,
    open_shop,
    plan_of,
    rows_of,
    store_of,
)
from martlet.checking.erased_people import refuse_erased
from martlet.doctor import examine
from martlet.erasure.access import tell
from martlet.erasure.exports import Search
from martlet.erasure.forgetting import forget
from martlet.erasure.journal import refuse_unfinished
from martlet.erasure.person import People
from martlet.erasure.planning import Store, plan_erasure
from martlet.erasure.writings import writings_of
from martlet.errors import CheckFailed, EnvironmentFault, RawDataError, UsageError
from martlet.loading.ledger import earlier_loads
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.sealing import Sealer
from martlet.settings import Settings
from support import CONTRACT, PROJECT_DIR, Shop, once, run_dbt

IDENTITY = [
    f"+identity_{each}"
    for each in ("orders", "members", "edges", "accounts", "contacts", "consents")
]
LATER = datetime(2026, 7, 1)
OLD_NEW = "2026-06-20 10:00:00"


@pytest.fixture(scope="session")
def resolved_shop(session_dir: Path) -> Shop:
    """The shop, loaded, and so much of its warehouse as says who is who."""

    def make(directory: Path) -> dict:
        shop = open_shop(Shop(directory))
        built = run_dbt(
            shop,
            "build",
            "--exclude-resource-type",
            "test",
            "unit_test",
            "--select",
            *IDENTITY,
        )
        assert built.returncode == 0, built.stdout[-3000:]
        return {}

    directory = session_dir / "erasure"
    once(directory, make)
    return Shop(directory)


@pytest.fixture
def shop(resolved_shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A copy of the shop to change."""
    shop = Shop(tmp_path / "shop")
    shutil.copytree(resolved_shop.home, shop.home)
    shutil.copytree(resolved_shop.raw, shop.raw)
    monkeypatch.setenv("MARTLET_RAW", str(shop.raw))
    monkeypatch.setenv("DBT_TARGET_PATH", str(shop.directory / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(shop.directory / "logs"))
    return shop


@pytest.fixture(scope="session")
def never_been(session_dir: Path) -> Shop:
    """The shop as if Anna had never been."""

    def make(directory: Path) -> dict:
        open_shop(Shop(directory), without_anna=True)
        return {}

    directory = session_dir / "erasure-never-been"
    once(directory, make)
    return Shop(directory)


def stored(shop: Shop) -> dict[str, list[tuple]]:
    """Give all raw rows but those of the ledger, in one order."""
    with shop.raw_tables() as connection:
        return {
            table: connection.execute(
                f"select * exclude (load_id) from {table} order by all"
            ).fetchall()
            for table in TABLES
        }


def ledger(shop: Shop) -> list[tuple]:
    """Give what loads counted, erased rows apart."""
    return shop.rows(
        "select connector, outcome, destination, rule, sum(rows) from loads "
        "where outcome <> 'erased' group by all order by all"
    )


def all_text(shop: Shop) -> Iterator[tuple[Path, str]]:
    """Give every file as text, tables unpacked; apart from how martlet searches."""
    for path in shop.directory.rglob("*"):
        if not path.is_file():
            continue
        text = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            text += str(duckdb.sql(f"select * from '{path}'").fetchall())
        if path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as connection:
                for schema, name in connection.execute(
                    "select schema_name, table_name from duckdb_tables()"
                ).fetchall():
                    text += str(connection.table(f"{schema}.{name}").fetchall())
        yield path, text


def anna() -> list[str]:
    """Every word that means Anna alone."""
    email, phone = normalise_email(EMAIL), normalise_phone(PHONE, "DE")
    keys = [SEALER.pseudonym(each) for each in (email, phone)]
    nodes = [f"customer:{each}" for each in ACCOUNTS]
    nodes += [f"guest:{keys[0]}", f"guest_phone:{keys[1]}"]
    surrogates = [hashlib.md5(each.encode()).hexdigest() for each in nodes]
    clear = [EMAIL, email, phone]
    return [
        *(*clear, *keys, *surrogates, *ACCOUNTS, *ORDERS, DEVICE),
        *map(SEALER.seal, (EMAIL, PHONE)),
        *(hashlib.sha256(each.encode()).hexdigest() for each in (email, phone)),
    ]


@pytest.mark.parametrize("name", [EMAIL, "+49 30 12345671", *ACCOUNTS])
def test_by_whatever_name_nothing_is_left(
    shop: Shop, never_been: Shop, name: str
) -> None:
    found = {word for _, text in all_text(shop) for word in anna() if word in text}
    assert found >= {*ACCOUNTS, *ORDERS, DEVICE}

    done = forget_without_rebuild(shop, name)

    left = {(p, word) for p, text in all_text(shop) for word in anna() if word in text}
    assert not left
    assert stored(shop) == stored(never_been)
    assert ledger(shop) == ledger(never_been)
    assert done.erasure.rows == {
        "customers": 2, "orders": 4, "order_items": 5, "returns": 1, "events": 4,
        "campaign_touches": 2, "campaign_assignments": 1, "consents": 1, "reviews": 1,
        "support_messages": 1, "quarantine": 2,
    }  # fmt: skip
    assert not list(shop.home.glob(".erasure*"))


def test_the_ledger_still_adds_up_to_the_sources(shop: Shop) -> None:
    def rows() -> dict[str, int]:
        with duckdb.connect() as connection:
            loads = earlier_loads(connection, shop.raw)
        return {
            load.connector: sum(c.rows for c in load.counts if c.outcome != "derived")
            for load in loads
        }

    before = rows()
    forget_without_rebuild(shop, ACCOUNTS[0])
    assert rows() == before
    erased = shop.rows(
        "select sum(rows), count(amount) from loads where outcome = 'erased'"
    )
    assert erased == [(24, 0)]


def test_files_without_the_person_are_not_touched(shop: Shop) -> None:
    def state() -> dict[Path, tuple[int, int]]:
        return {
            path: (path.stat().st_ino, path.stat().st_mtime_ns)
            for path in shop.raw.glob("load_id=*/*/*")
            if path.parent.name in ("products", "campaigns", "store")
        }

    before = state()
    forget_without_rebuild(shop, ACCOUNTS[0])
    assert before and state() == before


def test_the_log_names_nobody(shop: Shop) -> None:
    done = forget_without_rebuild(shop, ACCOUNTS[0])
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        row = connection.sql(
            "select * exclude (rows_removed) from ops.erasures"
        ).fetchone()
    assert row[1:4] == (ERASED_AT, 1, False)
    assert row[-2:] == (done.files_searched, 0)


def test_several_people_are_forgotten_at_once(shop: Shop) -> None:
    forget_without_rebuild(shop, EMAIL, "ben@example.org")
    left = shop.rows("select customer_id from customers order by all")
    assert left == [("k-3000001",), ("k-3000002",), ("k-4000001",)]
    assert shop.rows("select visitor_id from events") == [("v-eve-000001",)]


def test_old_rows_stay_out_and_new_ones_come(shop: Shop, never_been: Shop) -> None:
    forget_without_rebuild(shop, EMAIL)
    before = stored(shop)
    header = TABLES["orders"].lstrip().splitlines()[0]
    for table in (
        "order_items",
        "orders",
        "customers",
        "events",
        "reviews",
        "consents",
    ):
        report = deliver(shop, table, rows_of(table) + "\n", LATER)
        erased = sum(c.rows for c in report.counts if c.outcome == "erased")
        assert erased == {
            "orders": 6, "order_items": 5, "customers": 2, "events": 4, "reviews": 1,
            "consents": 1,
        }[table]  # fmt: skip
    again = stored(shop)
    assert {t: sorted(set(map(str, r))) for t, r in again.items()} == {
        t: sorted(set(map(str, r))) for t, r in before.items()
    }

    new = f"o-50000001,,,{EMAIL},,{OLD_NEW},completed,EUR,,false"
    late = f"o-10000007,{ACCOUNTS[0]},,,,2026-05-20 10:00:00,completed,EUR,,false"
    deliver(shop, "orders", f"{header}\n{new}\n{late}\n", LATER)
    deliver(
        shop,
        "order_items",
        "order_id,line_number,product_id,quantity,unit_price\n"
        "o-50000001,1,tea,1,4.00\no-10000007,1,tea,1,4.00\n",
        LATER,
    )
    came = shop.rows(
        "select order_id from orders where order_id in ('o-50000001', 'o-10000007')"
    )
    lines = shop.rows(
        "select order_id from order_items where order_id in "
        "('o-50000001', 'o-10000007')"
    )
    assert came == lines == [("o-50000001",)]


def test_orders_can_stay_without_their_person(shop: Shop) -> None:
    def money(of: Shop) -> list[tuple]:
        return of.rows(
            "select count(distinct order_id), sum(quantity * unit_price), "
            "(select sum(refund_amount) from returns), (select count(*) from orders) "
            "from order_items inner join orders using (order_id)"
        )

    before = money(shop)
    forget_without_rebuild(shop, EMAIL, keeps_orders=True)
    assert money(shop) == before
    kept = "where order_id in ('" + "', '".join(ORDERS) + "')"
    naming = (
        "count(customer_id), count(visitor_id), count(email), count(email_key), "
        "count(phone), count(phone_key), count(coupon_code), count(*)"
    )
    assert shop.rows(f"select {naming} from orders {kept}") == [(0,) * 7 + (4,)]
    assert len(shop.rows("select * from customers")) == 4

    # The old list again, and a refund since: the order keeps no name, the money comes in.
    deliver(shop, "orders", rows_of("orders") + "\n", LATER)
    deliver(
        shop,
        "returns",
        "return_id,order_id,refund_amount,returned_at\n"
        f"r-90000009,{ORDERS[1]},4.00,2026-06-20\n",
        LATER,
    )
    assert shop.rows(f"select {naming} from orders {kept}") == [(0,) * 7 + (8,)]
    assert shop.rows("select 1 from returns where return_id = 'r-90000009'") == [(1,)]
    left = {
        word
        for _, text in all_text(shop)
        for word in (*ACCOUNTS, DEVICE, EMAIL)
        if word in text
    }
    assert not left


def plant(shop: Shop, kind: str) -> str:
    """Put a trace of Anna somewhere, and say which file is told of."""
    email = normalise_email(EMAIL)
    hashed = hashlib.sha256(b"annaadler@gmail.com").hexdigest()
    home = shop.home
    match kind:
        case "note":
            (home / "note.txt").write_text(f"call {EMAIL}, please")
            return "note.txt"
        case "hash for Google":
            (home / "list.csv").write_text(f"Email,Phone\n{hashed},\n")
            return "list.csv"
        case "packed":
            (home / "copy").mkdir()
            duckdb.sql(
                "select 'x' || i as a, case when i = 500 then 'see "
                f"{DEVICE}!' end as b from range(1000) as t (i)"
            ).write_parquet(str(home / "copy" / "part.parquet"), compression="zstd")
            return "part.parquet"
        case "gzipped":
            duckdb.sql(f"select '{PHONE}' as a").write_csv(
                str(home / "old.csv.gz"), compression="gzip"
            )
            return "old.csv.gz"
        case "database":
            with duckdb.connect(str(home / "other.duckdb")) as connection:
                connection.execute("create schema s")
                connection.execute(
                    f"create table s.t as select ['{ORDERS[0]}', null] as ids"
                )
            return "other.duckdb (s.t)"
        case "sealed":
            (shop.raw / "kept.txt").write_text(SEALER.seal(EMAIL))
            return "kept.txt"
        case _:
            key = SEALER.pseudonym(email)
            (home / "job.json").write_text(json.dumps({"key": key}))
            return "job.json"


# Ben's own rows, in a load and by hand, that say what names her; his names stay.
MENTIONS = (
    ("events", "event_id,visitor_id,customer_id,event_at,event_name,page_url",
     "e-99000001,v-shared-001,k-2000001,2026-02-05 10:00:00,page_view,"
     "https://shop.example/orders/{order}/status?utm_content={account}"),
    ("support_messages", "message_id,customer_id,sent_at,message_text",
     "m-99000001,k-2000001,2026-04-01 10:00:00,"
     "My wife ordered {order} under {account}: not {account}0"),
)  # fmt: skip


def test_others_rows_that_mention_the_person_stay_without_the_mention(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"order": ORDERS[0], "account": ACCOUNTS[0]}
    blanked = dict.fromkeys(named, "[erased]")
    for table, header, row in MENTIONS:
        deliver(shop, table, f"{header}\n{row.format(**named)}\n")
    by_hand = shop.write(
        "products", f"product_id,product_name\nbox,For {ACCOUNTS[1]}\n"
    )
    monkeypatch.setattr(
        "martlet.erasure.planning.refuse_untaken_loads", lambda *args: None
    )

    plan = plan_of(shop, EMAIL)
    assert plan.erasure.mentions == {
        "events": 1, "support_messages": 1, "products": 1,
    }  # fmt: skip
    forget_without_rebuild(shop, EMAIL)

    ((page_url,),) = shop.rows(
        "select page_url from events where event_id = 'e-99000001'"
    )
    assert page_url == MENTIONS[0][2].format(**blanked).rpartition(",")[2]
    ((text,),) = shop.rows(
        "select message_text from support_messages where message_id = 'm-99000001'"
    )
    assert text == "My wife ordered [erased] under [erased]: not k-10000010"
    assert by_hand.read_text() == "product_id,product_name\nbox,For [erased]\n"


def test_nobody_is_told_to_remove_raw_files(shop: Shop) -> None:
    (shop.raw / "notes.txt").write_text(EMAIL)
    with pytest.raises(CheckFailed) as failed:
        forget_without_rebuild(shop, EMAIL)
    assert "notes.txt" in failed.value.message
    assert "emove" not in failed.value.hint


def test_an_audience_that_names_the_person_is_told_of(
    shop: Shop, tmp_path: Path
) -> None:
    surrogate = hashlib.md5(b"customer:k-1000001", usedforsecurity=False).hexdigest()
    project = tmp_path / "project"
    model = project / "models" / "segments" / "vips.sql"
    model.parent.mkdir(parents=True)
    model.write_text(f"select * from members where customer_id = '{surrogate}'")
    store = store_of(shop)
    store = replace(store, settings=replace(store.settings, project_dir=project))
    plan = plan_of(shop, EMAIL)
    with pytest.raises(CheckFailed, match=r"vips\.sql") as failed:
        forget(store, plan, lambda: None)
    assert "emove" not in failed.value.hint


@pytest.mark.parametrize(
    "kind",
    ["note", "hash for Google", "packed", "gzipped", "database", "sealed", "pseudonym"],
)
def test_the_search_finds_what_is_planted(shop: Shop, kind: str) -> None:
    place = plant(shop, kind)
    with pytest.raises(CheckFailed) as failed:
        forget_without_rebuild(shop, EMAIL)
    assert place in failed.value.message
    assert not [word for word in anna() if word in failed.value.message]

    name = place.partition(" ")[0]
    (path,) = [path for path in shop.directory.rglob(name) if path.is_file()]
    path.unlink()
    done = forget_without_rebuild(shop)
    assert done.files_searched


def test_what_dbt_left_goes_with_the_person(shop: Shop) -> None:
    compiled = shop.directory / "target" / "compiled" / "a.sql"
    compiled.parent.mkdir(parents=True)
    compiled.write_text(f"select '{ACCOUNTS[0]}'")
    other = compiled.with_name("b.sql")
    other.write_text("select 'k-2000001'")
    forget_without_rebuild(shop, EMAIL)
    assert not compiled.exists()
    assert other.exists()


def test_lists_with_the_person_are_removed(shop: Shop) -> None:
    exports = shop.home / "exports"
    exports.mkdir()
    texts = {
        "clear.csv": f"email\n{EMAIL.lower()}\n",
        "clear.csv.manifest.json": "{}",
        "meta.csv": hashlib.sha256(b"493012345671").hexdigest(),
        "ben.csv": "email\nben@example.org\njoanna.adler+shop@gmail.com\n",
        "ben.csv.manifest.json": "{}",
    }
    for name, text in texts.items():
        (exports / name).write_text(text)
    answer = tell(store_of(shop), EMAIL, LATER, None)
    assert answer.path.parent == exports

    forget_without_rebuild(shop, EMAIL)
    assert {path.name for path in exports.iterdir()} == {
        "ben.csv",
        "ben.csv.manifest.json",
    }


def test_platforms_have_to_be_told(shop: Shop, tmp_path: Path) -> None:
    listed = tmp_path / "uploads" / "list.csv"
    listed.parent.mkdir()
    listed.write_text("Email\nnobody@example.org\n")
    other = listed.with_name("list-2.csv")
    other.write_text(EMAIL)
    key = SEALER.pseudonym(normalise_email(EMAIL))
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        for path in (listed, other):
            connection.execute(
                "insert into ops.export_files (export_id, file_path) values ('x', ?)",
                [str(path)],
            )
        for destination, is_member in (("csv", True), ("google-ads", False)):
            connection.execute(
                "insert into ops.audience_changes (destination, segment_id, "
                "contact_type, contact_key, is_member, changed_at) "
                "values (?, 's', 'email', ?, ?, '2026-05-01')",
                [destination, key, is_member],
            )
        (shared,) = shop.rows(
            "select phone_key from customers where customer_id = 'k-1000002'"
        )[0]
        connection.execute(
            "insert into ops.audience_changes (destination, segment_id, contact_type, "
            "contact_key, customer_id, is_member, changed_at) "
            "values ('csv', 's', 'phone', ?, md5('customer:k-1000001'), true, "
            "'2026-05-01')",
            [shared],
        )
        # An address that she had once, and no file tells any more.
        connection.execute(
            "insert into ops.audience_changes (destination, segment_id, contact_type, "
            "contact_key, customer_id, is_member, changed_at) "
            "values ('csv', 's', 'email', 'an old key', md5('customer:k-1000001'), "
            "true, '2026-05-01')"
        )
    with pytest.raises(UsageError, match="csv"):
        forget_without_rebuild(shop, EMAIL)
    with pytest.raises(UsageError, match="inside"):
        forget_without_rebuild(shop, EMAIL, removals=shop.home / "removals")

    plant(shop, "note")
    with pytest.raises(CheckFailed):
        forget_without_rebuild(shop, EMAIL, removals=tmp_path / "removals")
    # The ledger has forgotten them by now; what has to be told has not.
    (shop.home / "note.txt").unlink()
    done = forget_without_rebuild(shop)
    assert done.erasure.audiences == ("csv",)
    assert set(done.erasure.exports) == {listed, other}
    assert done.erasure.untold == {"csv": 1}
    (path,) = done.erasure.removals
    assert normalise_email(EMAIL) in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not listed.exists() and not other.exists()
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        # The number that she shared is on the ledger still, and nobody's: the next export
        # has it removed.
        left = connection.sql(
            "select contact_key, customer_id, is_member from ops.audience_changes "
            "where contact_type = 'phone'"
        ).fetchall()
    assert left == [(shared, None, True)]


def test_all_that_is_held_is_told(shop: Shop) -> None:
    told = tell(store_of(shop), ACCOUNTS[1], LATER, None)
    assert stat.S_IMODE(told.path.stat().st_mode) == 0o600
    text = told.path.read_text("utf-8")
    answer = json.loads(text)
    assert answer["known_by"]["source_customer_id"] == list(ACCOUNTS)
    assert {row["email"] for row in answer["handed_over"]["customers"]["rows"]} == {
        EMAIL, "anna.adler+shop@GMAIL.com",
    }  # fmt: skip
    assert len(answer["handed_over"]["orders"]["rows"]) == 4
    assert answer["handed_over"]["orders"]["columns"]["ordered_at"]
    assert len(answer["refused"]) == 2
    assert answer["derived"]["identity"]["identity_orders"]["rows"]
    for others in ("Ben", "Cem", "Dora", "k-2000001", "ben@example.org", "o-2000"):
        assert others not in text


def test_a_person_whom_nobody_knows_is_not_echoed(shop: Shop) -> None:
    before = {path: path.read_bytes() for path in shop.raw.rglob("*.parquet")}
    with pytest.raises(UsageError) as failed:
        plan_of(shop, ACCOUNTS[0], "someone@example.org")
    assert "number 2" in failed.value.message
    assert "someone" not in failed.value.message + failed.value.hint
    assert before == {path: path.read_bytes() for path in shop.raw.rglob("*.parquet")}


def test_what_several_share_names_nobody(shop: Shop) -> None:
    with pytest.raises(UsageError, match="alone"):
        plan_of(shop, "030 99999999")


def test_another_key_changes_nothing(shop: Shop) -> None:
    other = store_of(shop, Sealer("another key that is long enough to be one"))
    with pytest.raises(EnvironmentFault, match="does not open"):
        plan_erasure(other, [ACCOUNTS[0]], ERASED_AT, keeps_orders=False)
    assert not (shop.raw / "tombstones.json").exists()


def test_a_warehouse_behind_its_loads_is_refused(shop: Shop) -> None:
    deliver(shop, "orders", rows_of("orders") + "\n", LATER)
    with pytest.raises(EnvironmentFault, match="has not taken in"):
        plan_of(shop, EMAIL)


def test_one_erasure_is_finished_before_another(shop: Shop) -> None:
    plant(shop, "note")
    with pytest.raises(CheckFailed):
        forget_without_rebuild(shop, EMAIL)
    with pytest.raises(UsageError, match="not finished"):
        plan_of(shop, "ben@example.org")
    for customers in ((), (EMAIL,)):
        with pytest.raises(UsageError, match="begun without --anonymise-orders"):
            plan_of(shop, *customers, keeps_orders=True)
    (shop.home / "note.txt").unlink()
    forget_without_rebuild(shop, EMAIL)
    with pytest.raises(UsageError, match="Nobody was named"):
        plan_of(shop)


def test_files_put_there_by_hand_bring_nobody_back(shop: Shop) -> None:
    forget_without_rebuild(shop, EMAIL)
    support = rows_of("support_messages")
    path = shop.write("support_messages", support.replace("k-1000002", "k-2000001"))
    refuse_erased(shop.raw, CONTRACT, lambda: SEALER)
    path.write_text(support, "utf-8")
    with pytest.raises(RawDataError, match=r"part\.csv"):
        refuse_erased(shop.raw, CONTRACT, lambda: SEALER)


def test_a_rebuild_gives_the_tables_of_a_shop_without_the_person(
    shop: Shop, never_been: Shop, tmp_path: Path
) -> None:
    done = shop.martlet("forget", EMAIL, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["traces_found"] == 0
    assert EMAIL not in done.stdout + done.stderr
    other = Shop(tmp_path / "other")
    shutil.copytree(never_been.home, other.home)
    shutil.copytree(never_been.raw, other.raw)
    built = other.martlet("build")
    assert built.returncode == 0, built.stderr

    assert len(list(shop.home.glob("published-*"))) == 1
    found = {word for _, text in all_text(shop) for word in anna() if word in text}
    assert not found
    with duckdb.connect() as connection:
        for name, of in (("forgotten", shop), ("never", other)):
            path = of.home / "warehouse.duckdb"
            connection.execute(f"attach '{path}' as {name} (read_only)")
        tables = built_tables(connection, "forgotten")
        assert tables == built_tables(connection, "never")
        differing = [
            table
            for table, columns in tables.items()
            if rows_between(connection, "forgotten", "never", table, columns)
        ]
    assert len(tables) > 200
    assert not differing


def built_tables(
    connection: duckdb.DuckDBPyConnection, database: str
) -> dict[str, list[str]]:
    """Give tables and columns; what a load is named after its content, and is no row's."""
    return {
        f"{schema}.{table}": [
            name for name in columns if name not in ("load_id", "source_sha256")
        ]
        for schema, table, columns in connection.execute(
            "select schema_name, table_name, list(column_name order by column_index) "
            "from duckdb_columns() join duckdb_tables() using "
            "(database_name, schema_name, table_name) "
            "where database_name = ? and schema_name not in ('ops', 'raw') group by all",
            [database],
        ).fetchall()
    }


def rows_between(
    connection: duckdb.DuckDBPyConnection,
    one: str,
    other: str,
    table: str,
    columns: list[str],
) -> int:
    """Count rows that only one of two databases has; erased ones are told apart."""
    counted = (
        " where outcome <> 'erased'" if "loads" in table or "ledger" in table else ""
    )
    first, second = (
        f"select {', '.join(columns)} from {name}.{table}{counted}"
        for name in (one, other)
    )
    (rows,) = connection.execute(
        f"select count(*) from (({first} except all {second}) union all "
        f"({second} except all {first}))"
    ).fetchone()
    return rows


def test_a_dry_run_and_a_question_change_nothing(shop: Shop) -> None:
    before = {path: path.read_bytes() for path in shop.raw.rglob("*.parquet")}
    told = shop.martlet("forget", EMAIL, "--dry-run", "--json")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["rows"]["orders"] == 4
    assert EMAIL not in told.stdout + told.stderr
    assert before == {path: path.read_bytes() for path in shop.raw.rglob("*.parquet")}
    assert not list(shop.home.glob(".erasure*"))


def test_the_built_in_sample_is_kept(shop: Shop) -> None:
    sample = Settings(PROJECT_DIR, shop.home, PROJECT_DIR / "seeds" / "sample")
    with pytest.raises(UsageError, match="built-in sample"):
        plan_erasure(
            Store(sample, CONTRACT, SEALER), ["c0000001"], ERASED_AT, keeps_orders=False
        )


def test_a_warehouse_of_an_earlier_date_is_refused(shop: Shop) -> None:
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        connection.execute("create schema if not exists monitoring")
        connection.execute(
            "create or replace table monitoring.raw_reconciliation as "
            "select 'orders' as table_name, 2 as later_rows"
        )
    with pytest.raises(EnvironmentFault, match="earlier date"):
        plan_of(shop, EMAIL)


def test_nothing_is_told_while_an_erasure_is_unfinished(shop: Shop) -> None:
    plant(shop, "note")
    with pytest.raises(CheckFailed):
        forget_without_rebuild(shop, EMAIL)
    with pytest.raises(EnvironmentFault, match="not finished"):
        refuse_unfinished(shop.home)
    assert unfinished_by_doctor(shop)
    (shop.home / "note.txt").unlink()
    forget_without_rebuild(shop)
    refuse_unfinished(shop.home)
    assert not unfinished_by_doctor(shop)


def unfinished_by_doctor(shop: Shop) -> bool:
    """Say whether the doctor tells of an erasure that is not finished."""
    findings = examine(store_of(shop).settings)
    return any(each.what == "erasure" and each.error for each in findings)


# The same shop with ids that may be quantities, and that begin other ids.
SHORT = {
    "k-1000001": "17", "k-1000002": "2", "k-2000001": "171", "k-3000001": "172",
    "k-3000002": "22", "k-4000001": "1", "v-anna-00001": "5", "v-shared-001": "55",
    "o-10000001": "4", "o-10000002": "9", "o-10000003": "3", "o-10000004": "44",
    "o-20000001": "40", "o-30000001": "41", "o-30000002": "42", "o-40000001": "43",
    "o-10000009": "90", "o-10000008": "91", "o-20000009": "17171",
}  # fmt: skip


def test_short_ids_take_nobody_along(tmp_path: Path) -> None:
    def shortened(text: str) -> str:
        for long, short in SHORT.items():
            text = text.replace(long, short)
        return text

    shops = {}
    for name, without_anna in (("forgotten", False), ("never", True)):
        shops[name] = Shop(tmp_path / name)
        for table in TABLES:
            text = shortened(rows_of(table, without_anna=without_anna))
            deliver(shops[name], table, text)
    email, phone = normalise_email(EMAIL), normalise_phone(PHONE, "DE")
    people = People(
        customer=frozenset(SHORT[each] for each in ACCOUNTS),
        visitor=frozenset({SHORT[DEVICE]}),
        order=frozenset(SHORT[each] for each in ORDERS),
        email=frozenset({SEALER.pseudonym(email)}),
        phone=frozenset({SEALER.pseudonym(phone)}),
    )
    with store_of(shops["forgotten"]).raw_store() as raw:
        people = raw.complete(people)
        raw.take_out(people, keeps_orders=False)
    assert people.emails == {email}
    assert people.phones == {phone}
    assert stored(shops["forgotten"]) == stored(shops["never"])
    assert ledger(shops["forgotten"]) == ledger(shops["never"])
    search = Search(writings_of(people))
    files = [path for path in shops["forgotten"].raw.rglob("*") if path.is_file()]
    assert not [trace for path in files for trace in search.traces(path)]


def test_numbers_are_read_by_their_owners_country(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    deliver(shop, "customers", "customer_id,phone,country\nk-1,06 12 34 56 78,FR\n")
    (key,) = shop.rows("select phone_key from customers")[0]
    people = People(customer=frozenset({"k-1"}), phone=frozenset({key}))
    with store_of(shop).raw_store() as raw:
        people = raw.complete(people)
    assert people.phones == {"+33612345678"}
    assert people.written == {"06 12 34 56 78"}
