"""What all facts about shifts and quality have in common, and the inputs that several policies take.

The facts of each policy stand in a module of its name beside this one. Each is kept in one table, found again
by policy, person and day, and given back at the start as far as its policy needs it (``kept_days``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar

import msgspec

from ccd.events.values import Event


class ShiftFact(Event, frozen=True, kw_only=True):
    """``key`` names the fact itself: told twice it is one row. ``day`` is the local one on which the shift
    begins. ``actor`` is who did it by the roster, ``by`` who vouches for it at a console; both empty: ccd.
    ``because`` is the rule with its figures.
    """

    durable: ClassVar[bool] = True
    policy: ClassVar[str]
    kept_days: ClassVar[int] = 2
    """So many days back it is wanted in memory at the start; 0: however old it is; -1: never."""
    subject_field: ClassVar[str] = ""
    """The field that names what it is about besides a person: facts are found by it, too."""
    key: str
    person: str = ""
    day: date | None = None
    pbx: str = ""
    seat: str = ""
    actor: str = ""
    by: str = ""
    because: str = ""


class PauseBegan(Event, frozen=True):
    """A phone is paused in every queue it is in, from ``at`` on; another reason is another pause.

    ``people`` are those signed in at its seat then. Not ``seen``: a snapshot showed it.
    """

    pbx: str
    interface: str
    people: tuple[str, ...]
    reason: str
    by: str  # whoever dialled our code there; "phone" where that may be several, "" by other means
    seen: bool


class PauseEnded(Event, frozen=True):
    """Not ``seen``: it was over when we looked again, and ``at`` is when we did."""

    pbx: str
    interface: str
    people: tuple[str, ...]
    reason: str
    began: datetime
    by: str
    seen: bool


# --- inputs -----------------------------------------------------------------------------------------------


class PauseAsked(Event, frozen=True):
    """Somebody asks to pause a seat (``reason`` as in queues.conf; the meal is one of them).

    ``person`` is empty where a phone asks: whoever is signed in at the seat. The answer is an
    ``AnswerAsked`` under ``request``; a phone then pauses by itself, for the console ccd does it.
    """

    request: str
    pbx: str
    interface: str
    seat: str
    person: str
    reason: str
    how: str  # phone | console
    by: str = ""


class ShiftAct(Event, frozen=True):
    """What somebody does about shifts; which acts and values there are, the policy's ``ACTS`` say.

    ``person`` is whom it is about, ``actor`` who does it (codes of the roster), ``by`` who vouches for it at
    the console. The answer is an ``AnswerAsked`` under ``request``.
    """

    request: str
    policy: str
    act: str
    person: str = ""
    actor: str = ""
    by: str = ""
    how: str = "console"  # phone | console | api
    values: dict[str, str] = msgspec.field(default_factory=dict)


class Stay(msgspec.Struct, frozen=True):
    """A person signed in at a seat. ``left`` is None where they were still there when it was read."""

    person: str
    pbx: str
    seat: str
    arrived: datetime
    left: datetime | None = None


class Doing(msgspec.Struct, frozen=True):
    """A phone in a state in which nobody works at it: paused, unavailable, logged_off, unknown."""

    pbx: str
    interface: str
    state: str
    began: datetime
    ended: datetime | None = None
    reason: str = ""


class Blind(msgspec.Struct, frozen=True):
    """A PBX was out of sight; ``ended`` is None where it still was when it was read."""

    pbx: str
    began: datetime
    ended: datetime | None = None


class RecordRead(Event, frozen=True):
    """What the store holds of these people between two moments: the answer to ``ReadRecord``.

    ``stays`` are theirs alone; ``doings`` those of the phones of every seat they stayed or were planned at;
    ``others`` the stays of other people at these seats.
    """

    key: str
    people: tuple[str, ...]
    since: datetime
    until: datetime
    stays: tuple[Stay, ...]
    others: tuple[Stay, ...]
    doings: tuple[Doing, ...]
    blind: tuple[Blind, ...]


class ShiftsRestored(Event, frozen=True):
    """The facts of the policies about shifts that are wanted in memory, as JSON with their tags, in order."""

    facts: tuple[str, ...]
