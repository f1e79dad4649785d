"""What is written beside facts, in the same transactions: timers, PINs, acts to audit, the heartbeat.

They are given to the store as facts are, and are durable unless they say otherwise.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import msgspec

__all__ = [
    "Audited",
    "Beat",
    "Deadline",
    "DeadlineGone",
    "Entry",
    "PinSet",
    "TokenMade",
    "TokenRevoked",
    "TokenUsed",
]


class Entry(msgspec.Struct, frozen=True, tag=True):
    durable: ClassVar[bool] = True


class Deadline(Entry, frozen=True):
    """A timer; setting its key again moves it.

    While ``boot_id`` is this boot's, ``armed_boottime`` (CLOCK_BOOTTIME, seconds) plus ``after_s`` alone
    decides when it is due; after a reboot ``due_at`` does.
    """

    key: str
    armed_at: datetime
    due_at: datetime
    boot_id: str
    armed_boottime: float
    after_s: float


class DeadlineGone(Entry, frozen=True):
    """Cancelled, or it has fired and what came of it is written."""

    key: str


class PinSet(Entry, frozen=True):
    """``hash`` is Argon2's; the PIN itself is never given to the store."""

    code: str
    hash: str
    changed: datetime


class TokenMade(Entry, frozen=True):
    """``hash`` is the SHA-256 of the secret, which is never given to the store. ``token`` names it."""

    token: str
    hash: str
    person: str
    scopes: str
    """With spaces between."""
    note: str
    by: str
    made: datetime
    expires: datetime


class TokenRevoked(Entry, frozen=True):
    token: str
    person: str
    by: str
    revoked: datetime


class TokenUsed(Entry, frozen=True):
    durable: ClassVar[bool] = False
    token: str
    used: datetime


class Audited(Entry, frozen=True):
    """Who did what to which thing, for the audit chain (``store.audit``).

    Facts of incidents get there by themselves; this is for everything else that must be shown later, such as
    a look at the evidence. ``data`` is JSON. The same again, to the microsecond, is the same entry.
    """

    at: datetime
    who: str
    act: str
    subject: str
    data: str = "{}"


class Beat(Entry, frozen=True):
    """The daemon was alive at ``at``."""

    durable: ClassVar[bool] = False
    at: datetime
    name: str = "daemon"
