"""What ends the clock, the search for a voice, or all: arrival, stand-down, a call by hand, closing."""

from __future__ import annotations

from datetime import datetime

from ccd import events as e
from ccd.effects import ShowAlert
from ccd.incidents import climbing, police
from ccd.incidents.making import cancel, fact
from ccd.incidents.people import World, ladder_of
from ccd.incidents.state import TRANSITIONS, Incident, Phase
from ccd.incidents.telling import EVERYBODY, Items, tell_everybody

__all__ = ["alert", "arrived", "called_by_hand", "closed", "drill_over", "is_there", "stood_down"]


def alert(incident: Incident, *, active: bool, text: str = "") -> ShowAlert:
    """Lamps and sirens; shown again after every start."""
    return ShowAlert(
        key=f"{incident.id}-alert",
        because="incidents: high alert while an incident is open",
        incident=incident.id,
        ladder=incident.ladder,
        severity=incident.severity,
        active=active,
        drill=incident.drill,
        text=text,
        since=incident.opened,
    )


def arrived(
    world: World, incident: Incident, at: datetime, person: str, seat: str, how: str, by: str
) -> Items:
    """The clock stops; so does the search for a voice, unless the police are being dialled already."""
    voice, after_s = incident.voice, (at - incident.opened).total_seconds()
    yield fact(incident, at, e.Arrived, person=person, seat=seat, how=how, by=by, after_s=max(after_s, 0.0))
    if incident.phase is not Phase.ATTENDED:
        return
    yield from police.rest(incident, "somebody awaited has arrived")
    yield from police.bar(incident, voice, "somebody awaited has arrived")
    yield from climbing.halt(world, incident, at, "somebody awaited has arrived")
    yield from tell_everybody(world, incident, at, "arrived", "the arrival stops the clock")
    yield from drill_over(world, incident, at)


def is_there(world: World, at: datetime, person: str, seat: str, how: str, by: str, *, proven: bool) -> Items:
    """Somebody is on the floor: whom does that stop the clock for? Unproven, for nobody."""
    known = world.roster.by_code(person)
    if known is None:
        return
    for incident in list(world.incidents.values()):
        awaited = incident.arrived is None and (incident.phase, e.Arrived) in TRANSITIONS
        if awaited and known.role == ladder_of(world, incident).arrive_role:
            if proven:
                yield from arrived(world, incident, at, person, seat, how, by)
            else:
                yield fact(incident, at, e.ArrivalUnproven, person=person, seat=seat)
                yield from tell_everybody(world, incident, at, "unproven", f"{person} gave no PIN")


def stood_down(
    world: World, incident: Incident, at: datetime, person: str, reason: str, how: str, by: str
) -> Items:
    voice = incident.voice
    known = world.roster.by_code(person)
    role = known.role if known else ""
    yield fact(incident, at, e.StoodDown, person=person, role=role, reason=reason, how=how, by=by)
    yield from police.rest(incident, "stood down")
    yield from police.bar(incident, voice, "stood down")
    yield from climbing.halt(world, incident, at, "stood down")
    yield from tell_everybody(world, incident, at, "stood_down", f"stood down: {reason}")
    yield from drill_over(world, incident, at)


def called_by_hand(world: World, incident: Incident, at: datetime, person: str, by: str, note: str) -> Items:
    voice = incident.voice
    yield fact(incident, at, e.PoliceCalledByHand, person=person, by=by, note=note)
    yield from police.rest(incident, "a person has called the police")
    yield from police.bar(incident, voice, "a person has called the police")
    yield from tell_everybody(world, incident, at, "police_answered", "a person has called the police")


def closed(world: World, incident: Incident, at: datetime, outcome: str, person: str, by: str) -> Items:
    yield from climbing.halt(world, incident, at, "closed")
    yield fact(incident, at, e.IncidentClosed, outcome=outcome, person=person, by=by)
    yield cancel(incident, "drill", "closed")
    yield alert(incident, active=False)
    yield from tell_everybody(world, incident, at, "closed", f"closed: {outcome}")


def drill_over(world: World, incident: Incident, at: datetime) -> Items:
    """A drill is judged and closed by itself once somebody came, stood it down, or the stand-in answered."""
    if not incident.drill or incident.verdict is not None or not incident.open:
        return
    if (incident.phase, e.IncidentClosed) not in TRANSITIONS:
        yield fact(incident, at, e.StoodDown, person="", role="", reason="drill over", how="clock", by="ccd")
        yield from police.rest(incident, "the drill is over")
    failures = _failures(incident)
    yield fact(incident, at, e.DrillJudged, passed=not failures, failures=failures)
    yield from closed(world, incident, at, "drill", "", "ccd")


def _failures(incident: Incident) -> tuple[str, ...]:
    """What did not work, as codes with the number of the rung."""
    found = []
    for number, rung in sorted(incident.rungs.items()):
        told = [one for one in incident.told.values() if one.rung == number]
        if not rung.people:
            found.append(f"rung-{number}-nobody")
        elif all(one.result and one.result not in DELIVERED for one in told):  # under way is no failure
            found.append(f"rung-{number}-not-told")
        elif number == 0 and not rung.acknowledged:
            found.append(f"rung-{number}-not-acknowledged")
    if incident.arrive_within_s and not _decided(incident):
        found.append("police-not-reached")
    for one in incident.told.values():
        if one.rung == EVERYBODY and one.result == "failed":
            found.append(f"{one.means}-failed")
    if incident.saved != "store":
        found.append("not-saved")
    return tuple(dict.fromkeys(found))


def _decided(incident: Incident) -> bool:
    by_somebody = incident.stood_down is not None and incident.stood_down.how != "clock"
    advised = incident.police is not None and incident.police.mode == "advise"
    return incident.arrived is not None or by_somebody or advised or incident.police_state == "answered"


DELIVERED = frozenset(("answered", "acknowledged", "cannot", "delivered", "hung_up"))
