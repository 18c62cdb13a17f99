"""Make the warehouse a new file that never held the people.

DuckDB keeps deleted rows in its file until it writes over them. So nothing is deleted:
the ledgers of ``ops`` are copied into a new file without the people's rows, and a build
fills it again from the raw files. Model runs are left behind whole, since every one of
them learned from everybody.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from martlet.disk import move_durably
from martlet.erasure.person import People
from martlet.sql import identifier, literal
from martlet.warehouse.connection import open_warehouse

# What builds must remember of each other only while their tables are there.
_OF_BUILDS = {
    *("present_loads", "taken_loads", "changed_visitors"),
    *("basket_changes", "built_models"),
}

# Columns of ledgers by what they hold.
_NAMING = {
    "customer_id": ("surrogates", "customer"),
    "source_customer_id": ("customer",),
    "visitor_id": ("visitor",),
    "order_id": ("order",),
    "contact_key": ("email", "phone", "surrogates"),
    "email_key": ("email",),
    "phone_key": ("phone",),
}


def renew_warehouse(warehouse: Path, people: People) -> None:
    """Put a warehouse in the place of the old one that has its ledgers alone.

    Raises
    ------
    EnvironmentFault
        Another process holds the old one, or the disk is full.
    """
    if not warehouse.is_file():
        return
    fresh = warehouse.with_name(f".{warehouse.name}.new")
    fresh.unlink(missing_ok=True)
    with open_warehouse(warehouse) as connection:
        connection.execute(f"attach {literal(fresh)} as renewed")
        connection.execute("create schema renewed.ops")
        tables = connection.execute(
            "select table_name, list(lower(column_name)) "
            "from information_schema.columns where table_catalog = current_database() "
            "and table_schema = 'ops' group by table_name"
        ).fetchall()
        for table, columns in tables:
            left_out = "true" if table in _OF_BUILDS else _names_them(columns, people)
            told = "*"
            if {"contact_key", "customer_id"} <= set(columns):
                # A shared address that a platform was given for the person stays on the
                # ledger as nobody's, or the next export would not have it removed.
                left_out = _names_them(["contact_key"], people)
                named = _names_them(["customer_id"], people)
                told = (
                    f"* replace (case when not ({named}) then customer_id end "
                    "as customer_id)"
                )
            connection.execute(
                f"create table renewed.ops.{identifier(table)} as "
                f"select {told} from ops.{identifier(table)} where not ({left_out})"
            )
        connection.execute("detach renewed")
    move_durably(fresh, warehouse)
    warehouse.with_name(f"{warehouse.name}.wal").unlink(missing_ok=True)
    shutil.rmtree(warehouse.with_name(f"{warehouse.name}.tmp"), ignore_errors=True)


def given_to_platforms(
    connection: duckdb.DuckDBPyConnection, people: People
) -> dict[str, set[str]]:
    """Tell the platforms whose audiences hold one of the people now, and by which keys."""
    if not _has(connection, "audience_changes"):
        return {}
    return {
        name: set(keys)
        for name, keys in connection.execute(
            """
            select destination, list(contact_key)
            from (
                select
                    destination,
                    contact_key,
                    arg_max(is_member, changed_at) as is_member
                from ops.audience_changes
                where list_contains($surrogates, customer_id)
                    or list_contains($keys, contact_key)
                group by destination, segment_id, campaign_id, contact_type, contact_key
            )
            where is_member
            group by destination
            order by destination
            """,
            {
                "surrogates": sorted(people.surrogates),
                "keys": sorted(people.email | people.phone),
            },
        ).fetchall()
    }


def exported_files(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, Path]]:
    """List the files that exports wrote, with the export of each."""
    if not _has(connection, "export_files"):
        return []
    rows = connection.execute("select export_id, file_path from ops.export_files")
    return [(export_id, Path(path)) for export_id, path in rows.fetchall()]


def log_erasure(warehouse: Path, row: dict[str, object]) -> None:
    """Note an erasure in ``ops.erasures``: counts, and nobody's name."""
    columns = ", ".join(f"${name} as {name}" for name in row)
    with open_warehouse(warehouse) as connection:
        connection.execute(
            "delete from ops.erasures where erasure_id = ?", [row["erasure_id"]]
        )
        connection.execute(f"insert into ops.erasures by name select {columns}", row)


def _names_them(columns: list[str], people: People) -> str:
    conditions = ["false"]
    for column in columns:
        values = set().union(
            *(getattr(people, kind) for kind in _NAMING.get(column, ()))
        )
        if values:
            listed = ", ".join(map(literal, sorted(values)))
            conditions.append(
                f"coalesce(cast({identifier(column)} as varchar) in ({listed}), false)"
            )
    return " or ".join(conditions)


def _has(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    (found,) = connection.execute(
        "select count(*) from information_schema.tables "
        "where table_schema = 'ops' and table_name = ?",
        [table],
    ).fetchone()
    return bool(found)
