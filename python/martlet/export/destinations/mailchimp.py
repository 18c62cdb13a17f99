"""Mailchimp audiences.

Email Address is the one column needed, tags have up to 100 characters, a comma would part
them: mailchimp.com/help/format-guidelines-for-your-import-file. The segment is the tag;
whoever is to be removed loses it (mailchimp.com/help/manage-tags). Text messages have an
import of their own there and only in some countries, so people are known by e-mail.
"""

from __future__ import annotations

from martlet.export.destinations import direct
from martlet.export.destinations.destination import Contact, Destination
from martlet.export.destinations.normalising import tag

_LONGEST_TAG = 100


def _row(contact: Contact) -> list[str]:
    return [
        direct.email(contact),
        *direct.names(contact),
        direct.phone(contact),
        tag(contact.segment_id, _LONGEST_TAG),
    ]


def _removal(contact: Contact) -> list[str]:
    return [direct.known_email(contact), tag(contact.segment_id, _LONGEST_TAG)]


MAILCHIMP = Destination(
    name="mailchimp",
    title="Mailchimp",
    headers=("Email Address", "First Name", "Last Name", "Phone", "Tags"),
    row=_row,
    removal_headers=("Email Address", "Tags"),
    removal_row=_removal,
    identifiers={"email": direct.known_email, "phone": direct.known_phone},
    identifies_by=frozenset({"email"}),
    takes_fields=True,
    is_direct=True,
)
