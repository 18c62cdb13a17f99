"""The data dictionary tells of everything public, and its page stands by itself."""

from __future__ import annotations

import copy
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from findings import listed
from rooms import Project

from martlet.dictionary.contents import Dictionary, read_dictionary
from martlet.dictionary.page import render_dictionary


class Page(HTMLParser):
    """Ids, links and tags of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: Counter[str] = Counter()
        self.asked: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags[tag] += 1
        self.ids += [attributes["id"]] if "id" in attributes else []
        self.links += [attributes["href"]] if "href" in attributes else []
        self.asked += [value for name, value in attrs if name in ("src", "srcset")]


@pytest.fixture(scope="module")
def dictionary(manifest: dict[str, Any]) -> Dictionary:
    return read_dictionary(manifest)


@pytest.fixture(scope="module")
def page(manifest: dict[str, Any]) -> Page:
    return Page(render_dictionary(manifest))


def test_everything_public_is_told_of(project: Project, dictionary: Dictionary) -> None:
    public = {m.name for m in project.models.values() if m.node["access"] == "public"}
    told = {table.name: table for table in dictionary.tables}
    assert told.keys() == public | {seed["name"] for seed in project.seeds}
    for name in public:
        columns = [column.name for column in told[name].columns]
        assert sorted(columns) == sorted(project.columns(project.models[name])), name


def test_every_public_model_has_a_grain_and_key(
    project: Project, dictionary: Dictionary
) -> None:
    wrong = [
        f"{table.name}: {table.grain or 'no grain'}, {table.key or 'no key'}"
        for table in dictionary.tables
        if table.name in project.models
        and not (
            table.grain.startswith("one row")
            and (table.key or table.grain == "one row")
            and set(table.key) <= {column.name for column in table.columns}
        )
    ]
    assert not wrong, listed(wrong)


def test_what_is_read_is_named_once(
    dictionary: Dictionary, manifest: dict[str, Any]
) -> None:
    """A link by a name that two things have would lead to the wrong one."""
    names = [
        node["name"]
        for kind in ("nodes", "metrics", "exposures")
        for node in manifest[kind].values()
        if node["resource_type"] != "test"
    ]
    assert max(Counter(names).values()) == 1
    read = {name for table in dictionary.tables for name in table.reads}
    assert read <= set(names)


def test_reading_goes_both_ways(dictionary: Dictionary) -> None:
    tables = {table.name: table for table in dictionary.tables}
    assert "campaign_roi" in tables["campaign_roi_totals"].reads
    assert "campaign_roi_totals" in tables["campaign_roi"].read_by
    for exposure in dictionary.exposures:
        for name in exposure.reads:
            if name in tables:
                assert exposure.name in tables[name].read_by


def test_every_table_and_column_has_an_anchor(
    dictionary: Dictionary, page: Page
) -> None:
    expected = {table.name for table in dictionary.tables} | {
        f"{table.name}.{column.name}"
        for table in dictionary.tables
        for column in table.columns
    }
    assert expected <= set(page.ids)
    twice = [name for name, times in Counter(page.ids).items() if times > 1]
    assert not twice, listed(twice)


def test_every_link_leads_somewhere_on_the_page(page: Page) -> None:
    lost = {link for link in page.links if link.removeprefix("#") not in page.ids}
    assert page.links
    assert not lost, listed(sorted(lost))


def test_page_asks_nothing_of_a_network(manifest: dict[str, Any], page: Page) -> None:
    html = render_dictionary(manifest)
    assert not page.asked and not page.tags["link"]
    assert not re.search(r"url\(|@import|\bfetch\(|XMLHttpRequest", html)


def test_page_is_the_same_for_the_same_manifest(manifest: dict[str, Any]) -> None:
    assert render_dictionary(manifest) == render_dictionary(copy.deepcopy(manifest))


def test_descriptions_are_text(manifest: dict[str, Any], page: Page) -> None:
    planted = copy.deepcopy(manifest)
    node = planted["nodes"]["model.martlet.campaign_roi"]
    node["description"] = "<script>alert(1)</script> in `<b>`. Grain: one row per <i>."
    html = render_dictionary(planted)
    assert Page(html).tags["script"] == page.tags["script"] == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; in <code>&lt;b&gt;</code>." in html
    assert "one row per &lt;i&gt;" in html


def test_metrics_are_of_tables(
    manifest: dict[str, Any], dictionary: Dictionary, page: Page
) -> None:
    tables = {table.name: table for table in dictionary.tables}
    names = {metric.name for metric in dictionary.metrics}
    assert names == {metric["name"] for metric in manifest["metrics"].values()}
    assert {f"metric-{name}" for name in names - tables.keys()} <= set(page.ids)
    for metric in dictionary.metrics:
        assert metric.reads and set(metric.reads) <= tables.keys() | names, metric
        for name in set(metric.reads) & tables.keys():
            assert metric.name in tables[name].read_by
