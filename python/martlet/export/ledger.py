"""Note what an export wrote, for whom and for whom not, in the ledgers of ``ops``."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from martlet.export.judging import EXCLUSIONS
from martlet.export.request import Request
from martlet.export.result import ExportResult
from martlet.export.writing import WrittenFile

# Whoever was drawn before keeps that draw, on the ledger too.
_ASSIGN = """
insert into ops.campaign_assignments by name
select
    $campaign_id as campaign_id,
    judged.customer_id,
    case when judged.is_control then 'control' else 'treatment' end as arm,
    case
        when judged.is_control then $control_share
        else round(1 - $control_share, 12)
    end as planned_share,
    $exported_at as assigned_at,
    $segment_id as segment_id,
    $export_id as export_id,
    profiles.purchase_decile as score_decile
from judged
inner join outcomes on judged.customer_id = outcomes.customer_id
left join marts.customer_profiles as profiles
    on judged.customer_id = profiles.customer_id
where not judged.is_assigned and outcomes.outcome in ('control', 'listed')
"""


def assign_arms(
    connection: duckdb.DuckDBPyConnection, request: Request, export_id: str
) -> None:
    """Note who was drawn into which arm of the campaign just now."""
    connection.execute(
        _ASSIGN,
        {
            "campaign_id": request.campaign_id,
            "control_share": request.control_share,
            "exported_at": request.exported_at,
            "segment_id": request.segment_id,
            "export_id": export_id,
        },
    )


def log_export(
    connection: duckdb.DuckDBPyConnection,
    result: ExportResult,
    request: Request,
    sha256: str,
    written: Iterable[WrittenFile],
) -> None:
    """Note the export and its files; counts, and no names.

    Parameters
    ----------
    sha256 : str
        Hash of the list.
    written : iterable of WrittenFile
        Its files, removals among them.
    """
    row = {
        "export_id": result.export_id,
        "segment_id": request.segment_id,
        "campaign_id": request.campaign_id or None,
        "destination": request.destination,
        "exported_at": request.exported_at,
        "members": result.members,
        "rows": result.rows,
        "control_rows": result.control_rows,
        **{f"excluded_{each}": result.excluded[each] for each in EXCLUSIONS},
        "removed": result.removed_rows,
        "score_as_of": result.score_as_of,
        "file_sha256": sha256,
    }
    columns = ", ".join(f"${name} as {name}" for name in row)
    connection.execute(f"insert into ops.export_log by name select {columns}", row)
    connection.executemany(
        "insert into ops.export_files (export_id, file_path, rows, file_sha256) "
        "values (?, ?, ?, ?)",
        [
            (result.export_id, str(file.path.absolute()), file.rows, file.sha256)
            for file in written
        ],
    )
