"""What events are made of: the base of all, the closed sets, and the values that several carry."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import msgspec


class AgentState(StrEnum):
    """What an agent is shown as. Order of precedence: asterisk.md, "What the events mean"."""

    LOGGED_OFF = "logged_off"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    HOLD = "hold"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


class CallKind(StrEnum):
    QUEUE = "queue"
    DIRECT = "direct"
    OUTBOUND = "outbound"
    INTERNAL = "internal"
    OTHER = "other"


class QueueOutcome(StrEnum):
    """How a caller left a queue."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMEOUT = "timeout"
    KEY = "key"
    EMPTY = "empty"
    OTHER = "other"
    UNKNOWN = "unknown"  # it happened while we were blind


class Event(msgspec.Struct, frozen=True, tag=True):
    """Anything with a time. Subclasses are inputs or facts."""

    durable: ClassVar[bool] = False
    at: datetime


class Person(msgspec.Struct, frozen=True):
    """A row of the roster. ``code`` is personal and dialled at a seat; ``role`` as manual.md names it."""

    code: str
    name: str
    role: str
    team: str
    seat: str
    interface: str
    pbx: str = ""
    agency: str = ""
    language: str = ""
    phone: str = ""
    """A number outside the floor (a mobile phone), as it is dialled there: digits, maybe with a + before."""
    email: str = ""


class OpenCall(msgspec.Struct, frozen=True):
    """A call the store holds as not ended, with the Uniqueids of its channels."""

    pbx: str
    call: str
    started: datetime
    uniqueids: tuple[str, ...]


class OpenRecording(msgspec.Struct, frozen=True):
    """A recording whose file the store knows nothing of yet."""

    pbx: str
    call: str
    uniqueid: str
    recording: str
    path: str
    paused: tuple[tuple[str, datetime], ...] = ()
    """(how, since when) of what was paused then."""


class PlanDay(msgspec.Struct, frozen=True):
    """What a change of the plan says about a day, the local one on which the shifts begin.

    ``people`` is JSON: of a person's code a list of [shift, seat, pbx, meal group], empty for nothing that
    day. Who is not in it keeps what they had, but where it is the day as a ``whole``. It stays text until it
    is asked for: a plan of a quarter has half a million rows, and the loop must not be held for them.
    """

    day: date
    people: str
    whole: bool = False


class ForecastRow(msgspec.Struct, frozen=True):
    """What is expected of a team (``staffing.forecast_file``): so many calls in the ``minutes`` from
    ``start_min`` on, minutes since midnight by the clock on the wall, and how long one is handled.

    Of that ``day``, which wins, or else of every ``weekday`` (1 is Monday).
    """

    team: str
    start_min: int
    minutes: int
    calls: float
    aht_s: float
    weekday: int = 0
    day: date | None = None


class SpecialDay(msgspec.Struct, frozen=True):
    """A day of the operator's own calendar (``shifts.holidays_file``)."""

    day: date
    workday: bool
    name: str = ""
