"""SQL that says of each row of a raw file whether it is an erased person's.

It needs the table ``erased_ids`` of :mod:`martlet.loading.erased.rows`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from martlet.contract import RawTable
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
BELONGS: dict[str, dict[str, str]] = {
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
PERSONAL_TABLES = tuple(BELONGS)

# What the law asks to keep of an invoice, and what of an order names somebody. A coupon
# may have been one person's alone.
_INVOICES = ("orders", "order_items", "returns")
_NAMING = {
    *("customer_id", "visitor_id", "coupon_code"),
    *("email", "email_key", "phone", "phone_key"),
}

# A row is dated by this, where its table's contract names no other column.
_DATED_BY = {"customers": "registered_at"}


def judged(path: Path, table: RawTable, columns: Sequence[str]) -> str:
    """SQL for the rows of a file, with what is to become of each.

    Parameters
    ----------
    columns : sequence of str
        The names that the file has.
    """
    present = {name.lower(): name for name in columns}
    joins = "\n".join(
        f"left join erased_ids as by_{kind} on by_{kind}.kind = {literal(kind)} "
        f"and by_{kind}.value = {column_text(_COLUMN[kind], present)}"
        for kind in BELONGS.get(table.name, ())
    )
    referrer = column_text("referred_by_customer_id", present)
    keeps = ", ".join(f"by_{kind}.keeps_orders" for kind in BELONGS.get(table.name, ()))
    stays = f"coalesce({keeps})" if table.name in _INVOICES else "false"
    named = " or ".join(
        f"{column_text(name, present)} is not null"
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
                coalesce({stays}, false) as is_kept,
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
    dated = f"try_cast({column_text(dated_by, present)} as timestamp)"
    grounds = []
    for kind, condition in BELONGS.get(table.name, {}).items():
        ground = f"by_{kind}.value is not null and {_filled(condition, present)}"
        if kind != "order":
            # Without either date any row is theirs.
            ground += f" and coalesce({dated} <= by_{kind}.erased_at, true)"
        grounds.append(f"({ground})")
    return " or ".join(grounds) or "false"


def is_somebodys(table: RawTable, present: dict[str, str]) -> str:
    """SQL that says whether a row is theirs by more than an address in an account."""
    if table.name != "customers":
        return "is_theirs"
    return (
        f"{column_text('customer_id', present)} in "
        "(select value from erased_ids where kind = 'customer')"
    )


def kept(name: str, table: RawTable) -> str:
    """SQL for the value that a row that stays has in a column."""
    column = identifier(name)
    if name.lower() == "referred_by_customer_id":
        return f"case when not is_referred then {column} end"
    if table.name == "orders" and _names(name.lower(), table):
        return f"case when not is_anonymised then {column} end"
    return column


def _names(column: str, table: RawTable) -> bool:
    """Say whether a column of an order may name somebody; unknown ones may."""
    return column in _NAMING or column not in {each.name for each in table.columns}


def _filled(condition: str, present: dict[str, str]) -> str:
    names = ("customer_id", "email_key", "phone_key")
    return condition.format(**{name: column_text(name, present) for name in names})


def column_text(name: str, present: dict[str, str]) -> str:
    """SQL for a column as text, null where the file has none or the cell is empty."""
    if name not in present:
        return "cast(null as varchar)"
    return as_text(f"rows.{identifier(present[name])}")


def as_text(expression: str) -> str:
    """SQL for a value as text, null where it is empty."""
    return f"nullif(cast({expression} as varchar), '')"
