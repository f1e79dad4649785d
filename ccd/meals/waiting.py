"""The waiting list of each team: who is next, whose turn it is, and for how long a place is kept.

First come, first served; with ``rotation = "prefer"`` those whose meal group has its part of the window now
go before the others. Asking again keeps the place. A turn that is not used in ``turn_minutes`` passes to the
next, and the person is off the list: they may ask again.

A live call is nobody's fault: a turn is kept until it is over and ``turn_minutes`` more, and the window ends
for that person as much later as the call has kept them (``MealMoved``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ccd.config_meals import MealsSettings
from ccd.events import AgentChanged, AgentState
from ccd.events import meals as facts
from ccd.meals.cap import cap_of
from ccd.meals.floor import LIVE, World, agent_at, blind_since, clock, diner_of, leads_of, on_call, place_of
from ccd.meals.state import Place, Turn
from ccd.meals.telling import Items, cancel, deadline, fact, page
from ccd.shifts.people import team_of

__all__ = ["call_is_over", "due", "end_places", "not_paused", "queue_of", "release_turns", "serve"]


def queue_of(
    world: World,
    settings: MealsSettings,
    team: str,
    at: datetime,
    coming: Mapping[str, Place] | None = None,
) -> tuple[str, ...]:
    """Who waits, in the order in which they will be served, with whoever is ``coming`` to the list."""
    waiting = [
        (person, place)
        for person, place in {**world.meals.waiting, **(coming or {})}.items()
        if place.team == team and at < place.closes
    ]
    if settings.rotation == "prefer":
        waiting.sort(key=lambda one: one[1].slot is None or not one[1].slot[0] <= at < one[1].slot[1])
    return tuple(person for person, _ in waiting)


def serve(world: World, settings: MealsSettings, at: datetime, team: str) -> Items:
    """Tell as many as there are places that it is their turn. Each fact must be applied before the next."""
    for _ in range(len(world.meals.waiting)):
        queue = queue_of(world, settings, team, at)
        if not queue or (cap := cap_of(world, settings, team, at)).free <= 0:
            return
        yield from _give_turn(world, settings, at, queue[0], cap.because)


def _give_turn(world: World, settings: MealsSettings, at: datetime, person: str, because: str) -> Items:
    place = world.meals.waiting[person]
    until = min(at + timedelta(minutes=settings.turn_minutes), place.closes)
    pbx, seat = place_of(world, person)
    yield fact(
        facts.MealTurn,
        at,
        person,
        f"a place is free: {because}",
        window=place.window,
        until=until,
        waited_since=place.since,
        opens=place.opens,
        closes=place.closes,
        day=place.day,
        pbx=pbx,
        seat=seat,
    )
    zone = diner_of(world, person, at).zone
    values = {"until": clock(until, zone)}
    yield from page(world, at, (person,), "meals_your_turn", person, values, ring=True)
    if on_call(world, pbx, world.roster.interface_of(pbx, seat) or ""):
        yield _hold(world, at, person, at)
    else:
        yield deadline("turn", person, at, until, "a turn is kept so long")


def _hold(world: World, at: datetime, person: str, since: datetime) -> facts.MealHeld:
    turn = world.meals.turns[person]
    pbx, seat = place_of(world, person)
    return fact(
        facts.MealHeld,
        at,
        person,
        "on a live call: the turn is kept until it is over",
        what="turn",
        window=turn.window,
        since=since,
        opens=turn.opens,
        closes=turn.closes,
        day=turn.day,
        pbx=pbx,
        seat=seat,
        interface=world.roster.interface_of(pbx, seat) or "",
    )


def due(world: World, settings: MealsSettings, at: datetime, what: str, person: str) -> Items:
    """A turn or a grant has been kept long enough; ``what`` is which."""
    kept = (world.meals.turns if what == "turn" else world.meals.grants).get(person)
    if kept is None or (isinstance(kept, Turn) and kept.held_since is not None):
        return
    pbx, seat = place_of(world, person)
    interface = world.roster.interface_of(pbx, seat) or ""
    again = timedelta(minutes=settings.turn_minutes)
    if at < kept.until:
        yield deadline(what, person, at, kept.until, "kept longer since")
    elif pbx and blind_since(world, pbx) is not None:
        yield deadline(what, person, at, at + again, "kept while the PBX is out of sight")
    elif isinstance(kept, Turn) and on_call(world, pbx, interface):
        agent = agent_at(world, pbx, interface)
        since = agent.since if agent and agent.since else at
        yield _hold(world, at, person, since)
    else:
        yield from _unused(world, settings, at, what, person)


def _unused(world: World, settings: MealsSettings, at: datetime, what: str, person: str) -> Items:
    kept = (world.meals.turns if what == "turn" else world.meals.grants)[person]
    because = f"not used by {kept.until.isoformat()}"
    yield _place_ended(world, at, person, what, "unused", because)
    if what == "turn":
        yield from page(world, at, (person,), "meals_turn_passed", person)
    yield from serve(world, settings, at, team_of(world, person))


def _place_ended(
    world: World,
    at: datetime,
    person: str,
    what: str,
    why: str,
    because: str,
    *,
    actor: str = "",
    by: str = "",
) -> facts.MealPlaceEnded:
    state = world.meals
    places: dict[str, Mapping[str, Any]] = {
        "waiting": state.waiting,
        "turn": state.turns,
        "grant": state.grants,
        "pause": state.held,
    }
    place = places[what][person]
    pbx, seat = place_of(world, person)
    return fact(
        facts.MealPlaceEnded,
        at,
        person,
        because,
        key=f"{what}|{person}|{at.isoformat()}",
        what=what,
        why=why,
        window=place.window,
        day=place.day,
        pbx=pbx,
        seat=seat,
        actor=actor,
        by=by,
    )


def end_places(
    world: World, at: datetime, person: str, why: str, because: str, *, actor: str = "", by: str = ""
) -> Items:
    """Whatever place they have, but not a meal."""
    state = world.meals
    for what, held in (
        ("waiting", state.waiting),
        ("turn", state.turns),
        ("grant", state.grants),
        ("pause", state.held),
    ):
        if person in held:
            yield _place_ended(world, at, person, what, why, because, actor=actor, by=by)
            if what in ("turn", "grant"):
                yield cancel(what, person)


def not_paused(world: World, settings: MealsSettings, at: datetime, person: str, error: str) -> Items:
    """The PBX did not pause the phone of somebody who was let at the console: they keep no place by it."""
    if person not in world.meals.grants:
        return
    yield _place_ended(world, at, person, "grant", "not_paused", f"the PBX did not pause the phone: {error}")
    yield cancel("grant", person)
    people = (person, *leads_of(world, person))
    yield from page(world, at, people, "meals_not_paused", person, {"error": error})
    yield from serve(world, settings, at, team_of(world, person))


def call_is_over(world: World, event: AgentChanged) -> bool:
    """Whether a live call has ended, as far as is seen, while anybody's meal may wait for one."""
    if not world.meals.turns and not world.meals.held:
        return False
    return not event.queue and event.was in LIVE and event.state not in (*LIVE, AgentState.UNKNOWN)


def release_turns(
    world: World, settings: MealsSettings, at: datetime, pbx: str, interface: str = ""
) -> Items:
    """Calls are over: at one phone, or, where none is named, whichever ended while the PBX was away."""
    for person, turn in list(world.meals.turns.items()):
        where, seat = place_of(world, person)
        phone = world.roster.interface_of(where, seat) or ""
        if turn.held_since is None or where != pbx or (interface and phone != interface):
            continue
        if on_call(world, pbx, phone):
            continue
        moved = at - turn.held_since
        closes = turn.closes + timedelta(seconds=turn.moved_s) + moved
        until = min(at + timedelta(minutes=settings.turn_minutes), closes)
        yield fact(
            facts.MealMoved,
            at,
            person,
            f"the call is over; it kept them {moved.total_seconds():.0f} s",
            what="turn",
            window=turn.window,
            since=turn.held_since,
            moved_s=moved.total_seconds(),
            until=until,
            day=turn.day,
            pbx=pbx,
            seat=seat,
        )
        yield deadline("turn", person, at, until, "a turn is kept so long after a call")
