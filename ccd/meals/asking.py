"""Somebody asks to go to their meal: by the code at the phone, or at the console.

``rules`` says what is refused. Whoever has a place already (their turn, a lead's grant) goes without; so
does, while an incident is live, whoever it is about. Only ``enforce`` refuses. In the other modes the phone
is paused, and what would have been refused is on record; ``notify`` tells the leads.
"""

from __future__ import annotations

from datetime import timedelta

from ccd.config_meals import MealsSettings
from ccd.config_section import Mode
from ccd.effects import SendAction
from ccd.events import PauseAsked
from ccd.events import meals as facts
from ccd.meals.floor import Diner, World, agent_at, diner_of, leads_of, spared_by
from ccd.meals.rules import PROMPTS, Refusal, Way, kept, own_slot, refusal_of, way_of, whose
from ccd.meals.state import Place
from ccd.meals.telling import NAME, Items, accepted, deadline, fact, page, refused
from ccd.meals.waiting import end_places, queue_of
from ccd.shifts.people import name_of, team_of

__all__ = ["ask"]


def ask(world: World, settings: MealsSettings, event: PauseAsked) -> Items:
    """Answer with exactly one ``AnswerAsked``."""
    if settings.mode is Mode.OFF:
        yield from _pause(world, settings, event)
        yield accepted(event, "meals are off")
        return
    person, refusal = whose(world, event)
    incident = spared_by(world, person, event.pbx, event.seat)
    if refusal is not None and incident:
        refusal = None
    if refusal is None and (person in world.meals.meals or person in world.meals.held):
        yield accepted(
            event, "at a meal already", rule="meals_at_meal", values={"name": name_of(world, person)}
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


def _ask_by_rules(
    world: World, settings: MealsSettings, event: PauseAsked, person: str, incident: str
) -> Items:
    at = event.at
    diner = diner_of(world, person, at)
    window = way_of(world, settings, diner, at)
    named = window._replace(by_rule="incident", because=f"incident {incident} is live") if incident else None
    way = kept(world, person) or named
    refusal = None
    if way is None:
        refusal = refusal_of(world, settings, diner, at, window)
    if refusal is None:
        yield from _let(world, settings, event, diner, way or window)
    else:
        yield from _refuse(world, settings, event, person, refusal, window)


def _let(world: World, settings: MealsSettings, event: PauseAsked, diner: Diner, way: Way) -> Items:
    """Keep a place until the pause begins; for the console, pause the phone."""
    at = event.at
    until = at + timedelta(minutes=settings.turn_minutes)
    yield from end_places(world, at, diner.person, "let", way.because)
    yield fact(
        facts.MealGranted,
        at,
        diner.person,
        way.because,
        key=f"{event.request}|{at.isoformat()}",
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
    yield from _pause(world, settings, event, diner.person)
    full = f"{settings.allowance_minutes}"
    values = {"name": name_of(world, diner.person), "minutes": full}
    yield accepted(event, way.because, rule="meals_let", values=values, result={"window": way.window})


def _pause(world: World, settings: MealsSettings, event: PauseAsked, person: str = "") -> Items:
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
            f"{NAME}|pause|{person}|{event.request}|{number}",
            "meals: asked for at the console",
            event.pbx,
            fields,
        )


def _refuse(
    world: World,
    settings: MealsSettings,
    event: PauseAsked,
    person: str,
    refusal: Refusal,
    way: Way | None,
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
    world: World, settings: MealsSettings, event: PauseAsked, person: str, way: Way, refusal: Refusal
) -> Items:
    if person in world.meals.waiting or way.opens is None or way.closes is None:
        return
    diner = diner_of(world, person, event.at)
    slot = own_slot(world, diner, way.opens, way.closes, way.window)
    place = Place(diner.team, way.window, way.opens, way.closes, event.at, diner.day, slot)
    order = queue_of(world, settings, diner.team, event.at, {person: place})
    yield fact(
        facts.MealQueued,
        event.at,
        person,
        refusal.because,
        key=f"{event.request}|{event.at.isoformat()}",
        window=way.window,
        team=diner.team,
        position=order.index(person) + 1,
        opens=way.opens,
        closes=way.closes,
        group=diner.group,
        slot_opens=slot[0] if slot else None,
        slot_closes=slot[1] if slot else None,
        day=diner.day,
        pbx=event.pbx,
        seat=event.seat,
        by=event.by,
    )
