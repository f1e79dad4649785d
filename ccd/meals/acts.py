"""What may be asked of this policy: by whom is checked when it is done.

=======  ==========================================================================================
grant    a lead lets somebody go beyond window, cap and turn; it holds for ``grant_minutes``
extend   a lead gives a meal under way so many minutes more, past its window too
excuse   a lead takes back what the latest meal that was late counts against somebody
cancel   somebody gives up their place on the waiting list, their turn or what they were granted
=======  ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ccd.config_meals import MealsSettings
from ccd.config_section import Mode
from ccd.events import ShiftAct
from ccd.events import meals as facts
from ccd.meals.floor import World, clock, diner_of, place_of
from ccd.meals.overstaying import watch
from ccd.meals.state import Taken
from ccd.meals.telling import Items, accepted, deadline, fact, page, refused
from ccd.meals.waiting import end_places, serve
from ccd.meals.windows import open_windows
from ccd.shifts.acts import Act
from ccd.shifts.people import may_decide, name_of, team_of

__all__ = ["ACTS", "perform"]

ACTS: dict[str, Act] = {
    "cancel": Act(actor=False),
    "excuse": Act(needs=("reason",)),
    "extend": Act(needs=("minutes", "reason")),
    "grant": Act(needs=("reason",)),
}
MOST_MINUTES = 240
Values = dict[str, str]


def perform(world: World, settings: MealsSettings, event: ShiftAct) -> Items:
    """Answer with exactly one ``AnswerAsked``."""
    values = {"name": name_of(world, event.person), "actor": name_of(world, event.actor), **event.values}
    if settings.mode is Mode.OFF:
        yield refused(event, "meals_off", {}, "meals are off")
    elif world.roster.by_code(event.person) is None:
        yield refused(event, "meals_unknown_person", {"person": event.person}, "nobody has this code")
    elif rule := _may_not(world, event):
        values["team"] = team_of(world, event.person)
        yield refused(event, rule, values, f"{event.actor or 'nobody'} asks to {event.act}")
    else:
        yield from _PERFORM[event.act](world, settings, event, values)


def _may_not(world: World, event: ShiftAct) -> str:
    """The rule by which somebody may not do this; "" where they may."""
    own = event.actor in ("", event.person)
    if event.act == "cancel" and own:
        return ""
    if own:
        return "meals_not_yourself"
    return "" if may_decide(world, event.actor, team_of(world, event.person)) else "meals_may_not"


def _grant(world: World, settings: MealsSettings, event: ShiftAct, values: Values) -> Items:
    at, person = event.at, event.person
    if person in world.meals.meals or person in world.meals.held:
        yield refused(event, "meals_at_meal", values, "extend it instead")
        return
    diner = diner_of(world, person, at)
    until = at + timedelta(minutes=settings.grant_minutes)
    window = next(iter(open_windows(settings, diner.team, diner.zone, at)), None)
    pbx, seat = place_of(world, person)
    yield from end_places(world, at, person, "let", "a lead has granted it")
    yield fact(
        facts.MealGranted,
        at,
        person,
        f"granted by {event.actor}: {event.values['reason']}",
        key=f"{event.request}|{at.isoformat()}",
        window=window.name if window else "",
        by_rule="lead",
        until=until,
        opens=window.opens if window else None,
        day=diner.day,
        pbx=pbx,
        seat=seat,
        actor=event.actor,
        by=event.by,
    )
    yield deadline("grant", person, at, until, "a lead's grant holds so long")
    yield from serve(world, settings, at, diner.team)
    values = {**values, "until": clock(until, diner.zone)}
    yield from page(world, at, (person,), "meals_granted", person, values, ring=True)
    yield accepted(event, "granted", rule="meals_granted", values=values)


def _extend(world: World, settings: MealsSettings, event: ShiftAct, values: Values) -> Items:
    text, meal = event.values["minutes"], world.meals.meals.get(event.person)
    known = text.isascii() and text.isdecimal() and len(text) <= 3
    if not known or not 1 <= int(text) <= MOST_MINUTES:
        yield refused(event, "meals_bad_minutes", values, "no such number of minutes")
        return
    if meal is None:
        yield refused(event, "meals_no_meal", values, "there is nothing to extend")
        return
    yield fact(
        facts.MealExtended,
        event.at,
        event.person,
        f"{text} minutes more by {event.actor}: {event.values['reason']}",
        key=event.request,
        window=meal.window,
        minutes=int(text),
        reason=event.values["reason"],
        day=meal.day,
        pbx=meal.pbx,
        seat=meal.seat,
        actor=event.actor,
        by=event.by,
    )
    yield from watch(world, settings, event.at, event.person)
    yield from page(world, event.at, (event.person,), "meals_extended", event.person, values)
    yield accepted(event, "extended", rule="meals_extended", values=values)


def _excuse(world: World, settings: MealsSettings, event: ShiftAct, values: Values) -> Items:
    taken = _to_excuse(world.meals.taken.get(event.person, ()))
    if taken is None:
        yield refused(event, "meals_nothing_to_excuse", values, "no meal counts against them")
        return
    diner = diner_of(world, event.person, event.at)
    yield fact(
        facts.MealExcused,
        event.at,
        event.person,
        f"excused by {event.actor}: {event.values['reason']}",
        key=event.request,
        window=taken.window,
        began=taken.began,
        level=taken.level,
        reason=event.values["reason"],
        day=taken.day or diner.day,
        actor=event.actor,
        by=event.by,
    )
    values = {**values, "began": clock(taken.began, diner.zone)}
    yield from page(world, event.at, (event.person,), "meals_excused", event.person, values)
    yield accepted(event, "excused", rule="meals_excused", values=values)


def _to_excuse(taken: tuple[Taken, ...]) -> Taken | None:
    against = [one for one in taken if one.level in ("late", "violation") and not one.excused]
    return against[-1] if against else None


def _cancel(world: World, settings: MealsSettings, event: ShiftAct, values: Values) -> Items:
    state, person = world.meals, event.person
    if not any(person in places for places in (state.waiting, state.turns, state.grants)):
        yield refused(event, "meals_no_place", values, "no place is theirs")
        return
    because = f"cancelled by {event.actor or event.by or person}"
    yield from end_places(world, event.at, person, "cancelled", because, actor=event.actor, by=event.by)
    yield from serve(world, settings, event.at, team_of(world, person))
    yield accepted(event, because, rule="meals_cancelled", values=values)


_PERFORM: dict[str, Callable[[World, MealsSettings, ShiftAct, Values], Items]] = {
    "cancel": _cancel,
    "excuse": _excuse,
    "extend": _extend,
    "grant": _grant,
}
