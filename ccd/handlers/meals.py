"""Meals: windows, rotation, how many at once (manual.md, "Meals"; docs/meals.md).

Every input finds its place here:

======================  =====================================================================================
PauseAsked              for the reason that is a meal: let, refused, or put on the waiting list (``asking``)
PauseBegan, PauseEnded  a meal begins and ends with the pause of a phone (``taking``)
PersonArrived           whoever is at a meal is back; a place more there may be
PersonLeft              a place on the list is given up; a meal goes on
AgentChanged            a live call is over that somebody's turn or meal has waited for
BlindEnded              meals go on, or have ended unseen; what was out of sight does not count
DeadlineDue             a meal's next step (``overstaying``), a turn or a grant unused, the look once a minute
EffectFailed            the console let somebody go, and the PBX did not pause their phone
ShiftAct                grant, extend, excuse, cancel (``acts``)
======================  =====================================================================================

Modes: ``enforce`` refuses; ``notify`` lets everybody, keeps what it would have refused and tells the leads;
``observe`` keeps it and tells nobody; ``off`` lets everybody and keeps nothing, but ends what is under way.
Nobody is ever unpaused, and no call is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from ccd.config_meals import MealsSettings
from ccd.config_section import Mode
from ccd.effects import Effect
from ccd.events import (
    AgentChanged,
    BlindEnded,
    DeadlineDue,
    EffectFailed,
    Event,
    PauseAsked,
    PauseBegan,
    PauseEnded,
    PersonArrived,
    PersonLeft,
    ShiftAct,
    ShiftsRestored,
)
from ccd.meals import taking, waiting
from ccd.meals.acts import perform
from ccd.meals.asking import ask
from ccd.meals.floor import World, has_gone
from ccd.meals.overstaying import watch
from ccd.meals.telling import Items, page
from ccd.shifts.people import is_here, team_of
from ccd.shifts.sweeping import is_sweep, next_sweep

NAME = "meals"


def decide(event: Event, world: World, settings: MealsSettings) -> Iterable[Event | Effect]:
    """One input. Each fact must be applied before the next item is asked for: ``ccd.engine`` does."""
    if type(event) is AgentChanged and not waiting.call_is_over(world, event):
        return ()  # the hot path
    return _DECIDE[type(event)](event, world, settings)


def _asked(event: PauseAsked, world: World, settings: MealsSettings) -> Items:
    if event.reason == settings.reason:
        yield from ask(world, settings, event)


def _pause_began(event: PauseBegan, world: World, settings: MealsSettings) -> Items:
    if settings.mode is not Mode.OFF:
        yield from taking.pause_began(world, settings, event)


def _pause_ended(event: PauseEnded, world: World, settings: MealsSettings) -> Items:
    yield from taking.pause_ended(world, settings, event)


def _arrived(event: PersonArrived, world: World, settings: MealsSettings) -> Items:
    """Late news of an arrival before the meal does not end it."""
    meal = world.meals.meals.get(event.person)
    if meal is not None and event.at >= meal.began:
        yield from taking.ended(world, settings, event.at, event.person, "arrived")
    yield from waiting.serve(world, settings, event.at, team_of(world, event.person))


def _left(event: PersonLeft, world: World, settings: MealsSettings) -> Items:
    """Whoever only moves to another seat keeps their place. A meal goes on, unless the shift is over."""
    if event.how == "moved" or is_here(world, event.person) or event.person in world.meals.held:
        return
    if _gone_home(world, event.at, event.person):
        yield from taking.ended(world, settings, event.at, event.person, "gone")
    yield from waiting.end_places(world, event.at, event.person, "left", f"signed out of {event.seat}")
    yield from waiting.serve(world, settings, event.at, team_of(world, event.person))


def _call_over(event: AgentChanged, world: World, settings: MealsSettings) -> Items:
    yield from taking.release_pauses(world, settings, event.at, event.pbx, event.interface)
    yield from waiting.release_turns(world, settings, event.at, event.pbx, event.interface)


def _seen_again(event: BlindEnded, world: World, settings: MealsSettings) -> Items:
    yield from taking.seen_again(world, settings, event)


def _due(event: DeadlineDue, world: World, settings: MealsSettings) -> Items:
    if is_sweep(NAME, event):
        yield from _sweep(event, world, settings)
        return
    name, _, rest = event.key.partition("|")
    what, _, person = rest.partition("|")
    if name != NAME or settings.mode is Mode.OFF:
        return
    if _gone_home(world, event.at, person):
        yield from taking.ended(world, settings, event.at, person, "gone")
    elif what == "meal" and person in world.meals.meals:
        yield from watch(world, settings, event.at, person)
    elif what in ("turn", "grant"):
        yield from waiting.due(world, settings, event.at, what, person)


def _failed(event: EffectFailed, world: World, settings: MealsSettings) -> Items:
    name, _, rest = event.key.partition("|")
    what, _, rest = rest.partition("|")
    if (name, what) == (NAME, "pause"):
        person = rest.partition("|")[0]
        yield from waiting.not_paused(world, settings, event.at, person, event.error[:300])


def _gone_home(world: World, at: datetime, person: str) -> bool:
    """Nobody is late from a meal when their shift is over and they have signed out."""
    meal = world.meals.meals.get(person)
    return meal is not None and at >= meal.began and has_gone(world, person, meal.day, at)


def _sweep(event: DeadlineDue, world: World, settings: MealsSettings) -> Items:
    """Once a minute: windows that are over, and places that came free by who signed in or was unpaused."""
    at, state = event.at, world.meals
    state.forget(at)
    for person, place in list(state.waiting.items()):
        if place.closes <= at:
            yield from waiting.end_places(world, at, person, "closed", f"{place.window} is over")
            yield from page(world, at, (person,), "meals_closed", person, {"window": place.window})
    if settings.mode is not Mode.OFF:
        for team in dict.fromkeys(place.team for place in state.waiting.values()):
            yield from waiting.serve(world, settings, at, team)
    yield next_sweep(NAME, at, world.settings.shifts.sweep_s)


def _restored(event: ShiftsRestored, world: World, settings: MealsSettings) -> Items:
    """Deadlines of meals, turns and grants are rows of their own."""
    yield next_sweep(NAME, event.at, world.settings.shifts.sweep_s)


def _act(event: ShiftAct, world: World, settings: MealsSettings) -> Items:
    if event.policy == NAME:
        yield from perform(world, settings, event)


_DECIDE: dict[type[Event], Callable[[Any, World, MealsSettings], Iterator[Event | Effect]]] = {
    AgentChanged: _call_over,
    BlindEnded: _seen_again,
    DeadlineDue: _due,
    EffectFailed: _failed,
    PauseAsked: _asked,
    PauseBegan: _pause_began,
    PauseEnded: _pause_ended,
    PersonArrived: _arrived,
    PersonLeft: _left,
    ShiftAct: _act,
    ShiftsRestored: _restored,
}
CONSUMES: tuple[type[Event], ...] = tuple(_DECIDE)
