"""Take what names a person out of other people's texts: a link, "my friend's order".

Such rows are not the person's to remove; but where an id stands in them, nobody could say
that no trace is left.
"""

from __future__ import annotations

import pyarrow as pa

from martlet.erasure.searching import Needles
from martlet.erasure.writings import Writings


class Mentions:
    """Blanks words in columns of text, thousands of values at once."""

    def __init__(self, writings: Writings) -> None:
        self._needles = Needles(writings)

    def blank(self, texts: pa.ChunkedArray) -> pa.Array:
        """Give the texts with ``[erased]`` in the place of what names a person."""
        values = texts.to_pylist()
        # Most columns name nobody, which is seen at once; no value touches the next.
        if self._needles.are_in("\0".join(filter(None, values)).encode()):
            values = [text and self._needles.without(text) for text in values]
        return pa.array(values, pa.string())
