"""What somebody is refused who asks to go to their meal.

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
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ccd.config_meals import MealsSettings
from ccd.config_section import Mode
from ccd.events import PauseAsked
from ccd.meals.cap import Cap, cap_of, is_counted
from ccd.meals.counting import Span
from ccd.meals.floor import Diner, World, clock, groups_of
from ccd.meals.waiting import queue_of
from ccd.meals.windows import Window, next_window, open_windows, slot_of
from ccd.shifts.people import name_of

__all__ = ["PROMPTS", "Refusal", "Way", "kept", "own_slot", "refusal_of", "way_of", "whose"]

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


class Refusal(NamedTuple):
    rule: str
    values: dict[str, str]
    because: str


class Way(NamedTuple):
    """By which rule somebody may go, and in which window (None: in none)."""

    by_rule: str
    because: str
    window: str = ""
    opens: datetime | None = None
    closes: datetime | None = None
    moved_s: float = 0.0


def whose(world: World, event: PauseAsked) -> tuple[str, Refusal | None]:
    """Whose meal it is."""
    here = world.presence.get((event.pbx, event.seat), {})
    values = {"seat": event.seat, "name": name_of(world, event.person), "count": str(len(here))}
    person = event.person or (next(iter(here)) if len(here) == 1 else "")
    if not event.person and not here:
        return "", Refusal("meals_nobody", values, f"nobody is signed in at {event.seat}")
    if not person:
        return "", Refusal("meals_whose", values, f"{len(here)} people are signed in at {event.seat}")
    if person not in here:
        return person, Refusal("meals_not_here", values, f"{person} is not signed in at {event.seat}")
    if not event.interface:
        return person, Refusal("meals_no_phone", values, f"{event.seat} has no phone")
    return person, None


def way_of(world: World, settings: MealsSettings, diner: Diner, at: datetime) -> Way:
    """The window that is open; of several the first in which they have not eaten."""
    found = open_windows(settings, diner.team, diner.zone, at)
    free = [one for one in found if _eaten(world, diner, one) < settings.meals_per_shift]
    for one in (*free, *found):
        return Way("own", f"every rule is kept, {one.name}", one.name, one.opens, one.closes)
    return Way("own", "in no window")


def _window_of(diner: Diner, opens: datetime, closes: datetime, name: str) -> Window:
    return Window(opens, closes, name, opens.astimezone(ZoneInfo(diner.zone)).date())


def _eaten(world: World, diner: Diner, window: Window) -> int:
    return world.meals.eaten(diner.person, window.name, window.opens)


def kept(world: World, person: str) -> Way | None:
    """A place that is theirs already."""
    if (grant := world.meals.grants.get(person)) is not None:
        return Way(grant.by_rule, "let already", grant.window, grant.opens, grant.closes, grant.moved_s)
    if (turn := world.meals.turns.get(person)) is not None:
        return Way("turn", "it is their turn", turn.window, turn.opens, turn.closes, turn.moved_s)
    return None


def refusal_of(world: World, settings: MealsSettings, diner: Diner, at: datetime, way: Way) -> Refusal | None:
    values = {"name": name_of(world, diner.person), "window": way.window}
    if not diner.planned and settings.unplanned == "refuse":
        return Refusal("meals_off_duty", values, f"{diner.person} is not planned now")
    if way.opens is None or way.closes is None:
        coming = next_window(settings, diner.team, diner.zone, at)
        told = f"{coming.name} {clock(coming.opens, diner.zone)}" if coming else "-"
        return Refusal("meals_outside_window", {**values, "next": told}, f"no window is open; next: {told}")
    window = _window_of(diner, way.opens, way.closes, way.window)
    eaten = _eaten(world, diner, window)
    if eaten >= settings.meals_per_shift:
        return Refusal("meals_taken", {**values, "count": str(eaten)}, f"{eaten} taken in {window.name}")
    if settings.rotation == "require" and diner.person not in world.meals.waiting:
        slot = own_slot(world, diner, way.opens, way.closes, way.window)
        if slot is not None and not slot[0] <= at < slot[1]:
            bounds = {"since": clock(slot[0], diner.zone), "until": clock(slot[1], diner.zone)}
            because = f"group {diner.group} goes from {bounds['since']} to {bounds['until']}"
            return Refusal("meals_not_your_turn", {**values, "group": diner.group, **bounds}, because)
    if not is_counted(world, settings, diner.person):
        return None
    cap = cap_of(world, settings, diner.team, at, diner.person)
    waiting = queue_of(world, settings, diner.team, at)
    ahead = waiting.index(diner.person) if diner.person in waiting else len(waiting)
    return None if cap.free > ahead else _over_cap(settings, cap, values)


def own_slot(world: World, diner: Diner, opens: datetime, closes: datetime, name: str) -> Span | None:
    """The part of a window that is their meal group's; None for who is in none."""
    if not diner.group:
        return None
    window = _window_of(diner, opens, closes, name)
    return slot_of(window, diner.group, groups_of(world, diner.team, opens, closes))


def _over_cap(settings: MealsSettings, cap: Cap, values: dict[str, str]) -> Refusal:
    waits = settings.waiting and settings.mode is Mode.ENFORCE
    rule = "meals_queued" if waits else "meals_full"
    return Refusal(rule, {**values, **cap.values}, cap.because)
