"""Contact data and their pseudonyms leave the identity room in no form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from contact_data import CannotFollow, Tainted, trace
from findings import listed, places
from rooms import Project, Schema, parse

from martlet.contract import read_contract

# The room's only way out: the surrogate, what it replaces and why, consent, and whether
# who agreed has left an address at all.
EXITS = {
    "customer_id",
    "source_customer_id",
    "order_id",
    "visitor_id",
    "identified_at",
    "linked_at",
    "is_guest_order",
    "merged_customer_id",
    "merged_type",
    "merged_source_customer_id",
    "edge_id",
    "edge_type",
    "edge_source",
    "known_at",
    "channel",
    "purpose",
    "state",
    "is_granted",
    "changed_at",
    "valid_from",
    "valid_to",
    "has_email_consent",
    "has_sms_consent",
    "is_contactable_by_email",
    "is_contactable_by_sms",
}
# Made from pseudonyms on purpose, and safe to know: who it is, not how to reach them.
CLEAN = {
    "customer_id",
    "own_customer_id",
    "edge_id",
    "node_type",
    "holder_type",
    "is_contactable_by_email",
    "is_contactable_by_sms",
}

PLANTED_SCHEMA: Schema = {
    "raw": {
        "orders": {"order_id": "varchar", "email": "varchar"},
        "items": {"order_id": "varchar", "name": "varchar"},
    }
}
PLANTED: Tainted = {"raw.orders": {"email"}}
IMPORT = "with source as (select * from raw.orders), "


@pytest.fixture(scope="module")
def raw_contacts(project_dir: Path) -> dict[str, set[str]]:
    """Sealed columns and pseudonyms of the raw tables."""
    contacts = {
        f"raw.{table.name}": {c.name for c in (*table.sealed, *table.pseudonyms)}
        for table in read_contract(project_dir).values()
    }
    return {relation: columns for relation, columns in contacts.items() if columns}


def test_the_contract_seals_contact_data(raw_contacts: dict[str, set[str]]) -> None:
    assert raw_contacts["raw.customers"] >= {
        "email",
        "phone",
        "first_name",
        "last_name",
    }
    assert raw_contacts["raw.orders"] >= {"email", "phone", "email_key"}


def test_contact_data_reach_no_room_but_identity(
    project: Project, raw_contacts: dict[str, set[str]]
) -> None:
    tainted = dict(raw_contacts)
    leaks = []
    for model in project.in_order:
        traced = trace(model.query, project.schema, tainted)
        if model.room == "identity":
            tainted[model.relation] = traced.outputs - CLEAN
        else:
            leaks += [f"{model.relation} gives {name}" for name in traced.outputs]
            leaks += [f"{model.relation} uses {use}" for use in traced.uses]
    assert not leaks, listed(leaks)
    # The trace works at all only if it sees what the room is there to hold.
    assert tainted["identity.identity_contacts"] >= {"email", "phone", "first_name"}
    assert tainted["identity.identity_edges"] == {"holder_node", "held_node"}


def test_identity_lets_out_ids_and_consent_only(project: Project) -> None:
    for model in project.models.values():
        if model.room == "identity" and model.node["access"] != "private":
            others = set(project.columns(model)) - EXITS
            assert not others, f"{model.relation} lets out {sorted(others)}"


def test_only_identity_and_export_name_the_sealed_contacts(project_dir: Path) -> None:
    name = re.compile(r"\bidentity_contacts\b")
    naming = [
        place
        for folder in ("models", "macros", "python", "tests/dbt")
        for path in (project_dir / folder).rglob("*")
        if path.suffix in (".sql", ".yml", ".py")
        for place in places(
            path.read_text("utf-8"), name, path.relative_to(project_dir)
        )
    ]
    allowed = ("models/identity/", "python/martlet/export/")
    strangers = [place for place in naming if not place.startswith(allowed)]
    assert naming
    assert not strangers, listed(strangers)


@pytest.mark.parametrize(
    "leak",
    [
        "select email from raw.orders",
        "from raw.orders",
        "select * from raw.orders",
        "select order_id, lower(email) as address from raw.orders",
        "select orders from raw.orders",
        "select order_id, (select max(email) from raw.orders) as m from raw.items",
        "select order_id from raw.items union all select email from raw.orders",
        "select order_id from raw.orders where email like '%@example.com'",
        "select order_id from raw.orders order by email",
        "select order_id from raw.orders group by order_id having max(email) > 'a'",
        "select distinct on (email) order_id from raw.orders",
        "select count(*) filter (email is null) as missing from raw.orders",
        "select order_id from raw.items where name in (select email from raw.orders)",
        "select i.name from raw.items as i semi join raw.orders as o on i.name = o.email",
        "select order_id, rank() over w as r from raw.orders window w as (order by email)",
        "select order_id from raw.orders qualify rank() over (order by email) = 1",
        IMPORT + "x as (select * from source) select * from x",
        IMPORT + "x as (select email as key from source) select key from x",
        IMPORT
        + "x as (select md5(cast(source as varchar)) as h from source) select h from x",
        IMPORT + "x as (select distinct * from source) select order_id from x",
        IMPORT + "x as (select name from raw.items join source on name = email) from x",
        IMPORT + "x as (select email as e, order_id from source order by e limit 9) "
        "select order_id from x",
        IMPORT + "x as (select name from raw.items where exists "
        "(select 1 from source where source.email = name)) select * from x",
    ],
)
def test_planted_leak_is_caught(leak: str) -> None:
    traced = trace(parse(leak), PLANTED_SCHEMA, PLANTED)
    assert traced.outputs or traced.uses


@pytest.mark.parametrize(
    "harmless",
    [
        "select order_id from raw.orders order by order_id",
        "select * exclude (email) from raw.orders",
        IMPORT + "x as (select order_id from source where order_id <> '') from x",
        IMPORT
        + "x as (select name from raw.items join source using (order_id)) from x",
        "select count(*) as orders from raw.orders",
    ],
)
def test_what_drops_contact_data_is_let_through(harmless: str) -> None:
    traced = trace(parse(harmless), PLANTED_SCHEMA, PLANTED)
    assert not traced.outputs
    assert not traced.uses


@pytest.mark.parametrize(
    "opaque",
    [
        "select columns('e.*') from raw.orders",
        "select p.* from (pivot raw.orders on email using count(*)) as p",
        "select x.e from raw.orders as o, lateral (select o.email as e) as x",
        "select order_id from raw.items union all by name select * from raw.orders",
    ],
)
def test_what_cannot_be_followed_is_refused(opaque: str) -> None:
    with pytest.raises(CannotFollow):
        trace(parse(opaque), PLANTED_SCHEMA, PLANTED)
