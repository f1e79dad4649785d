"""An approved swap is put into the plan, and asked for again until the plan has it."""

from __future__ import annotations

from datetime import datetime, timedelta

from ccd.effects import ChangePlan
from ccd.events import EffectDone, EffectFailed
from ccd.events import leave as facts
from ccd.leave.looking import World
from ccd.leave.making import Items, fact, page
from ccd.leave.request import Phase, Request
from ccd.leave.swapping import Swap, days_of, hold, is_done
from ccd.shifts.acts import Refused
from ccd.shifts.people import leads_to_tell

__all__ = ["answered", "put_into_plan", "try_again"]

PREFIX = "leave|plan|"
AGAIN = timedelta(hours=1)
"""What the plan did not take is tried again so often, until its shifts are over."""


def put_into_plan(world: World, one: Request, at: datetime) -> Items:
    """Nothing to do where the plan has it: the daemon was stopped before it heard so."""
    if is_done(world, one.moves):
        yield fact(facts.SwapPlanned, world, one, at, "planned", because="the plan has it")
        return
    swap = Swap(one.id, one.person, one.partner, one.actor, one.at, one.special, one.moves)
    try:
        hold(world, swap)
    except Refused as error:
        yield from _failed(world, one, at, error.rule)
        return
    yield ChangePlan(
        f"{PREFIX}{one.id}",
        f"leave: {one.id} is approved",
        days=days_of(world, one),
        by=", ".join(dict.fromkeys(one.approved.values())),
        told={"swap": one.id, "people": ", ".join(one.people)},
    )


def answered(event: EffectDone | EffectFailed, world: World) -> Items:
    one = world.leave.requests.get(event.key.removeprefix(PREFIX))
    if one is None or not event.key.startswith(PREFIX) or one.phase is not Phase.APPROVED:
        return
    if isinstance(event, EffectFailed):
        yield from _failed(world, one, event.at, event.error[:300])
    elif is_done(world, one.moves):
        yield fact(facts.SwapPlanned, world, one, event.at, "planned", because="the plan was changed")
    else:
        yield from _failed(world, one, event.at, "the plan was changed otherwise meanwhile")


def try_again(world: World, one: Request, at: datetime) -> Items:
    """At a look over what is planned."""
    if one.failed is not None and one.failed + AGAIN <= at < one.until:
        yield from put_into_plan(world, one, at)


def _failed(world: World, one: Request, at: datetime, error: str) -> Items:
    first = one.failed is None
    yield fact(facts.SwapNotPlanned, world, one, at, "not_planned", because=error, error=error)
    if first:
        teams = [known.team for code in one.people if (known := world.roster.by_code(code)) is not None]
        leads = tuple(dict.fromkeys(lead for team in teams for lead in leads_to_tell(world, team)))
        yield from page(world, one, at, leads or one.people, "leave_not_planned", error=error)
