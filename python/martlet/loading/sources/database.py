"""Read a table of any database that SQLAlchemy speaks to, in batches of text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa

from martlet.errors import EnvironmentFault, UsageError

_ROWS_AT_ONCE = 20_000
_DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


def is_database(location: str) -> bool:
    """Say whether a location is a database's URL rather than a path."""
    return "://" in location


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
    schema, _, name = table.rpartition(".")
    try:
        found = sql.Table(
            name, sql.MetaData(), schema=schema or None, autoload_with=engine
        )
    except sql.exc.NoSuchTableError:
        listed = ", ".join(sql.inspect(engine).get_table_names(schema or None))
        raise UsageError(
            f"The database has no table {table}. It has: {listed or 'none'}.",
            "Name one of these with --table, as schema.table where it needs one.",
        ) from None
    except sql.exc.SQLAlchemyError as error:
        raise _unreachable(engine, error) from None
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
            raise _unreachable(engine, error) from None
        finally:
            engine.dispose()

    reader = pa.RecordBatchReader.from_batches(schema_of_text, batches())
    return f"{_place(engine)} {table}", reader


def _engine(sql, url: str):
    """Open the database of a URL, by the drivers that martlet brings along."""
    try:
        parsed = sql.make_url(url)
        parsed = parsed.set(
            drivername=_DRIVERS.get(parsed.drivername, parsed.drivername)
        )
        return sql.create_engine(parsed)
    except sql.exc.ArgumentError:
        raise UsageError(
            "That is no database URL.",
            "Write it as postgresql://user:password@host/database",
        ) from None
    except (sql.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise UsageError(
            f"There is no driver for {parsed.drivername}: {error}.",
            "Install one, for example: pip install 'martlet[databases]'",
        ) from None


def _place(engine) -> str:
    """Name a database without the user, the password and what else its URL says."""
    url = engine.url
    host = f"{url.host or ''}:{url.port}" if url.port else url.host or ""
    return f"{url.get_backend_name()}://{host}/{url.database or ''}"


def _unreachable(engine, error: Exception) -> EnvironmentFault:
    cause = type(getattr(error, "orig", None) or error).__name__
    return EnvironmentFault(
        f"{_place(engine)} cannot be read ({cause}): it does not answer, or refuses "
        "this user.",
        "Check host, port, user, password and rights in the URL.",
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
