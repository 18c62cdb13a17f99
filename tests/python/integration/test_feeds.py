"""A feed that dries up, bursts or grows old is told of; one that runs is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from support import STORE, Shop, environment, run_dbt

TEST = "volume_within_expected_range"
# No other test of what it reads.
VOLUMES = ["build", "--select", f"+test_name:{TEST}", "--indirect-selection", "empty"]
LAST_DAY = date(2026, 3, 31)
JUDGED_DAY = LAST_DAY - timedelta(days=1)
# Header and row of each feed.
FEEDS = {
    "orders": (
        "order_id,ordered_at,status,currency",
        "{id},{day} 12:00:00,completed,EUR",
    ),
    "events": (
        "event_id,visitor_id,event_at,event_name",
        "{id},v1,{day} 12:00:00,page_view",
    ),
    "ad_spend": (
        "campaign_id,date_day,platform,spend,currency",
        "{id},{day},meta,1,EUR",
    ),
}


def usual(day: date) -> int:
    """Rows of an ordinary day: fewer on Sundays, and never twice the same."""
    return (20 if day.weekday() == 6 else 40) + (day.toordinal() * 7) % 5


def write_feeds(shop: Shop, changed: Mapping[str, int], weeks: int) -> None:
    """Write feeds of so many weeks; ``changed`` gives rows of the day that is judged."""
    days = [LAST_DAY - timedelta(days=back) for back in range(7 * weeks)]
    for table, (header, row) in FEEDS.items():
        lines = [
            row.format(id=f"{table}-{day}-{number}", day=day)
            for day in days
            for number in range(
                changed.get(table, usual(day)) if day == JUDGED_DAY else usual(day)
            )
        ]
        shop.write(table, "\n".join([header, *lines, ""]))


def warned_of(shop: Shop, *arguments: str) -> set[str]:
    """Build what volumes are told of, and give the feeds with a warning."""
    done = run_dbt(shop, *VOLUMES, *arguments)
    assert done.returncode == 0, done.stdout
    target = Path(environment(shop.directory)["DBT_TARGET_PATH"])
    results = json.loads((target / "run_results.json").read_text("utf-8"))["results"]
    judged = {
        result["unique_id"].split(f"{TEST}_stg_store__")[1].split("_", 1)[0]: result
        for result in results
        if f".{TEST}_" in result["unique_id"]
    }
    assert judged.keys() == {"orders", "events", "ad"}
    return {feed for feed, result in judged.items() if result["status"] == "warn"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """A shop whose feeds each test writes anew, so that dbt parses its project once."""
    shop = Shop(tmp_path_factory.mktemp("feeds"))
    shop.home.mkdir()
    shop.write("store", STORE)
    return shop


@pytest.mark.parametrize(
    ("changed", "weeks", "warned"),
    [
        ({}, 12, set()),
        ({"orders": 0, "events": 200}, 12, {"orders", "events"}),
        ({"events": 5, "ad_spend": 110}, 12, {"events", "ad"}),
        # Too young a feed has nothing that is usual.
        ({"orders": 0}, 4, set()),
    ],
)
def test_volumes_are_held_against_the_weekday(
    shop: Shop, changed: dict[str, int], weeks: int, warned: set[str]
) -> None:
    write_feeds(shop, changed, weeks)
    assert warned_of(shop) == warned


def test_a_day_that_came_later_is_not_looked_at(shop: Shop) -> None:
    """As of the last day, the day that collapsed is the last, and not judged yet."""
    write_feeds(shop, {"orders": 0}, 12)
    assert warned_of(shop, "--vars", f"as_of_date: '{LAST_DAY}'") == set()


def test_freshness_goes_by_the_newest_row(shop: Shop) -> None:
    for feed, day in (("orders", datetime.now().date()), ("events", "2026-01-01")):
        header, row = FEEDS[feed]
        shop.write(feed, f"{header}\n{row.format(id='1', day=day)}\n")
    (shop.raw / "ad_spend" / "part.csv").unlink(missing_ok=True)
    done = run_dbt(shop, "source", "freshness", "--quiet")
    assert done.returncode == 1, done.stdout
    target = Path(environment(shop.directory)["DBT_TARGET_PATH"])
    results = json.loads((target / "sources.json").read_text("utf-8"))["results"]
    found = {each["unique_id"].rpartition(".")[2]: each["status"] for each in results}
    # What the shop has not is not late.
    assert {"orders", "ad_spend", "loads"} <= found.keys()
    assert found == dict.fromkeys(found, "pass") | {"events": "error"}
