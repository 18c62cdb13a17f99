"""Seal contact data at the door.

E-mail addresses, phone numbers and names never lie in clear in a raw file, a warehouse
or a log. ``Sealer.seal`` encrypts a value with AES-SIV (RFC 5297), which gives equal
bytes for equal input, so sealed columns still join and deduplicate; only the export
opens them again. ``Sealer.pseudonym`` gives the HMAC-SHA256 (RFC 2104) of the
normalised value under a key of its own, for matching people without opening anything.

Both keys are derived by HKDF (RFC 5869) from one secret; ``martlet.loading.keys`` finds
it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import unicodedata
from functools import cached_property
from pathlib import Path

import phonenumbers
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from martlet.errors import EnvironmentFault

PREFIX = "sealed:"
PSEUDONYM = "[0-9a-f]{64}"  # a regular expression over the whole text

# Published on purpose: it seals the built-in sample, which holds no real person.
DEMO_KEY = "martlet-demo-key-published-in-the-source-seals-only-the-sample"

_MIN_KEY_CHARS = 32
_EMAIL = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])(?!\d{4}-\d\d-\d\d)\+?\d[\d\s()./-]{7,17}\d(?![\w.])")


class Sealer:
    """Seals, opens and pseudonymises contact values under one secret.

    Parameters
    ----------
    secret : str
        At least 32 characters. Losing it loses every sealed value.
    made_key_file : Path, optional
        The key file, where the secret was made just now and its owner must hear of it.
    """

    def __init__(self, secret: str, *, made_key_file: Path | None = None) -> None:
        if len(secret) < _MIN_KEY_CHARS:
            raise EnvironmentFault(
                f"MARTLET_KEY has {len(secret)} characters and needs at least "
                f"{_MIN_KEY_CHARS}: a short key can be guessed.",
                "Set a long random one: "
                'export MARTLET_KEY="$(openssl rand -base64 48)"',
            )
        self._secret = secret.encode()
        self.made_key_file = made_key_file

    def _derive(self, purpose: str, length: int) -> bytes:
        derivation = HKDF(
            SHA256(), length, salt=None, info=f"martlet {purpose}".encode()
        )
        return derivation.derive(self._secret)

    @cached_property
    def _cipher(self) -> AESSIV:
        return AESSIV(self._derive("sealing", 64))

    @cached_property
    def _pseudonym_key(self) -> bytes:
        return self._derive("pseudonyms", 32)

    def seal(self, value: str) -> str:
        """Encrypt ``value`` to ASCII text that starts with ``sealed:``."""
        sealed = self._cipher.encrypt(value.encode("utf-8"), None)
        return PREFIX + base64.urlsafe_b64encode(sealed).decode("ascii")

    def unseal(self, sealed: str) -> str:
        """Open what :meth:`seal` made; ``EnvironmentFault`` under another key."""
        try:
            raw = base64.urlsafe_b64decode(sealed.removeprefix(PREFIX))
            return self._cipher.decrypt(raw, None).decode("utf-8")
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise EnvironmentFault(
                "Contact data does not open with this MARTLET_KEY: it was sealed "
                "under another key, or is damaged.",
                "Set MARTLET_KEY to the key this store was loaded with.",
            ) from error

    def pseudonym(self, normalised: str) -> str:
        """Return the keyed hash of a normalised value, as 64 hex characters."""
        digest = hmac.new(self._pseudonym_key, normalised.encode(), hashlib.sha256)
        return digest.hexdigest()


def is_sealed(value: str) -> bool:
    """Say whether ``value`` looks like the output of :meth:`Sealer.seal`."""
    return value.startswith(PREFIX)


def normalise_email(email: str) -> str:
    """Lower-case, trim and NFKC-fold an address so that one person has one form."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def normalise_phone(phone: str, region: str | None = None) -> str:
    """Write a phone number as E.164 (``+4930123456``), or as digits if it is invalid.

    ``region`` is the ISO country read for numbers without a prefix.
    """
    try:
        parsed = phonenumbers.parse(phone, region)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


NORMALISE = {"email": normalise_email, "phone": normalise_phone}


def redact(text: str) -> str:
    """Blot out e-mail addresses and phone numbers inside free text or a URL."""
    return _PHONE.sub("[phone]", _EMAIL.sub("[email]", text))
