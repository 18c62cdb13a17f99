"""Make the report: open the publication once, ask every section what it finds."""

from __future__ import annotations

from pathlib import Path

from martlet.report.content import Period, Report
from martlet.report.marts import open_publication
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


def marts_read() -> set[str]:
    """Name every published table that the report rests on."""
    return {_PERIOD_MART, *(mart for section in SECTIONS for mart in section.marts)}
