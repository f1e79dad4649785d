"""Facts of sampling: which conversations are scored, and how they were drawn (manual.md, "Quality").

``day`` is the local date (``daemon.timezone``) on which a conversation ended.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import msgspec

from ccd.events.shifts import ShiftFact


class SamplingFact(ShiftFact, frozen=True, kw_only=True):
    policy: ClassVar[str] = "sampling"


class SeedCommitted(SamplingFact, frozen=True, kw_only=True):
    """The SHA-256 of the seed of ``day``, published before that day begins (``late``: after)."""

    kept_days: ClassVar[int] = 40
    digest: str
    late: bool = False


class SeedRevealed(SamplingFact, frozen=True, kw_only=True):
    """The seed itself, published when ``day`` is frozen: from now on anyone can draw again."""

    kept_days: ClassVar[int] = 40
    seed: str
    digest: str


class DrawPlanned(SamplingFact, frozen=True, kw_only=True):
    """How ``day`` is drawn, fixed before it begins. ``thresholds``: stratum -> rate (0..1) up to which a
    rank is drawn at once; "" is that of one not named. ``minimum``: each stratum is topped up to so many.
    ``strata``: agent | agent_queue | queue | team. ``expected``: stratum -> conversations. ``target``: what
    the thresholds aim at, of an agent a month. ``late``: fixed when the day had begun.
    """

    kept_days: ClassVar[int] = 40
    strata: str
    thresholds: dict[str, float]
    expected: dict[str, float] = msgspec.field(default_factory=dict)
    minimum: int
    target: int
    late: bool = False


class CallPicked(SamplingFact, frozen=True, kw_only=True):
    """A conversation of ``person`` is to be scored. Never taken back.

    ``sample``: probability | extra; only the first counts in scores. ``reason``: threshold | minimum |
    substitute | new_agent | retraining | long | short | transferred | called_back | complaint | threat |
    asked.
    ``chance``: that it was drawn (0..1], as known now; the one that counts stands in ``DayFrozen``. 0 of an
    extra pick. One that was picked as extra may be drawn for the probability sample afterwards, and is told
    again then, as one of it.
    """

    kept_days: ClassVar[int] = 3
    subject_field: ClassVar[str] = "unit"
    unit: str
    call: str
    recording: str
    team: str
    queue: str
    sample: str
    reason: str
    stratum: str
    rank: str
    chance: float
    connected: datetime
    ended: datetime
    talk_s: float
    offset_s: float = 0.0


class DayFrozen(SamplingFact, frozen=True, kw_only=True):
    """``day`` is closed. ``digest``: SHA-256 over its population (``ccd.sampling.draw.digest``).

    ``strata``: stratum -> (all, eligible, picked, chance): the chance that each of its eligible conversations
    had of being in the probability sample.
    """

    kept_days: ClassVar[int] = 40
    digest: str
    population: int
    eligible: int
    picked: int
    strata: dict[str, tuple[int, int, int, float]]
    unsettled: int = 0
    """So many of it were waited for in vain: they are not eligible (``not_final``)."""


class PickUnheard(SamplingFact, frozen=True, kw_only=True):
    """The recording of a pick cannot be heard: ``state`` missing | empty | changed | outside | unreadable.
    ``substitute``: the unit that steps in; "" where none is left, of an extra pick, and while the day is not
    closed: its closing draws down to the next in rank, since a lower rank may still come.
    """

    kept_days: ClassVar[int] = 40
    subject_field: ClassVar[str] = "unit"
    unit: str
    recording: str
    state: str
    substitute: str
    stratum: str


class CallWanted(SamplingFact, frozen=True, kw_only=True):
    """Somebody asks for a conversation to be scored. ``wanted``: a unit, or a call (all that is in it)."""

    kept_days: ClassVar[int] = 3
    subject_field: ClassVar[str] = "wanted"
    wanted: str
    reason: str


class CallerMarked(SamplingFact, frozen=True, kw_only=True):
    """Calls of this number are picked until ``until`` (a complaint goes on); ``until`` None: no longer."""

    kept_days: ClassVar[int] = 0
    number: str
    until: datetime | None
    reason: str


class PersonExcluded(SamplingFact, frozen=True, kw_only=True):
    """Nothing of ``person`` is drawn from ``since`` up to and with ``until`` (None: until taken back). The
    latest one of a person counts; not ``excluded``: from ``at`` on they are drawn again.
    """

    kept_days: ClassVar[int] = 0
    since: date
    until: date | None
    excluded: bool
    reason: str
