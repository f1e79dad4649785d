"""Facts of reports: made, given to the post, sent. They are kept in the store alone, not in memory.

A report is named ``KIND|PERIOD|REVISION``, such as ``weekly|2026-W47|0``.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

import msgspec

from ccd.events.shifts import ShiftFact


class ReportFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "reports"
    kept_days: ClassVar[int] = -1


class ReportFile(msgspec.Struct, frozen=True):
    """``language`` is empty for a file that has none (JSON)."""

    name: str
    language: str
    size: int
    sha256: str


class ReportMade(ReportFact, frozen=True, kw_only=True):
    """Its files lie in the folder of reports. ``figures`` is the SHA-256 of what it tells, without when it
    was made: the same figures again are no new revision. ``day`` is the last of the period.
    """

    kind: str  # daily | weekly | monthly
    period: str
    first: date
    last: date
    revision: int
    figures: str
    facts: int
    gaps: int
    files: tuple[ReportFile, ...]


class ReportPosted(ReportFact, frozen=True, kw_only=True):
    """These reports are to go out as one message, which is written before it is sent: so that it is the same
    message when it is sent again after a crash. ``without_address`` are codes of people who should have it.
    """

    mailing: str
    reports: tuple[str, ...]
    language: str
    to: tuple[str, ...]
    copies: tuple[str, ...]
    without_address: tuple[str, ...] = ()


class ReportSent(ReportFact, frozen=True, kw_only=True):
    """The message was taken by the mail server for this address, or (``error``) never will be."""

    mailing: str
    address: str
    error: str = ""
