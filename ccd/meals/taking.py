"""Meals as they are taken: from the pause of a phone to its end, or to the person's arrival at a seat.

A meal is a person's, not a phone's. Signing out does not end it; it goes on until the pause ends or the
person arrives somewhere. It survives a restart and a PBX that is away: where the pause is gone when we look
again, the meal ended unseen, and what cannot be known is not held against anybody.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.config_meals import MealsSettings
from ccd.events import BlindEnded, PauseBegan, PauseEnded
from ccd.events import meals as facts
from ccd.meals.counting import Bounds, Span, level_of, over_s, seconds_of
from ccd.meals.floor import World, agent_at, blind_since, diner_of, leads_of, on_call
from ccd.meals.overstaying import watch
from ccd.meals.state import Held, Meal
from ccd.meals.telling import Items, cancel, fact, page
from ccd.meals.waiting import end_places, release_turns, serve
from ccd.meals.windows import open_windows
from ccd.shifts.people import leads_to_tell, name_of, team_of

__all__ = ["ended", "pause_began", "pause_ended", "release_pauses", "seen_again"]


def pause_began(world: World, settings: MealsSettings, event: PauseBegan) -> Items:
    if event.reason != settings.reason or _known(world, event.pbx, event.interface):
        return
    people = [one for one in event.people if one not in world.meals.meals]
    if len(people) > 1:
        people = [one for one in people if one in world.meals.grants or one in world.meals.turns]
    seat = world.roster.seat_of(event.pbx, event.interface) or ""
    if len(people) != 1:
        if event.people:
            yield from _unclear(world, event, seat)
        return
    person = people[0]
    held = _held_by_pause(world, settings, event, person, seat)
    if on_call(world, event.pbx, event.interface):
        yield from end_places(world, event.at, person, "let", "their phone is paused for the meal")
        yield _waits(world, event.at, person, held)
    else:
        yield from _begin(world, settings, event.at, person, held)


def _known(world: World, pbx: str, interface: str) -> bool:
    """Of a meal that is under way, told again after a restart."""
    state = world.meals
    known: tuple[Meal | Held, ...] = (*state.meals.values(), *state.held.values())
    return any((one.pbx, one.interface) == (pbx, interface) for one in known)


def _unclear(world: World, event: PauseBegan, seat: str) -> Items:
    yield fact(
        facts.MealUnclear,
        event.at,
        "",
        f"{len(event.people)} people are signed in at {seat}, and none of them was let",
        key=f"{event.pbx}|{event.interface}|{event.at.isoformat()}",
        people=event.people,
        interface=event.interface,
        pbx=event.pbx,
        seat=seat,
    )
    leads = tuple(
        one for one in leads_to_tell(world, team_of(world, event.people[0])) if one not in event.people
    )
    names = ", ".join(name_of(world, one) for one in event.people)
    yield from page(world, event.at, leads, "meals_unclear", event.people[0], {"names": names})


def _held_by_pause(world: World, settings: MealsSettings, event: PauseBegan, person: str, seat: str) -> Held:
    """What the pause stands for: what was granted, their turn, or whatever window is open."""
    place = world.meals.grants.get(person) or world.meals.turns.get(person)
    diner = diner_of(world, person, event.at)
    window, opens, closes, moved_s, day = "", None, None, 0.0, diner.day
    if place is not None:
        window, opens, closes, moved_s = place.window, place.opens, place.closes, place.moved_s
        day = place.day or diner.day
    elif found := open_windows(settings, diner.team, diner.zone, event.at):
        window, opens, closes = found[0].name, found[0].opens, found[0].closes
    return Held(
        window=window,
        opens=opens,
        closes=closes,
        since=event.at,
        pbx=event.pbx,
        seat=seat,
        interface=event.interface,
        asked=place is not None,
        day=day,
        moved_s=moved_s,
    )


def _waits(world: World, at: datetime, person: str, held: Held) -> facts.MealHeld:
    return fact(
        facts.MealHeld,
        at,
        person,
        "on a live call: the meal begins when it is over",
        key=f"pause|{person}|{at.isoformat()}",
        what="pause",
        window=held.window,
        since=at,
        opens=held.opens,
        closes=held.closes,
        interface=held.interface,
        asked=held.asked,
        before_s=held.moved_s,
        day=held.day,
        pbx=held.pbx,
        seat=held.seat,
    )


def _begin(world: World, settings: MealsSettings, at: datetime, person: str, held: Held) -> Items:
    full = timedelta(minutes=settings.allowance_minutes)
    moved = timedelta(seconds=held.moved_s)
    bounds = Bounds(at, full, held.closes, moved)
    yield from end_places(world, at, person, "let", "they are at their meal")
    because = "let, and paused" if held.asked else "paused past our codes"
    yield fact(
        facts.MealBegan,
        at,
        person,
        f"{because}: {bounds.allowed.total_seconds():.0f} s allowed",
        window=held.window,
        allowed_s=bounds.allowed.total_seconds(),
        asked=held.asked,
        moved_s=held.moved_s,
        opens=held.opens,
        closes=held.closes,
        interface=held.interface,
        full_s=full.total_seconds(),
        day=held.day,
        pbx=held.pbx,
        seat=held.seat,
    )
    if not held.asked:
        yield from page(world, at, leads_of(world, person), "meals_not_asked", person)
    yield from watch(world, settings, at, person)


def release_pauses(
    world: World, settings: MealsSettings, at: datetime, pbx: str, interface: str = ""
) -> Items:
    """Calls are over that kept people whose phone is paused already: their meal begins now."""
    for person, held in list(world.meals.held.items()):
        if held.pbx != pbx or (interface and held.interface != interface):
            continue
        if on_call(world, pbx, held.interface):
            continue
        moved_s = (at - held.since).total_seconds()
        yield fact(
            facts.MealMoved,
            at,
            person,
            f"the call is over; it kept them {moved_s:.0f} s",
            key=f"pause|{person}|{at.isoformat()}",
            what="pause",
            window=held.window,
            since=held.since,
            moved_s=moved_s,
            day=held.day,
            pbx=held.pbx,
            seat=held.seat,
        )
        yield from _begin(world, settings, at, person, world.meals.held[person])


def pause_ended(world: World, settings: MealsSettings, event: PauseEnded) -> Items:
    place = (event.pbx, event.interface)
    for person, meal in list(world.meals.meals.items()):
        if (meal.pbx, meal.interface) == place:
            yield from ended(world, settings, event.at, person, "unpaused" if event.seen else "unseen")
    for person, held in list(world.meals.held.items()):
        if (held.pbx, held.interface) == place:
            yield from end_places(world, event.at, person, "unpaused", "unpaused before the call was over")
    agent = agent_at(world, event.pbx, event.interface)
    if agent is not None and agent.pause is not None:
        return  # for another reason now: nobody has come back to work
    for team in dict.fromkeys(team_of(world, one) for one in event.people):
        yield from serve(world, settings, event.at, team)


def ended(world: World, settings: MealsSettings, at: datetime, person: str, why: str) -> Items:
    """The meal is over; its place goes to the next."""
    meal = world.meals.meals[person]
    at = max(at, meal.began)
    blind = meal.blind
    if (since := blind_since(world, meal.pbx)) is not None and since < at:
        blind = (*blind, (max(since, meal.began), at))
    level, over = _verdict(settings, meal.bounds, blind, at)
    allowed_s = meal.bounds.allowed.total_seconds()
    yield fact(
        facts.MealEnded,
        at,
        person,
        f"{why} after {(at - meal.began).total_seconds():.0f} s of {allowed_s:.0f} s, {over} s over: {level}",
        window=meal.window,
        began=meal.began,
        seconds=(at - meal.began).total_seconds(),
        allowed_s=allowed_s,
        over_s=float(over),
        level=level,
        asked=meal.asked,
        moved_s=meal.moved_s,
        extended_s=meal.extra_s,
        blind_s=seconds_of(blind, meal.began, at).total_seconds(),
        why=why,
        day=meal.day,
        pbx=meal.pbx,
        seat=meal.seat,
    )
    yield cancel("meal", person)
    yield from serve(world, settings, at, team_of(world, person))


def _verdict(
    settings: MealsSettings, bounds: Bounds, blind: tuple[Span, ...], at: datetime
) -> tuple[str, int]:
    proven, possible = over_s(bounds, blind, at), over_s(bounds, (), at)
    level = level_of(
        proven,
        possible,
        late_after_s=settings.late_after_minutes * 60,
        violation_s=settings.violation_minutes * 60,
    )
    return level, proven


def seen_again(world: World, settings: MealsSettings, event: BlindEnded) -> Items:
    """The PBX is back: what went on meanwhile counts against nobody; meals that are over have ended."""
    for person, meal in list(world.meals.meals.items()):
        if meal.pbx != event.pbx:
            continue
        since = max(event.began, meal.began)
        if since < event.at:
            yield fact(
                facts.MealUnseen,
                event.at,
                person,
                f"{event.pbx} was out of sight since {since.isoformat()}",
                window=meal.window,
                since=since,
                until=event.at,
                day=meal.day,
                pbx=meal.pbx,
                seat=meal.seat,
            )
        if _paused(world, settings, meal.pbx, meal.interface):
            yield from watch(world, settings, event.at, person)
        else:
            yield from ended(world, settings, event.at, person, "unseen")
    for person, held in list(world.meals.held.items()):
        if held.pbx == event.pbx and not _paused(world, settings, held.pbx, held.interface):
            yield from end_places(world, event.at, person, "unpaused", "unpaused while out of sight")
    yield from release_pauses(world, settings, event.at, event.pbx)
    yield from release_turns(world, settings, event.at, event.pbx)


def _paused(world: World, settings: MealsSettings, pbx: str, interface: str) -> bool:
    agent = agent_at(world, pbx, interface)
    return agent is not None and agent.pause is not None and agent.pause.reason == settings.reason
