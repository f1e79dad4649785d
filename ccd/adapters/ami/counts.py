"""What metrics read of a session: counters, and the closed set of reasons why a connection ends."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from enum import StrEnum

__all__ = ["Counts", "Cut"]


class Cut(StrEnum):
    """Why a connection ended or did not come about. A closed set: these are values of a metric's label."""

    CLOSED = "closed"  # by the PBX, in good order: also a reader it found too slow
    RESET = "reset"
    SHUTDOWN = "shutdown"  # the PBX said that it stops or restarts
    BOOTED = "booted"  # it came up only after we had taken its lists
    SILENT = "silent"
    UNANSWERED = "unanswered"  # bytes came, but not the answer to a ping or a login
    OVERSIZE = "oversize"
    NOT_AMI = "not_ami"
    REFUSED = "refused"  # nobody listens at that port
    UNREACHABLE = "unreachable"
    TLS = "tls"
    LOGIN_REFUSED = "login_refused"
    RESYNC_TIMEOUT = "resync_timeout"
    OVERFLOW = "overflow"  # we could not keep up, and start over from a snapshot
    CLOCK = "clock"  # our own time leaps forward: nothing may last from before to after
    INTERNAL = "internal"  # a defect of ours; the log has its traceback
    STOPPED = "stopped"  # by us


class Counts:
    """What metrics read. They go on through reconnects."""

    def __init__(self) -> None:
        self.bytes_received = 0
        self.messages_received = 0
        self.messages_skipped = 0
        self.garbage = 0
        """Messages that are neither event nor response."""
        self.strays = 0
        """Responses to nothing that is pending: come too late, mostly."""
        self.decode_errors = 0
        self.handler_errors = 0
        self.oversize = 0
        self.reconnects = 0
        self.cuts_by_reason: Counter[str] = Counter()
        self.last_heard: datetime | None = None
        """When the last byte came, by our clock, aware UTC."""
