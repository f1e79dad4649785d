"""Facts about the PBX itself, its queues' members, agents and people."""

from __future__ import annotations

from datetime import datetime

from ccd.events.values import Event

# --- the PBX ---


class PbxRestarted(Event, frozen=True):
    pbx: str
    boot: str


class BlindBegan(Event, frozen=True):
    """Nothing is known of this PBX since ``at`` (which may lie before the moment it was noticed)."""

    durable = True
    pbx: str
    why: str


class BlindEnded(Event, frozen=True):
    durable = True
    pbx: str
    began: datetime


class InterfaceUnknown(Event, frozen=True):
    """A queue member that no row of the roster names. It is followed all the same."""

    pbx: str
    interface: str
    member: str


# --- members and agents ---


class MemberAdded(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    membership: str  # static | dynamic | realtime
    seen: bool  # False: found by a snapshot, when it happened is not known
    by: str = ""


class MemberRemoved(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    seen: bool
    by: str = ""


class MemberPaused(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    reason: str
    by: str
    seen: bool


class MemberUnpaused(Event, frozen=True):
    pbx: str
    queue: str
    interface: str
    member: str
    reason: str  # what the event carries; empty on most versions
    by: str
    seen: bool


class AgentChanged(Event, frozen=True):
    """The interval (``was``, begun at ``since``) ended at ``at`` and one of ``state`` began.

    ``queue`` is empty for the agent as a whole; a queue's name for what differs in that queue.
    ``was`` is empty for the first interval of all.
    """

    pbx: str
    interface: str
    queue: str
    state: str
    reason: str
    cause: str  # the event that brought it about
    by: str
    call: str
    was: str
    since: datetime
    was_reason: str = ""


# --- people ---


class PersonArrived(Event, frozen=True):
    durable = True
    person: str
    pbx: str
    seat: str
    how: str
    by: str = ""


class PersonLeft(Event, frozen=True):
    durable = True
    person: str
    pbx: str
    seat: str
    how: str
    by: str = ""


class PersonAttended(Event, frozen=True):
    """Somebody proved at a phone of the floor that they are there, without sitting down (``*87``).

    ``proven`` is False where no PIN was checked: ccd was away, or presence asks for none.
    """

    durable = True
    person: str
    pbx: str
    seat: str
    how: str
    proven: bool
    by: str = ""


class SignInRefused(Event, frozen=True):
    """``why`` is the rule's short name (``wrong_pin``). Not ``enforced``: noted, and the person let go."""

    durable = True
    code: str
    pbx: str
    seat: str
    how: str
    why: str
    enforced: bool = True
