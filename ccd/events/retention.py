"""Facts of retention: how long recordings are kept, what may not go, what is not as it was left."""

from __future__ import annotations

from typing import ClassVar

from ccd.events.shifts import ShiftFact


class RetentionFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "retention"
    subject_field: ClassVar[str] = "recording"
    recording: str = ""


class RecordingHeld(RetentionFact, frozen=True, kw_only=True):
    """Nothing deletes it. ``hold`` names the hold; ``why``: threat | complaint | dispute | asked."""

    kept_days: ClassVar[int] = 0
    hold: str
    call: str
    why: str
    reason: str = ""


class HoldCopied(RetentionFact, frozen=True, kw_only=True):
    """A copy lies safe; ``sha256`` and ``size`` are its own, ``original`` of the file as it was measured."""

    kept_days: ClassVar[int] = 0
    hold: str
    path: str
    sha256: str
    original: str
    size: int


class HoldReleased(RetentionFact, frozen=True, kw_only=True):
    kept_days: ClassVar[int] = 0
    hold: str
    reason: str


class RecordingDeleted(RetentionFact, frozen=True, kw_only=True):
    """Its file is gone by the rule of its ``class_``. The row stays."""

    kept_days: ClassVar[int] = -1
    call: str
    class_: str
    size: int
    sha256: str


class RecordingAmiss(RetentionFact, frozen=True, kw_only=True):
    """A finding. ``what``: missing | changed | orphan | empty; an orphan has a ``path`` and no recording."""

    kept_days: ClassVar[int] = 40
    what: str
    path: str
    size: int
    sha256: str = ""


class AmissEnded(RetentionFact, frozen=True, kw_only=True):
    """``why``: found (again) | adopted | removed | explained."""

    kept_days: ClassVar[int] = 40
    path: str
    why: str


class Reconciled(RetentionFact, frozen=True, kw_only=True):
    """A look over a PBX's folder is over."""

    kept_days: ClassVar[int] = 2
    looked: int
    missing: int
    changed: int
    orphans: int
    orphan_bytes: int
