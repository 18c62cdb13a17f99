"""Find words in bytes, hundreds of them at once, as fast as a disk reads.

Every window of eight bytes is hashed and looked up among the windows that the words have;
only where one is known are bytes compared. So a search costs the same however many people
were erased at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from martlet.erasure.unpacking import FAULTS, unpacked
from martlet.erasure.writings import Writings

_WINDOW = 8
_BITS = 20
# Odd, from the golden ratio: spreads windows evenly (Knuth, The Art of Computer
# Programming, volume 3, section 6.4).
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(64 - _BITS)
_CHUNK = 1 << 24
_ERASED = b"[erased]"


class Needles:
    """Words to search for; those of fewer than eight bytes are not searched for."""

    def __init__(self, writings: Writings) -> None:
        self._ends = np.zeros(1 << _BITS, dtype=bool)
        self._by_window: dict[bytes, list[tuple[bytes, int, bool]]] = defaultdict(list)
        self._longest = _WINDOW
        for words, is_bounded in (
            (writings.anywhere, False),
            (writings.bounded, True),
        ):
            for word in words:
                self._add(word.encode(), is_bounded=is_bounded)

    def are_in(self, data: bytes) -> bool:
        """Say whether any word stands in ``data``."""
        return next(self._places(data), None) is not None

    def without(self, text: str) -> str:
        """Give a text with ``[erased]`` in the place of every word that stands in it."""
        data, end = text.encode(), 0
        kept = []
        # Of two words that begin at one place the longer one is all of what is meant.
        for begin, until in sorted(self._places(data), key=lambda at: (at[0], -at[1])):
            if begin >= end:
                kept += [data[end:begin], _ERASED]
            end = max(end, until)
        return b"".join((*kept, data[end:])).decode()

    def _places(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where words begin and end."""
        for shift in range(_WINDOW):
            windows = np.frombuffer(
                data,
                dtype="<u8",
                count=max(len(data) - shift, 0) // _WINDOW,
                offset=min(shift, len(data)),
            )
            known = self._ends[(windows * _SPREAD) >> _SHIFT]
            for position in np.flatnonzero(known):
                yield from self._at(data, int(position) * _WINDOW + shift)

    def places_in(self, path: Path) -> Iterator[str]:
        """Yield where in a file any word stands, empty for the file itself.

        What a file packs is searched too, and so is text in UTF-16, whose every other
        byte is zero where it is plain.
        """
        try:
            for place, file in unpacked(path):
                if any(self._are_in_chunk(chunk) for chunk in self._chunks(file)):
                    yield place
        except FAULTS:
            yield "cannot be unpacked, so nobody can say what it holds"

    def _are_in_chunk(self, chunk: bytes) -> bool:
        return self.are_in(chunk) or (
            b"\0" in chunk and self.are_in(chunk.replace(b"\0", b""))
        )

    def _add(self, word: bytes, *, is_bounded: bool) -> None:
        if len(word) < _WINDOW:
            return
        # Ids begin alike and end differently, addresses the other way round.
        start = 0 if b"@" in word or b"%40" in word else len(word) - _WINDOW
        window = word[start : start + _WINDOW]
        self._by_window[window].append((word, start, is_bounded))
        value = np.frombuffer(window, dtype="<u8")
        self._ends[(value * _SPREAD) >> _SHIFT] = True
        self._longest = max(self._longest, len(word))

    def _at(self, data: bytes, position: int) -> Iterator[tuple[int, int]]:
        window = data[position : position + _WINDOW]
        for word, start, is_bounded in self._by_window.get(window, ()):
            begin = position - start
            end = begin + len(word)
            is_there = begin >= 0 and data[begin:end] == word
            if is_there and (
                not is_bounded or _is_whole(data, begin, end, b"@" in word)
            ):
                yield begin, end

    def _chunks(self, file: BinaryIO) -> Iterator[bytes]:
        """Read a file in pieces that overlap, so that no word is cut in two."""
        overlap = 2 * (self._longest + 2)
        kept = b""
        while read := file.read(_CHUNK):
            yield kept + read
            kept = (kept + read)[-overlap:]


def files_below(folders: Iterable[Path]) -> list[Path]:
    """List every file below some folders once, links not followed."""
    found = {
        path.resolve()
        for folder in folders
        if folder.is_dir()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    return sorted(found)


def _is_whole(data: bytes, begin: int, end: int, is_address: bool) -> bool:
    """Say whether a word stands by itself, not inside another one."""
    before, after = data[max(begin - 1, 0) : begin], data[end : end + 2]
    if before.isalnum() or after[:1].isalnum():
        return False
    if not is_address:
        return True
    # More of a mailbox in front, or more of a domain behind, is another address.
    goes_on = after[:1] in (b".", b"-") and after[1:].isalnum()
    return before not in (b".", b"_", b"+", b"-") and not goes_on
