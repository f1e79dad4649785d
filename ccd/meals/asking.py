"""Somebody asks to go to their meal: by the code at the phone, or at the console.

The rules, in this order; the first that is broken is the answer:

=======================  ====================================================================================
``meals_nobody``         somebody is signed in at the seat
``meals_whose``          it is one person, or the request names whose meal it is (two at a seat: a handover)
``meals_not_here``       that person is signed in there
``meals_no_phone``       the seat has a phone
``meals_off_duty``       the plan has them working now (``unplanned`` may let the others)
``meals_outside_window`` a window of their team is open
``meals_taken``          they have not had ``meals_per_shift`` meals in it
``meals_not_your_turn``  it is their meal group's part of the window (``rotation = "require"``)
``meals_queued``         the cap has a place for them; else they wait for one, and asking again keeps it
``meals_full``           the same, where nobody may wait
=======================  ====================================================================================

Whoever has a place already (their turn, a lead's grant) goes without these; so does, while an incident is
live, whoever it is about. Only ``enforce`` refuses. In the other modes the phone is paused, and what would
have been refused is on record; ``notify`` tells the leads.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_meals import MealsSettings
from ccd.config_section import Mode
from ccd.effects import SendAction
from ccd.events import PauseAsked
from ccd.events import meals as facts
from ccd.meals.cap import Cap, cap_of, is_counted
from ccd.meals.floor import (
    Diner,
    World,
    agent_at,
    called,
    clock,
    diner_of,
    leads_of,
    spared_by,
    team_of,
)
from ccd.meals.state import Place
from ccd.meals.telling import Items, accepted, deadline, fact, page, refused
from ccd.meals.waiting import end_places, groups_of, queue_of, serve
from ccd.meals.windows import Window, next_window, open_windows, slot_of

__all__ = ["ask"]

PROMPTS = {
    "meals_nobody": "meal-sign-in",
    "meals_whose": "which-person",
    "meals_not_here": "meal-sign-in",
    "meals_no_phone": "refused",
    "meals_off_duty": "meal-off-duty",
    "meals_outside_window": "meal-outside-window",
    "meals_taken": "meal-taken",
    "meals_not_your_turn": "meal-not-your-turn",
    "meals_queued": "meal-queued",
    "meals_full": "meal-full",
}


class _Refusal(NamedTuple):
    rule: str
    values: dict[str, str]
    because: str


class _Way(NamedTuple):
    """By which rule somebody may go, and in which window (None: in none)."""

    by_rule: str
    because: str
    window: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    moved_s: float = 0.0


def ask(world: World, settings: MealsSettings, event: PauseAsked) -> Items:
    """Answer with exactly one ``AnswerAsked``."""
    if settings.mode is Mode.OFF:
        yield from _pause(world, settings, event)
        yield accepted(event, "meals are off")
        return
    person, refusal = _person(world, event)
    incident = spared_by(world, person, event.pbx, event.seat)
    if refusal is not None and incident:
        refusal = None
    if refusal is None and (person in world.meals.meals or person in world.meals.held):
        yield accepted(
            event, "at a meal already", rule="meals_at_meal", values={"name": called(world, person)}
        )
        return
    if refusal is None and not person:  # whose seat has an incident: whoever they are, they may go
        yield from _pause(world, settings, event)
        yield accepted(event, f"incident {incident} is live: nothing is refused")
        return
    if refusal is not None:
        yield from _refuse(world, settings, event, person, refusal, None)
        return
    yield from _ask_by_rules(world, settings, event, person, incident)


def _person(world: World, event: PauseAsked) -> tuple[str, _Refusal | None]:
    """Whose meal it is."""
    here = world.presence.get((event.pbx, event.seat), {})
    values = {"seat": event.seat, "name": called(world, event.person), "count": str(len(here))}
    person = event.person or (next(iter(here)) if len(here) == 1 else "")
    if not event.person and not here:
        return "", _Refusal("meals_nobody", values, f"nobody is signed in at {event.seat}")
    if not person:
        return "", _Refusal("meals_whose", values, f"{len(here)} people are signed in at {event.seat}")
    if person not in here:
        return person, _Refusal("meals_not_here", values, f"{person} is not signed in at {event.seat}")
    if not event.interface:
        return person, _Refusal("meals_no_phone", values, f"{event.seat} has no phone")
    return person, None


def _ask_by_rules(
    world: World, settings: MealsSettings, event: PauseAsked, person: str, incident: str
) -> Items:
    at = event.at
    diner = diner_of(world, person, at)
    if settings.mode is Mode.ENFORCE:
        yield from serve(world, settings, at, diner.team)
    window = _window(world, settings, diner, at)
    named = window._replace(by_rule="incident", because=f"incident {incident} is live") if incident else None
    way = _kept(world, person) or named
    refusal = None
    if way is None:
        refusal = _refusal(world, settings, diner, at, window)
    if refusal is None:
        yield from _let(world, settings, event, diner, way or window)
    else:
        yield from _refuse(world, settings, event, person, refusal, window)


def _window(world: World, settings: MealsSettings, diner: Diner, at: datetime) -> _Way:
    """The window that is open; of several the first in which they have not eaten."""
    found = open_windows(settings, diner.team, diner.zone, at)
    free = [one for one in found if _eaten(world, diner, one) < settings.meals_per_shift]
    for one in (*free, *found):
        return _Way("own", f"every rule is kept, {one.name}", one.name, one.opens, one.closes)
    return _Way("own", "in no window")


def _eaten(world: World, diner: Diner, window: Window) -> int:
    return world.meals.eaten(diner.person, window.name, window.opens)


def _kept(world: World, person: str) -> _Way | None:
    """A place that is theirs already."""
    if (grant := world.meals.grants.get(person)) is not None:
        return _Way(grant.by_rule, "let already", grant.window, grant.opens, grant.closes, grant.moved_s)
    if (turn := world.meals.turns.get(person)) is not None:
        return _Way("turn", "it is their turn", turn.window, turn.opens, turn.closes, turn.moved_s)
    return None


def _refusal(world: World, settings: MealsSettings, diner: Diner, at: datetime, way: _Way) -> _Refusal | None:
    values = {"name": called(world, diner.person), "window": way.window}
    if not diner.planned and settings.unplanned == "refuse":
        return _Refusal("meals_off_duty", values, f"{diner.person} is not planned now")
    if way.opens is None or way.closes is None:
        coming = next_window(settings, diner.team, diner.zone, at)
        told = f"{coming.name} {clock(coming.opens, diner.zone)}" if coming else "-"
        return _Refusal("meals_outside_window", {**values, "next": told}, f"no window is open; next: {told}")
    window = Window(way.opens, way.closes, way.window, _day_of(diner, way.opens))
    eaten = _eaten(world, diner, window)
    if eaten >= settings.meals_per_shift:
        return _Refusal("meals_taken", {**values, "count": str(eaten)}, f"{eaten} taken in {window.name}")
    if settings.rotation == "require":
        opens, closes = slot_of(window, diner.group, groups_of(world, diner.team, window))
        if not opens <= at < closes and diner.person not in world.meals.waiting:
            bounds = {"since": clock(opens, diner.zone), "until": clock(closes, diner.zone)}
            because = f"group {diner.group} goes from {bounds['since']} to {bounds['until']}"
            return _Refusal("meals_not_your_turn", {**values, "group": diner.group, **bounds}, because)
    if not is_counted(world, settings, diner.person):
        return None
    return _over_cap(settings, diner, cap_of(world, settings, diner.team, at, diner.person), values)


def _day_of(diner: Diner, opens: datetime) -> date:
    return opens.astimezone(ZoneInfo(diner.zone)).date()


def _over_cap(settings: MealsSettings, diner: Diner, cap: Cap, values: dict[str, str]) -> _Refusal | None:
    if cap.free > 0:  # whoever waited for it was served before
        return None
    waits = settings.waiting and settings.mode is Mode.ENFORCE
    rule = "meals_queued" if waits else "meals_full"
    return _Refusal(rule, {**values, **cap.values}, cap.because)


def _let(world: World, settings: MealsSettings, event: PauseAsked, diner: Diner, way: _Way) -> Items:
    """Keep a place until the pause begins; for the console, pause the phone."""
    at = event.at
    until = at + timedelta(minutes=settings.turn_minutes)
    yield from end_places(world, at, diner.person, "let", way.because)
    yield fact(
        facts.MealGranted,
        at,
        diner.person,
        way.because,
        key=event.request,
        window=way.window,
        by_rule=way.by_rule,
        until=until,
        opens=way.opens,
        closes=way.closes,
        moved_s=way.moved_s,
        day=diner.day,
        pbx=event.pbx,
        seat=event.seat,
        by=event.by,
    )
    yield deadline("grant", diner.person, at, until, "a place is kept so long")
    yield from _pause(world, settings, event)
    full = f"{settings.allowance_minutes}"
    values = {"name": called(world, diner.person), "minutes": full}
    yield accepted(event, way.because, rule="meals_let", values=values, result={"window": way.window})


def _pause(world: World, settings: MealsSettings, event: PauseAsked) -> Items:
    """A phone's dialplan pauses by itself; for the console we do, also on a call: it takes no call away, and
    no other comes after it.
    """
    if event.how != "console" or not event.interface:
        return
    agent = agent_at(world, event.pbx, event.interface)
    members = {member.interface: None for member in agent.members.values()} if agent else {}
    for number, interface in enumerate(members or {event.interface: None}, start=1):
        fields = (
            ("Action", "QueuePause"),
            ("Interface", interface),
            ("Paused", "true"),
            ("Reason", settings.reason),
        )
        yield SendAction(
            f"meals-pause-{event.request}-{number}", "meals: asked for at the console", event.pbx, fields
        )


def _refuse(
    world: World,
    settings: MealsSettings,
    event: PauseAsked,
    person: str,
    refusal: _Refusal,
    way: _Way | None,
) -> Items:
    enforced = settings.mode is Mode.ENFORCE
    yield fact(
        facts.MealRefused,
        event.at,
        person,
        refusal.because,
        key=event.request,
        rule=refusal.rule,
        window=way.window if way else "",
        enforced=enforced,
        day=diner_of(world, person, event.at).day,
        pbx=event.pbx,
        seat=event.seat,
        by=event.by,
    )
    if not enforced:
        leads = leads_of(world, person, world.roster.team_of_interface(event.pbx, event.interface))
        yield from page(world, event.at, leads, refusal.rule, person, refusal.values)
        if way is not None:
            named = way._replace(by_rule="unenforced", because=f"would be refused: {refusal.because}")
            yield from _let(world, settings, event, diner_of(world, person, event.at), named)
            return
        yield from _pause(world, settings, event)
        yield accepted(event, f"would be refused: {refusal.because}")
        return
    values = refusal.values
    if refusal.rule == "meals_queued" and way is not None:
        yield from _queue(world, settings, event, person, way, refusal)
        order = queue_of(world, settings, team_of(world, person), event.at)
        values = {**values, "position": str(order.index(person) + 1)}
    prompt = PROMPTS[refusal.rule]
    yield refused(event, refusal.rule, values, refusal.because, prompt=prompt)


def _queue(
    world: World, settings: MealsSettings, event: PauseAsked, person: str, way: _Way, refusal: _Refusal
) -> Items:
    if person in world.meals.waiting or way.opens is None or way.closes is None:
        return
    diner = diner_of(world, person, event.at)
    place = Place(diner.team, way.window, way.opens, way.closes, event.at, diner.group, diner.day)
    order = queue_of(world, settings, diner.team, event.at, {person: place})
    yield fact(
        facts.MealQueued,
        event.at,
        person,
        refusal.because,
        key=event.request,
        window=way.window,
        team=diner.team,
        position=order.index(person) + 1,
        opens=way.opens,
        closes=way.closes,
        group=diner.group,
        day=diner.day,
        pbx=event.pbx,
        seat=event.seat,
        by=event.by,
    )
