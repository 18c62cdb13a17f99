"""Read a table of any database that SQLAlchemy speaks to, in batches of text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from martlet.errors import EnvironmentFault, UsageError

_ROWS_AT_ONCE = 20_000
_NO_URL = (ValueError, TypeError, AttributeError)
# Also where a slash was forgotten: such a "path" would be shown with its password.
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


def is_database(location: str) -> bool:
    """Say whether a location is a database's URL rather than a path."""
    return _URL.match(location) is not None


def shown(location: str) -> str:
    """Name a source without what is secret: a database by host and name alone.

    Where a password holds signs that part a URL, nothing tells where it ends, and all
    but the kind of database is left out.
    """
    if not is_database(location):
        return location
    scheme, _, rest = location.partition(":")
    kind, _, _ = scheme.partition("+")
    user, _, place = rest.lstrip("/").rpartition("@")
    if not user:
        place = rest.removeprefix("//")
    if "@" in user or "?" in user:
        return f"{kind}://…"
    return f"{kind}://{place.partition('?')[0]}"


def read_database(url: str, table: str) -> tuple[str, pa.RecordBatchReader]:
    """Begin to read a table, in the order of its primary key where it has one.

    Returns
    -------
    str
        What ledgers call it: host, database and table, never user or password.
    pyarrow.RecordBatchReader
        Its rows, all columns text. Nothing but one batch is held in memory.

    Raises
    ------
    UsageError
        SQLAlchemy or the driver is not installed, or there is no such table.
    EnvironmentFault
        The database cannot be reached, or refuses the user.
    """
    try:
        import sqlalchemy as sql
    except ModuleNotFoundError:
        raise UsageError(
            "Databases are read through SQLAlchemy, which is not installed.",
            "Install it with the drivers: pip install 'martlet[databases]'",
        ) from None
    engine = _engine(sql, url)
    try:
        found = _find(sql, engine, table)
    # Drivers check what a URL asks of them when they connect, each in its own way.
    except (sql.exc.SQLAlchemyError, *_NO_URL) as error:
        raise _unreachable(url, error) from None
    names = [column.name for column in found.columns]
    schema_of_text = pa.schema([(column, pa.string()) for column in names])

    def batches() -> Iterator[pa.RecordBatch]:
        query = sql.select(found).order_by(*found.primary_key.columns)
        try:
            with engine.connect().execution_options(
                stream_results=True, yield_per=_ROWS_AT_ONCE
            ) as connection:
                for rows in connection.execute(query).partitions():
                    columns = zip(*rows, strict=True)
                    arrays = [pa.array(map(_text, cells)) for cells in columns]
                    yield pa.record_batch(
                        [array.cast(pa.string()) for array in arrays], schema_of_text
                    )
        except sql.exc.SQLAlchemyError as error:
            raise _unreachable(url, error) from None
        finally:
            engine.dispose()

    reader = pa.RecordBatchReader.from_batches(schema_of_text, batches())
    return f"{shown(url)} {table}", reader


def _engine(sql, url: str):
    """Open the database of a URL, by the drivers that martlet brings along."""
    try:
        if shown(url).endswith("…"):
            raise ValueError("its password cannot be told from its host")
        parsed = sql.make_url(url)
        parsed = parsed.set(
            drivername=_DRIVERS.get(parsed.drivername, parsed.drivername)
        )
        return sql.create_engine(parsed)
    except (sql.exc.ArgumentError, *_NO_URL):
        raise UsageError(
            f"{shown(url)} is no database URL.",
            "Write it as postgresql://user:password@host:port/database, with %40 for @ "
            "and %3F for ? in the password.",
        ) from None
    except (sql.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(
            f"There is no driver for {parsed.drivername}: {error}.",
            "Install one, for example: pip install 'martlet[databases]'",
        ) from None


def _find(sql, engine, table: str):
    schema, _, name = table.rpartition(".")
    try:
        return sql.Table(
            name, sql.MetaData(), schema=schema or None, autoload_with=engine
        )
    except sql.exc.NoSuchTableError:
        listed = ", ".join(sql.inspect(engine).get_table_names(schema or None))
        raise UsageError(
            f"The database has no table {table}. It has: {listed or 'none'}.",
            "Name one of these with --table, as schema.table where it needs one.",
        ) from None


def _unreachable(url: str, error: Exception) -> EnvironmentFault:
    cause = type(getattr(error, "orig", None) or error).__name__
    return EnvironmentFault(
        f"{shown(url)} cannot be read ({cause}): it does not answer, or refuses "
        "this user.",
        "Check host, port, user, password, options and rights in the URL.",
    )


def _text(value: object) -> str | None:
    """Write a value as a shop's own export would."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, bytes | memoryview):
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
