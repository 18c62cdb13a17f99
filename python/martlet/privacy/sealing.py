"""Seal contact data at the door.

E-mail addresses, phone numbers and names never lie in clear in a raw file, a warehouse
or a log. ``Sealer.seal`` encrypts a value with AES-SIV (RFC 5297), which gives equal
bytes for equal input, so sealed columns still join and deduplicate; only the export
opens them again. ``Sealer.pseudonym`` gives the HMAC-SHA256 (RFC 2104) of the
normalised value under a key of its own, for matching people without opening anything.

Both keys are derived by HKDF (RFC 5869) from the secrets in a key text;
``martlet.privacy.keys`` finds it. The sealing secret can be changed, the pseudonym
secret cannot: other pseudonyms would make strangers of all people.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, unquote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from martlet.errors import EnvironmentFault

PREFIX = "sealed:"
PSEUDONYM = "[0-9a-f]{64}"  # a regular expression over the whole text

# Published on purpose: it seals the built-in sample, which holds no real person.
DEMO_KEY = "martlet-demo-key-published-in-the-source-seals-only-the-sample"

_MIN_SECRET_CHARS = 32
_URLSAFE = bytes.maketrans(b"-_", b"+/")
_KEY_PREFIX = "martlet-key:"


@dataclass(frozen=True)
class Key:
    """The secrets of a store; ``previous`` is there while a rotation is unfinished.

    Written as text, a key is either one plain secret, which seals and makes pseudonyms,
    or ``martlet-key:<sealing>:<pseudonyms>`` or
    ``martlet-key:<sealing>:<pseudonyms>:<previous sealing>``, each secret
    percent-encoded.
    """

    sealing: str = field(repr=False)
    pseudonyms: str = field(repr=False)
    previous: str | None = field(default=None, repr=False)

    @classmethod
    def new(cls) -> Key:
        """Draw a key for a new store."""
        return cls(secrets.token_urlsafe(48), secrets.token_urlsafe(48))

    @classmethod
    def parse(cls, text: str) -> Key:
        """Read a key text; ``EnvironmentFault``, which quotes none of it, if it is none."""
        if not text.startswith(_KEY_PREFIX):
            key = cls(text, text)
        else:
            parts = text.removeprefix(_KEY_PREFIX).split(":")
            if len(parts) not in (2, 3):
                raise EnvironmentFault(
                    f"The key begins with {_KEY_PREFIX} and has {len(parts)} secrets "
                    "behind it, not two or three.",
                    "Put back the copy of the key that you kept.",
                )
            key = cls(*map(unquote, parts))
        shortest = min(map(len, key._secrets))
        if shortest < _MIN_SECRET_CHARS:
            raise EnvironmentFault(
                f"The key has {shortest} characters and needs at least "
                f"{_MIN_SECRET_CHARS}: a short key can be guessed.",
                "Set a long random one: "
                'export MARTLET_KEY="$(openssl rand -base64 48)"',
            )
        return key

    def __str__(self) -> str:
        """Write the key text."""
        return _KEY_PREFIX + ":".join(quote(part, safe="") for part in self._secrets)

    def rotated(self) -> Key:
        """Draw a new sealing secret; what the present one sealed still opens."""
        return replace(self, sealing=secrets.token_urlsafe(48), previous=self.sealing)

    def settled(self) -> Key:
        """Leave the previous sealing secret out: nothing is sealed under it any more."""
        return replace(self, previous=None)

    @property
    def _secrets(self) -> tuple[str, ...]:
        given = (self.sealing, self.pseudonyms, self.previous)
        return tuple(secret for secret in given if secret is not None)


class Sealer:
    """Seals, opens and pseudonymises contact values under one key.

    Parameters
    ----------
    key_text : str
        A key as text (see :class:`Key`). Losing it loses every sealed value.
    made_key_file : Path, optional
        The key file, where the key was made just now and its owner must hear of it.
    """

    def __init__(self, key_text: str, *, made_key_file: Path | None = None) -> None:
        self._key = Key.parse(key_text)
        self.made_key_file = made_key_file

    @cached_property
    def _ciphers(self) -> tuple[AESSIV, ...]:
        """The cipher that seals, and then the one that only opens, if there is one."""
        sealing = (self._key.sealing, self._key.previous)
        return tuple(
            AESSIV(_derive(secret, "sealing", 64))
            for secret in sealing
            if secret is not None
        )

    @cached_property
    def _pseudonym_key(self) -> bytes:
        return _derive(self._key.pseudonyms, "pseudonyms", 32)

    def seal(self, value: str) -> str:
        """Encrypt ``value`` to ASCII text that starts with ``sealed:``."""
        return self._seal(value.encode("utf-8"))

    def unseal(self, sealed: str) -> str:
        """Open what :meth:`seal` made; ``EnvironmentFault`` under another key."""
        value = self._open(sealed)
        if value is None:
            raise EnvironmentFault(
                "Contact data does not open with this MARTLET_KEY: it was sealed "
                "under another key, or is damaged.",
                "Set MARTLET_KEY to the key this store was loaded with.",
            )
        return value.decode("utf-8")

    def reseal(self, sealed: str) -> str | None:
        """Seal anew what the present or the previous secret sealed; else ``None``.

        What the present one sealed comes back as it is.
        """
        value = self._open(sealed)
        return None if value is None else self._seal(value)

    def pseudonym(self, normalised: str) -> str:
        """Return the keyed hash of a normalised value, as 64 hex characters."""
        return hmac.digest(self._pseudonym_key, normalised.encode(), "sha256").hex()

    def _seal(self, value: bytes) -> str:
        sealed = self._ciphers[0].encrypt(value, None)
        return PREFIX + base64.urlsafe_b64encode(sealed).decode("ascii")

    def _open(self, sealed: str) -> bytes | None:
        try:
            # As urlsafe_b64decode, in a third of the time.
            text = sealed.removeprefix(PREFIX).encode("ascii").translate(_URLSAFE)
            encrypted = binascii.a2b_base64(text)
        except ValueError:  # of which binascii.Error is one
            return None
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(encrypted, None)
            except (InvalidTag, ValueError):
                continue
        return None


def _derive(secret: str, purpose: str, length: int) -> bytes:
    info = f"martlet {purpose}".encode()
    return HKDF(SHA256(), length, salt=None, info=info).derive(secret.encode())
