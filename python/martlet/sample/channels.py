"""Ways to the shop, as the first event of a visit shows them.

Source and medium are what a tagged link carries; untagged ways are known by the page
that led there, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """One way to the shop and the traces it leaves."""

    name: str
    source: str | None = None
    medium: str | None = None
    referrer: str | None = None


CHANNELS = (
    Channel("direct"),
    Channel("google", referrer="https://www.google.com/"),
    Channel("bing", referrer="https://www.bing.com/"),
    Channel("baidu", referrer="https://www.baidu.com/"),
    Channel("paid_search", "google", "cpc", "https://www.google.com/"),
    Channel("paid_social", "facebook", "paid_social", "https://l.facebook.com/"),
    Channel("display", "google", "display", "https://news.example.net/"),
    Channel("social", "instagram", "social", "https://l.instagram.com/"),
    Channel("email", "newsletter", "email"),
    Channel("blog", referrer="https://blog.example.org/gift-ideas"),
)
CHANNEL_NAMES = tuple(channel.name for channel in CHANNELS)


def channel_code(name: str) -> int:
    """Return the code of the channel called ``name``."""
    return CHANNEL_NAMES.index(name)
