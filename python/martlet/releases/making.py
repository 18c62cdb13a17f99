"""Make one file that may leave the house, and write down that it did.

What is told is kept before the file is written: whatever interrupts, the same request
gives the same file, and no noise is drawn or budget spent twice.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from martlet.errors import CheckFailed, UsageError
from martlet.releases.closing import close_months, told_cells
from martlet.releases.files import format_of, manifest, rules_of, write_release
from martlet.releases.noisy import (
    NoisePlan,
    draw,
    drawn_cells,
    earlier_draw,
    plan_noise,
    refuse_overdraft,
)
from martlet.releases.tables import (
    ReleaseTable,
    Rules,
    release_rules,
    release_table,
    spent_epsilon,
    told_months,
)
from martlet.sql import transaction


@dataclass(frozen=True)
class ReleaseRequest:
    """What is to be released, and where to.

    Attributes
    ----------
    month : date or None
        First day of the one month to tell of; all that may be told, or with noise the
        latest of them, if not given.
    epsilon : float or None
        Privacy loss that noise is to allow; no noise if not given.
    is_dry_run : bool
        Whether only to find out what it would tell and cost; noise is not drawn then.
    """

    name: str
    path: Path
    month: date | None = None
    epsilon: float | None = None
    is_dry_run: bool = False


@dataclass(frozen=True)
class ReleaseResult:
    """What a release told, or would.

    Attributes
    ----------
    month : date or None
        The one month it is of; None for all.
    rows, suppressed_rows : int or None
        Rows of the file, and those whose figures are withheld; None where noise would
        have to be drawn to know.
    is_drawn : bool
        Whether noise is drawn for it and epsilon spent.
    epsilon_left : float
        What is left of the year's budget afterwards.
    """

    release_id: str
    release_name: str
    path: Path
    month: date | None
    rows: int | None
    suppressed_rows: int | None
    is_drawn: bool
    epsilon_left: float
    noise: NoisePlan | None


@dataclass(frozen=True)
class _Told:
    """Figures of a release; none where noise was not to be drawn."""

    rows: pa.Table | None
    month: date | None
    is_drawn: bool = False
    noise: NoisePlan | None = None


def make_release(
    connection: duckdb.DuckDBPyConnection,
    request: ReleaseRequest,
    *,
    released_at: datetime,
) -> ReleaseResult:
    """Write a table for the world outside, with a manifest beside it.

    Raises
    ------
    UsageError
        There is no such table or month, the file is of no known kind, or epsilon is no
        positive number.
    CheckFailed
        No month may be told yet, or the privacy budget does not suffice.
    EnvironmentFault
        The file cannot be written, or OpenDP is missing.
    """
    to_bytes = format_of(request.path)
    table = release_table(connection, request.name)
    rules = release_rules(connection)
    moment = released_at.astimezone(UTC).replace(tzinfo=None)
    release_id = f"{moment:%Y%m%dT%H%M%S%f}-{table.name}"
    with transaction(connection, is_kept=not request.is_dry_run):
        close_months(connection, release_id)
        told = _tell(connection, request, table, rules, release_id, moment)
        content = to_bytes(told.rows) if told.rows is not None else b""
        sha256 = hashlib.sha256(content).hexdigest()
        _log(connection, release_id, request, told, moment, sha256)
        left = rules.epsilon_budget - spent_epsilon(connection, moment.year)
    result = _result(release_id, request, told, left)
    if not request.is_dry_run:
        rules_told = rules_of(rules.min_customers, told.noise)
        write_release(
            request.path,
            content,
            manifest(release_id, table.title, moment, told.rows, sha256, rules_told),
        )
    return result


def _tell(
    connection: duckdb.DuckDBPyConnection,
    request: ReleaseRequest,
    table: ReleaseTable,
    rules: Rules,
    release_id: str,
    moment: datetime,
) -> _Told:
    _, latest = told_months(connection, table)
    if latest is None:
        raise CheckFailed(
            f"No month of '{table.name}' may be told yet: one has to be over for "
            "release_settling_days.",
            "See what there is: martlet releases",
        )
    if request.epsilon is None:
        rows = told_cells(connection, table, request.month)
        if not rows.num_rows:
            raise _no_such_month(table, request.month)
        return _Told(rows, request.month)
    if not (math.isfinite(request.epsilon) and request.epsilon > 0):
        raise UsageError(
            f"Epsilon is a positive number, and {request.epsilon} is none.",
            "The smaller, the more noise: --epsilon 0.5",
        )
    month = request.month or latest
    if not told_cells(connection, table, month).num_rows:
        raise _no_such_month(table, month)
    if earlier := earlier_draw(connection, table, month, request.epsilon):
        drawn_by, noise = earlier
        return _Told(drawn_cells(connection, table, drawn_by), month, False, noise)
    refuse_overdraft(connection, rules, request.epsilon, moment.year)
    noise = plan_noise(table, rules, request.epsilon)
    if request.is_dry_run:
        return _Told(None, month, True, noise)
    draw(connection, release_id, table, month, rules, noise)
    return _Told(drawn_cells(connection, table, release_id), month, True, noise)


def _no_such_month(table: ReleaseTable, month: date | None) -> UsageError:
    return UsageError(
        f"'{table.name}' has nothing to tell of {month:%Y-%m}: no data, or not over for "
        "release_settling_days.",
        "See what there is: martlet releases",
    )


def _log(
    connection: duckdb.DuckDBPyConnection,
    release_id: str,
    request: ReleaseRequest,
    told: _Told,
    moment: datetime,
    sha256: str,
) -> None:
    connection.execute(
        "insert into ops.releases by name select $release_id as release_id, "
        "$name as release_name, $moment as released_at, $month as month, "
        "$epsilon as epsilon, $noise as noise, $is_drawn as is_drawn, $rows as rows, "
        "$sha256 as file_sha256",
        {
            "release_id": release_id,
            "name": request.name,
            "moment": moment,
            "month": told.month,
            "epsilon": request.epsilon,
            "noise": json.dumps(asdict(told.noise)) if told.noise else None,
            "is_drawn": told.is_drawn,
            "rows": told.rows.num_rows if told.rows is not None else None,
            "sha256": sha256,
        },
    )


def _result(
    release_id: str, request: ReleaseRequest, told: _Told, left: float
) -> ReleaseResult:
    rows = told.rows
    return ReleaseResult(
        release_id=release_id,
        release_name=request.name,
        path=request.path,
        month=told.month,
        rows=None if rows is None else rows.num_rows,
        suppressed_rows=(
            sum(rows["is_suppressed"].to_pylist())
            if rows is not None and "is_suppressed" in rows.column_names
            else None
        ),
        is_drawn=told.is_drawn,
        epsilon_left=left,
        noise=told.noise,
    )
