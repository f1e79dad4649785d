"""Facts of retention: how long recordings are kept, what may not go, what is not as it was left."""

from __future__ import annotations

from datetime import datetime
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
    """Its file goes by the rule of its ``class_``: this stands before it does. The row stays.

    Until a ``DeletionEnded`` follows, it is asked for again at each start.
    """

    kept_days: ClassVar[int] = -1
    call: str
    class_: str
    size: int
    sha256: str


class DeletionEnded(RetentionFact, frozen=True, kw_only=True):
    """``outcome``: gone | held (a hold came first) | failed; of the last two the file is there still."""

    kept_days: ClassVar[int] = -1
    outcome: str
    error: str = ""

    @property
    def state(self) -> str:
        """Of the recording's row from now on."""
        return "deleted" if self.outcome == "gone" else "final"


class ExpiryLooked(RetentionFact, frozen=True, kw_only=True):
    """The look of ``day`` over all that is past its time is over.

    ``over``: class -> (recordings, bytes) past it; ``spared``: why -> recordings that stay all the same;
    ``deleted``: how many were asked to be deleted (none unless enforced).
    """

    kept_days: ClassVar[int] = 3
    looked: int
    over: dict[str, tuple[int, int]]
    spared: dict[str, int]
    deleted: int
    enforced: bool


UNHEARD = ("missing", "changed", "empty")
"""Of what is amiss with a recording: that it can not be heard as it was made."""


class RecordingAmiss(RetentionFact, frozen=True, kw_only=True):
    """A finding. ``what``: missing | changed | orphan | empty; an orphan has a ``path`` and no recording.

    uncopied: it is held, and no copy could be made. Of folders, with their ``path``: away (not there, not
    mounted) | unreadable. ``written``: when an orphan was last written.
    """

    kept_days: ClassVar[int] = 400
    what: str
    path: str
    size: int
    sha256: str = ""
    written: datetime | None = None

    @property
    def unheard(self) -> bool:
        return self.recording != "" and self.what in UNHEARD


class AmissEnded(RetentionFact, frozen=True, kw_only=True):
    """``why``: found (again) | adopted | removed | explained."""

    kept_days: ClassVar[int] = 400
    path: str
    why: str
    what: str = ""
    sha256: str = ""
    """Explained: what its file is now; another one is a finding again."""


class Reconciled(RetentionFact, frozen=True, kw_only=True):
    """A look over a PBX's folder is over."""

    kept_days: ClassVar[int] = 2
    looked: int
    missing: int
    changed: int
    orphans: int
    orphan_bytes: int
    deep: bool = False
    """The folder itself was looked through, and files were read whole."""
    hashed: int = 0
    unhashed: int = 0
    """So many more were due to be read whole, and were not: the budget was spent."""
    used: int = 0
    """Bytes of all files in the folder."""
    added: int = 0
    """Bytes of recordings of the last seven days."""
