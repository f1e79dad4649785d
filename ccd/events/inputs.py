"""Inputs: what reaches the engine from outside. The journal keeps exactly these."""

from __future__ import annotations

from datetime import datetime

from ccd.events.values import Event, ForecastRow, OpenCall, OpenRecording, Person, PlanDay, SpecialDay
from ccd.message import Message


class AmiReceived(Event, frozen=True):
    pbx: str
    name: str
    text: str

    def message(self) -> Message:
        return Message(self.name, self.text)


class PbxLinked(Event, frozen=True):
    """Logged in; the snapshot lists have been asked for. ``boot`` changes when the PBX has restarted."""

    pbx: str
    version: str
    boot: str


class PbxSynced(Event, frozen=True):
    """Every list of the snapshot has come to its end, but those the PBX refuses us for want of rights."""

    pbx: str
    missing: tuple[str, ...] = ()


class PbxLost(Event, frozen=True):
    """The session is gone. ``last_heard`` is when the PBX last said anything: we are blind since then."""

    pbx: str
    last_heard: datetime
    why: str


class DeadlineDue(Event, frozen=True):
    key: str
    late_s: float


class SignInAsked(Event, frozen=True):
    """Somebody dialled a code (or used the console) to arrive at a seat or leave it.

    ``pin_ok`` is None where no PIN was asked or it could not be checked (ccd was down: ``how="missed"``).
    """

    request: str
    pbx: str
    seat: str
    code: str
    kind: str  # "arrive" | "leave" | "attend"
    pin_ok: bool | None
    how: str  # "phone" | "console" | "missed"
    by: str = ""  # who vouches for it at the console
    reason: str = ""  # of a leave: "illness", which nobody is ever refused for


class RosterReplaced(Event, frozen=True):
    durable = True
    version: str
    people: tuple[Person, ...]
    by: str


class PlanChanged(Event, frozen=True):
    """Somebody imported a plan, or set or took away a shift. ``version`` is later than all before it."""

    durable = True
    version: str
    by: str
    days: tuple[PlanDay, ...]


class PlanRestored(Event, frozen=True):
    """What the store holds of the days around now: an input. The plan of other days is forgotten."""

    version: str
    days: tuple[PlanDay, ...]


class ConfigReplaced(Event, frozen=True):
    """A valid new configuration, as the JSON of ``ccd.config.Settings`` (secrets blanked).

    ``special_days`` are those of the file that ``shifts.holidays_file`` names, ``forecast`` the rows of the
    one that ``staffing.forecast_file`` does, ``forms`` the scoring forms as JSON (``ccd.quality.form``).
    """

    settings: str
    special_days: tuple[SpecialDay, ...] = ()
    forecast: tuple[ForecastRow, ...] = ()
    forms: tuple[str, ...] = ()


class RecordingMeasured(Event, frozen=True):
    """The adapter has looked at a recording's file. ``state``: final, empty, missing, unreadable, outside."""

    pbx: str
    call: str
    recording: str
    state: str
    path: str
    size: int
    sha256: str


class PictureRestored(Event, frozen=True):
    """What the store held at start: open calls and who was at which seat, as of ``last_alive``."""

    last_alive: datetime | None
    presence: tuple[tuple[str, str, str, datetime], ...]  # pbx, seat, person, since
    open_calls: tuple[OpenCall, ...]
    open_recordings: tuple[OpenRecording, ...] = ()


class EffectDone(Event, frozen=True):
    key: str


class EffectFailed(Event, frozen=True):
    key: str
    error: str


class Stopping(Event, frozen=True):
    pass


class JournalBegan(Event, frozen=True):
    """A file of the journal begins here: with the daemon, or in its midst with what was then in force.

    In its midst ``settings`` is that of the latest ConfigReplaced; with the daemon it is empty.
    """

    settings: str = ""
    roster: RosterReplaced | None = None
    special_days: tuple[SpecialDay, ...] = ()
    forecast: tuple[ForecastRow, ...] = ()
    plan: PlanRestored | None = None
    forms: tuple[str, ...] = ()


class Gap(Event, frozen=True):
    """So many inputs before this one are missing from the journal."""

    missing: int
