"""Handover: from one shift to the next, seat by seat (manual.md, "Shift handover"). docs/handover.md has it
for people.

====================  =====================================================================================
what comes            what is done
====================  =====================================================================================
a look (each minute)  holds begin and end; relief that is missing is told; verdicts that are due are asked for
``PersonArrived``     relief ends a hold; late news corrects the ledger, and has a verdict made again
``PersonLeft``        whoever left while held is noted, and the lead told
``LeftIll``           nobody is held who is ill; the lead is told that the seat needs somebody
a phone of the held   gone, logged off, or rung twice in vain: noted, and the lead told
``ShiftAct``          release, relieve, log, sign, problems, bulletins, excuse
``RecordRead``        verdicts, made where they are new or have changed
``PlanChanged``       what is judged by another plan is judged anew
====================  =====================================================================================

Who may not leave is asked by the presence policy (``ccd.handover.holding.held``), which refuses in
``enforce`` alone. ``observe`` keeps the facts and tells nobody. Nothing here ever moves a phone or a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from ccd.config_handover import HandoverSettings
from ccd.config_section import Mode
from ccd.effects import AnswerAsked, Effect
from ccd.events import (
    AgentChanged,
    ConfigReplaced,
    DeadlineDue,
    Event,
    PersonArrived,
    PersonLeft,
    PlanChanged,
    PlanRestored,
    RecordRead,
    RingNoAnswer,
    ShiftAct,
    ShiftsRestored,
)
from ccd.events import handover as facts
from ccd.handover import ledger
from ccd.handover.doing import done
from ccd.handover.holding import World, awaited, held, hold_at
from ccd.handover.looking import RECORDS, look, stale, verdicts, wants_full_look
from ccd.handover.seats import Boundary, Place, person_id, planned, shift_id
from ccd.handover.telling import leads, page
from ccd.shifts.people import name_of
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "handover"
CONSUMES: tuple[type[Event], ...] = (
    AgentChanged,
    ConfigReplaced,
    DeadlineDue,
    PersonArrived,
    PersonLeft,
    PlanChanged,
    PlanRestored,
    RecordRead,
    RingNoAnswer,
    ShiftAct,
    ShiftsRestored,
    facts.HoldEnded,
    facts.LeftIll,
)
GONE = ("unavailable", "logged_off")
RINGS = 2
"""So many calls in a row that ring in vain tell that nobody is there any more."""

Found = Iterator[Event | Effect]


def decide(event: Event, world: World, settings: HandoverSettings) -> Iterable[Event | Effect]:
    if settings.mode is Mode.OFF:
        return _off(event, world)
    return _DECIDE[type(event)](world, event)


def _off(event: Event, world: World) -> Found:
    """Nothing is kept; what is asked is accepted. The looks go on, should the mode be changed."""
    if isinstance(event, ShiftAct) and event.policy == NAME:
        yield AnswerAsked(key=event.request, because="handover is off", accepted=True)
    elif isinstance(event, ShiftsRestored) or (isinstance(event, DeadlineDue) and is_sweep(NAME, event)):
        world.handover.looking.began = world.handover.looking.began or event.at
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _restored(world: World, event: ShiftsRestored) -> Found:
    world.handover.looking.began = event.at
    wants_full_look(world, again=True)
    yield from _first(world, event.at)
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _first(world: World, at: datetime) -> Found:
    """Of what was before, or while the policy was off from the beginning, nobody is judged."""
    if world.handover.began is None:
        yield facts.HandoversBegan(at=at, key="handover|began", because="the first start")


def _due(world: World, event: DeadlineDue) -> Found:
    if is_sweep(NAME, event):
        yield from _first(world, event.at)
        yield from look(world, event.at)
        yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _replanned(world: World, event: Event) -> Found:
    wants_full_look(world)
    return iter(())


def _arrived(world: World, event: PersonArrived) -> Found:
    yield from ledger.arrived(world, event)
    for boundary in planned(world, event.at).of_seat((event.pbx, event.seat)):
        duty = boundary.incoming
        if duty is not None and event.person in awaited(world, boundary):
            late_s = (event.at - boundary.at).total_seconds()
            if late_s > 0 and event.at < duty.ends and boundary.in_id not in world.handover.came:
                yield _of_relief(facts.ReliefLate, boundary, event, late_s=late_s)
    _stale_at((event.pbx, event.seat), world, event)


def _relief_left(world: World, event: PersonLeft) -> Found:
    """Whoever relieved has gone again, while somebody might still be held for them."""
    longest = timedelta(minutes=world.settings.policies.handover.max_hold_minutes)
    for boundary in planned(world, event.at).of_seat((event.pbx, event.seat)):
        known = boundary.incoming is None or boundary.in_id in world.handover.came
        if known or not boundary.at <= event.at < boundary.at + longest:
            continue
        if boundary.outgoing is not None and event.person in awaited(world, boundary):
            yield _of_relief(facts.ReliefLeft, boundary, event)


def _of_relief(
    kind: type[facts.ReliefLate] | type[facts.ReliefLeft],
    boundary: Boundary,
    event: PersonArrived | PersonLeft,
    **more: Any,
) -> facts.HandoverFact:
    about = boundary.about
    return kind(
        at=event.at,
        key="|".join(("handover", kind.__name__, *boundary.id, boundary.at.isoformat())),
        person=event.person,
        day=about.day,
        pbx=event.pbx,
        seat=event.seat,
        shift=about.shift,
        boundary=boundary.at,
        because=f"relief was due {boundary.at.isoformat()}",
        **more,
    )


def _left(world: World, event: PersonLeft) -> Found:
    place = (event.pbx, event.seat)
    # what the dialplan let happen while ccd could not answer is past: nobody knew that they were held
    why = held(world, event.person, *place, event.at) if event.how != "missed" else None
    if why is not None:
        about = why.outgoing.assignment
        key = "|".join(("handover", "left", *shift_id(place, about), event.person, event.at.isoformat()))
        yield facts.LeftWhileHeld(
            at=event.at,
            key=key,
            person=event.person,
            day=about.day,
            pbx=event.pbx,
            seat=event.seat,
            shift=about.shift,
            how=event.how,
            because=why.because,
        )
        yield from page(
            world,
            key,
            leads(world, place, event.person),
            "handover_left" if why.rule == "handover_held" else "handover_left_floor",
            place,
            why.because,
            person=name_of(world, event.person),
        )
    yield from ledger.left(world, event)
    yield from _relief_left(world, event)
    _stale_at(place, world, event)


def _ill(world: World, event: facts.LeftIll) -> Found:
    place = (event.pbx, event.seat)
    yield from ledger.ill(world, event.person, place, event.at)
    yield from page(
        world,
        event.key,
        leads(world, place, event.person),
        "handover_ill",
        place,
        "ill: relief is searched",
        person=name_of(world, event.person),
    )


def _phone(world: World, event: AgentChanged) -> Found:
    if not event.queue and event.state in GONE:
        yield from _away(world, event, event.state)


def _rang(world: World, event: RingNoAnswer) -> Found:
    yield from _away(world, event, "no_answer")


def _away(world: World, event: AgentChanged | RingNoAnswer, what: str) -> Found:
    """Of whoever is held at this phone's seat; the lead is told of each once."""
    place: Place = (event.pbx, world.roster.seat_of(event.pbx, event.interface) or "")
    for person in tuple(world.presence.get(place, ())):
        found = hold_at(world, person, place, event.at)
        if found is None or found[0].outgoing is None:
            continue
        about = found[0].outgoing.assignment
        hold = person_id(shift_id(place, about), person)
        known = world.handover.away.get(f"{hold}|{what}")
        count = known.count + 1 if known is not None else 1
        key = f"handover|away|{hold}|{what}|{count}"
        because = f"{what}, {count} times while held"
        yield facts.HeldAway(
            at=event.at,
            key=key,
            person=person,
            day=about.day,
            pbx=event.pbx,
            seat=place[1],
            shift=about.shift,
            what=what,
            count=count,
            because=because,
        )
        if count == (RINGS if what == "no_answer" else 1):
            told = leads(world, place, person)
            yield from page(
                world,
                key,
                told,
                f"handover_{what}",
                place,
                because,
                person=name_of(world, person),
            )


def _asked(world: World, event: ShiftAct) -> Found:
    if event.policy == NAME:
        yield from done(world, event)


def _read(world: World, event: RecordRead) -> Found:
    if event.key.startswith(RECORDS):
        yield from verdicts(world, event)


def _hold_ended(world: World, event: facts.HoldEnded) -> Found:
    _stale_at((event.pbx, event.seat), world, event)
    return iter(())


def _stale_at(place: Place, world: World, event: Event) -> None:
    """A verdict that this may change: it was told late, or relief has not come yet."""
    for boundary in planned(world, event.at).of_seat(place):
        known = world.handover.verdicts.get(boundary.id)
        if known is None or (boundary.incoming is not None and event.at >= boundary.incoming.ends):
            continue
        if known.arrived is None or event.at < known.at or isinstance(event, facts.HoldEnded):
            stale(world, boundary)


_DECIDE: Mapping[type[Event], Callable[[World, Any], Found]] = {
    AgentChanged: _phone,
    ConfigReplaced: _replanned,
    DeadlineDue: _due,
    PersonArrived: _arrived,
    PersonLeft: _left,
    PlanChanged: _replanned,
    PlanRestored: _replanned,
    RecordRead: _read,
    RingNoAnswer: _rang,
    ShiftAct: _asked,
    ShiftsRestored: _restored,
    facts.HoldEnded: _hold_ended,
    facts.LeftIll: _ill,
}
