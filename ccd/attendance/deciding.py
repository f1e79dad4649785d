"""What a named person decides about another: corrections, proposals, objections."""

from __future__ import annotations

from datetime import date

from ccd.attendance.asking import common, day_of, done, moment_of, one_of, require_decider, require_manager
from ccd.attendance.floor import Items, World, day_here, rules_of, zone_of
from ccd.attendance.judge import WEIGHTS
from ccd.attendance.ledger import Entry, Proposal, month_of
from ccd.attendance.proposing import proposals, told
from ccd.config_section import Mode
from ccd.effects import Page
from ccd.events import ShiftAct
from ccd.events import attendance as facts
from ccd.shifts.acts import Refused
from ccd.shifts.people import leads_to_tell, team_of

__all__ = ["answer_objection", "correct", "decide", "object_"]

REMOVED = "removed"


def correct(world: World, event: ShiftAct) -> Items:
    """A finding weighs otherwise from now on; the verdict it stands in is kept as it was."""
    require_decider(world, event, event.person)
    day, kind = day_of(event), event.values["kind"]
    weight = one_of(event, "weight", (*WEIGHTS, REMOVED))
    entry = _one(world, event, day, kind)
    reason = event.values["reason"]
    yield _corrected(event, event.person, entry, weight, reason)
    yield from proposals(world, event.at, event.person, month_of(day))
    values = {"day": str(day), "kind": kind, "weight": weight, "actor": event.actor, "reason": reason}
    yield from tell_person(
        world, f"attendance|{event.request}|page", event.person, "attendance_you_were_corrected", values
    )
    because = f"{entry.ref}: {entry.weight} becomes {weight}: {reason}"
    yield done(event, "attendance_corrected", because, kind=kind, person=event.person, day=day, weight=weight)


def _entries(world: World, person: str, day: date, kind: str = "") -> list[Entry]:
    ledger = world.attendance.ledger(person, month_of(day))
    return [one for one in ledger.entries if one.day == day and kind in ("", one.finding.kind)]


def _one(world: World, event: ShiftAct, day: date, kind: str) -> Entry:
    """The finding that is meant; ``shift``, or a time ``at`` which lies in it, say which of several."""
    found = _entries(world, event.person, day, kind)
    if shift := event.values.get("shift"):
        found = [one for one in found if one.shift == shift]
    if event.values.get("at"):
        at = moment_of(world, event, "at")
        found = [one for one in found if one.finding.began <= at <= one.finding.ended]
    if not found:
        raise Refused("attendance_no_finding", kind=kind, person=event.person, day=day)
    if len(found) > 1:
        zone = zone_of(world)
        which = ", ".join(f"{one.shift} {one.finding.began.astimezone(zone):%H:%M}" for one in found)
        raise Refused("attendance_several", kind=kind, person=event.person, day=day, which=which)
    return found[0]


def _corrected(event: ShiftAct, person: str, entry: Entry, weight: str, reason: str) -> facts.Corrected:
    finding = entry.finding
    key = f"corrected|{entry.verdict}|{finding.kind}|{finding.began.isoformat()}|{event.request}"
    return facts.Corrected(
        **common(event, key, f"{entry.ref}: {finding.weight} becomes {weight}"),
        person=person,
        day=entry.day,
        shift=entry.shift,
        refers=entry.verdict,
        kind=finding.kind,
        began=finding.began,
        ended=finding.ended,
        was=finding.weight,
        weight=weight,
        reason=reason,
    )


def decide(world: World, event: ShiftAct) -> Items:
    """Confirm or waive what is proposed."""
    name, rules = event.values["proposal"], rules_of(world)
    decision = one_of(event, "decision", ("confirm", "waive"))
    proposal = _proposal(world, name)
    if proposal is None or proposal.state != "open":
        raise Refused("attendance_no_proposal", proposal=name)
    made = proposal.made
    absence = isinstance(made, facts.AbsenceProposed)
    by = rules.decide_absence if absence else rules.decide_review
    (require_manager if by == "manager" else require_decider)(world, event, made.person)
    reason = event.values["reason"]
    yield facts.ProposalDecided(
        **common(event, f"decided|{name}|{made.nth}", f"{decision}: {reason}"),
        person=made.person,
        day=made.day,
        month=made.month,
        proposal=name,
        nth=made.nth,
        decision=decision,
        reason=reason,
    )
    yield from proposals(world, event.at, made.person, made.month)
    values = {"proposal": name, "decision": decision, "actor": event.actor, "reason": reason}
    yield from tell_person(
        world, f"attendance|{event.request}|page", made.person, "attendance_you_were_decided", values
    )
    yield done(event, "attendance_decided", f"{name}: {decision}: {reason}", proposal=name, decision=decision)


def _proposal(world: World, name: str) -> Proposal | None:
    for person, months in world.attendance.everybody():
        if name.startswith(f"{person}-"):
            for month in sorted(months):
                if found := world.attendance.ledger(person, month).proposal(name):
                    return found
    return None


def object_(world: World, event: ShiftAct) -> Items:
    """The person themself; whoever leads them is told."""
    if event.actor != event.person:
        raise Refused("attendance_only_oneself", person=event.person)
    day = day_of(event) if event.values.get("day") else day_here(world, event.at)
    known = world.attendance.ledger(event.person, month_of(day)).objections
    name = f"O-{event.person}-{day:%Y%m%d}-{sum(one.day == day for one, _ in known) + 1}"
    yield facts.Objected(
        **common(event, f"objected|{name}", event.values["text"]),
        person=event.person,
        day=day,
        objection=name,
        text=event.values["text"],
        kind=event.values.get("kind", ""),
    )
    person = world.roster.by_code(event.person)
    values = {
        "person": event.person,
        "name": person.name if person else "",
        "day": str(day),
        "text": event.values["text"],
        "objection": name,
    }
    leads = leads_to_tell(world, team_of(world, event.person))
    yield from told(
        world, f"attendance|objected|{name}|page", leads, event.person, "attendance_objected", values
    )
    yield done(event, "attendance_objection_taken", f"objection {name}", objection=name)


def answer_objection(world: World, event: ShiftAct) -> Items:
    """By somebody else than who made the correction. Upheld: what was objected to counts no more."""
    name = event.values["objection"]
    decision = one_of(event, "decision", ("upheld", "rejected"))
    objected = _open_objection(world, name)
    assert objected.day is not None
    person, day = objected.person, objected.day
    require_decider(world, event, person)
    entries = _entries(world, person, day, objected.kind)
    if any(one.correction is not None and one.correction.actor == event.actor for one in entries):
        raise Refused("attendance_own_correction", actor=event.actor)
    reason = event.values["reason"]
    yield facts.ObjectionAnswered(
        **common(event, f"answered|{name}", f"{decision}: {reason}"),
        person=person,
        day=day,
        objection=name,
        decision=decision,
        reason=reason,
    )
    for one in entries if decision == "upheld" else ():
        if one.weight != REMOVED:
            yield _corrected(event, person, one, REMOVED, f"{name}: {reason}")
    yield from proposals(world, event.at, person, month_of(day))
    values = {"objection": name, "decision": decision, "actor": event.actor, "reason": reason}
    yield from tell_person(
        world, f"attendance|{event.request}|page", person, "attendance_you_were_answered", values
    )
    yield done(
        event, "attendance_answered", f"{name}: {decision}: {reason}", objection=name, decision=decision
    )


def _open_objection(world: World, name: str) -> facts.Objected:
    for person, months in world.attendance.everybody():
        if name.startswith(f"O-{person}-"):
            for month in sorted(months):
                for objected, answer in world.attendance.ledger(person, month).objections:
                    if objected.objection == name and answer is None:
                        return objected
    raise Refused("attendance_no_objection", objection=name)


def tell_person(world: World, key: str, person: str, rule: str, values: dict[str, str]) -> Items:
    """Whoever it is about hears of it, with who decided it and why."""
    if rules_of(world).mode in (Mode.NOTIFY, Mode.ENFORCE):
        yield Page(key, f"attendance: {rule} {values}", (person,), rule, values)
