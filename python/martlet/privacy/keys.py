"""Find the key that seals a store's contact data, or make it.

It is looked up in one order everywhere: ``MARTLET_KEY``, then the key file in
``MARTLET_HOME``. Whoever loads without either gets a key file, so that a first load
works without preparation and is sealed all the same. A key file is its owner's only
(mode 0600), is never half written, and never takes the place of another key but when
that one is rotated.
"""

from __future__ import annotations

import os
from pathlib import Path

from martlet.disk import move_durably, to_disk
from martlet.errors import EnvironmentFault, UsageError
from martlet.privacy.sealing import DEMO_KEY, Key, Sealer
from martlet.settings import is_sample

VARIABLE = "MARTLET_KEY"


def key_file(home: Path) -> Path:
    """Where the key lies if ``MARTLET_KEY`` does not hold it."""
    return home / "martlet.key"


def find_sealer(home: Path, store_id: str = "") -> Sealer:
    """Make the sealer of a store that was loaded before.

    Parameters
    ----------
    home : Path
        ``MARTLET_HOME``.
    store_id : str
        The store; the built-in samples have a published key of their own.

    Raises
    ------
    EnvironmentFault
        There is no key, or the key file is damaged.
    """
    return Sealer(DEMO_KEY if is_sample(store_id) else str(find_key(home)))


def find_key(home: Path) -> Key:
    """Read the key in use; ``EnvironmentFault`` as in :func:`find_sealer`."""
    text = os.environ.get(VARIABLE)
    return Key.parse(text) if text else read_key(key_file(home))


def sealer_for_loading(home: Path) -> Sealer:
    """Make the sealer for a load; without any key, make a key file first.

    The sealer's ``made_key_file`` then names the new file, so that its owner can be
    told to keep a copy.
    """
    if os.environ.get(VARIABLE) or key_file(home).exists():
        return find_sealer(home)
    key = Key.new()
    _write(key_file(home), key)
    return Sealer(str(key), made_key_file=key_file(home))


def make_key(home: Path, out: Path | None = None) -> Path:
    """Write a new key to the key file, or to ``out``, and say where it is.

    Raises
    ------
    UsageError
        The file is there, or ``MARTLET_KEY`` is set and the key file would be ignored.
    """
    if out is None and os.environ.get(VARIABLE):
        raise UsageError(
            f"{VARIABLE} is set and goes before the key file: a new one would be "
            "ignored.",
            f"Unset {VARIABLE}, or write the key to a file of your own: "
            "martlet key new --out FILE",
        )
    path = out or key_file(home)
    try:
        _write(path, Key.new())
    except FileExistsError:
        raise UsageError(
            f"{path} is there, and a key is never overwritten: what it sealed could "
            "not be opened any more.",
            "To seal under a new key: martlet key rotate",
        ) from None
    return path


def read_key(path: Path) -> Key:
    """Read a key file; ``EnvironmentFault`` where it is missing or damaged."""
    try:
        text = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise EnvironmentFault(
            f"This needs the key that contact data was sealed with: {VARIABLE} is not "
            f"set, and there is no key file {path}.",
            f"Set {VARIABLE} to the key this store was loaded with, or put the key "
            "file back.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFault(
            f"The key file {path} cannot be read: {type(error).__name__}.",
            "Check its owner and mode (chmod 600), or put back the copy you kept.",
        ) from None
    try:
        return Key.parse(text)
    except EnvironmentFault as error:
        raise EnvironmentFault(
            f"The key file {path} is damaged. {error.message}",
            "Put back the copy you kept; a new key does not open what is sealed.",
        ) from error


def replace_key(path: Path, key: Key) -> None:
    """Write ``key`` to ``path`` in one step, in the place of the key there, if any."""
    written = path.with_name(f".{path.name}.new")
    written.unlink(missing_ok=True)
    _write(written, key)
    move_durably(written, path)


def _write(path: Path, key: Key) -> None:
    """Write a key file for its owner only; never over another one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{key}\n")
        to_disk(path)
    except BaseException:
        path.unlink()
        raise
