"""Names of recordings for addresses, and links that run out. Both rest on one key of this ccd (``web.key``).

A recording's id is its own HMAC and, sealed under it, which one it is: it tells no path, no number and no
name, is the same every time, and can neither be guessed nor changed. (The synthetic IV of RFC 5297, made of
HMAC-SHA256: the tag is the nonce.) Nothing has to be kept to read one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer
from itsdangerous.timed import TimestampSigner

__all__ = ["ExpiredError", "Link", "Links", "NotOursError", "RecordingIds"]

_TAG = 16
_PAD = 16
LONGEST = 2048


class NotOursError(ValueError):
    """No id or link of this ccd, or one that was changed."""


class ExpiredError(NotOursError):
    """A link that was good."""


class RecordingIds:
    def __init__(self, key: bytes) -> None:
        self._tag_key = hmac.digest(key, b"ccd recording id: tag", "sha256")
        self._seal_key = hmac.digest(key, b"ccd recording id: seal", "sha256")

    def id_of(self, pbx: str, recording: str) -> str:
        told = msgspec.json.encode((pbx, recording))
        told += b" " * (-len(told) % _PAD)  # its length tells nothing either
        tag = self._tag(told)
        return base64.urlsafe_b64encode(tag + self._sealed(tag, told)).rstrip(b"=").decode()

    def named(self, name: str) -> tuple[str, str]:
        """(pbx, recording). Raises NotOursError."""
        try:
            if not name.isascii() or len(name) > LONGEST:
                raise NotOursError(name)
            raw = base64.b64decode(name + "=" * (-len(name) % 4), altchars=b"-_", validate=True)
        except binascii.Error:
            raise NotOursError(name) from None
        tag, told = raw[:_TAG], self._sealed(raw[:_TAG], raw[_TAG:])
        if not told or not hmac.compare_digest(self._tag(told), tag):
            raise NotOursError(name)
        pbx, recording = msgspec.json.decode(told, type=tuple[str, str])
        if self.id_of(pbx, recording) != name:  # base64 has bits to spare at its end: one spelling only
            raise NotOursError(name)
        return pbx, recording

    def _tag(self, told: bytes) -> bytes:
        return hmac.digest(self._tag_key, told, "sha256")[:_TAG]

    def _sealed(self, tag: bytes, told: bytes) -> bytes:
        """Sealing it twice opens it."""
        blocks = range(-(-len(told) // hashlib.sha256().digest_size))
        stream = b"".join(hmac.digest(self._seal_key, tag + n.to_bytes(4, "big"), "sha256") for n in blocks)
        return bytes(a ^ b for a, b in zip(told, stream, strict=False))


class Link(NamedTuple):
    """What a link is good for: ``what`` (audio, original, peaks) of one ``recording`` (its id), for one
    ``person``, by a token that must still be good; ``address`` is "" where it may be used from anywhere.
    """

    recording: str
    what: str
    person: str
    token: str
    address: str


class Links:
    def __init__(self, key: bytes, now: Callable[[], float]) -> None:
        """``now``: seconds since 1970."""

        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(now())

        derived = hmac.digest(key, b"ccd recording link", "sha256")
        self._signing = URLSafeTimedSerializer(
            derived, salt="ccd.recording", signer=Signer, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def sign(self, link: Link) -> str:
        return str(self._signing.dumps(list(link)))

    def read(self, ticket: str, good_s: int) -> Link:
        """Raises ExpiredError, and NotOursError for anything else."""
        if len(ticket) > LONGEST:
            raise NotOursError
        try:
            told: Any = self._signing.loads(ticket, max_age=good_s)
            return Link(*(str(part) for part in told))
        except SignatureExpired:
            raise ExpiredError from None
        except (BadData, TypeError, ValueError):
            raise NotOursError from None
