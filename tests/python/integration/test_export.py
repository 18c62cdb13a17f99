"""An exported list holds those who consented and can be reached, and nobody else."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from martlet.privacy.sealing import DEMO_KEY, Sealer
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


def change(shop: Shop, *statements: str) -> None:
    """Change the shop's warehouse by hand."""
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def exported(shop: Shop) -> tuple[list[str], dict]:
    """Export the test's segment: the addresses listed, and the counts."""
    done = shop.martlet("export", "likely_to_buy", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    return [row["email"] for row in rows(Path(result["path"]))], result


# Contacts and addresses are views: as tables a test can give two people one address.
_AS_TABLES = tuple(
    statement
    for view in ("identity_contacts", "identity_addresses")
    for statement in (
        f"create table identity.copy as select * from identity.{view}",
        f"drop view identity.{view}",
        f"alter table identity.copy rename to {view}",
    )
)
_LISTED = _ALLOWED.replace(
    "select contacts.email\n", "select members.customer_id, contacts.email_key\n"
)


def test_consent_is_judged_at_the_moment_of_the_export(sample_shop: Shop) -> None:
    (soon, later, *_) = query(sample_shop, _LISTED + "order by all")
    before, counts = exported(sample_shop)
    history = "identity.identity_consent_history"
    change(
        sample_shop,
        f"update {history} set valid_to = '2200-01-01' "
        f"where customer_id = '{soon[0]}' and valid_to is null",
        f"update {history} set valid_from = '2200-01-01' "
        f"where customer_id = '{later[0]}' and valid_to is null",
    )
    after, recounted = exported(sample_shop)
    assert set(after) < set(before) and len(after) == len(before) - 1
    assert recounted["excluded_no_consent"] == counts["excluded_no_consent"] + 1


def test_address_is_left_out_where_one_who_shares_it_did_not_agree(
    sample_shop: Shop,
) -> None:
    (shared, *_) = query(sample_shop, _LISTED + "order by all")
    before, counts = exported(sample_shop)
    change(
        sample_shop,
        *_AS_TABLES,
        "insert into identity.identity_addresses "
        f"values ('somebody who did not agree', '{shared[1]}')",
    )
    after, recounted = exported(sample_shop)
    assert set(after) < set(before) and len(after) == len(before) - 1
    assert recounted["excluded_no_consent"] == counts["excluded_no_consent"] + 1


def test_address_of_two_who_agreed_is_written_once(sample_shop: Shop) -> None:
    (first, second, *_) = query(sample_shop, _LISTED + "order by all")
    before, counts = exported(sample_shop)
    change(
        sample_shop,
        *_AS_TABLES,
        "update identity.identity_contacts as contacts set email = others.email "
        "from identity.identity_contacts as others "
        f"where others.customer_id = '{first[0]}' "
        f"and contacts.customer_id = '{second[0]}'",
    )
    after, recounted = exported(sample_shop)
    assert len(after) == len(set(after)) == len(before) - 1
    assert recounted["excluded_no_contact"] == counts["excluded_no_contact"] + 1


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


def test_segment_of_stale_scores_is_refused(sample_shop: Shop) -> None:
    change(
        sample_shop,
        "update segments.segment_definitions set has_stale_scores = true "
        "where uses_scores",
    )
    done = sample_shop.martlet("export", "likely_to_buy")
    assert done.returncode == 1
    assert "rests on scores of 2" in done.stderr
    assert "martlet build" in done.stderr
    assert not (sample_shop.home / "exports" / "likely_to_buy-csv.csv").exists()
    assert sample_shop.martlet("export", "champions").returncode == 0


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
