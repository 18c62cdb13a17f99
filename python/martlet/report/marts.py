"""Read the published marts.

The report is made from a publication rather than from the warehouse, so that it waits for
no build, and tells what a BI tool tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from martlet.errors import EnvironmentFault


class PublishedMarts:
    """A publication, open for reading."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Run a query and give a dict per row, keyed by column."""
        result = self._connection.execute(query, values)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


@contextmanager
def open_publication(database: Path) -> Iterator[PublishedMarts]:
    """Open a published database for the length of a ``with`` block.

    The link to the latest publication is followed once, so that all of the report comes
    from one of them, also where another is published meanwhile.

    Raises
    ------
    EnvironmentFault
        Nothing was published yet, or by an older version of martlet.
    """
    if not database.is_file():
        raise EnvironmentFault(
            f"There is no publication at {database} yet.",
            "Build and publish: martlet build",
        )
    try:
        with duckdb.connect(str(database.resolve()), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield PublishedMarts(connection)
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise EnvironmentFault(
            f"The tables of {database} are not those of this version of martlet: "
            f"{str(error).splitlines()[0]}",
            "Bring them up to date: martlet build",
        ) from error
    except duckdb.IOException as error:
        raise EnvironmentFault(
            f"{database} is not a DuckDB file, or is damaged.",
            "Publish once more: martlet publish",
        ) from error
