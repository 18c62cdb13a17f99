"""What the browser is told that a page may do."""

from __future__ import annotations

# Its own style and script, and nothing from anywhere else.
OFFLINE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
)
