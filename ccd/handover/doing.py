"""What people do about a handover: who may, what is kept of it, and the answer.

Each act gives its facts and last its answer. Nobody decides about themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ccd.config_handover import LogSection
from ccd.effects import AnswerAsked, Effect
from ccd.events import Event, ShiftAct
from ccd.events import handover as facts
from ccd.handover import ledger
from ccd.handover.answering import accepted, fact, key_of, refused
from ccd.handover.finding import own_end, to_relieve, to_sign
from ccd.handover.holding import World, outgoing_people
from ccd.handover.log import cleaned, wanting
from ccd.handover.looking import stale
from ccd.handover.seats import Place, planned, team_of
from ccd.handover.state import boundary_of
from ccd.shifts.people import may_decide, places_of
from ccd.shifts.plan import Assignment

__all__ = ["done"]

Done = Iterator[Event | Effect]


def done(world: World, event: ShiftAct) -> Done:
    act = _ACTS.get(event.act)
    if act is None:
        yield refused(event, "handover_no_act", act=event.act)
        return
    yield from act(world, event)


def _release(world: World, event: ShiftAct) -> Done:
    boundary = own_end(world, event.person, event.values, event.at)
    if boundary is None or boundary.outgoing is None:
        yield refused(event, "handover_no_shift", person=event.person)
        return
    if wrong := _no_lead(world, event, boundary.place):
        yield wrong
        return
    reason = cleaned(event.values["reason"])
    released = fact(facts.Released, event, boundary.place, boundary.outgoing.assignment, reason=reason)
    why = f"released by {event.actor}: {reason}"
    yield from ledger.over_now(world, event.person, boundary.place, event.at, "released", why)
    yield released
    stale(world, boundary)
    yield accepted(event, "handover_released", person=event.person, seat=boundary.seat)


def _relieve(world: World, event: ShiftAct) -> Done:
    """``person`` is to work the shift at this seat; who is there already relieves at once."""
    boundary = to_relieve(world, event.values, event.at)
    if boundary is None or boundary.incoming is None:
        yield refused(event, "handover_no_boundary", seat=event.values["seat"])
        return
    if wrong := _no_lead(world, event, boundary.place):
        yield wrong
        return
    if event.person in outgoing_people(world, boundary):
        yield refused(event, "handover_relief_is_outgoing", person=event.person, seat=boundary.seat)
        return
    about = boundary.incoming.assignment
    yield fact(
        facts.ReliefNamed, event, boundary.place, about, reason=cleaned(event.values.get("reason", ""))
    )
    if event.person in world.presence.get(boundary.place, {}):
        why = f"{event.person} was named, and is at the seat"
        for person in outgoing_people(world, boundary):
            yield from ledger.over_now(world, person, boundary.place, event.at, "relief", why)
    stale(world, boundary)
    yield accepted(event, "handover_relief_named", person=event.person, seat=boundary.seat, shift=about.shift)


def _log_write(world: World, event: ShiftAct) -> Done:
    section, none = event.values["section"], event.values.get("none", "") in ("yes", "true", "1")
    text = cleaned(event.values.get("text", ""))
    if section not in {one.value for one in LogSection}:
        yield refused(event, "handover_no_section", section=section, sections=", ".join(LogSection))
        return
    if bool(text) == none:
        yield refused(event, "handover_no_text")
        return
    boundary = own_end(world, event.person, event.values, event.at)
    if boundary is None or boundary.outgoing is None:
        yield refused(event, "handover_no_shift", person=event.person)
        return
    if event.actor != event.person and not may_decide(world, event.actor, team_of(world, boundary.place)):
        yield refused(event, "handover_not_yours", person=event.person)
        return
    yield fact(
        facts.LogWritten,
        event,
        boundary.place,
        boundary.outgoing.assignment,
        section=section,
        text=text,
        none=none,
    )
    stale(world, boundary)
    missing = wanting(world, boundary, event.person, "").missing
    yield accepted(
        event,
        "handover_written",
        result={"missing": " ".join(missing)},
        seat=boundary.seat,
        section=section,
    )


def _sign(world: World, event: ShiftAct) -> Done:
    if event.actor != event.person:
        yield refused(event, "handover_sign_yourself", person=event.person)
        return
    found = to_sign(world, event.person, event.values, event.at)
    if found is None or found[0].outgoing is None:
        yield refused(event, "handover_nothing_to_sign", person=event.person)
        return
    boundary, side = found
    about = found[0].outgoing.assignment
    yield fact(facts.LogSigned, event, boundary.place, about, side=side)
    stale(world, boundary)
    yield accepted(event, "handover_signed", person=event.person, seat=boundary.seat, shift=about.shift)


def _item_open(world: World, event: ShiftAct) -> Done:
    text = cleaned(event.values["text"])
    boundary = own_end(world, event.person, event.values, event.at)
    place = boundary.place if boundary is not None else _place(world, event)
    if place is None or not text:
        yield refused(event, "handover_no_seat" if text else "handover_no_text", person=event.person)
        return
    if event.actor != event.person and not may_decide(world, event.actor, team_of(world, place)):
        yield refused(event, "handover_not_yours", person=event.person)
        return
    again = next((one for one in world.handover.items.values() if one.key == key_of(event)), None)
    item = again.item if again is not None else f"{world.handover.item_number + 1}"
    about = boundary.outgoing.assignment if boundary is not None and boundary.outgoing else None
    yield fact(facts.ItemOpened, event, place, about, item=item, text=text)
    if boundary is not None:
        stale(world, boundary)
    yield accepted(event, "handover_item_opened", result={"item": item}, item=item, seat=place[1])


def _item_close(world: World, event: ShiftAct) -> Done:
    """By anybody of the seat's team, whoever's shift it is, or a lead."""
    known = world.handover.items.get(event.values["item"])
    if known is None:
        yield refused(event, "handover_no_item", item=event.values["item"])
        return
    place, actor = (known.pbx, known.seat), world.roster.by_code(event.actor)
    team = team_of(world, place)
    if not ((actor is not None and actor.team == team) or may_decide(world, event.actor, team)):
        yield refused(event, "handover_other_team", item=known.item, team=team)
        return
    text = cleaned(event.values.get("text", ""))
    yield fact(facts.ItemClosed, event, place, None, item=known.item, text=text)
    yield accepted(event, "handover_item_closed", item=known.item, seat=known.seat)


def _bulletin_post(world: World, event: ShiftAct) -> Done:
    audience = event.values.get("audience") or "all"
    bulletin, title, text = (cleaned(event.values[name]) for name in ("id", "title", "text"))
    actor = world.roster.by_code(event.actor)
    team = actor.team if actor is not None and audience == "all" else audience
    if audience != "all" and audience not in world.roster.teams:
        yield refused(event, "handover_no_team", team=audience)
    elif not bulletin.isprintable() or not bulletin or "|" in bulletin or len(bulletin) > 64:
        yield refused(event, "handover_bad_bulletin", id=event.values["id"][:64])
    elif (known := world.handover.bulletins.get(bulletin)) is not None and known.key != key_of(event):
        yield refused(event, "handover_bulletin_known", id=bulletin)
    elif not may_decide(world, event.actor, team):
        yield refused(event, "handover_not_lead", actor=event.actor)
    else:
        yield fact(
            facts.BulletinPosted,
            event,
            ("", ""),
            None,
            bulletin=bulletin,
            title=title,
            text=text,
            audience=audience,
        )
        yield accepted(event, "handover_posted", id=bulletin, audience=audience)


def _bulletin_read(world: World, event: ShiftAct) -> Done:
    known = world.handover.bulletins.get(event.values["id"])
    if event.actor != event.person:
        yield refused(event, "handover_read_yourself", person=event.person)
    elif known is None:
        yield refused(event, "handover_no_bulletin", id=event.values["id"])
    else:
        if (known.bulletin, event.person) not in world.handover.read:
            yield fact(facts.BulletinRead, event, ("", ""), None, bulletin=known.bulletin)
            for boundary in planned(world, event.at).of_person(event.person):
                stale(world, boundary)
            for named in world.handover.named.values():
                if named.person == event.person:
                    for boundary in planned(world, event.at).of_seat((named.pbx, named.seat)):
                        stale(world, boundary)
        yield accepted(event, "handover_read", id=known.bulletin, person=event.person)


def _excuse(world: World, event: ShiftAct) -> Done:
    """The verdict stays as it was given; that it is excused, by whom and why stands beside it."""
    asked = {name: event.values.get(name, "") for name in ("pbx", "seat", "day", "shift")}
    side = event.values.get("side") or "start"
    known = next(
        (
            one
            for one in world.handover.verdicts.values()
            if boundary_of(one)[-1] == side
            and (one.seat, str(one.day), one.shift) == (asked["seat"], asked["day"], asked["shift"])
            and asked["pbx"] in ("", one.pbx)
        ),
        None,
    )
    if known is None:
        yield refused(event, "handover_no_verdict", **asked)
        return
    team = team_of(world, (known.pbx, known.seat))
    if event.actor in (known.outgoing, known.incoming):
        yield refused(event, "handover_not_oneself", actor=event.actor)
    elif not may_decide(world, event.actor, team):
        yield refused(event, "handover_not_lead", actor=event.actor)
    else:
        about = Assignment(known.person, known.day, known.shift) if known.day else None
        yield fact(
            facts.VerdictExcused,
            event,
            (known.pbx, known.seat),
            about,
            person=known.person,
            side=side,
            verdict=known.verdict,
            reason=cleaned(event.values["reason"]),
        )
        yield accepted(event, "handover_excused", seat=known.seat, verdict=known.verdict)


def _no_lead(world: World, event: ShiftAct, place: Place) -> AnswerAsked | None:
    if event.actor == event.person:
        return refused(event, "handover_not_oneself", actor=event.actor)
    if not may_decide(world, event.actor, team_of(world, place)):
        return refused(event, "handover_not_lead", actor=event.actor)
    return None


def _place(world: World, event: ShiftAct) -> Place | None:
    """Where they sit, or the seat that was named."""
    places = places_of(world, event.person)
    seat, pbx = event.values.get("seat", ""), event.values.get("pbx", "")
    if seat:
        names = (pbx,) if pbx else tuple(world.settings.pbx or world.pbxs)
        return next(
            ((name, seat) for name in names if world.roster.interface_of(name, seat) is not None), None
        )
    return places[0][:2] if places else None


_ACTS: dict[str, Callable[[World, ShiftAct], Done]] = {
    "release": _release,
    "relieve": _relieve,
    "log_write": _log_write,
    "sign": _sign,
    "item_open": _item_open,
    "item_close": _item_close,
    "bulletin_post": _bulletin_post,
    "bulletin_read": _bulletin_read,
    "excuse": _excuse,
}
