"""Make the report: open the publication once, ask every section, write the page."""

from __future__ import annotations

from pathlib import Path

from martlet.disk import move_durably
from martlet.errors import UsageError
from martlet.faults import machine_faults
from martlet.report.content import Period, Report
from martlet.report.marts import open_publication
from martlet.report.page import OnPart, render_page
from martlet.report.sections import SECTIONS

_PERIOD_MART = "reporting_period"


def make_report(database: Path) -> Report:
    """Read a published database and give the report on it.

    Raises
    ------
    EnvironmentFault
        Nothing was published yet, or by another version of martlet.
    """
    with open_publication(database) as marts:
        (period,) = marts.rows(f"from {_PERIOD_MART}")
        told_of = Period(**period)
        return Report(
            period=told_of,
            sections=[(section, section.find(marts, told_of)) for section in SECTIONS],
        )


def write_report(report: Report, path: Path, on_part: OnPart | None = None) -> None:
    """Draw a report and put the page in its place, whole or not at all.

    Raises
    ------
    UsageError
        There is no such directory.
    EnvironmentFault
        The disk is full, or the place may not be written to.
    """
    if not path.parent.is_dir():
        raise UsageError(
            f"There is no directory {path.parent}.", f"Make it: mkdir -p {path.parent}"
        )
    page = render_page(report, on_part)
    written = path.with_name(f".{path.name}.new")
    with machine_faults("Writing the report", "What was there before is unchanged."):
        try:
            written.write_text(page, "utf-8")
            move_durably(written, path)
        finally:
            written.unlink(missing_ok=True)


def marts_read() -> set[str]:
    """Name every published table that the report rests on."""
    return {_PERIOD_MART, *(mart for section in SECTIONS for mart in section.marts)}
