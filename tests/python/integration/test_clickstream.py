"""A labelled clickstream: its 3,605 sessions are found again, row by row."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from support import STORE_OPTIONS, Shop, run_dbt

EVENTS = 31_106
SESSIONS = 3_605


@pytest.fixture(scope="module")
def clickstream(test_data: Path) -> Path:
    file = test_data / "clickstream_sessions" / "ecom.csv.gz"
    if not file.is_file():
        pytest.skip(f"{file} is missing; MARTLET_TEST_DATA names the real data")
    return file


def test_the_labelled_sessions_are_found_again(
    tmp_path: Path, clickstream: Path
) -> None:
    shop = Shop(tmp_path)
    shop.load(
        *("events", clickstream, "--map", "visitor_id=user_id"),
        *("--map", "event_at=timestamp", "--map", "event_name=event", *STORE_OPTIONS),
    )
    shop.home.mkdir(exist_ok=True)
    built = run_dbt(
        *(shop, "build", "--resource-type", "seed", "--resource-type", "model"),
        *("--select", "+int_session_events"),
    )
    assert built.returncode == 0, built.stdout
    with duckdb.connect(str(shop.home / "warehouse.duckdb")) as connection:
        found = connection.execute(
            """
            with labelled as (
                select distinct user_id, session_id, event, timestamp
                from read_csv($1)
            )
            select
                count(*),
                count(labelled.session_id),
                count(distinct events.session_id),
                count(distinct labelled.session_id),
                count(distinct (events.session_id, labelled.session_id)),
            from intermediate.int_session_events as events
            left join labelled
                on
                    events.visitor_id = labelled.user_id
                    and events.event_at = labelled.timestamp
                    and events.event_name = labelled.event
            """,
            [str(clickstream)],
        ).fetchone()
    assert found == (EVENTS, EVENTS, SESSIONS, SESSIONS, SESSIONS)
