"""Who is to be erased: everything that names a person, told by the warehouse.

A person is what the identity room says: all accounts merged into one, guests' orders
included. What more people share (a family's address, a device in a shop) names nobody
alone, and is nobody's to erase.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields

import duckdb

from martlet.errors import EnvironmentFault, UsageError
from martlet.privacy.in_sql import pseudonym_of_id
from martlet.privacy.normalising import normalise_email, normalise_phone
from martlet.privacy.sealing import Sealer

# How the identity room writes what it knows people by.
_NODES = {
    "customer": "customer:",
    "email": "guest:",
    "phone": "guest_phone:",
    "visitor": "visitor:",
}
_NEEDED = ("identity_members", "identity_edges", "identity_orders", "identity_accounts")


@dataclass(frozen=True)
class People:
    """All that names the people who are asked about, as one.

    Attributes
    ----------
    surrogates : frozenset of str
        Their ``customer_id``, and those that merged accounts and guests once had.
    customer, visitor, order : frozenset of str
        The store's own ids.
    email, phone : frozenset of str
        Pseudonyms of addresses.
    edges : frozenset of str
        What linked these with each other.
    sealed, written : frozenset of str
        Addresses and numbers as raw files hold them, and as somebody wrote them.
    emails, phones : frozenset of str
        The same in one form each; numbers by the country of whoever has them.
    people : int
        How many they are.
    """

    surrogates: frozenset[str] = frozenset()
    customer: frozenset[str] = frozenset()
    visitor: frozenset[str] = frozenset()
    order: frozenset[str] = frozenset()
    email: frozenset[str] = frozenset()
    phone: frozenset[str] = frozenset()
    edges: frozenset[str] = frozenset()
    sealed: frozenset[str] = field(default=frozenset(), repr=False)
    written: frozenset[str] = field(default=frozenset(), repr=False)
    emails: frozenset[str] = field(default=frozenset(), repr=False)
    phones: frozenset[str] = field(default=frozenset(), repr=False)
    people: int = 0

    def identifiers(self, *left_out: str) -> list[tuple[str, str]]:
        """List pairs of a kind and a value, as raw rows hold them."""
        kinds = ("customer", "visitor", "order", "email", "phone")
        return [
            (kind, value)
            for kind in kinds
            if kind not in left_out
            for value in sorted(getattr(self, kind))
        ]

    def knows(self, kind: str, value: str) -> bool:
        """Say whether an identifier is theirs."""
        return value in getattr(self, kind)

    def as_dict(self) -> dict[str, object]:
        """Give what ``from_dict`` reads, fit for JSON."""
        return {
            name: sorted(value) if isinstance(value, frozenset) else value
            for name, value in asdict(self).items()
        }

    @classmethod
    def from_dict(cls, told: dict) -> People:
        """Read what ``as_dict`` gave."""
        return cls(
            **{
                each.name: (
                    frozenset(told[each.name])
                    if isinstance(told[each.name], list)
                    else told[each.name]
                )
                for each in fields(cls)
            }
        )


def resolve(
    connection: duckdb.DuckDBPyConnection,
    customers: Sequence[str],
    sealer: Sealer,
    region: str | None,
) -> People:
    """Find everything that names some people.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        The warehouse.
    customers : sequence of str
        Each a ``customer_id``, the store's own id, an e-mail address or a phone number.
    region : str, optional
        ISO 3166-1 code of the store's country, for numbers without a prefix.

    Raises
    ------
    UsageError
        The warehouse knows nobody by one of them; it is told by its place, since it may
        be an address.
    EnvironmentFault
        The warehouse has no identity room.
    """
    _refuse_unbuilt(connection)
    found = set()
    for place, text in enumerate(customers, start=1):
        surrogate = _find(connection, text.strip(), sealer, region)
        if surrogate is None:
            raise UsageError(
                f"Nobody in the warehouse goes by CUSTOMER number {place} alone.",
                "Give the customer_id of the marts, the store's own id, an e-mail address "
                "or a phone number; an address that several people share finds none.",
            )
        found.add(surrogate)
    return _everything_of(connection, sorted(found))


def _refuse_unbuilt(connection: duckdb.DuckDBPyConnection) -> None:
    (built,) = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'identity' and list_contains($needed, table_name)",
        {"needed": list(_NEEDED)},
    ).fetchone()
    if built < len(_NEEDED):
        raise EnvironmentFault(
            "The warehouse does not know yet who is who.", "Build it: martlet build"
        )


def _find(
    connection: duckdb.DuckDBPyConnection,
    text: str,
    sealer: Sealer,
    region: str | None,
) -> str | None:
    """Give the surrogate of whoever goes by a text: by an id first, else an address."""
    asked = [
        ("customer_id", text),
        ("own_customer_id", text),
        ("node", f"{_NODES['customer']}{text}"),
    ]
    # An id that is an e-mail address was stored as its pseudonym.
    as_id = pseudonym_of_id(sealer.pseudonym, text)
    asked.append(("node", f"{_NODES['customer']}{as_id}"))
    if "@" in text and (email := normalise_email(text)):
        asked.append(("node", f"{_NODES['email']}{sealer.pseudonym(email)}"))
    elif phone := normalise_phone(text, region):
        asked.append(("node", f"{_NODES['phone']}{sealer.pseudonym(phone)}"))
    for column, value in asked:
        row = connection.execute(
            f"select customer_id from identity.identity_members where {column} = ?",
            [value],
        ).fetchone()
        if row:
            return row[0]
    return None


def _everything_of(
    connection: duckdb.DuckDBPyConnection, customer_ids: list[str]
) -> People:
    told = {"ids": customer_ids}
    members = connection.execute(
        "select node, own_customer_id from identity.identity_members "
        "where list_contains($ids, customer_id)",
        told,
    ).fetchall()
    nodes = [node for node, _ in members]
    orders = connection.execute(
        "select order_id from identity.identity_orders "
        "where list_contains($ids, customer_id)",
        told,
    ).fetchall()
    edges = connection.execute(
        "select edge_id from identity.identity_edges "
        "where list_contains($nodes, holder_node) or list_contains($nodes, held_node)",
        {"nodes": nodes},
    ).fetchall()
    return People(
        surrogates=frozenset(customer_ids) | {own for _, own in members},
        order=_firsts(orders),
        edges=_firsts(edges),
        people=len(customer_ids),
        **{
            kind: frozenset(
                node.removeprefix(prefix) for node in nodes if node.startswith(prefix)
            )
            for kind, prefix in _NODES.items()
        },
    )


def _firsts(rows: Iterable[tuple]) -> frozenset[str]:
    return frozenset(value for value, *_ in rows)
