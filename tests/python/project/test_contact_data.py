"""Contact data and their pseudonyms leave the identity room in no form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from contact_data import given, leaks, tainted_columns, used
from findings import listed, places
from rooms import Project

from made_project import PSEUDONYM, SEALED, made_manifest
from martlet.contract import read_contract
from martlet.errors import CannotFollow
from martlet.lineage.project import Project as Followed
from martlet.lineage.queries import Column, Schema, parse
from martlet.lineage.tracing import trace

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

# What names contact data, in a column's own name or in what is said of it.
NAMES_CONTACTS = re.compile(
    r"^(?:e_?mail|phone|mobile|first_name|last_name|full_name|address)(?:_|$)|_key$"
)
TELLS_CONTACTS = re.compile(
    r"\b(?:pseudonym|sealed|e-mail address|phone number)(?! prefix)\b", re.IGNORECASE
)

PLANTED_SCHEMA: Schema = {
    "raw.orders": ["order_id", "email"],
    "raw.items": ["order_id", "name", "tags"],
}
PLANTED = {Column("raw.orders", "email")}
IMPORT = "with source as (select * from raw.orders), "


def test_the_contract_seals_contact_data(project: Project, project_dir: Path) -> None:
    declared = {
        Column(f"raw.{table.name}", column.name)
        for table in read_contract(project_dir).values()
        for column in (*table.sealed, *table.pseudonyms)
    }
    assert declared == {c for c in project.contacts if c.relation.startswith("raw.")}
    sealed = {c for c, mark in project.contacts.items() if mark == "sealed"}
    names = ("email", "phone", "first_name", "last_name")
    assert sealed >= {Column("raw.customers", name) for name in names}
    assert project.contacts[Column("raw.orders", "email_key")] == "pseudonym"


def test_contact_data_reach_no_room_but_identity(project: Project) -> None:
    found = list(leaks(project))
    assert not found, listed(found)


def test_identity_is_seen_to_hold_contact_data(project: Project) -> None:
    """The rule above holds anything only if it sees what the room is there to hold."""
    tainted = tainted_columns(project)
    contacts = ("email", "phone", "first_name", "last_name", "email_key")
    assert tainted >= {Column("identity.identity_contacts", name) for name in contacts}
    edges = {c.name for c in tainted if c.relation == "identity.identity_edges"}
    assert edges == {"holder_node", "held_node"}


def test_sources_that_hold_contact_data_say_so(project: Project) -> None:
    silent = [
        f"{source['name']}.{name} is not marked sealed or pseudonym_of"
        for source in (*project.sources, *project.seeds)
        for name, column in source["columns"].items()
        if NAMES_CONTACTS.search(name) or TELLS_CONTACTS.search(column["description"])
        if Column(f"{source['schema']}.{source['name']}", name) not in project.contacts
    ]
    assert not silent, listed(silent)


def test_failing_tests_show_no_contact_data(project: Project) -> None:
    """A build tells the first row that a test found, but of private models."""
    tainted = tainted_columns(project)
    shown = {}
    for test in project.tests:
        traced = trace(parse(test["compiled_code"]), project.schema)
        names = given(traced, tainted)
        # What is asked to be there shows nothing where it is not.
        is_absent = test.get("test_metadata", {}).get("name") == "not_null"
        if names and not is_absent:
            shown[test["name"]] = traced
    private = {
        model.node["unique_id"]
        for model in project.models.values()
        if model.node["access"] == "private"
    }
    untold = {
        test["name"]
        for test in project.tests
        if private & set(test["depends_on"]["nodes"])
    }
    assert shown
    assert shown.keys() <= untold, listed(sorted(shown.keys() - untold))
    sealed = tainted_columns(project, ["sealed"])
    assert Column("identity.identity_contacts", "email") in sealed
    for name, traced in shown.items():
        assert not given(traced, sealed), f"{name} shows what is sealed"
    stored = [t["name"] for t in project.tests if t["config"]["store_failures"]]
    assert not set(stored) & shown.keys()


def test_identity_lets_out_ids_and_consent_only(project: Project) -> None:
    for model in project.models.values():
        if model.room == "identity" and model.node["access"] != "private":
            others = set(project.columns(model)) - EXITS
            assert not others, f"{model.relation} lets out {sorted(others)}"


def test_only_identity_and_export_name_the_sealed_contacts(project_dir: Path) -> None:
    name = re.compile(r"\bidentity_(?:contacts|sealed_addresses)\b")
    naming = [
        place
        for folder in ("models", "macros", "python", "tests/dbt")
        for path in (project_dir / folder).rglob("*")
        if path.suffix in (".sql", ".yml", ".py")
        for place in places(
            path.read_text("utf-8"), name, path.relative_to(project_dir)
        )
    ]
    allowed = (
        "models/identity/",
        "python/martlet/export/",
        "python/martlet/erasure/",
    )
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
        "select order_id, count(distinct email) as emails from raw.orders group by 1",
        "select order_id, case when email is null then 1 else 0 end as f from raw.orders",
        "select order_id, sum(1) over (order by email) as n from raw.orders",
        "select o.order_id, u.e from raw.orders as o, unnest([o.email]) as u(e)",
        "select o.order_id from raw.orders as o, unnest([o.email]) as u(e)",
        "select u.e from raw.items as i, unnest((select list(email) from raw.orders)) "
        "as u(e)",
        "select order_id, unnest([email]) as e from raw.orders",
        "select order_id, [x for x in [email]] as e from raw.orders",
        "select order_id, list_transform([order_id], x -> x || email) as e "
        "from raw.orders",
        "with x as (select unnest([email]) as e from raw.orders) select 1 as one from x",
        "select v.e from raw.orders as o, (values (o.email)) as v(e)",
        IMPORT + "x as (select order_id, email from source order by 2 limit 9) "
        "select order_id from x",
        IMPORT + "x as (select order_id, email from source union all "
        "select order_id, name from raw.items order by 2 limit 9) select order_id from x",
        IMPORT + "x as (select order_id, email from source except all "
        "select order_id, name from raw.items) select order_id from x",
        IMPORT + "x as (select order_id, email from source union "
        "select order_id, name from raw.items) select order_id from x",
        "select order_id, exists (select 1 from raw.orders as o where o.email = i.name) "
        "as e from raw.items as i",
        # A recursion that moves the value one column on each time round.
        "with recursive x as (select order_id, '' as a, '' as b, email as c, 0 as n "
        "from raw.orders union all select order_id, b, c, c, n + 1 from x where n < 3) "
        "select a from x",
        "with recursive x(k, n) as (select email, 0 from raw.orders union all "
        "select k, n + 1 from x where n < 3) select k from x",
        "with recursive x as (select order_id, 0 as n from raw.items union all "
        "select o.order_id, n + 1 from x join raw.orders as o on o.email = x.order_id) "
        "select order_id from x",
    ],
)
def test_planted_leak_is_caught(leak: str) -> None:
    traced = trace(parse(leak), PLANTED_SCHEMA)
    assert given(traced, PLANTED) or used(traced, PLANTED)


@pytest.mark.parametrize(
    ("models", "caught"),
    [
        pytest.param(
            {
                "staging.a": "select order_id, email as label from raw.orders",
                "core.b": "select order_id, md5(label) as code from staging.a",
                "marts.c": "select order_id from core.b where code > 'a'",
            },
            [
                "staging.a gives label",
                "core.b gives code",
                "core.b uses a.label in select",
                "marts.c uses b.code in where",
            ],
            id="carried, hashed, filtered by",
        ),
        pytest.param(
            {
                "identity.contacts": "select order_id, email from raw.orders",
                "core.b": "select c.order_id from identity.contacts as c "
                "join raw.items as i on c.email = i.name",
            },
            ["core.b uses c.email in joins"],
            id="joined outside",
        ),
        pytest.param(
            {"marts.a": "select name from reference.staff"},
            ["marts.a gives name"],
            id="from a seed",
        ),
        pytest.param(
            {"marts.a": "select 1 as one from ops.changes where contact_key <> ''"},
            ["marts.a uses changes.contact_key in where"],
            id="from a ledger",
        ),
        pytest.param(
            {
                "identity.a": "select email as customer_id, email as held from raw.orders",
                "marts.b": "select customer_id from identity.a",
            },
            [],
            id="identity cleans the names on its list",
        ),
        pytest.param(
            {
                "core.a": "select email as customer_id from raw.orders",
                "marts.b": "select customer_id from core.a",
            },
            ["core.a gives customer_id", "marts.b gives customer_id"],
            id="no other room does",
        ),
    ],
)
def test_leak_through_models_is_caught(
    models: dict[str, str], caught: list[str]
) -> None:
    sources = {
        "raw.orders": {"order_id": {}, "email": SEALED},
        "raw.items": {"order_id": {}, "name": {}},
        "ops.changes": {"contact_key": PSEUDONYM, "changed_at": {}},
    }
    seeds = {"reference.staff": {"name": SEALED, "desk": {}}}
    made = Followed(made_manifest(models, sources, seeds))
    assert sorted(leaks(made)) == sorted(caught)


@pytest.mark.parametrize(
    "harmless",
    [
        "select order_id from raw.orders order by order_id",
        "select * exclude (email) from raw.orders",
        IMPORT + "x as (select order_id from source where order_id <> '') from x",
        IMPORT
        + "x as (select name from raw.items join source using (order_id)) from x",
        "select count(*) as orders from raw.orders",
        "select order_id, row_number() over (order by order_id) as n from raw.orders",
        "select i.order_id, u.tag from raw.items as i, unnest(i.tags) as u(tag)",
        "with recursive x as (select order_id, email, 0 as n from raw.orders union all "
        "select order_id, email, n + 1 from x where n < 3) select order_id, n from x",
        IMPORT + "x as (select order_id, email from source union all "
        "select order_id, name from raw.items order by 1 limit 9) select order_id from x",
    ],
)
def test_what_drops_contact_data_is_let_through(harmless: str) -> None:
    traced = trace(parse(harmless), PLANTED_SCHEMA)
    assert not given(traced, PLANTED)
    assert not used(traced, PLANTED)


@pytest.mark.parametrize(
    "opaque",
    [
        "select columns('e.*') from raw.orders",
        "select p.* from (pivot raw.orders on email using count(*)) as p",
        "select x.e from raw.orders as o, lateral (select o.email as e) as x",
        "select order_id from raw.items union all by name select * from raw.orders",
        "select order_id, email from raw.orders group by all",
        "select order_id, email from raw.orders order by all",
        "select order_id from raw.orders natural join raw.items",
        "select r.range from raw.orders as o, range(length(o.email)) as r",
        "select * from query('select email from raw.orders')",
        "select * from read_parquet('orders.parquet')",
        "select * from 'orders.parquet'",
        "select order_id from raw.strange",
        "select strange from raw.orders",
        "select order_id from raw.items; select email from raw.orders",
        "delete from raw.orders",
        "select from where",
    ],
)
def test_what_cannot_be_followed_is_refused(opaque: str) -> None:
    with pytest.raises(CannotFollow):
        trace(parse(opaque), PLANTED_SCHEMA)
