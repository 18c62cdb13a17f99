"""No list ever holds a person who must not be there, whatever the shop's data say.

Small worlds of accounts, guests, shared addresses, consents, suppressions, erasures and
merges are drawn at random; the compiled identity models resolve many of them at once, a
list is exported, and a plain reading of the raw rows says who should be on it.
"""

from __future__ import annotations

import csv
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from compiled_models import compiled, run_models, warehouse_of
from export_tables import CAP, CAP_DAYS, MIN_AGE, make_export_tables
from martlet.export.segment import ExportOptions, export_segment
from support import SEALER

NOW = datetime(2026, 6, 1, 12)
MODELS = (
    *("identity_accounts", "identity_order_keys", "identity_edges"),
    *("identity_email_people", "identity_phone_people", "identity_people"),
    *(
        "identity_members",
        "identity_customer_ids",
        "identity_orders",
        "identity_merges",
    ),
    *("identity_consent_history", "identity_contacts", "identity_addresses"),
    "identity_sealed_addresses",
)
# Segment and destination, the consents that each kind of address needs, and the kinds
# that reach a person.
AD_CONSENTS = [("ads", "ad_user_data"), ("ads", "ad_personalization")]
OWN_CONSENTS = {"email": [("email", "marketing")], "phone": [("sms", "marketing")]}
LISTS = {
    ("mail", "csv"): (OWN_CONSENTS, ("email",)),
    ("text", "csv"): (OWN_CONSENTS, ("phone",)),
    ("mail", "google-ads"): (
        {"email": AD_CONSENTS, "phone": AD_CONSENTS},
        ("email", "phone"),
    ),
}
CONSENTS = (
    *(("email", "marketing"), ("sms", "marketing")),
    *(("ads", "ad_user_data"), ("ads", "ad_personalization")),
)
WORLDS = 25

TEXT, MOMENT = pa.string(), pa.timestamp("us")
RAW = {
    "raw.customers": {
        **dict.fromkeys(
            ("customer_id", "email", "email_key", "phone", "phone_key"), TEXT
        ),
        **dict.fromkeys(("first_name", "last_name", "gender", "country", "city"), TEXT),
        **{"postcode": TEXT, "birth_date": pa.date32(), "load_id": TEXT},
    },
    "raw.orders": dict.fromkeys(
        ("order_id", "email", "email_key", "phone", "phone_key", "load_id"), TEXT
    ),
    "staging.stg_store__customers": {
        "source_customer_id": TEXT,
        "registered_at": MOMENT,
    },
    "staging.stg_store__orders": {
        **dict.fromkeys(("order_id", "source_customer_id", "visitor_id"), TEXT),
        **{"ordered_at": MOMENT, "is_test": pa.bool_()},
    },
    "staging.stg_store__consents": {
        **dict.fromkeys(("source_customer_id", "channel", "purpose", "state"), TEXT),
        "changed_at": MOMENT,
    },
    "ops.suppressions": {
        **dict.fromkeys(("contact_type", "contact_key", "reason"), TEXT),
        **{"is_suppressed": pa.bool_(), "changed_at": MOMENT},
    },
    "segments.recent_contacts": {
        **{"customer_id": TEXT, "campaign_id": TEXT, "contact_date": pa.date32()},
        "contacted_at": MOMENT,
    },
    "ops.audience_changes": {
        **dict.fromkeys(
            ("export_id", "destination", "segment_id", "campaign_id"), TEXT
        ),
        **dict.fromkeys(("contact_type", "contact_key", "customer_id"), TEXT),
        **{"is_member": pa.bool_(), "changed_at": MOMENT},
    },
}
# Named by identity, and empty here.
SIGHTINGS = {
    "staging.stg_store__events": {
        **dict.fromkeys(("source_customer_id", "visitor_id"), TEXT),
        **dict.fromkeys(("event_at", "received_at"), MOMENT),
    },
    **{
        f"staging.stg_store__{name}": {"source_customer_id": TEXT, moment: MOMENT}
        for name, moment in (
            ("campaign_touches", "touched_at"),
            ("campaign_assignments", "assigned_at"),
            ("reviews", "reviewed_at"),
            ("support_messages", "sent_at"),
        )
    },
    "reference.identity_wrong_edges": {"edge_id": TEXT},
}


def moments(first: int, last: int) -> st.SearchStrategy[datetime]:
    """Moments so many hours before and after the export, the export's own among them."""
    return st.integers(first, last).map(lambda hours: NOW + timedelta(hours=hours))


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """A few accounts and guests that may share addresses, and what is said of them."""
    accounts = draw(st.integers(1, 3))
    addresses = st.sampled_from([None, 0, 1])
    versions = st.lists(st.tuples(addresses, addresses), min_size=1, max_size=2)
    said = st.tuples(
        st.integers(0, accounts - 1),
        st.sampled_from(CONSENTS),
        st.sampled_from(["granted", "granted", "granted", "denied", "withdrawn", "?"]),
        moments(-9, 3),
    )
    born = st.none() | st.integers(-2, 2).map(
        lambda days: date(NOW.year - MIN_AGE, NOW.month, NOW.day) + timedelta(days=days)
    )
    return {
        "accounts": draw(
            st.lists(st.tuples(versions, born), min_size=accounts, max_size=accounts)
        ),
        "guests": draw(st.lists(st.tuples(addresses, addresses), max_size=1)),
        "all_granted": draw(st.booleans()),
        "consents": draw(st.lists(said, max_size=8)),
        "suppressed": draw(
            st.lists(
                st.tuples(
                    st.sampled_from(["email", "phone", "customer"]),
                    st.integers(0, 1),
                    st.booleans(),
                    moments(-5, 0),
                ),
                max_size=1,
            )
        ),
        "contacts": draw(st.lists(moments(-24 * 9, 0), max_size=3)),
        "is_erased": draw(st.sampled_from([False, False, False, True])),
    }


# Somebody whom every list may hold.
AGREED = {
    **{"accounts": [([(0, 0)], None)], "guests": [], "all_granted": True},
    **{"consents": [], "suppressed": [], "contacts": [], "is_erased": False},
}


@dataclass
class Shop:
    """The tables that many worlds make, each with ids of its own."""

    rows: dict[str, list[dict]] = field(default_factory=lambda: defaultdict(list))
    ghosts: list[str] = field(default_factory=list)

    def add(self, number: int, world: dict[str, Any]) -> None:
        """Take in a world."""
        if world["is_erased"]:
            # The person is gone, and tables of before still name them.
            ghost = f"ghost{number}"
            self.ghosts.append(ghost)
            self.rows["ops.audience_changes"] += [
                {
                    **{
                        "export_id": "before",
                        "destination": name,
                        "segment_id": segment,
                    },
                    **{"campaign_id": "", "contact_type": "email", "is_member": True},
                    **{"contact_key": f"key of {ghost}", "customer_id": ghost},
                    "changed_at": NOW - timedelta(days=1),
                }
                for segment, name in LISTS
            ]
            return
        for place, (versions, birth_date) in enumerate(world["accounts"]):
            account = f"w{number}a{place}"
            self.rows["staging.stg_store__customers"].append(
                {
                    "source_customer_id": account,
                    "registered_at": NOW - timedelta(days=60 - place),
                }
            )
            for version, shared in enumerate(versions):
                self.rows["raw.customers"].append(
                    {
                        "customer_id": account,
                        "load_id": f"00000{version}-a",
                        "birth_date": birth_date,
                        **addresses(number, shared),
                    }
                )
            if world["all_granted"]:
                self.rows["staging.stg_store__consents"] += [
                    consent(account, pair, "granted", NOW - timedelta(days=30))
                    for pair in CONSENTS
                ]
        for place, shared in enumerate(world["guests"]):
            order = f"w{number}o{place}"
            self.rows["raw.orders"].append(
                {"order_id": order, **addresses(number, shared)}
            )
            self.rows["staging.stg_store__orders"].append(
                {
                    "order_id": order,
                    "is_test": False,
                    "ordered_at": NOW - timedelta(days=20),
                }
            )
        said = {}
        for place, pair, state, moment in world["consents"]:
            account = f"w{number}a{place}"
            said[account, pair, moment] = consent(account, pair, state, moment)
        self.rows["staging.stg_store__consents"] += said.values()
        for kind, place, is_suppressed, moment in world["suppressed"]:
            self.rows["ops.suppressions"].append(
                {
                    "contact_type": kind,
                    "contact_key": f"w{number}a{place}"
                    if kind == "customer"
                    else addresses(number, (place, place))[f"{kind}_key"],
                    **{"is_suppressed": is_suppressed, "changed_at": moment},
                }
            )
        for day, moment in {
            moment.date(): moment for moment in world["contacts"]
        }.items():
            self.rows["segments.recent_contacts"].append(
                {
                    **{"customer_id": f"w{number}a0", "campaign_id": "c"},
                    **{"contact_date": day, "contacted_at": moment},
                }
            )

    def warehouse(self, models: dict[str, str]) -> duckdb.DuckDBPyConnection:
        """Resolve who is who, and put everybody into both segments."""
        tables = {
            name: pa.Table.from_pylist(
                [
                    {column: row.get(column) for column in types}
                    for row in self.rows[name]
                ],
                pa.schema(types),
            )
            for name, types in {**RAW, **SIGHTINGS}.items()
        }
        connection = warehouse_of(tables)
        run_models(connection, models)
        connection.execute("use warehouse")
        # Whoever wrote a customer's id meant whoever that is by now.
        for table, column in (
            ("ops.suppressions", "contact_key"),
            ("segments.recent_contacts", "customer_id"),
        ):
            connection.execute(
                f"update {table} set {column} = ids.own_customer_id from ("
                "select m.own_customer_id, a.source_customer_id "
                "from identity.identity_members as m "
                "inner join identity.identity_accounts as a using (node)) as ids "
                f"where {column} = ids.source_customer_id"
            )
        connection.execute(
            "update segments.recent_contacts set customer_id = m.customer_id "
            "from identity.identity_members as m "
            "where m.own_customer_id = recent_contacts.customer_id"
        )
        connection.execute(
            """
            create table segments.segment_membership as
            select segment_id, customer_id, true as is_current
            from (
                select customer_id from identity.identity_customer_ids
                union
                select customer_id from identity.identity_orders
                where customer_id is not null
                union
                select unnest($ghosts)
            )
            cross join (select unnest(['mail', 'text']) as segment_id)
        """,
            {"ghosts": self.ghosts},
        )
        make_export_tables(connection, global_control_share=0.1)
        return connection


def addresses(
    number: int, shared: tuple[int | None, int | None]
) -> dict[str, str | None]:
    """Sealed addresses of a world, and their pseudonyms."""
    email = None if shared[0] is None else f"w{number}e{shared[0]}@example.com"
    phone = None if shared[1] is None else f"+4930{number:04d}{shared[1]}"
    told: dict[str, str | None] = {}
    for kind, address in (("email", email), ("phone", phone)):
        told[kind] = SEALER.seal(address) if address else None
        told[f"{kind}_key"] = SEALER.pseudonym(address) if address else None
    return told


def consent(account: str, pair: tuple[str, str], state: str, moment: datetime) -> dict:
    channel, purpose = pair
    return {
        **{"source_customer_id": account, "channel": channel, "purpose": purpose},
        **{"state": state, "changed_at": moment},
    }


class Reading:
    """Who may be written to where, read off the raw rows person by person."""

    def __init__(self, shop: Shop, connection: duckdb.DuckDBPyConnection) -> None:
        ask = connection.execute
        self.person = dict(
            ask(
                "select source_customer_id, customer_id from identity.identity_customer_ids"
            ).fetchall()
        )
        orders = dict(
            ask("select order_id, customer_id from identity.identity_orders").fetchall()
        )
        self.own_ids = defaultdict(set)
        for own, person in ask(
            "select own_customer_id, customer_id from identity.identity_members"
        ).fetchall():
            self.own_ids[person].add(own)
        self.addresses: dict[str, set] = defaultdict(set)
        self.born: dict[str, list[date]] = defaultdict(list)
        for row in shop.rows["raw.customers"]:
            self._hold(self.person[row["customer_id"]], row)
            if row["birth_date"]:
                self.born[self.person[row["customer_id"]]].append(row["birth_date"])
        for row in shop.rows["raw.orders"]:
            self._hold(orders[row["order_id"]], row)
        latest: dict[tuple, tuple] = {}
        for row in shop.rows["staging.stg_store__consents"]:
            key = (row["source_customer_id"], row["channel"], row["purpose"])
            if row["changed_at"] <= NOW:
                latest[key] = max(
                    latest.get(key, (datetime.min, "")),
                    (row["changed_at"], row["state"]),
                )
        self.states: dict[tuple, set] = defaultdict(set)
        for (account, *pair), (_, state) in latest.items():
            self.states[self.person[account], *pair].add(state)
        said: dict[tuple, tuple] = {}
        for kind, key, is_suppressed, moment in ask(
            "select contact_type, contact_key, is_suppressed, changed_at "
            "from ops.suppressions"
        ).fetchall():
            said[kind, key] = max(
                said.get((kind, key), (datetime.min,)), (moment, is_suppressed)
            )
        self.suppressed = {key for key, (*_, state) in said.items() if state}
        self.contacts = defaultdict(int)
        for person, moment in ask(
            "select customer_id, contacted_at from segments.recent_contacts"
        ).fetchall():
            self.contacts[person] += moment > NOW - timedelta(days=CAP_DAYS)

    def _hold(self, person: str, row: dict) -> None:
        self.addresses[person] |= {
            (kind, row[f"{kind}_key"]) for kind in ("email", "phone") if row[kind]
        }

    def agrees(self, person: str, pairs: Iterable[tuple[str, str]]) -> bool:
        return all(self.states[person, *pair] == {"granted"} for pair in pairs)

    def is_barred(self, person: str) -> bool:
        turned = date(NOW.year - MIN_AGE, NOW.month, NOW.day)
        return bool(
            self.addresses[person] & self.suppressed
            or {("customer", own) for own in self.own_ids[person]} & self.suppressed
            or any(born > turned for born in self.born[person])
        )

    def may_be_given(self, address: tuple[str, str], pairs: list) -> bool:
        """Whether everybody who has the address agreed, and may be written to."""
        holders = [p for p, held in self.addresses.items() if address in held]
        return all(self.agrees(p, pairs) and not self.is_barred(p) for p in holders)


def listed(path: Path) -> set[tuple[str, str]]:
    """Kind and hash of every address in a list, whatever the platform calls it."""
    found = set()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for name, value in row.items():
                if value and name.lower() in ("email", "phone"):
                    is_hashed = len(value) == 64
                    digest = value if is_hashed else sha256(value)
                    found.add((name.lower(), digest))
    return found


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, str]:
    return compiled(manifest, MODELS)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=True,
    # Worlds are many in one example: a failure names the person, and shrinking is slow.
    phases=[Phase.explicit, Phase.generate],
)
@given(drawn=st.lists(worlds(), min_size=WORLDS, max_size=WORLDS))
def test_a_list_holds_whom_it_may_and_nobody_else(
    models: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[dict[str, Any]],
) -> None:
    shop = Shop()
    for number, world in enumerate([*drawn, AGREED, AGREED]):
        shop.add(number, world)
    connection = shop.warehouse(models)
    reading = Reading(shop, connection)
    clear = {
        (kind, SEALER.pseudonym(address)): (kind, sha256(address))
        for number in range(WORLDS + 2)
        for place in (0, 1)
        for kind, address in (
            ("email", f"w{number}e{place}@example.com"),
            ("phone", f"+4930{number:04d}{place}"),
        )
    }
    out = tmp_path_factory.mktemp("lists")
    for (segment, destination), (needs, reached_by) in LISTS.items():
        path = out / f"{segment}-{destination}.csv"
        result = export_segment(
            connection,
            segment,
            destination,
            ExportOptions(path),
            lambda: SEALER,
            exported_at=NOW.replace(tzinfo=UTC),
        )
        assert result.members == (
            result.rows + result.control_rows + sum(result.excluded.values())
        )
        found = listed(path)
        contacts = connection.execute(
            "select customer_id, email_key, phone_key from identity.identity_contacts"
        ).fetchall()
        allowed: set[tuple[str, str]] = set()
        for person, *keys in contacts:
            pairs = needs[reached_by[0]]
            if not reading.agrees(person, pairs) or reading.is_barred(person):
                continue
            if reading.contacts[person] >= CAP or is_in_global_control(
                connection, person
            ):
                continue
            given = {
                (kind, key)
                for kind, key in zip(("email", "phone"), keys, strict=True)
                if key
                and kind in needs
                and reading.may_be_given((kind, key), needs[kind])
            }
            if any(kind in reached_by for kind, _ in given):
                allowed |= {clear[each] for each in given}
        assert found == allowed
        assert allowed


def is_in_global_control(connection: duckdb.DuckDBPyConnection, person: str) -> bool:
    (digest,) = connection.execute(
        "select md5_number_lower('global control ' || ?)", [person]
    ).fetchone()
    return digest / 2**64 < 0.1
