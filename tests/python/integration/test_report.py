"""The report tells what the marts say, and nothing else."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from martlet.report.content import Figure, Grid, Report, Table, Tiles
from martlet.report.making import make_report, marts_read
from martlet.report.marts import PublishedMarts
from martlet.report.page import render_page
from martlet.report.sections import SECTIONS
from support import BuiltSample, Shop

# A query of its own for what each section says, and where the report says it.
TOLD = {
    ("headlines", "metrics", 0, "value"): """
        select sum(net_sales)::double from daily_sales
        where date_day >= date '2026-06-03' and date_day < date '2026-07-01'
    """,
    ("headlines", "metrics", 1, "value"): """
        select count(*) from fct_orders
        where is_counted and order_date between date '2026-06-03' and date '2026-06-30'
    """,
    ("revenue_bridge", "effects", 0, "net_sales_change"): """
        select sum(case when date_day >= date '2026-06-03' then net_sales
            else -net_sales end)::double
        from daily_sales
        where date_day >= date '2026-05-06' and date_day < date '2026-07-01'
    """,
    ("channels", "channels", 0, "sessions"): """
        select count(*) from fct_sessions
        where session_date >= date '2026-06-03' and session_date < date '2026-07-01'
        group by channel_group order by sum(revenue) desc, count(*) desc limit 1
    """,
    ("channels", "weeks", -1, "sessions"): """
        with weeks as (
            select channel_group, count(*) as sessions,
                count(*) filter (session_date >= date '2026-06-22'
                    and session_date < date '2026-06-29') as of_last_week
            from fct_sessions
            where session_date >= date '2025-06-30' and session_date < date '2026-06-29'
            group by channel_group
        )
        select sum(of_last_week)::bigint from weeks
        where channel_group not in (
            select channel_group from weeks order by sessions desc, channel_group limit 6
        )
    """,
    ("funnel", "steps", -1, "conversion_rate"): """
        select sum(entities) filter (step_number = 4)
            / sum(entities) filter (step_number = 1)::double
        from web_funnel where funnel_name = 'purchase'
    """,
    ("funnel", "devices", 0, "conversion_rate"): """
        select avg((purchases > 0)::integer) from fct_sessions
        where session_date >= date '2026-06-03' and session_date < date '2026-07-01'
        group by device_category order by count(*) desc limit 1
    """,
    ("rfm", "segments", 0, "monetary"): """
        select sum(monetary)::double as monetary from customer_rfm
        group by rfm_segment order by monetary desc limit 1
    """,
    ("rfm", "grid", 4, "customers"): """
        select count(*) from customer_rfm where r_score = 5 and f_score = 5
    """,
    ("clusters", "clusters", 0, "customers"): """
        select count(*) from customer_clusters
        where cluster_id = (
            select cluster_id from cluster_profiles order by net_sales desc limit 1
        )
    """,
    ("cohorts", "change", 0, "retention_rate"): """
        select sum(retained_customers) / sum(customers)::double from customer_cohorts
        where cohort_month_number = 1 and cohort_month between '2026-03-01' and '2026-05-01'
    """,
    ("scores", "metrics", 0, "auc"): """
        select max(metric_value) from model_metrics where metric_name = 'auc'
    """,
    ("campaigns", "total", 0, "spend"): """
        select sum(spend)::double from campaign_roi
        where attribution_model = 'last_non_direct_touch' and date_basis = 'spend'
            and campaign_id in (select campaign_id from fct_ad_spend)
    """,
    ("campaigns", "lift", 0, "absolute_lift"): """
        select max(absolute_lift) from campaign_lift
        where metric = 'conversion_rate' and verdict <> 'not randomised'
    """,
    ("budget", "plan", 0, "current_spend"): """
        select max(current_spend)::double from campaign_budget_plan
    """,
    ("recommenders", "trial", 0, "relative_gain"): """
        select max(relative_gain) from recommender_metrics
        where metric_name = 'ndcg' and cutoff = 10 and customer_group = 'all'
    """,
    ("data_quality", "totals", 0, "raw_rows"): """
        select sum(raw_rows)::bigint from raw_reconciliation
    """,
}


class Page(HTMLParser):
    """What a page holds: its texts, the exact values beside numbers, its elements."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "data":
            self.values.append(dict(attrs)["value"])

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def published(built_sample: BuiltSample) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(built_sample.database), read_only=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def report(built_sample: BuiltSample) -> Report:
    return make_report(built_sample.database)


@pytest.fixture(scope="module")
def page(report: Report) -> str:
    return render_page(report)


@pytest.fixture(scope="module")
def empty(built_sample: BuiltSample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of a shop without any data: all tables, and only its period."""
    database = tmp_path_factory.mktemp("empty") / "marts.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{built_sample.database}' as sample (read_only)")
        for mart in marts_read():
            rows = "" if mart == "reporting_period" else "limit 0"
            connection.execute(f"create table {mart} as from sample.{mart} {rows}")
    return database


def numbers(value: Any) -> Iterator[float]:
    """Give every number in nested dicts and lists."""
    if isinstance(value, dict):
        for each in value.values():
            yield from numbers(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield float(value)


def section(told: dict[str, Any], section_id: str) -> dict[str, Any]:
    (found,) = (each for each in told["sections"] if each["section_id"] == section_id)
    return found


@pytest.mark.parametrize("place", TOLD, ids=lambda place: "-".join(map(str, place)))
def test_numbers_are_those_of_the_marts(
    report: Report,
    published: duckdb.DuckDBPyConnection,
    place: tuple[str, str, int, str],
) -> None:
    section_id, data, position, column = place
    (expected,) = published.execute(TOLD[place]).fetchone()
    rows = section(report.as_dict(), section_id)["data"][data]
    assert expected is not None
    assert rows[position][column] == pytest.approx(expected, rel=1e-9)


def test_every_section_is_held_against_the_marts() -> None:
    assert {section_id for section_id, *_ in TOLD} == {s.section_id for s in SECTIONS}


def test_the_page_shows_only_numbers_that_json_gives(report: Report, page: str) -> None:
    """All it does beside is to write a fall of -5 as one of 5."""
    given = {abs(number) for number in numbers(report.as_dict())}
    shown = [float(value) for value in Page(page).values]
    assert len(shown) > 1000
    strange = [value for value in shown if abs(value) not in given]
    assert not strange


def test_drawings_and_tables_show_only_numbers_that_json_gives(report: Report) -> None:
    for made, found in report.sections:
        given = {abs(number) for number in numbers(report.as_dict())}
        for part in found.parts:
            if isinstance(part, Figure | Table | Grid):
                specification = (
                    part.draw(part.rows, 460)["data"]["values"]
                    if isinstance(part, Figure)
                    else [dict(row) for row in part.rows]
                )
                drawn = {abs(value) for value in numbers(specification)} - {0.0}
                assert drawn <= given, (made.section_id, part.title)
            else:
                assert isinstance(part, Tiles)


def test_json_tells_what_the_page_tells(
    built_sample: BuiltSample, sample_shop: Shop, report: Report, page: str
) -> None:
    shutil.copytree(built_sample.database.parent, sample_shop.published.parent)
    done = sample_shop.martlet("report", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told == json.loads(json.dumps(report.as_dict()))
    text = " ".join(Page(page).text.split())
    for each in told["sections"]:
        assert " ".join(each["headline"].split()) in text
        assert each["headline"] and each["action"] and not each["missing"]

    written = sample_shop.martlet("report")
    assert written.returncode == 0, written.stderr
    assert (sample_shop.home / "report.html").read_text("utf-8") == page


def test_sections_read_the_marts_they_name(
    built_sample: BuiltSample, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = PublishedMarts.rows

    def listen(self: PublishedMarts, query: str, **values: Any) -> list[dict]:
        asked.append(query)
        return ask(self, query, **values)

    monkeypatch.setattr(PublishedMarts, "rows", listen)
    report = make_report(built_sample.database)
    with duckdb.connect(str(built_sample.database), read_only=True) as connection:
        for made in SECTIONS:
            asked.clear()
            made.find(PublishedMarts(connection), report.period)
            read = {
                table.name
                for query in asked
                for tree in sqlglot.parse(query, read="duckdb")
                for table in tree.find_all(exp.Table)
            } - {
                cte.alias
                for query in asked
                for tree in sqlglot.parse(query, read="duckdb")
                for cte in tree.find_all(exp.CTE)
            }
            assert read == set(made.marts), made.section_id


def test_a_page_is_one_small_file_that_asks_nothing_of_a_network(page: str) -> None:
    assert len(page.encode()) < 1_000_000
    for tag, attributes in Page(page).elements:
        assert tag not in ("link", "img", "iframe", "object", "embed", "base"), tag
        for name in ("src", "href", "xlink:href", "action"):
            target = attributes.get(name)
            assert target is None or target.startswith("#"), (tag, target)
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/)", page)


def test_the_same_marts_give_the_same_bytes(report: Report, page: str) -> None:
    assert render_page(report) == page


def test_identifiers_are_used_once(page: str) -> None:
    found = [
        attributes["id"] for _, attributes in Page(page).elements if "id" in attributes
    ]
    assert len(found) == len(set(found))


def test_no_person_is_on_the_page(
    page: str, published: duckdb.DuckDBPyConnection
) -> None:
    """Neither by number nor by address: the page is mailed."""
    customers = published.execute("select customer_id from dim_customers").fetchall()
    assert len(customers) > 1000
    assert not [customer for (customer,) in customers if customer in page]
    visitors = published.execute(
        "select distinct visitor_id from fct_sessions"
    ).fetchall()
    assert not [visitor for (visitor,) in visitors if visitor in page]
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w", page)


def test_a_shop_without_data_is_told_what_is_missing(empty: Path) -> None:
    report = make_report(empty)
    page = Page(render_page(report))
    for told in report.as_dict()["sections"]:
        assert told["missing"], told["section_id"]
        assert told["title"] in page.text
        assert " ".join(told["missing"].split()) in " ".join(page.text.split())


def test_names_of_a_shop_are_no_markup(
    built_sample: BuiltSample, tmp_path: Path
) -> None:
    database = tmp_path / "marts.duckdb"
    hostile = "</svg><script>alert(1)</script>"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{built_sample.database}' as sample (read_only)")
        for mart in marts_read():
            connection.execute(f"create table {mart} as from sample.{mart}")
        for mart, column in (
            ("campaign_roi_totals", "campaign_name"),
            ("dim_campaigns", "campaign_name"),
            ("daily_channels", "channel_group"),
            ("visit_comparison", "dimension_value"),
            ("cluster_profiles", "cluster_name"),
            ("customer_rfm", "rfm_segment"),
            ("web_funnel_totals", "step_name"),
            ("campaign_budget_plan", "channel_group"),
            ("reporting_period", "store_id"),
        ):
            connection.execute(f"update {mart} set {column} = ?", [hostile])
    page = render_page(make_report(database))
    scripts = [tag for tag, _ in Page(page).elements if tag == "script"]
    assert scripts == ["script"]
    assert "alert(1)" in Page(page).text


def test_without_a_publication_the_next_command_is_named(corner_shop: Shop) -> None:
    done = corner_shop.martlet("report")
    assert done.returncode == 2
    assert "martlet build" in done.stderr and "Traceback" not in done.stderr
    assert not (corner_shop.home / "report.html").exists()


def test_a_publication_of_another_version_is_told_of(
    built_sample: BuiltSample, empty: Path, tmp_path: Path
) -> None:
    database = tmp_path / "home" / "published" / "marts.duckdb"
    database.parent.mkdir(parents=True)
    shutil.copy(empty, database)
    with duckdb.connect(str(database)) as connection:
        connection.execute("drop table revenue_bridge")
    done = Shop(tmp_path).martlet("report")
    assert done.returncode == 2
    assert "revenue_bridge" in done.stderr and "martlet build" in done.stderr


@pytest.mark.parametrize("out", [".", "no/such/directory/report.html"])
def test_a_place_that_cannot_be_written_is_told_of(
    built_sample: BuiltSample, empty: Path, tmp_path: Path, out: str
) -> None:
    database = tmp_path / "home" / "published" / "marts.duckdb"
    database.parent.mkdir(parents=True)
    shutil.copy(empty, database)
    done = Shop(tmp_path).martlet("report", "--out", str(tmp_path / out))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
