"""Judge whose data a raw directory holds: one store's, and no other's."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from martlet.checking.problems import SEVERAL_STORES, RawProblem
from martlet.checking.raw_file import RawFile


def several_stores(
    connection: duckdb.DuckDBPyConnection, files: Iterable[RawFile]
) -> list[RawProblem]:
    """Tell of the first file that brings a second store."""
    named: list[str] = []
    for file in files:
        if "store_id" not in file.types:
            continue
        rows = connection.execute(
            "select distinct cast(store_id as varchar) as store_id "
            f"from {file.relation} where store_id is not null order by 1 limit 2"
        ).fetchall()
        named += [store_id for (store_id,) in rows if store_id not in named]
        if len(named) > 1:
            what = f"two stores, {named[0]!r} and {named[1]!r}"
            return [file.problem(SEVERAL_STORES, what, "store_id")]
    return []
