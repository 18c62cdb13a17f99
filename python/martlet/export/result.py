"""What an export did, and the manifest that says so beside its files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from martlet.export.destinations import Destination
from martlet.export.writing import WrittenFile


@dataclass(frozen=True)
class ExportResult:
    """What an export wrote, and whom it left out and why.

    ``members`` is the sum of ``rows``, ``control_rows`` and all that ``excluded`` counts.
    ``rows`` are the people on the list; in a list of additions ``added_rows`` of them
    stand in the files, in a whole one all. ``removed_rows`` are addresses, by reason in
    ``removed``.
    """

    export_id: str
    segment_id: str
    campaign_id: str | None
    destination: str
    exported_at: datetime
    score_as_of: date
    consent_basis: list[dict[str, str]]
    members: int
    rows: int
    added_rows: int
    control_rows: int
    excluded: dict[str, int]
    removed_rows: int
    removed: dict[str, int]
    warnings: list[str]
    files: list[WrittenFile]
    removal_files: list[WrittenFile]
    manifest: Path | None

    def told(self) -> dict:
        """Give all of it as plain values, for JSON."""
        told = asdict(self)
        told["exported_at"] = f"{self.exported_at.isoformat(timespec='seconds')}Z"
        return told


def manifest_of(result: ExportResult) -> bytes:
    """Write the manifest: all of a result, its files by their names alone."""
    told = result.told()
    del told["manifest"]
    for name in ("files", "removal_files"):
        for file in told[name]:
            file["path"] = Path(file["path"]).name
    text = json.dumps(told, indent=2, ensure_ascii=False, default=str)
    return f"{text}\n".encode()


def warnings_of(
    *, rows: int, destination: Destination, unknown_removals: int, doubts: list[str]
) -> list[str]:
    """Tell what whoever uploads the list should know.

    Parameters
    ----------
    unknown_removals : int
        Addresses to remove that are in no raw file any more.
    doubts : list of str
        What may be wrong with the campaign.
    """
    warnings = [destination.warning(rows)]
    if unknown_removals:
        warnings.append(
            f"{unknown_removals:,} addresses that {destination.title} was given before "
            "are in no raw file any more and cannot be told again: replace the whole "
            "audience there."
        )
    return [each for each in (*warnings, *doubts) if each]
