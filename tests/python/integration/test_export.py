"""An exported list holds those who consented and can be reached, and nobody else."""

from __future__ import annotations

import csv
import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from martlet.export.segment import ExportOptions, export_segment
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
    listed = [row["email"] for row in rows(Path(result["files"][0]["path"]))]
    sealer = Sealer(DEMO_KEY)
    allowed = [sealer.unseal(email) for (email,) in query(sample_shop, _ALLOWED)]
    assert sorted(listed) == sorted(allowed)
    assert len(listed) == result["rows"] > 0
    ((members,),) = query(
        sample_shop,
        "select count(*) from segments.segment_membership "
        "where segment_id = 'likely_to_buy'",
    )
    assert result["rows"] + sum(result["excluded"].values()) == members
    assert result["members"] == members
    assert result["excluded"]["no_consent"] > 0
    assert result["excluded"]["unknown_consent"] > 0


def change(shop: Shop, *statements: str) -> None:
    """Change the shop's warehouse by hand."""
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        for statement in statements:
            connection.execute(statement)


def export_of(
    shop: Shop, segment: str, to: str = "csv", **options: str | bool | None
) -> dict:
    """Export in this process, and give what the command would say of it."""
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return export_segment(
            connection,
            segment,
            to,
            ExportOptions(shop.home / "exports" / f"{segment}-{to}.csv", **options),
            lambda: Sealer(DEMO_KEY),
            exported_at=datetime.now(UTC),
        ).told()


def exported(shop: Shop) -> tuple[list[str], dict]:
    """Export the test's segment: the addresses listed, and the counts."""
    result = export_of(shop, "likely_to_buy")
    listed = rows(Path(result["files"][0]["path"]))
    return [row["email"] for row in listed], result


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
    assert left_out(recounted, "no_consent", "unknown_consent") == (
        left_out(counts, "no_consent", "unknown_consent") + 1
    )


def left_out(result: dict, *reasons: str) -> int:
    """How many were left out for any of the reasons."""
    return sum(result["excluded"][reason] for reason in reasons)


def test_address_is_left_out_where_one_who_shares_it_did_not_agree(
    sample_shop: Shop,
) -> None:
    (shared, *_) = query(sample_shop, _LISTED + "order by all")
    before, counts = exported(sample_shop)
    change(
        sample_shop,
        *_AS_TABLES,
        "insert into identity.identity_addresses "
        f"values ('somebody who did not agree', 'email', '{shared[1]}')",
    )
    after, recounted = exported(sample_shop)
    assert set(after) < set(before) and len(after) == len(before) - 1
    assert left_out(recounted, "shared_address") == (
        left_out(counts, "shared_address") + 1
    )


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
    assert left_out(recounted, "same_address") == left_out(counts, "same_address") + 1


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


def test_manifest_says_what_the_files_hold_and_whom_they_leave_out(
    sample_shop: Shop,
) -> None:
    result = export_of(sample_shop, "lapsing", "google-ads")
    (file,) = result["files"]
    path = Path(file["path"])
    manifest_path = path.with_name(path.name + ".manifest.json")
    manifest = json.loads(manifest_path.read_text("utf-8"))
    assert stat.S_IMODE(manifest_path.stat().st_mode) == 0o600
    assert manifest["files"] == [{**file, "path": path.name}]
    assert file["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert manifest["rows"] == len(rows(path)) == file["rows"]
    assert manifest["consent_basis"] == [
        {"channel": "ads", "purpose": "ad_personalization"},
        {"channel": "ads", "purpose": "ad_user_data"},
    ]
    assert "at least 100 people" in manifest["warnings"][0]
    assert manifest["score_as_of"] == "2026-07-01"
    listed = {row["Email"] for row in rows(path)} - {""}
    text = manifest_path.read_text("utf-8")
    assert listed and not any(email in text for email in listed)


def test_dry_run_counts_and_writes_nothing(sample_shop: Shop) -> None:
    told = export_of(sample_shop, "lapsing", campaign_id="spring", dry_run=True)
    assert told["files"] == [] and told["manifest"] is None
    assert not (sample_shop.home / "exports").exists()
    for ledger in ("export_log", "audience_changes", "campaign_assignments"):
        assert query(sample_shop, f"select count(*) from ops.{ledger}") == [(0,)]
    done = export_of(sample_shop, "lapsing", campaign_id="spring")
    counts = ("members", "rows", "control_rows", "excluded")
    assert [told[each] for each in counts] == [done[each] for each in counts]


def test_a_campaign_holds_the_same_people_back_each_time(sample_shop: Shop) -> None:
    first = export_of(sample_shop, "lapsing", campaign_id="spring")
    listed = rows(Path(first["files"][0]["path"]))
    arms = query(
        sample_shop,
        "select arm, planned_share, count(*) from ops.campaign_assignments "
        "where campaign_id = 'spring' group by all order by arm",
    )
    assert arms == [
        ("control", 0.1, first["control_rows"]),
        ("treatment", 0.9, len(listed)),
    ]
    assert first["control_rows"] > 0
    # Another share would draw others; whoever was drawn stays where they are.
    change(sample_shop, "update segments.segment_definitions set control_share = 0.4")
    again = export_of(sample_shop, "lapsing", campaign_id="spring")
    assert rows(Path(again["files"][0]["path"])) == listed
    other = export_of(sample_shop, "lapsing", campaign_id="autumn")
    assert other["control_rows"] > first["control_rows"]
    assert query(
        sample_shop,
        "select count(*) from (select customer_id from ops.campaign_assignments "
        "where campaign_id = 'spring' group by 1 having count(*) > 1)",
    ) == [(0,)]


def test_whoever_was_on_a_campaigns_list_is_never_held_back(sample_shop: Shop) -> None:
    change(sample_shop, "update segments.segment_definitions set control_share = 0")
    first = export_of(sample_shop, "lapsing", campaign_id="spring")
    listed = rows(Path(first["files"][0]["path"]))
    change(sample_shop, "update segments.segment_definitions set control_share = 0.5")
    again = export_of(sample_shop, "lapsing", campaign_id="spring")
    assert again["control_rows"] == 0 and again["removal_files"] == []
    assert rows(Path(again["files"][0]["path"])) == listed
    assert query(sample_shop, "select count(*) from ops.campaign_assignments") == [(0,)]


def test_additions_are_never_written_over(sample_shop: Shop) -> None:
    out = sample_shop.directory / "additions.csv"
    arguments = ("export", "lapsing", "--sync", "--out", str(out))
    assert sample_shop.martlet(*arguments).returncode == 0
    told = out.read_bytes()
    done = sample_shop.martlet(*arguments)
    assert done.returncode == 2 and "additions" in done.stderr
    assert out.read_bytes() == told


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--campaign", ""), "no name of a campaign"),
        (("--campaign", " spring"), "no name of a campaign"),
        (("--out", "list.xlsx"), ".csv"),
        (("--to", "parquet", "--out", "list.csv"), ".parquet"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    sample_shop: Shop, options: tuple[str, ...], said: str
) -> None:
    done = sample_shop.martlet("export", "lapsing", *options)
    assert done.returncode == 2
    assert said in done.stderr and "Next:" in done.stderr


def test_a_platform_is_told_whom_to_add_and_whom_to_remove(sample_shop: Shop) -> None:
    before = export_of(sample_shop, "lapsing")
    listed = rows(Path(before["files"][0]["path"]))
    assert before["removal_files"] == []
    people = query(
        sample_shop,
        "select customer_id from ops.audience_changes where contact_type = 'email' "
        "order by 1",
    )
    withdrew, left, complained = (person for (person,) in people[:3])
    change(
        sample_shop,
        "update identity.identity_consent_history set is_granted = false "
        f"where customer_id = '{withdrew}' and channel = 'email' and valid_to is null",
        "update segments.segment_membership set is_current = false "
        f"where customer_id = '{left}'",
        "insert into ops.suppressions values "
        f"('customer', '{complained}', true, 'complained', '2026-07-02')",
    )
    synced = export_of(sample_shop, "lapsing", only_new=True)
    assert synced["rows"] == before["rows"] - 3
    assert rows(Path(synced["files"][0]["path"])) == [] == synced["warnings"]
    (removal_file,) = synced["removal_files"]
    removed = rows(Path(removal_file["path"]))
    emails = {row["email"] for row in removed} - {""}
    assert emails < {row["email"] for row in listed} and len(emails) == 3
    assert {"no_consent", "left_segment", "suppressed"} == set(synced["removed"])
    # Once told is enough; whoever comes back is added again.
    change(sample_shop, "update ops.suppressions set is_suppressed = false")
    again = export_of(sample_shop, "lapsing", only_new=True)
    assert again["removal_files"] == []
    (back,) = rows(Path(again["files"][0]["path"]))
    assert back["email"] in emails


def test_whoever_was_contacted_often_enough_is_left_in_peace(
    sample_shop: Shop,
) -> None:
    before, counts = exported(sample_shop)
    (person, *_) = query(sample_shop, _LISTED + "order by all")
    for days in (1, 2, 3):
        change(
            sample_shop,
            f"insert into segments.recent_contacts values ('{person[0]}', 'c', "
            f"current_date - {days}, current_timestamp::timestamp "
            f"- to_days({days}))",
        )
    after, recounted = exported(sample_shop)
    assert set(after) < set(before) and len(after) == len(before) - 1
    assert left_out(recounted, "contacted_often") == 1
    assert left_out(counts, "contacted_often") == 0


def test_lists_for_other_campaigns_count_as_contacts(sample_shop: Shop) -> None:
    *_, third = (
        export_of(sample_shop, "lapsing", campaign_id=campaign)
        for campaign in ("one", "two", "three")
    )
    assert left_out(third, "contacted_often") == 0
    listed = rows(Path(third["files"][0]["path"]))
    fourth = export_of(sample_shop, "lapsing", campaign_id="four")
    assert left_out(fourth, "contacted_often") > 0
    # The list of a campaign may be written again.
    again = export_of(sample_shop, "lapsing", campaign_id="three")
    assert rows(Path(again["files"][0]["path"])) == listed


def test_nobody_below_the_age_is_listed(sample_shop: Shop) -> None:
    before, _ = exported(sample_shop)
    change(sample_shop, "update segments.export_rules set min_age = 60")
    after, recounted = exported(sample_shop)
    assert set(after) < set(before)
    assert left_out(recounted, "under_age") > 0


def test_global_control_is_left_out_of_every_list(sample_shop: Shop) -> None:
    before, _ = exported(sample_shop)
    change(sample_shop, "update segments.export_rules set global_control_share = 0.2")
    after, counts = exported(sample_shop)
    assert set(after) < set(before)
    ((share,),) = query(
        sample_shop,
        "select avg((md5_number_lower('global control ' || customer_id) "
        "/ 18446744073709551616.0 < 0.2)::int) from marts.customer_profiles",
    )
    assert left_out(counts, "global_control") > 0
    assert share == pytest.approx(0.2, abs=0.03)


def test_suppressed_people_are_on_no_list_until_set_free(sample_shop: Shop) -> None:
    before, _ = exported(sample_shop)
    file = sample_shop.directory / "bounced.txt"
    file.write_text("\n".join([before[0].upper(), "nobody@example.org", ""]), "utf-8")
    done = sample_shop.martlet("suppress", "--file", str(file), "--json")
    assert json.loads(done.stdout) == {"changed": 2, "unchanged": 0, "suppressed": 2}
    after, counts = exported(sample_shop)
    assert after == before[1:]
    assert left_out(counts, "suppressed") == 1
    ((keys,),) = query(
        sample_shop, "select string_agg(contact_key) from ops.suppressions"
    )
    assert "@" not in keys
    done = sample_shop.martlet("suppress", before[0], "--lift")
    assert done.returncode == 0, done.stderr
    assert exported(sample_shop)[0] == before


@pytest.mark.parametrize("given", [(), ("neither",), ("a@example.org", "neither")])
def test_suppressing_takes_all_or_nobody(
    sample_shop: Shop, given: tuple[str, ...]
) -> None:
    done = sample_shop.martlet("suppress", *given)
    assert done.returncode == 2
    assert "Next:" in done.stderr and "Traceback" not in done.stderr
    assert query(sample_shop, "select count(*) from ops.suppressions") == [(0,)]


def test_loads_that_no_build_has_taken_in_stop_an_export(sample_shop: Shop) -> None:
    (sample_shop.raw / "consents" / "withdrawals.csv").write_text(
        "customer_id,channel,purpose,changed_at,state\n"
        "1,email,marketing,2026-06-30 10:00:00,withdrawn\n",
        "utf-8",
    )
    done = sample_shop.martlet("export", "likely_to_buy")
    assert done.returncode == 2
    assert "martlet build" in done.stderr
    assert not (sample_shop.home / "exports").exists()


def test_nothing_is_exported_while_somebody_is_half_forgotten(
    sample_shop: Shop,
) -> None:
    (sample_shop.home / ".erasure.sealed").write_text("sealed:")
    done = sample_shop.martlet("export", "likely_to_buy")
    assert done.returncode == 2
    assert "martlet forget" in done.stderr
    assert not (sample_shop.home / "exports").exists()


@pytest.mark.parametrize(
    ("statement", "to", "said"),
    [
        ("set channel = 'sms'", "mailchimp", "email"),
        (
            "set channel = 'ads', purpose = 'ad_user_data'",
            "klaviyo",
            "writes to people",
        ),
    ],
)
def test_a_channel_that_a_platform_cannot_use_is_refused(
    sample_shop: Shop, statement: str, to: str, said: str
) -> None:
    change(sample_shop, f"update segments.segment_definitions {statement}")
    done = sample_shop.martlet("export", "champions", "--to", to)
    assert done.returncode == 2
    assert said in done.stderr and "Next:" in done.stderr


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
