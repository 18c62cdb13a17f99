"""What is asked of an export: which segment, for which platform, by which consents.

Consent goes by address: a list for an ad platform needs the platform's consents for both
kinds of address, any other list needs consent for e-mail to give an e-mail address and
for text messages to give a phone number.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

_ADDRESS_OF_CHANNEL = {"email": "email", "sms": "phone"}


@dataclass(frozen=True)
class Needed:
    """A consent that is needed before an address of ``contact_type`` is given."""

    contact_type: str
    channel: str
    purpose: str


@dataclass(frozen=True)
class Request:
    """What is exported: a segment to a destination, for a campaign or none.

    Parameters
    ----------
    consents : tuple of Needed
        What each kind of address needs; kinds that are not named are not given.
    reached_by : tuple of str
        Kinds of address of which a person needs one to be on the list.
    control_share : float
        Share of people to hold back for the campaign.
    exported_at : datetime
        The moment, UTC without timezone.
    """

    segment_id: str
    destination: str
    campaign_id: str
    consents: tuple[Needed, ...]
    reached_by: tuple[str, ...]
    control_share: float
    exported_at: datetime

    @property
    def basis(self) -> list[dict[str, str]]:
        """The consents that everybody on the list gave."""
        needed = {
            (each.channel, each.purpose)
            for each in self.consents
            if each.contact_type in self.reached_by
        }
        return [{"channel": c, "purpose": p} for c, p in sorted(needed)]


def needed_consents(
    own: tuple[str, str],
    of_destination: Iterable[tuple[str, str]],
    kinds: Iterable[str],
) -> tuple[Needed, ...]:
    """Tell what consents each kind of address needs.

    Parameters
    ----------
    own : tuple of str
        Channel and purpose of the segment.
    of_destination : iterable of tuple of str
        Those that the destination asks for; empty where the segment's own decide.
    kinds : iterable of str
        Kinds of address that the destination takes: email, phone.
    """
    channel, purpose = own
    pairs = tuple(of_destination)
    if not pairs and channel not in _ADDRESS_OF_CHANNEL:
        pairs = (own,)
    if pairs:
        return tuple(Needed(kind, *pair) for kind in kinds for pair in pairs)
    return tuple(
        Needed(kind, medium, purpose)
        for medium, kind in _ADDRESS_OF_CHANNEL.items()
        if kind in kinds
    )
