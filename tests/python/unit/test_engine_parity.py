"""What holds one engine's tables against another's tells what differs, and nothing else."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from engine_parity import differences, files_of

ROWS = """
select
    id::bigint as id,
    amount::decimal(18, 4) as amount,
    share::double as share,
    seen_at::timestamp as seen_at,
    [id, id + 1] as items,
    note
from (values
    (1, 10.0000, 1e-13, '2026-01-01 10:00:00', 'a'),
    (1, 10.0000, 0.3, '2026-01-01 10:00:00', 'a'),
    (2, 0.0100, null, null, null)
) as told (id, amount, share, seen_at, note)
"""


def compared(home: Path, theirs: str) -> list[str]:
    """Hold the rows of a query, as files, against ROWS."""
    database = home / "warehouse.duckdb"
    files = files_of(home, "marts", "told")
    files.mkdir(parents=True)
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"create schema marts; create table marts.told as {ROWS}")
        connection.execute(f"copy ({theirs}) to '{files}/part.parquet'")
    return differences(database, home, [("marts", "told")])


@pytest.mark.parametrize(
    "same",
    [
        "select * from ({}) order by share desc",
        "select * replace (amount::decimal(38, 10) as amount) from ({})",
        "select * replace (id::int as id) from ({})",
        "select * replace (share * (1 + 1e-10) as share) from ({})",
        "select * replace (share + 1e-13 as share) from ({})",
        "select * replace (seen_at at time zone 'UTC' as seen_at) from ({})",
    ],
)
def test_what_is_the_same_is_told_as_such(tmp_path: Path, same: str) -> None:
    assert compared(tmp_path, same.format(ROWS)) == []


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ("select * from ({}) limit 2", "3 rows in DuckDB, 2 on Spark"),
        ("select * exclude (note) from ({})", "columns of one engine alone: note"),
        (
            "select * replace (amount + 0.0000000001 as amount) from ({})",
            "amount differs in 3 of 3 rows",
        ),
        (
            "select * replace (share * (1 + 1e-8) as share) from ({})",
            "share differs in 1",
        ),
        (
            "select * replace (coalesce(share, 0) as share) from ({})",
            "share differs in 1",
        ),
        (
            "select * replace (coalesce(note, '') as note) from ({})",
            "note differs in 1",
        ),
        ("select * replace ([id] as items) from ({})", "items differs in 3"),
        (
            "select * replace (seen_at + interval 1 second as seen_at) from ({})",
            "seen_at differs in 2",
        ),
    ],
)
def test_what_differs_is_told(tmp_path: Path, other: str, told: str) -> None:
    found = compared(tmp_path, other.format(ROWS))
    assert len(found) == 1
    assert told in found[0]
