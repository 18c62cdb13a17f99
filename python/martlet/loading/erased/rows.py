"""Which rows of a raw table are an erased person's, and files without them.

Both the erasure itself and every later load go by this module, so that what is taken out
and what is kept out is the same.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from martlet.contract import RawTable
from martlet.disk import move_durably
from martlet.loading.erased.tombstones import Tombstones
from martlet.privacy.resealing import file_format
from martlet.sql import identifier, literal, read_raw

# What a column of any raw table names.
KINDS = {
    "customer_id": "customer",
    "referred_by_customer_id": "customer",
    "visitor_id": "visitor",
    "order_id": "order",
    "email_key": "email",
    "phone_key": "phone",
}
_COLUMN = {
    "customer": "customer_id",
    "visitor": "visitor_id",
    "order": "order_id",
    "email": "email_key",
    "phone": "phone_key",
}
_UNNAMED = "{customer_id} is null"
_GUEST_BY_PHONE = f"{_UNNAMED} and {{email_key}} is null"
_GUEST_BY_DEVICE = f"{_GUEST_BY_PHONE} and {{phone_key}} is null"

# By what a row is somebody's, and under which condition: an order is its account's, else
# its e-mail's, else its phone's, else its device's, as in the identity room. What belongs
# to an order goes with it, whatever its own date.
_BELONGS: dict[str, dict[str, str]] = {
    "customers": {"customer": "true", "email": "true", "phone": "true"},
    "orders": {
        "order": "true",
        "customer": "true",
        "email": _UNNAMED,
        "phone": _GUEST_BY_PHONE,
        "visitor": _GUEST_BY_DEVICE,
    },
    "order_items": {"order": "true"},
    "returns": {"order": "true"},
    "events": {"order": "true", "customer": "true", "visitor": _UNNAMED},
    "campaign_touches": {"customer": "true", "visitor": _UNNAMED},
    "campaign_assignments": {"customer": "true"},
    "consents": {"customer": "true"},
    "reviews": {"order": "true", "customer": "true"},
    "support_messages": {"customer": "true"},
}
PERSONAL_TABLES = tuple(_BELONGS)

# What the law asks to keep of an invoice, and what of an order names somebody. A coupon
# may have been one person's alone.
_INVOICES = ("orders", "order_items", "returns")
_NAMING = {
    *("customer_id", "visitor_id", "coupon_code"),
    *("email", "email_key", "phone", "phone_key"),
}

# A row is dated by this, where its table's contract names no other column.
_DATED_BY = {"customers": "registered_at"}


@dataclass(frozen=True)
class Found:
    """Rows of a file: to take out, to keep without names, and others that name somebody."""

    removed: int
    anonymised: int
    referred: int

    def __bool__(self) -> bool:
        """Whether the file has to be written anew."""
        return bool(self.removed or self.anonymised or self.referred)


class ErasedRows:
    """The identifiers of erased people as a table, and the rows that are theirs.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        A scratch database; gets the table ``erased_ids``.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        connection.execute("""
            create or replace temp table erased_ids (
                kind varchar,
                value varchar,
                erased_at timestamp,
                keeps_orders boolean,
                primary key (kind, value)
            )
        """)

    def add(
        self,
        identifiers: Iterable[tuple[str, str]],
        erased_at: datetime | None,
        *,
        keeps_orders: bool,
    ) -> None:
        """Add pairs of a kind and a value; without a date, rows of any date are theirs."""
        rows = [(*each, erased_at, keeps_orders) for each in identifiers]
        if rows:
            self._connection.executemany(
                "insert or ignore into erased_ids values (?, ?, ?, ?)", rows
            )

    def drop(self, identifiers: Iterable[tuple[str, str]]) -> None:
        """Leave out identifiers that are other people's too."""
        for each in identifiers:
            self._connection.execute(
                "delete from erased_ids where kind = ? and value = ?", each
            )

    def look_up(self, path: Path, table: RawTable, tombstones: Tombstones) -> None:
        """Add those identifiers of a file that have a tombstone."""
        for name in self._columns(path):
            kind = KINDS.get(name.lower())
            if kind is None or table.name not in _BELONGS:
                continue
            values = self._connection.execute(
                f"select distinct cast({identifier(name)} as varchar) "
                f"from {read_raw(path)} where {identifier(name)} is not null"
            ).fetchall()
            for (value,) in values:
                if stone := tombstones.find(kind, value):
                    self.add(
                        [(kind, value)],
                        stone.erased_at,
                        keeps_orders=stone.keeps_orders,
                    )

    def count(self, path: Path, table: RawTable) -> Found:
        """Count the rows of a file that are an erased person's, or name one."""
        if table.name not in _BELONGS:
            return Found(0, 0, 0)
        return Found(
            *self._connection.execute(f"""
                select
                    count(*) filter (is_removed),
                    count(*) filter (is_anonymised),
                    count(*) filter (not is_removed and is_referred)
                from {self._judged(path, table)}
            """).fetchone()
        )

    def take_out(self, path: Path, table: RawTable) -> Found:
        """Put a file without these rows in its place, in one step, if it has any."""
        found = self.count(path, table)
        if not found:
            return found
        columns = ", ".join(_kept(name, table) for name in self._columns(path))
        # Readers look for suffixes, and a killed erasure may leave this behind.
        written = path.with_name(f".{path.name}.erased")
        self._connection.execute(
            f"copy (select {columns} from {self._judged(path, table)} "
            f"where not is_removed) to {literal(written)} ({file_format(path)})"
        )
        shutil.copymode(path, written)
        move_durably(written, path)
        return found

    def rows_of(
        self, path: Path, table: RawTable, names: Sequence[str] | None = None
    ) -> list[dict[str, object]]:
        """Read the rows of a file that are theirs: all columns, or those named as text."""
        if table.name not in _BELONGS:
            return []
        columns = self._columns(path)
        present = {name.lower(): name for name in columns}
        selected = (
            [f"{_column(name, present)} as {identifier(name)}" for name in names]
            if names
            else [identifier(name) for name in columns]
        )
        result = self._connection.execute(
            f"select {', '.join(selected)} from {self._judged(path, table)} as rows "
            "where is_theirs"
        )
        found = [name for name, *_ in result.description]
        return [dict(zip(found, row, strict=True)) for row in result.fetchall()]

    def removed_orders(self, path: Path, table: RawTable) -> list[str]:
        """List the orders that a file of orders is about to lose."""
        return [
            order_id
            for (order_id,) in self._connection.execute(
                f"select distinct cast(order_id as varchar) "
                f"from {self._judged(path, table)} where is_removed"
            ).fetchall()
        ]

    def shared(self, path: Path, table: RawTable) -> set[tuple[str, str]]:
        """List identifiers that stand in rows of other people too."""
        present = {name.lower(): name for name in self._columns(path)}
        found = set()
        for column in ("visitor_id", "email_key", "phone_key"):
            if column not in present or table.name not in _BELONGS:
                continue
            kind = KINDS[column]
            rows = self._connection.execute(
                f"select distinct ids.value from {self._judged(path, table)} as rows "
                f"inner join erased_ids as ids on ids.kind = {literal(kind)} "
                f"and ids.value = {_text('rows.' + identifier(column))} "
                f"where not {_is_somebodys(table, present)}"
            ).fetchall()
            found |= {(kind, value) for (value,) in rows}
        return found

    def _columns(self, path: Path) -> list[str]:
        described = self._connection.execute(f"describe select * from {read_raw(path)}")
        return [name for name, *_ in described.fetchall()]

    def _judged(self, path: Path, table: RawTable) -> str:
        """SQL for the rows of a file, with what is to become of each."""
        present = {name.lower(): name for name in self._columns(path)}
        joins = "\n".join(
            f"left join erased_ids as by_{kind} on by_{kind}.kind = {literal(kind)} "
            f"and by_{kind}.value = {_column(_COLUMN[kind], present)}"
            for kind in _BELONGS[table.name]
        )
        referrer = _column("referred_by_customer_id", present)
        keeps = ", ".join(f"by_{kind}.keeps_orders" for kind in _BELONGS[table.name])
        kept = f"coalesce({keeps})" if table.name in _INVOICES else "false"
        named = " or ".join(
            f"{_column(name, present)} is not null"
            for name in present
            if table.name == "orders" and _names(name, table)
        )
        return f"""(
            select
                * exclude (is_kept),
                is_theirs and not is_kept as is_removed,
                is_theirs and is_kept and ({named or "false"}) as is_anonymised,
            from (
                select
                    rows.*,
                    coalesce({_theirs(table, present)}, false) as is_theirs,
                    coalesce({kept}, false) as is_kept,
                    {referrer} in (
                        select value from erased_ids where kind = 'customer'
                    ) as is_referred,
                from {read_raw(path)} as rows
                {joins}
            ) as rows
        )"""


def _theirs(table: RawTable, present: dict[str, str]) -> str:
    """SQL that says whether a row is an erased person's, from the time before that."""
    dated_by = table.happened_at or _DATED_BY.get(table.name, "")
    dated = f"try_cast({_column(dated_by, present)} as timestamp)"
    grounds = []
    for kind, condition in _BELONGS[table.name].items():
        ground = f"by_{kind}.value is not null and {_filled(condition, present)}"
        if kind != "order":
            # Without either date any row is theirs.
            ground += f" and coalesce({dated} <= by_{kind}.erased_at, true)"
        grounds.append(f"({ground})")
    return " or ".join(grounds)


def _is_somebodys(table: RawTable, present: dict[str, str]) -> str:
    """SQL that says whether a row is theirs by more than an address in an account."""
    if table.name != "customers":
        return "is_theirs"
    return (
        f"{_column('customer_id', present)} in "
        "(select value from erased_ids where kind = 'customer')"
    )


def _kept(name: str, table: RawTable) -> str:
    column = identifier(name)
    if name.lower() == "referred_by_customer_id":
        return f"case when not is_referred then {column} end as {column}"
    if table.name == "orders" and _names(name.lower(), table):
        return f"case when not is_anonymised then {column} end as {column}"
    return column


def _names(column: str, table: RawTable) -> bool:
    """Say whether a column of an order may name somebody; unknown ones may."""
    return column in _NAMING or column not in {each.name for each in table.columns}


def _filled(condition: str, present: dict[str, str]) -> str:
    names = ("customer_id", "email_key", "phone_key")
    return condition.format(**{name: _column(name, present) for name in names})


def _column(name: str, present: dict[str, str]) -> str:
    """SQL for a column as text, null where the file has none or the cell is empty."""
    if name not in present:
        return "cast(null as varchar)"
    return _text(f"rows.{identifier(present[name])}")


def _text(expression: str) -> str:
    return f"nullif(cast({expression} as varchar), '')"
