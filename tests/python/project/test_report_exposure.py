"""The report's exposure names the tables that the report reads, and no other."""

from __future__ import annotations

from typing import Any

from martlet.report.making import marts_read


def test_exposure_is_what_the_report_reads(manifest: dict[str, Any]) -> None:
    exposure = manifest["exposures"]["exposure.martlet.marketing_report"]
    named = {
        manifest["nodes"][each]["name"] for each in exposure["depends_on"]["nodes"]
    }
    assert named == marts_read()
