"""LinkedIn contact lists (Matched Audiences).

At least 300 rows, at most 300,000 rows or 20 MB, an audience is made of one list, the
template's headers untouched, e-mail as SHA-256: linkedin.com/help/lms/answer/a1489764.
Compare the headers with the template of Campaign Manager, which LinkedIn may change. It
takes names, titles and employers in clear only and needs none of them where it has the
e-mail, so those columns stay empty.
"""

from __future__ import annotations

from martlet.export.destinations.destination import AD_CONSENTS, Contact, Destination
from martlet.export.destinations.normalising import email_address, sha256

_TEMPLATE = (
    *("email", "firstname", "lastname", "jobtitle"),
    *("employeecompany", "country", "googleaid"),
)
_EMPTY = ("",) * (len(_TEMPLATE) - 1)


def _email(contact: Contact) -> str:
    return email_address(contact.email)


def _row(contact: Contact) -> tuple[str, ...]:
    return (sha256(_email(contact)), *_EMPTY)


LINKEDIN = Destination(
    name="linkedin",
    title="LinkedIn",
    headers=_TEMPLATE,
    row=_row,
    removal_headers=_TEMPLATE,
    removal_row=_row,
    identifiers={"email": _email},
    identifies_by=frozenset({"email"}),
    consents=AD_CONSENTS,
    min_rows=300,
    max_rows=300_000,
    max_bytes=20_000_000,
)
