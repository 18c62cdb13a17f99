"""Export a segment: only people who agreed and can be reached, to a file of one owner.

Membership comes from ``segments``, consent and sealed contact data from ``identity``. An
address is left out for all who share it where one of them did not agree, and is else
written once, since whoever reads the mail there may be any of them. The
list holds e-mail addresses, so the file is made under a temporary name with mode 0600 and
appears whole or not at all, and the ledger ``ops.export_log`` keeps counts and no names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from martlet.errors import CheckFailed, EnvironmentFault, UsageError
from martlet.export.destinations import DESTINATIONS, Consent, Contact, Destination
from martlet.export.writing import StagedFiles
from martlet.privacy.sealing import Sealer

_MEMBERS = """
with

members as (
    select customer_id from segments.segment_membership
    where segment_id = $segment_id and is_current
),

needed as (
    select unnest($channels) as channel, unnest($purposes) as purpose
),

consenting as (
    select consents.customer_id
    from identity.identity_consent_history as consents
    inner join needed
        on consents.channel = needed.channel and consents.purpose = needed.purpose
    where
        consents.is_granted
        and consents.valid_from <= $exported_at
        and (consents.valid_to is null or $exported_at < consents.valid_to)
    group by consents.customer_id
    having count(*) = (select count(*) from needed)
),

refused as (
    select distinct addresses.email_key
    from identity.identity_addresses as addresses
    left join consenting on addresses.customer_id = consenting.customer_id
    where consenting.customer_id is null
)

select
    members.customer_id,
    consenting.customer_id is not null
    and refused.email_key is null as is_consenting,
    contacts.email,
    contacts.phone,
    contacts.first_name,
    contacts.last_name,
    contacts.country,
    contacts.postcode
from members
left join consenting on members.customer_id = consenting.customer_id
left join identity.identity_contacts as contacts
    on members.customer_id = contacts.customer_id
left join refused on contacts.email_key = refused.email_key
order by members.customer_id
"""


@dataclass(frozen=True)
class ExportResult:
    """What an export wrote, and whom it left out."""

    export_id: str
    path: Path
    rows: int
    excluded_no_consent: int
    excluded_no_contact: int


def export_segment(
    connection: duckdb.DuckDBPyConnection,
    segment_id: str,
    destination_name: str,
    path: Path,
    find_sealer: Callable[[], Sealer],
    *,
    exported_at: datetime,
) -> ExportResult:
    """Write the list of ``segment_id`` for a destination to ``path``, and log it.

    Raises
    ------
    UsageError
        There is no such segment or destination.
    CheckFailed
        The segment rests on scores that are too old.
    EnvironmentFault
        The sealed data do not open with this key, or the file cannot be written.
    """
    destination = _destination(destination_name)
    own_consent = _own_consent(connection, segment_id)
    destination = destination.for_channel(own_consent[0])
    consents = destination.consents or (own_consent,)
    _check_segment(connection, segment_id)
    _check_scores(connection, segment_id)
    moment = exported_at.astimezone(UTC).replace(tzinfo=None)
    members = connection.execute(
        _MEMBERS,
        {
            "segment_id": segment_id,
            "channels": [channel for channel, _ in consents],
            "purposes": [purpose for _, purpose in consents],
            "exported_at": moment,
        },
    ).fetchall()
    consenting = [(member[0], member[2:]) for member in members if member[1]]
    sealer = find_sealer() if consenting else None
    names, fields = (
        _fields(connection, segment_id) if destination.takes_fields else ((), {})
    )
    contacts = [
        _open(
            customer_id,
            sealed,
            sealer,
            fields.get(customer_id, ()),
            consents,
            segment_id,
        )
        for customer_id, sealed in consenting
    ]
    reachable = list(destination.one_row_each(contacts, defaultdict(set)))
    with StagedFiles() as staged:
        files = staged.write_list(path, destination, names, reachable)
        sha256 = files[0].sha256
        result = ExportResult(
            export_id=f"{moment:%Y%m%dT%H%M%S}-{segment_id}-{sha256[:8]}",
            path=path,
            rows=len(reachable),
            excluded_no_consent=len(members) - len(consenting),
            excluded_no_contact=len(consenting) - len(reachable),
        )
        staged.commit()
    _log(connection, result, segment_id, destination, moment, sha256)
    return result


def segment_ids(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """List the segments of the warehouse."""
    try:
        rows = connection.execute(
            "select segment_id from segments.segment_definitions order by 1"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise EnvironmentFault(
            "The warehouse has no segments yet.", "Build them: martlet build"
        ) from error
    return [segment_id for (segment_id,) in rows]


def _check_segment(connection: duckdb.DuckDBPyConnection, segment_id: str) -> None:
    known = segment_ids(connection)
    if segment_id not in known:
        raise UsageError(
            f"There is no segment '{segment_id}'.",
            "Choose one of: " + ", ".join(known),
        )


def _check_scores(connection: duckdb.DuckDBPyConnection, segment_id: str) -> None:
    has_stale_scores, scored_on = connection.execute(
        "select has_stale_scores, oldest_score_date from segments.segment_definitions "
        "where segment_id = ?",
        [segment_id],
    ).fetchone()
    if has_stale_scores:
        raise CheckFailed(
            f"'{segment_id}' rests on scores of {scored_on}, which are older than "
            "score_max_age_days allows.",
            "Score again, then export: martlet build",
        )


def _destination(name: str) -> Destination:
    if name not in DESTINATIONS:
        raise UsageError(
            f"There is no destination '{name}'.",
            "Choose one of: " + ", ".join(DESTINATIONS),
        )
    return DESTINATIONS[name]


def _own_consent(connection: duckdb.DuckDBPyConnection, segment_id: str) -> Consent:
    _check_segment(connection, segment_id)
    return connection.execute(
        "select channel, purpose from segments.segment_definitions "
        "where segment_id = ?",
        [segment_id],
    ).fetchone()


def _fields(
    connection: duckdb.DuckDBPyConnection, segment_id: str
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """Read what a segment says beside who is in it: names, and texts by customer."""
    rows = connection.execute(
        f'select * exclude (as_of_date, reason) from segments."{segment_id}"'
    )
    names = [column[0] for column in rows.description]
    key = names.index("customer_id")
    told = {
        row[key]: tuple(
            "" if value is None else str(value)
            for place, value in enumerate(row)
            if place != key
        )
        for row in rows.fetchall()
    }
    return tuple(name for name in names if name != "customer_id"), told


def _open(
    customer_id: str,
    sealed: tuple[str | None, ...],
    sealer: Sealer,
    fields: tuple[str, ...],
    consents: tuple[Consent, ...],
    segment_id: str,
) -> Contact:
    *contact, country, postcode = sealed
    email, phone, first_name, last_name = (
        sealer.unseal(value) if value else "" for value in contact
    )
    return Contact(
        customer_id=customer_id,
        email=email,
        phone=phone,
        first_name=first_name,
        last_name=last_name,
        country=country or "",
        postcode=postcode or "",
        consents=frozenset(consents),
        segment_id=segment_id,
        fields=fields,
    )


def _log(
    connection: duckdb.DuckDBPyConnection,
    result: ExportResult,
    segment_id: str,
    destination: Destination,
    exported_at: datetime,
    sha256: str,
) -> None:
    connection.execute(
        "insert into ops.export_log by name select "
        "$export_id as export_id, $segment_id as segment_id, "
        "$destination as destination, $exported_at as exported_at, $rows as rows, "
        "0 as control_rows, $no_consent as excluded_no_consent, "
        "$no_contact as excluded_no_contact, $score_as_of as score_as_of, "
        "$sha256 as file_sha256",
        {
            "export_id": result.export_id,
            "segment_id": segment_id,
            "destination": destination.name,
            "exported_at": exported_at,
            "rows": result.rows,
            "no_consent": result.excluded_no_consent,
            "no_contact": result.excluded_no_contact,
            "score_as_of": _as_of_date(connection, segment_id),
            "sha256": sha256,
        },
    )


def _as_of_date(connection: duckdb.DuckDBPyConnection, segment_id: str) -> date | None:
    (as_of_date,) = connection.execute(
        "select max(valid_from) from segments.segment_membership where segment_id = ?",
        [segment_id],
    ).fetchone()
    return as_of_date
