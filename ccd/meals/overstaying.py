"""Somebody is at a meal for too long: told shortly before and when it is over, late, a violation.

A meal has one durable deadline, which stands at its next step. While its PBX is out of sight nothing is
told, for it is not known whether they are back; what passed meanwhile does not count.

==========  =====================================  ============================================
step        when                                   who is told
==========  =====================================  ============================================
warned      ``warn_before_minutes`` before         the person
told        at the end of allowance or window      the person, at their seat
late        a second past ``late_after_minutes``   the leads
violation   at ``violation_minutes`` past          the leads
==========  =====================================  ============================================
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.config_meals import MealsSettings
from ccd.events import meals as facts
from ccd.meals.counting import over_s, passes_at
from ccd.meals.floor import World, blind_since, clock, diner_of, leads_of, spared_by
from ccd.meals.state import Meal
from ccd.meals.telling import Items, deadline, fact, page

__all__ = ["watch"]

SECOND = timedelta(seconds=1)
"""At the limit itself nobody is late."""
SPARED = timedelta(minutes=1)


def steps(settings: MealsSettings) -> list[tuple[str, timedelta]]:
    """Each with how far past what is allowed it is, in order."""
    found = [
        ("warned", -timedelta(minutes=settings.warn_before_minutes)),
        ("told", timedelta()),
        ("late", timedelta(minutes=settings.late_after_minutes) + SECOND),
        ("violation", timedelta(minutes=settings.violation_minutes)),
    ]
    found = [step for step in found if step[0] != "warned" or settings.warn_before_minutes]
    return sorted(found, key=lambda step: step[1])


def watch(world: World, settings: MealsSettings, at: datetime, person: str) -> Items:
    """Tell what is due of a meal, and set its deadline to the next step."""
    meal = world.meals.meals[person]
    if blind_since(world, meal.pbx) is not None:
        return  # the end of that sets it anew
    if incident := spared_by(world, person, meal.pbx, meal.seat):
        yield deadline("meal", person, at, at + SPARED, f"incident {incident} is live: looked at again then")
        return
    every = steps(settings)
    names = [name for name, _ in every]
    done = names.index(meal.level) + 1 if meal.level in names else 0
    passed = []
    for name, over in every[done:]:
        when = passes_at(meal.bounds, meal.blind, over)
        if when > at:
            yield deadline("meal", person, at, when, f"a meal: {name} then")
            break
        passed.append(name)
    for name in passed:
        yield from _tell(world, at, person, meal, name, told=name == passed[-1] or name == "late")


def _tell(world: World, at: datetime, person: str, meal: Meal, level: str, *, told: bool) -> Items:
    over = over_s(meal.bounds, meal.blind, at)
    allowed = meal.bounds.allowed.total_seconds()
    yield fact(
        facts.MealOverstayed,
        at,
        person,
        f"{level}: away since {meal.began.isoformat()}, {allowed:.0f} s allowed, {over} s over",
        key=f"{level}|{person}|{at.isoformat()}",
        window=meal.window,
        level=level,
        began=meal.began,
        over_s=float(over),
        day=meal.day,
        pbx=meal.pbx,
        seat=meal.seat,
    )
    if not told:
        return
    zone = diner_of(world, person, at).zone
    values = {
        "began": clock(meal.began, zone),
        "ends": clock(passes_at(meal.bounds, meal.blind, timedelta()), zone),
        "minutes": str(over // 60),
    }
    people = leads_of(world, person) if level in ("late", "violation") else (person,)
    ring = level == "told"
    yield from page(world, at, people, f"meals_{level}", person, values, ring=ring)
