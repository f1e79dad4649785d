"""The simulated centre's PBX: its queues, dialplan and phones, as somebody would have configured them."""

from __future__ import annotations

from collections.abc import Sequence

from ccd.config import SimulatorSettings
from ccd.events import Person
from ccd.simulator.day import RING_S, WRAP_UP_S
from ccd.simulator.dialplan import Dialplan
from ccd.simulator.emergencies import PLAN
from ccd.simulator.parts import Queue
from ccd.simulator.pbx import Pbx
from ccd.simulator.people import is_telesales, queue_of, team_name
from ccd.simulator.timeline import Timeline

__all__ = ["NUMBERS", "OVERFLOW", "build", "queues_of"]

NUMBERS = {"801": "service", "802": "billing", "803": "complaints"}
"""Which number leads into which queue."""

OVERFLOW = "overflow"
"""Where callers go who have waited too long: seniors, and team leads as static members."""

_TO_QUEUES = {
    number: [
        "Answer()",
        "Playback(welcome)",
        f"Queue({queue},tT,,,45)",
        f"Queue({OVERFLOW},tT,,,90)",
        "Hangup()",
    ]
    for number, queue in NUMBERS.items()
}
_TO_PHONE = ["MixMonitor(,b)", "Dial(PJSIP/${EXTEN},20,tT)", "Hangup()"]
_PLAN = {
    "inbound": {**_TO_QUEUES, "_ZXXX": _TO_PHONE, "_ZXXXX": _TO_PHONE},
    "phones": {
        **{number: [f"Goto(inbound,{number},1)"] for number in NUMBERS},
        "_ZXXX": _TO_PHONE,
        "_ZXXXX": _TO_PHONE,
        "_9X.": ["MixMonitor(,b)", "Dial(PJSIP/${EXTEN:1}@trunk,45,tT)", "Hangup()"],
    },
}


def build(
    settings: SimulatorSettings, people: Sequence[Person], timeline: Timeline, first_id: int, recordings: str
) -> Pbx:
    """A PBX at the start of its day: leads in the overflow queue, no agent logged in yet."""
    phones = {person.interface: person.name for person in people if person.interface}
    pbx = Pbx(timeline, phones, Dialplan({**PLAN, **_PLAN}), first_id=first_id, recordings=recordings)
    for name in (*NUMBERS.values(), OVERFLOW):
        pbx.members.create(Queue(name, ring_s=RING_S, member_wrapup_s=WRAP_UP_S, record=True))
    selling = {team_name(team) for team in range(1, settings.teams + 1) if is_telesales(team, settings)}
    for person in people:
        if person.role == "team_lead" and person.team not in selling:
            pbx.members.add(OVERFLOW, person.interface, person.name, dynamic=False)
    return pbx


def queues_of(person: Person, settings: SimulatorSettings) -> tuple[str, ...]:
    """The queues an agent logs in to; none for those who sell by telephone."""
    if person.role not in ("agent", "senior_agent"):
        return ()
    for team in range(1, settings.teams + 1):
        if team_name(team) == person.team and not is_telesales(team, settings):
            return (queue_of(team), OVERFLOW) if person.role == "senior_agent" else (queue_of(team),)
    return ()
