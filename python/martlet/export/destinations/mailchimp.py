"""Mailchimp audiences.

Email Address is the one column needed, with letters beyond ASCII only after the @; tags
have up to 100 characters, and a comma would part them:
mailchimp.com/help/format-guidelines-for-your-import-file. The segment is the tag, and
whoever is to be removed loses it: mailchimp.com/developer/marketing/guides/
organize-contacts-with-tags. Text messages have an import of their own there and only in
some countries (mailchimp.com/help/import-sms-marketing-contacts), so people are known by
e-mail.
"""

from __future__ import annotations

from martlet.export.destinations import direct
from martlet.export.destinations.destination import Contact, Destination
from martlet.export.destinations.normalising import tag

_LONGEST_TAG = 100


def _email(contact: Contact) -> str:
    address = direct.known_email(contact)
    return address if address.partition("@")[0].isascii() else ""


def _row(contact: Contact) -> list[str]:
    return [
        _email(contact) if contact.allows("email") else "",
        *direct.names(contact),
        direct.phone(contact),
        tag(contact.segment_id, _LONGEST_TAG),
    ]


def _removal(contact: Contact) -> list[str]:
    return [_email(contact), tag(contact.segment_id, _LONGEST_TAG)]


MAILCHIMP = Destination(
    name="mailchimp",
    title="Mailchimp",
    headers=("Email Address", "First Name", "Last Name", "Phone", "Tags"),
    row=_row,
    removal_headers=("Email Address", "Tags"),
    removal_row=_removal,
    identifiers={"email": _email, "phone": direct.known_phone},
    identifies_by=frozenset({"email"}),
    takes_fields=True,
    is_direct=True,
)
