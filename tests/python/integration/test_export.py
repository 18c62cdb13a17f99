"""An exported list holds those who consented and can be reached, and nobody else."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from martlet.sealing import DEMO_KEY, Sealer
from support import BuiltSample, Shop

_ALLOWED = """
select contacts.email
from segments.segment_membership as members
inner join identity.identity_contacts as contacts
    on members.customer_id = contacts.customer_id
inner join identity.identity_consents as consents
    on members.customer_id = consents.customer_id
where
    members.segment_id = 'likely_to_buy'
    and consents.channel = 'email'
    and consents.purpose = 'marketing'
    and consents.state = 'granted'
    and contacts.email is not null
"""


@pytest.fixture
def sample_shop(built_sample: BuiltSample, tmp_path: Path) -> Shop:
    """The built sample, copied so that exporting may write its ledger."""
    shop = Shop(tmp_path)
    shop.home.mkdir()
    shutil.copy(built_sample.home / "warehouse.duckdb", shop.home)
    return shop


def rows(path: Path) -> list[dict[str, str]]:
    """Read a list."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def query(shop: Shop, sql: str) -> list[tuple]:
    """Ask the shop's warehouse."""
    warehouse = str(shop.home / "warehouse.duckdb")
    with duckdb.connect(warehouse, read_only=True) as connection:
        return connection.execute(sql).fetchall()


def test_list_holds_exactly_the_consenting_members(sample_shop: Shop) -> None:
    done = sample_shop.martlet("export", "likely_to_buy", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    listed = [row["email"] for row in rows(Path(result["path"]))]
    sealer = Sealer(DEMO_KEY)
    allowed = [sealer.unseal(email) for (email,) in query(sample_shop, _ALLOWED)]
    assert sorted(listed) == sorted(allowed)
    assert len(listed) == result["rows"] > 0
    ((members,),) = query(
        sample_shop,
        "select count(*) from segments.segment_membership "
        "where segment_id = 'likely_to_buy'",
    )
    left_out = result["excluded_no_consent"] + result["excluded_no_contact"]
    assert result["rows"] + left_out == members
    assert result["excluded_no_consent"] > 0


def test_file_is_private_and_the_ledger_counts_without_names(sample_shop: Shop) -> None:
    assert sample_shop.martlet("export", "likely_to_buy").returncode == 0
    path = sample_shop.home / "exports" / "likely_to_buy-csv.csv"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    ((segment, listed, sha256),) = query(
        sample_shop, "select segment_id, rows, file_sha256 from ops.export_log"
    )
    assert (segment, listed) == ("likely_to_buy", len(rows(path)))
    assert sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_google_list_needs_both_advertising_consents(sample_shop: Shop) -> None:
    out = sample_shop.directory / "google.csv"
    done = sample_shop.martlet(
        *("export", "likely_to_buy", "--to", "google-ads", "--out", str(out), "--json")
    )
    assert done.returncode == 0, done.stderr
    listed = rows(out)
    assert 0 < len(listed) == json.loads(done.stdout)["rows"]
    ((both,),) = query(
        sample_shop,
        "select count(*) from (select members.customer_id "
        "from segments.segment_membership as members "
        "inner join identity.identity_consents as consents using (customer_id) "
        "where segment_id = 'likely_to_buy' and channel = 'ads' and is_granted "
        "and purpose in ('ad_user_data', 'ad_personalization') "
        "group by members.customer_id having count(*) = 2)",
    )
    assert len(listed) == both
    for row in listed:
        assert len(row["Email"]) == 64 and "@" not in row["Email"]


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        (("export", "nobody"), "champions"),
        (("export", "champions", "--to", "carrier-pigeon"), "google-ads"),
    ],
)
def test_unknown_segment_or_destination_lists_the_known(
    sample_shop: Shop, arguments: tuple[str, ...], known: str
) -> None:
    done = sample_shop.martlet(*arguments)
    assert done.returncode == 2
    assert known in done.stderr and "Traceback" not in done.stderr


def contact_values(sealed_columns: list[tuple]) -> Iterator[bytes]:
    """Open sealed values; e-mails and phones whole, names are too common to search."""
    sealer = Sealer(DEMO_KEY)
    for (sealed,) in sealed_columns:
        yield sealer.unseal(sealed).encode()


def test_no_contact_data_in_clear_in_anything_a_build_makes(
    built_sample: BuiltSample, project_dir: Path
) -> None:
    raw = project_dir / "seeds" / "sample" / "customers" / "*.csv.gz"
    values = set(
        contact_values(
            duckdb.sql(
                f"select email from '{raw}' where email is not null "
                f"union all select phone from '{raw}' where phone is not null"
            ).fetchall()
        )
    )
    assert len(values) > 2000
    with duckdb.connect(
        str(built_sample.home / "warehouse.duckdb"), read_only=True
    ) as c:
        texts = c.execute(
            "select table_schema, table_name, column_name "
            "from information_schema.columns where data_type = 'VARCHAR' "
            "and table_schema <> 'information_schema'"
        ).fetchall()
        for schema, table, column in texts:
            relation = f'"{schema}"."{table}"'
            held = c.execute(
                f'select distinct "{column}" from {relation} '
                f"where \"{column}\" similar to '.*(@|\\+49).*'"
            ).fetchall()
            found = [
                value
                for (value,) in held
                if any(part.encode() in values for part in value.split())
            ]
            assert not found, f"{schema}.{table}.{column} holds contact data in clear"
    for path in built_sample.home.parent.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"@example." not in content, f"{path} holds an e-mail address"
