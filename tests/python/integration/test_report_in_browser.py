"""The pages as a browser shows them: whole, legible, and asking nobody for anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from martlet.report.making import make_report
from martlet.report.page import render_page
from support import BuiltSample

# A phone, a tablet on its side, a desk.
WIDTHS = (390, 1024, 1440)
THEMES = ("light", "dark")
PAGES = ("report", "dictionary")

# Elements whose text does not fit, unless they are made to be scrolled.
OVERFLOWING = """
() => [...document.querySelectorAll('body *')]
    .filter(element => element.checkVisibility()
        && !element.closest('.scrolling, svg, .visually-hidden, .skip')
        && (element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0
            && getComputedStyle(element).display !== 'inline'
            || element.getBoundingClientRect().right > innerWidth + 1))
    .map(element => `${element.tagName}.${element.className}: `
        + element.textContent.trim().slice(0, 60))
"""

# Text of drawings outside of them, or two labels of one axis on each other.
COLLIDING = """
() => [...document.querySelectorAll('.drawing')]
    .filter(drawing => drawing.checkVisibility())
    .flatMap(drawing => {
        const card = drawing.closest('figure').getBoundingClientRect();
        const texts = [...drawing.querySelectorAll('text')]
            .filter(text => text.textContent.trim())
            .map(text => [text.textContent, text.getBoundingClientRect()]);
        const outside = texts.filter(([, box]) =>
            box.left < card.left - 1 || box.right > card.right + 1);
        const overlapping = texts.filter(([, one], index) =>
            texts.slice(index + 1).some(([, other]) =>
                one.left < other.right - 2 && other.left < one.right - 2
                && one.top < other.bottom - 3 && other.top < one.bottom - 3));
        return [...outside, ...overlapping].map(([text]) =>
            `${drawing.getAttribute('aria-label').slice(0, 40)}: ${text}`);
    })
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium is installed; the pages were not looked at")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def pages(
    built_sample: BuiltSample, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    report = tmp_path_factory.mktemp("pages") / "report.html"
    report.write_text(render_page(make_report(built_sample.database)), "utf-8")
    dictionary = built_sample.database.with_name("dictionary.html")
    return {"report": report, "dictionary": dictionary}


@pytest.fixture
def opened(
    browser: Browser, pages: dict[str, Path], request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page at a width and in a theme; nothing went wrong while it was looked at."""
    name, width, theme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=theme,
        reduced_motion="reduce",
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda each: asked.append(each.url))
    page.goto(pages[name].as_uri())
    yield page
    context.close()
    assert said == []
    assert asked == [pages[name].as_uri()]


def looks(
    names: Sequence[str] = PAGES,
    widths: Sequence[int] = WIDTHS,
    themes: Sequence[str] = THEMES,
) -> list[tuple[str, int, str]]:
    return list(product(names, widths, themes))


def looked_at(looks: Sequence[tuple[str, int, str]]) -> pytest.MarkDecorator:
    named = [pytest.param(look, id="-".join(map(str, look))) for look in looks]
    return pytest.mark.parametrize("opened", named, indirect=True)


@looked_at(looks())
def test_nothing_overflows(opened: Page) -> None:
    assert opened.evaluate(OVERFLOWING) == []
    width = opened.viewport_size["width"]
    assert opened.evaluate("document.documentElement.scrollWidth") == width


@looked_at(looks(["report"]))
def test_labels_of_drawings_have_room(opened: Page) -> None:
    assert opened.evaluate(COLLIDING) == []


# Widths differ in the report alone, colours in both pages.
@looked_at(looks(["report"], themes=["light"]) + looks(widths=[390], themes=["dark"]))
def test_axe_finds_nothing_serious(opened: Page) -> None:
    """Contrast by WCAG AA among all else; what is folded away is unfolded first."""
    opened.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = Axe().run(opened)["violations"]
    serious = [
        (each["id"], each["nodes"][0]["html"][:200], len(each["nodes"]))
        for each in found
        if each["impact"] in ("serious", "critical")
    ]
    assert serious == []


@looked_at([("report", 1440, "light")])
def test_a_mark_tells_its_numbers_when_pointed_at(opened: Page) -> None:
    mark = opened.locator(".for-screen [data-tip]").first
    tip = mark.get_attribute("data-tip")
    mark.scroll_into_view_if_needed()
    opened.wait_for_timeout(200)
    mark.hover()
    assert opened.locator("#tip").text_content() == tip
    assert opened.locator("#tip").is_visible()
    opened.mouse.move(1, 1)
    assert not opened.locator("#tip").is_visible()


@looked_at([("report", 390, "dark")])
def test_paper_is_light_and_has_all_drawings(opened: Page) -> None:
    opened.emulate_media(media="print", color_scheme="dark")
    assert opened.evaluate("getComputedStyle(document.body).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    drawings = opened.locator(".for-screen")
    assert drawings.count() > 5
    assert all(each.is_visible() for each in drawings.all())
    assert len(opened.pdf()) > 50_000
