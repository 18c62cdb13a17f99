"""Export a segment: only people who agreed and can be reached, to files of one owner.

Membership comes from ``segments``, consent and sealed contact data from ``identity``.
Members are judged, those who may be written to are opened one by one, and the list, what
the platform has to remove and the manifest appear together, in the transaction that notes
them in the ledgers: what a platform may hold is never unknown to the next export.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import duckdb

from martlet.errors import UsageError
from martlet.export.audience import find_leaving, note_changes, read_held
from martlet.export.definitions import (
    SegmentDefinition,
    consents_for,
    find_destination,
    find_segment,
    is_known_campaign,
    share_of_campaign,
)
from martlet.export.destinations import Destination
from martlet.export.judging import EXCLUSIONS, judge
from martlet.export.ledger import assign_arms, log_export
from martlet.export.listing import Listing
from martlet.export.request import Request
from martlet.export.result import ExportResult, manifest_of, warnings_of
from martlet.export.writing import StagedFiles, WrittenFile, manifest_path
from martlet.privacy.sealing import Sealer
from martlet.sql import transaction


@dataclass(frozen=True)
class ExportOptions:
    """What whoever exports may choose.

    Parameters
    ----------
    path : Path
        File to write; of several parts the name they begin with.
    campaign_id : str, optional
        Campaign the list is for, which keeps a control group back.
    only_new : bool
        Whether the list holds only who was not on the last one.
    dry_run : bool
        Whether everything is judged and counted, and nothing written.
    """

    path: Path
    campaign_id: str | None = None
    only_new: bool = False
    dry_run: bool = False


def export_segment(
    connection: duckdb.DuckDBPyConnection,
    segment_id: str,
    destination_name: str,
    options: ExportOptions,
    find_sealer: Callable[[], Sealer],
    *,
    exported_at: datetime,
) -> ExportResult:
    """Write the list of ``segment_id`` for a destination, and log it.

    Raises
    ------
    UsageError
        There is no such segment or destination, or the two do not go together.
    CheckFailed
        The segment rests on scores that are too old.
    EnvironmentFault
        The sealed data do not open with this key, or a file cannot be written.
    """
    segment = find_segment(connection, segment_id)
    destination = find_destination(destination_name).for_channel(segment.channel)
    _refuse_odd(options, destination)
    share = _control_share(connection, segment, options.campaign_id)
    request = Request(
        segment_id=segment_id,
        destination=destination.name,
        campaign_id=options.campaign_id or "",
        consents=consents_for(segment, destination),
        reached_by=tuple(sorted(destination.identifies_by)),
        control_share=share,
        exported_at=exported_at.astimezone(UTC).replace(tzinfo=None),
    )
    judge(connection, request)
    read_held(connection, request)
    listing = Listing(
        connection, request, destination, find_sealer, only_new=options.only_new
    )
    export = _Export(connection, request, segment, destination, listing, options)
    return export.count() if options.dry_run else export.write()


def _control_share(
    connection: duckdb.DuckDBPyConnection,
    segment: SegmentDefinition,
    campaign_id: str | None,
) -> float:
    """Share to hold back: the campaign's, once it drew, else the segment's."""
    if not campaign_id:
        return 0.0
    drawn = share_of_campaign(connection, campaign_id)
    return segment.control_share if drawn is None else drawn


def _refuse_odd(options: ExportOptions, destination: Destination) -> None:
    """Refuse a file that is called another kind, and a campaign that has no name."""
    suffix, campaign_id = f".{destination.file_format}", options.campaign_id
    if options.path.suffix.lower() != suffix:
        raise UsageError(
            f"A list for {destination.name} is a {destination.file_format} file, and "
            f"'{options.path.name}' is not called one.",
            f"Let its name end in {suffix}: --out list{suffix}",
        )
    if campaign_id is not None and (
        not campaign_id.isprintable() or campaign_id.strip() != (campaign_id or " ")
    ):
        raise UsageError(
            f"{campaign_id!r} is no name of a campaign.",
            "Write its campaign_id, or leave --campaign out: then nobody is held back.",
        )


@dataclass(frozen=True)
class _Export:
    """One export whose members are judged."""

    connection: duckdb.DuckDBPyConnection
    request: Request
    segment: SegmentDefinition
    destination: Destination
    listing: Listing
    options: ExportOptions

    def count(self) -> ExportResult:
        """Open everybody and count, without writing anything."""
        added = sum(1 for _ in self.listing.contacts())
        removed = self._find_leaving()
        removals = sum(1 for _ in self.listing.leaving())
        return self._result("", added, removed, removals)

    def write(self) -> ExportResult:
        """Write the list, the removals and the manifest, and note all of it."""
        path = self.options.path
        with StagedFiles() as staged:
            files = staged.write_list(
                path,
                self.destination,
                self.listing.field_names,
                self.listing.contacts(),
            )
            removed = self._find_leaving()
            removals = self._write_removals(staged)
            sha256 = _sha256_of(files)
            result = self._result(
                f"{self._stamp}-{self.request.segment_id}-{sha256[:8]}",
                sum(file.rows for file in files),
                removed,
                sum(file.rows for file in removals),
                files,
                removals,
                manifest=manifest_path(path),
            )
            staged.write_bytes(result.manifest, manifest_of(result))
            # What cannot be noted must not be there either, and the other way round.
            with transaction(self.connection):
                self._note(result, sha256)
                staged.commit()
        return result

    @property
    def _stamp(self) -> str:
        return f"{self.request.exported_at:%Y%m%dT%H%M%S}"

    @property
    def _removals_path(self) -> Path:
        """A name of its own for each export: what is to be removed must not get lost."""
        path = self.options.path
        return path.with_name(f"{path.stem}-remove-{self._stamp}{path.suffix}")

    def _write_removals(self, staged: StagedFiles) -> list[WrittenFile]:
        leaving = self.listing.leaving()
        first = next(leaving, None)
        if first is None:
            return []
        return staged.write_removals(
            self._removals_path, self.destination, chain([first], leaving)
        )

    def _find_leaving(self) -> dict[str, int]:
        return find_leaving(
            self.connection, self.listing.addresses, self.listing.outcomes
        )

    def _result(
        self,
        export_id: str,
        added: int,
        removed: dict[str, int],
        removal_rows: int,
        files: Iterable[WrittenFile] = (),
        removal_files: Iterable[WrittenFile] = (),
        manifest: Path | None = None,
    ) -> ExportResult:
        counts = dict(
            self.connection.execute(
                "select coalesce(judged.exclusion, outcomes.outcome), count(*) "
                "from judged left join outcomes "
                "on judged.customer_id = outcomes.customer_id group by 1"
            ).fetchall()
        )
        (unknown,) = self.connection.execute(
            "select count(*) from leaving where sealed_address is null"
        ).fetchone()
        rows = counts.get("listed", 0)
        return ExportResult(
            export_id=export_id,
            segment_id=self.request.segment_id,
            campaign_id=self.options.campaign_id,
            destination=self.request.destination,
            exported_at=self.request.exported_at,
            score_as_of=self.segment.as_of_date,
            consent_basis=self.request.basis,
            members=sum(counts.values()),
            rows=rows,
            added_rows=added,
            control_rows=counts.get("control", 0),
            excluded={each: counts.get(each, 0) for each in EXCLUSIONS},
            removed_rows=removal_rows,
            removed=removed,
            warnings=warnings_of(
                rows=rows,
                destination=self.destination,
                unknown_removals=unknown,
                doubts=self._doubts_of_campaign(),
            ),
            files=list(files),
            removal_files=list(removal_files),
            manifest=manifest,
        )

    def _doubts_of_campaign(self) -> list[str]:
        campaign_id = self.options.campaign_id
        if not campaign_id:
            return []
        doubts = []
        if not is_known_campaign(self.connection, campaign_id):
            doubts.append(
                f"No campaign '{campaign_id}' is in the shop's campaigns yet: is it "
                "written as it will be there?"
            )
        own, share = self.segment.control_share, self.request.control_share
        if share and share != own:
            doubts.append(
                f"{campaign_id} holds {100 * share:g} % back since its first list, and "
                f"not the {100 * own:g} % of '{self.segment.segment_id}': arms of "
                "several shares cannot be compared."
            )
        if not share:
            doubts.append(
                f"'{self.segment.segment_id}' holds no control group back, so what "
                f"{campaign_id} changes cannot be measured: set its control_share."
            )
        return doubts

    def _note(self, result: ExportResult, sha256: str) -> None:
        note_changes(self.connection, self.request, result.export_id)
        if self.request.control_share:
            assign_arms(self.connection, self.request, result.export_id)
        log_export(
            self.connection,
            result,
            self.request,
            sha256,
            [*result.files, *result.removal_files],
        )


def _sha256_of(files: list[WrittenFile]) -> str:
    """Hash of a list: of its file, or of the hashes of its parts."""
    if len(files) == 1:
        return files[0].sha256
    return hashlib.sha256("".join(file.sha256 for file in files).encode()).hexdigest()
