"""Find the secret that seals a store's contact data, or make it on the first load.

It is looked up in one order everywhere: ``MARTLET_KEY``, then the key file in
``MARTLET_HOME``. Whoever loads without either gets a key file, so that a first load
works without preparation and is sealed all the same.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from martlet.errors import EnvironmentFault
from martlet.sealing import DEMO_KEY, Sealer
from martlet.settings import is_sample


def key_file(home: Path) -> Path:
    """Where the secret lies if ``MARTLET_KEY`` does not hold it."""
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
    if is_sample(store_id):
        return Sealer(DEMO_KEY)
    secret = os.environ.get("MARTLET_KEY")
    if secret:
        return Sealer(secret)
    return _read(key_file(home))


def sealer_for_loading(home: Path) -> Sealer:
    """Make the sealer for a load; without any key, make a key file first.

    The sealer's ``made_key_file`` then names the new file, so that its owner can be
    told to keep a copy.
    """
    if os.environ.get("MARTLET_KEY") or key_file(home).exists():
        return find_sealer(home)
    secret = secrets.token_urlsafe(48)
    _write(key_file(home), secret)
    return Sealer(secret, made_key_file=key_file(home))


def _read(path: Path) -> Sealer:
    try:
        secret = path.read_text("ascii").strip()
    except FileNotFoundError:
        raise EnvironmentFault(
            "This needs the key that contact data was sealed with: MARTLET_KEY is not "
            f"set, and there is no key file {path}.",
            "Set MARTLET_KEY to the key this store was loaded with, or put the key "
            "file back.",
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentFault(
            f"The key file {path} cannot be read: {type(error).__name__}.",
            "Check its owner and mode (chmod 600), or put back the copy you kept.",
        ) from None
    try:
        return Sealer(secret)
    except EnvironmentFault as error:
        raise EnvironmentFault(
            f"The key file {path} is damaged: it holds {len(secret)} characters, too "
            "few for a key.",
            "Put back the copy you kept; a new key does not open what is sealed.",
        ) from error


def _write(path: Path, secret: str) -> None:
    """Write the key file for its owner only; never over another one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret + "\n")
    except BaseException:
        path.unlink()
        raise
