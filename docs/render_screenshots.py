"""Take the README's pictures of the report, of the built demo, in Chromium.

    python docs/render_screenshots.py [MARTLET_HOME]

Needs Chromium; the picture for each theme is the beginning of the page at a desk's width.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from martlet.report.making import make_report
from martlet.report.page import render_page

DOCS = Path(__file__).parent
WIDTH, HEIGHT = 1280, 1180


def main(home: Path) -> None:
    """Draw the report of what ``home`` has published, and photograph it."""
    page_file = home / "report.html"
    report = make_report(home / "published" / "marts.duckdb")
    page_file.write_text(render_page(report), "utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu"],
        )
        for theme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": WIDTH, "height": HEIGHT}, color_scheme=theme
            )
            page.goto(page_file.resolve().as_uri())
            page.screenshot(path=DOCS / f"report-{theme}.png")
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "data/demo"))
